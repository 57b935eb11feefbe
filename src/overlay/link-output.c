/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "link-private.h"

#include "route-table-msg.h"

#include <string.h>

/* What goes out. As long as the stream keeps up, messages are written straight into the plain buffer;
 * when it does not they wait in the queue, where they can overtake each other. The compressed stream is
 * flushed whenever the plain buffer has been emptied into it: no Nagle delay (handshake.md §8). */

#define ROUTE_PIECE 4096 /* bytes of a patch message, as LimeWire sends */
#define KEEP_ROOM 4096

static gsize
unsent_plain (const FilLink *self)
{
  return self->plain.len - self->plain_sent;
}

void
_fil_link_append (FilLink *self,
                  FilSlice bytes)
{
  gboolean was_idle = unsent_plain (self) == 0;

  fil_writer_put (&self->plain, bytes);
  if (was_idle)
    fil_session_changed (&self->session);
}

static void
count_out (FilLink *self,
           guint8 kind)
{
  self->stats.out_messages++;
  self->stats.out_kinds[kind]++;
}

/**
 * fil_link_send:
 * @importance: what it may push aside on a slow link
 * @header: its size is taken from @payload
 * @payload: copied
 *
 * Sends a message, or drops it when the link cannot take any more.
 */
void
fil_link_send (FilLink *self,
               FilImportance importance,
               const FilHeader *header,
               FilSlice payload,
               gint64 now_us)
{
  FilHeader sized = *header;
  guint8 bytes[FIL_HEADER_LEN];

  if (self->state != FIL_LINK_ESTABLISHED)
    return;
  sized.size = (guint32) payload.len;
  if (fil_send_queue_bytes (self->queue) == 0 && unsent_plain (self) + payload.len <= FIL_LINK_PLAIN_BYTES)
    {
      gboolean was_idle = unsent_plain (self) == 0;
      guint8 *room = fil_writer_reserve (&self->plain, FIL_HEADER_LEN + payload.len);

      fil_header_encode (&sized, room);
      if (payload.len > 0)
        memcpy (room + FIL_HEADER_LEN, payload.data, payload.len);
      count_out (self, sized.kind);
      if (was_idle)
        fil_session_changed (&self->session);
      return;
    }
  fil_header_encode (&sized, bytes);
  if (fil_send_queue_push (self->queue, importance, sized.hops, bytes, sizeof bytes, payload.data,
                           payload.len, now_us))
    count_out (self, sized.kind);
}

/**
 * fil_link_send_packet:
 *
 * Sends an encoded message, which is copied.
 */
void
fil_link_send_packet (FilLink *self,
                      FilImportance importance,
                      const FilPacket *packet,
                      gint64 now_us)
{
  FilHeader header = fil_packet_header (packet);

  fil_link_send (self, importance, &header, fil_packet_payload (packet), now_us);
}

static void
queue_route_message (FilLink *self,
                     const FilRouteTableMsg *message,
                     const FilGuid *muid)
{
  FilHeader header = fil_header (FIL_KIND_QRP, muid, 1, 0);
  g_auto (FilWriter) writer;

  fil_writer_init (&writer);
  fil_route_table_msg_encode (message, &writer);
  g_queue_push_tail (&self->route_messages, fil_packet_new (&header, fil_writer_slice (&writer)));
}

/* A route table in pieces; at most 255, so large ones get larger pieces. */
static void
queue_patch (FilLink *self,
             FilSlice patch,
             const FilGuid *muid)
{
  g_auto (FilWriter) deflated;
  gboolean shrunk;
  gsize piece, count;

  fil_writer_init (&deflated);
  shrunk = fil_deflate_once (patch, &deflated);
  if (shrunk)
    patch = fil_writer_slice (&deflated);
  piece = MAX (ROUTE_PIECE, (patch.len + 254) / 255);
  count = (patch.len + piece - 1) / piece;
  for (gsize i = 0; i < count; i++)
    {
      FilRouteTableMsg message = {
        .variant = FIL_ROUTE_TABLE_PATCH,
        .number = (guint8) (i + 1),
        .count = (guint8) count,
        .compressor = shrunk ? FIL_ROUTE_PATCH_DEFLATE : FIL_ROUTE_PATCH_PLAIN,
        .bits = FIL_ROUTE_ENTRY_BITS,
        .data = fil_slice (patch.data + i * piece, MIN (piece, patch.len - i * piece)),
      };

      queue_route_message (self, &message, muid);
    }
}

/**
 * fil_link_is_sending_route_table:
 *
 * Returns: whether a table is still on its way; no other may be sent meanwhile
 */
