/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include "head-ping.h"
#include "pong-ranges.h"
#include "transfer-limits.h"
#include "writer.h"

/**
 * _fil_node_ping:
 * @muid: (out): of the message
 *
 * Asks a source by UDP what it has of a file and how busy it is. It counts as a contact like any other.
 *
 * Returns: whether a ping went out
 */
gboolean
_fil_node_ping (FilNode *self,
                const FilEndpoint *to,
                const FilSha1 *sha1,
                FilGuid *muid)
{
  FilHeadPing ping = { .sha1 = *sha1, .flags = FIL_HEAD_PING_ALTS | FIL_HEAD_PING_PUSH_ALTS };
  FilVendor vendor = { .id = { FIL_VENDOR_LIME, 23, 2 } };
  guint8 head[FIL_HEADER_LEN];
  FilHeader header;
  g_auto (FilWriter) body, message;

  fil_writer_init (&body);
  fil_writer_init (&message);
  if (self->is_stopped || fil_gate_contact (self->gate, to, FIL_GATE_SOURCE, _fil_node_now (self)) != FIL_GATE_OPEN)
    return FALSE;
  fil_guid_random (muid, self->random);
  fil_head_ping_encode (&ping, vendor.id.version, &body);
  vendor.body = fil_writer_slice (&body);
  fil_writer_bytes (&message, head, sizeof head);
  fil_vendor_encode (&vendor, &message);
  header = fil_header (FIL_KIND_VENDOR, muid, 1, 0);
  header.size = (guint32) (message.len - sizeof head);
  fil_header_encode (&header, head);
  fil_writer_patch (&message, 0, head, sizeof head);
  fil_udp_port_send (self->udp, fil_writer_data (&message), message.len, to);
  return TRUE;
}

/**
 * _fil_node_ping_answer:
 * @asker: where the ping came from
 * @pong: (out): what we have of the file, how busy we are, and who else has it
 * @r: what @pong says of parts is written here …
 * @r5: … and here; both belong to the caller
 */
void
_fil_node_ping_answer (FilNode *self,
                       const FilHeadPing *ping,
                       const FilEndpoint *asker,
                       FilHeadPong *pong,
                       FilWriter *r,
                       FilWriter *r5)
{
  guint32 index = self->is_sharing_paused ? 0 : fil_library_find (self->library, &ping->sha1);
  const FilDownload *download = index == 0 ? _fil_node_partial_find (self, &ping->sha1) : NULL;
  guint slots = (guint) fil_settings_get_int (self->settings, "upload-slots");
  guint used = fil_uploads_used_slots (self->uploads);
  guint waiting = fil_uploads_waiting (self->uploads);

  pong->file = index != 0 ? FIL_HEAD_FILE_COMPLETE : download != NULL ? FIL_HEAD_FILE_PARTIAL : FIL_HEAD_FILE_NONE;
  pong->downloading = download != NULL && download->state == FIL_DOWNLOAD_STATE_DOWNLOADING;
  pong->queue = (gint8) (waiting == 0 && used < slots ? -(gint) MIN (slots - used, 100) : (gint) MIN (waiting, 100));
  if (download != NULL && (ping->flags & FIL_HEAD_PING_RANGES) != 0)
    {
      g_autoptr (GArray) ranges = fil_download_proved_ranges (download);

      fil_pong_ranges_write (ranges, r, r5);
      pong->ranges = fil_writer_slice (r);
      pong->ranges5 = fil_writer_slice (r5);
    }
  /* No more than came in, by much: nobody is to be flooded with our help. */
  if (pong->file != FIL_HEAD_FILE_NONE && (ping->flags & FIL_HEAD_PING_PUSH_ALTS) != 0)
    pong->n_push_alts =
        fil_mesh_good_push (self->mesh, &ping->sha1, 0, pong->push_alts, FIL_PONG_PUSH_ALTS, _fil_node_now (self));
  if (pong->file != FIL_HEAD_FILE_NONE)
    pong->n_alts = fil_mesh_good (self->mesh, &ping->sha1, asker, 0, pong->alts, FIL_PONG_ALTS, _fil_node_now (self));
}
