/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "mesh-lines.h"

#include "alt-locs.h"
#include "head-writer.h"
#include "transfer-limits.h"

static void
write_places (FilWriter *out,
              const char *header,
              const FilHost *hosts,
              guint n,
              gboolean with_tls)
{
  g_auto (FilWriter) value;

  fil_writer_init (&value);
  fil_alt_locs_write (hosts, n, with_tls, &value);
  if (n > 0)
    fil_head_write_header (out, header, "%.*s", (int) value.len, (const char *) fil_writer_data (&value));
}

static void
write_push_places (FilWriter *out,
                   FilPushEndpoint *places,
                   guint n)
{
  g_auto (FilWriter) value;

  fil_writer_init (&value);
  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        fil_writer_put (&value, fil_slice_text (","));
      places[i].n_proxies = MIN (places[i].n_proxies, FIL_MESH_SEND_PROXIES);
      fil_push_endpoint_write (&places[i], &value);
    }
  if (n > 0)
    fil_head_write_header (out, "X-FAlt", "%.*s", (int) value.len, (const char *) fil_writer_data (&value));
}

/**
 * fil_mesh_write_lines:
 * @own: (nullable): where we have the file
 * @receiver: who is told
 * @since_us: what was known before then has been told
 * @with_push: whether he wants to hear of hosts behind firewalls
 *
 * Appends X-Alt, X-NAlt and X-FAlt, together below 2000 bytes. Only places that are told to others are
 * named, see FilMesh.
 */
void
fil_mesh_write_lines (FilMesh *mesh,
                      const FilSha1 *file,
                      const FilHost *own,
                      const FilEndpoint *receiver,
                      gint64 since_us,
                      gboolean with_push,
                      FilWriter *out,
                      gint64 now_us)
{
  FilPushEndpoint push[FIL_MESH_SEND_PUSH];
  FilHost hosts[FIL_MESH_SEND + 1];
  guint n = 0;

  if (own != NULL)
    hosts[n++] = *own;
  n += fil_mesh_good (mesh, file, receiver, since_us, hosts + n, FIL_MESH_SEND, now_us);
  write_places (out, "X-Alt", hosts, n, TRUE);
  n = fil_mesh_gone (mesh, file, since_us, hosts, FIL_MESH_SEND_GONE, now_us);
  write_places (out, "X-NAlt", hosts, n, FALSE);
  n = with_push ? fil_mesh_good_push (mesh, file, since_us, push, G_N_ELEMENTS (push), now_us) : 0;
  write_push_places (out, push, n);
}