gboolean
fil_link_is_sending_route_table (const FilLink *self)
{
  return self->route_messages.length > 0;
}

/**
 * fil_link_send_route_table:
 * @table: what is reachable through us
 * @known: (nullable): the table sent before on this link, when it has the same size: then only the
 *   difference goes out
 * @muid: names the messages
 *
 * Sends a query route table (messages.md §8).
 */
void
fil_link_send_route_table (FilLink *self,
                           const FilRouteTable *table,
                           const FilRouteTable *known,
                           const FilGuid *muid)
{
  g_autoptr (GBytes) patch = NULL;

  if (self->state != FIL_LINK_ESTABLISHED)
    return;
  if (known != NULL && fil_route_table_bits (known) != fil_route_table_bits (table))
    known = NULL;
  if (known == NULL)
    {
      FilRouteTableMsg reset = { .variant = FIL_ROUTE_TABLE_RESET,
                                 .slots = fil_route_table_slots (table),
                                 .infinity = FIL_ROUTE_INFINITY };

      queue_route_message (self, &reset, muid);
    }
  patch = fil_route_table_to_patch (table, known, FIL_ROUTE_INFINITY);
  queue_patch (self, fil_slice (g_bytes_get_data (patch, NULL), g_bytes_get_size (patch)), muid);
  fil_session_changed (&self->session);
}

/* Moves a little of the route table, then what waits in the queue, into the plain buffer. */
static void
refill (FilLink *self,
        gint64 now_us)
{
  GByteArray *waiting;

  if (self->state == FIL_LINK_ESTABLISHED && self->plain.len == 0 && self->route_messages.length > 0)
    {
      g_autoptr (FilPacket) packet = g_queue_pop_head (&self->route_messages);

      fil_writer_put (&self->plain, fil_packet_slice (packet));
      count_out (self, FIL_KIND_QRP);
    }
  if (fil_send_queue_bytes (self->queue) == 0)
    return;
  waiting = g_byte_array_new ();
  fil_send_queue_pop (self->queue, waiting, FIL_LINK_PLAIN_BYTES, now_us);
  fil_writer_bytes (&self->plain, waiting->data, waiting->len);
  g_byte_array_unref (waiting);
}

static void
empty (FilWriter *writer,
       gsize *sent)
{
  *sent = 0;
  fil_writer_truncate (writer, 0);
  if (writer->size > KEEP_ROOM)
    {
      fil_writer_clear (writer);
      fil_writer_init (writer);
    }
}

gboolean
_fil_link_output (FilLink *self,
                  FilOutput *out,
                  gint64 now_us)
{
  if (self->wire_sent < self->wire.len)
    {
      out->bytes = fil_writer_data (&self->wire) + self->wire_sent;
      out->len = self->wire.len - self->wire_sent;
      return TRUE;
    }
  if (unsent_plain (self) == 0 && (fil_send_queue_bytes (self->queue) > 0 || self->route_messages.length > 0))
    refill (self, now_us);
  if (unsent_plain (self) == 0)
    return FALSE;
  if (self->deflate != NULL && self->plain_sent == 0)
    {
      fil_writer_truncate (&self->wire, 0);
      self->wire_sent = 0;
      fil_deflate_write (self->deflate, fil_writer_slice (&self->plain), &self->wire);
      fil_deflate_flush (self->deflate, &self->wire);
      empty (&self->plain, &self->plain_sent);
      out->bytes = fil_writer_data (&self->wire);
      out->len = self->wire.len;
      return TRUE;
    }
  out->bytes = fil_writer_data (&self->plain) + self->plain_sent;
  out->len = unsent_plain (self);
  return TRUE;
}

void
_fil_link_sent (FilLink *self,
                gsize len,
                gint64 now_us)
{
  self->stats.out_bytes += len;
  self->last_out_us = now_us;
  if (self->wire_sent < self->wire.len)
    {
      self->wire_sent += MIN (len, self->wire.len - self->wire_sent);
      if (self->wire_sent == self->wire.len)
        empty (&self->wire, &self->wire_sent);
      return;
    }
  self->plain_sent += MIN (len, unsent_plain (self));
  if (unsent_plain (self) == 0)
    {
      empty (&self->plain, &self->plain_sent);
    }
  else if (self->plain_sent > FIL_LINK_PLAIN_BYTES)
    {
      guint8 *data = fil_writer_data (&self->plain);

      memmove (data, data + self->plain_sent, unsent_plain (self));
      fil_writer_truncate (&self->plain, unsent_plain (self));
      self->plain_sent = 0;
    }
}
