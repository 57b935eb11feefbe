/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "push.h"

#include "packed-hosts.h"
#include "reader.h"

#define SIGNAL_MAX 512

/**
 * fil_push_decode:
 *
 * Returns: whether @payload is the 26 bytes and nothing else but one GGEP block, with a port that is
 *   not 0 and an address of either family (push.md §1)
 */
gboolean
fil_push_decode (FilPush *self,
                 FilSlice payload)
{
  FilReader r = payload;
  FilGgep ggep;
  guint8 addr[4];

  memset (self, 0, sizeof *self);
  if (!fil_reader_copy (&r, self->target.bytes, sizeof self->target.bytes)
      || !fil_reader_le32 (&r, &self->index) || !fil_reader_copy (&r, addr, sizeof addr)
      || !fil_reader_le16 (&r, &self->port) || self->port == 0 || !fil_ggep_parse_whole (&ggep, r))
    return FALSE;

  self->endpoint = fil_packed_v4 (addr, self->port);
  self->tls = fil_ggep_has (&ggep, "TLS");
  if (!fil_ggep_read_plain (&ggep, FIL_GGEP_SIGNAL, SIGNAL_MAX, &self->signal))
    self->signal = FIL_SLICE_NONE;
  if (!fil_ggep_read_v6 (&ggep, self->port, &self->endpoint6))
    return self->endpoint.family != 0;
  return TRUE;
}

/**
 * fil_push_encode:
 *
 * Appends the payload.
 */
void
fil_push_encode (const FilPush *self,
                 FilWriter *out)
{
  FilGgepBuilder ggep;
  guint8 addr[4];

  fil_packed_v4_address (&self->endpoint, addr);
  fil_writer_bytes (out, self->target.bytes, sizeof self->target.bytes);
  fil_writer_le32 (out, self->index);
  fil_writer_bytes (out, addr, sizeof addr);
  fil_writer_le16 (out, self->port);

  fil_ggep_builder_init (&ggep, out, FALSE);
  fil_ggep_builder_add_v6 (&ggep, &self->endpoint6);
  if (self->tls)
    fil_ggep_builder_add_empty (&ggep, "TLS");
  if (self->signal.len > 0)
    fil_ggep_builder_add (&ggep, FIL_GGEP_SIGNAL, self->signal);
  fil_ggep_builder_end (&ggep);
}

/**
 * fil_push_call_at:
 * @four: (nullable): where the asker is to be called by IPv4 …
 * @six: (nullable): … and by IPv6; endpoints of another family are none
 *
 * Both have the same port: that of @four, if there is one.
 */
void
fil_push_call_at (FilPush *self,
                  const FilEndpoint *four,
                  const FilEndpoint *six)
{
  self->endpoint = four != NULL && four->family == 4 ? *four : (FilEndpoint){ 0 };
  self->endpoint6 = six != NULL && six->family == 6 ? *six : (FilEndpoint){ 0 };
  self->port = fil_endpoint_is_set (&self->endpoint) ? self->endpoint.port : self->endpoint6.port;
  if (fil_endpoint_is_set (&self->endpoint6))
    self->endpoint6.port = self->port;
}

/**
 * fil_push_caller:
 *
 * Returns: (transfer none): where the asker is to be called, by IPv4 rather than by IPv6
 */
const FilEndpoint *
fil_push_caller (const FilPush *self)
{
  return fil_endpoint_is_set (&self->endpoint) ? &self->endpoint : &self->endpoint6;
}
