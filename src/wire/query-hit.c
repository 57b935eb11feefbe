/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "query-hit.h"

#include "packed-hosts.h"

/**
 * fil_query_hit_decode:
 *
 * Returns: whether both fixed ends are there and at least one record is announced (messages.md §5)
 */
gboolean
fil_query_hit_decode (FilQueryHit *self,
                      FilSlice payload)
{
  FilReader r = payload;
  guint8 addr[4];
  guint16 port;

  if (!fil_reader_u8 (&r, &self->n_records) || self->n_records == 0 || !fil_reader_le16 (&r, &port)
      || !fil_reader_copy (&r, addr, sizeof addr) || !fil_reader_le32 (&r, &self->speed_kbps)
      || r.len < sizeof self->servent.bytes
      || !fil_reader_slice (&r, r.len - sizeof self->servent.bytes, &self->body)
      || !fil_reader_copy (&r, self->servent.bytes, sizeof self->servent.bytes))
    return FALSE;
  self->endpoint = fil_packed_v4 (addr, port);
  return TRUE;
}

/**
 * fil_query_hit_encode:
 *
 * Appends the payload; the body goes as it is.
 */
void
fil_query_hit_encode (const FilQueryHit *self,
                      FilWriter *out)
{
  guint8 addr[4];

  fil_packed_v4_address (&self->endpoint, addr);
  fil_writer_u8 (out, self->n_records);
  fil_writer_le16 (out, self->endpoint.port);
  fil_writer_bytes (out, addr, sizeof addr);
  fil_writer_le32 (out, self->speed_kbps);
  fil_writer_put (out, self->body);
  fil_writer_bytes (out, self->servent.bytes, sizeof self->servent.bytes);
}
