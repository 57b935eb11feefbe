/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ping.h"

#include "ggep.h"
#include "ggep-builder.h"

static void
read_guess (FilPing *self,
            const FilGgep *ggep)
{
  FilReader r;
  guint8 version;
  guint16 port;

  if (!fil_ggep_read_plain (ggep, "GUE", 8, &r))
    return;
  self->guess = FIL_PING_GUESS_HOSTS;
  if (fil_reader_u8 (&r, &version) && fil_reader_le16 (&r, &port) && port != 0)
    {
      self->guess = FIL_PING_GUESS_INTRODUCTION;
      self->guess_version = version;
      self->guess_port = port;
    }
}

/**
 * fil_ping_decode:
 *
 * Returns: whether @payload is empty or one GGEP block and nothing else (messages.md §1), but for the NUL with which
 *   LimeWire ends the payload of every ping
 */
gboolean
fil_ping_decode (FilPing *self,
                 FilSlice payload)
{
  FilReader r = payload;
  FilGgep ggep;
  FilSlice data;

  *self = (FilPing) { 0 };
  if (payload.len == 0)
    return TRUE;
  if (!fil_ggep_parse (&ggep, &r) || r.len > 1 || (r.len == 1 && r.data[0] != 0))
    return FALSE;

  if (fil_ggep_read_plain (&ggep, "SCP", 255, &data))
    {
      self->has_scp = TRUE;
      self->scp = data.len > 0 ? data.data[0] : 0;
    }
  if (fil_ggep_read_plain (&ggep, "VC", 255, &data) && data.len >= 4)
    {
      self->has_vendor = TRUE;
      memcpy (self->vendor, data.data, 4);
      self->vendor_version = data.len > 4 ? data.data[4] : 0;
    }
  self->wants_query_key = fil_ggep_has (&ggep, "QK");
  self->wants_ip = fil_ggep_has (&ggep, "IP");
  self->wants_dht_hosts = fil_ggep_has (&ggep, "DHTIPP");
  read_guess (self, &ggep);
  return TRUE;
}

/**
 * fil_ping_encode:
 *
 * Appends the payload.
 */
void
fil_ping_encode (const FilPing *self,
                 FilWriter *out)
{
  FilGgepBuilder ggep;

  fil_ggep_builder_init (&ggep, out, FALSE);
  if (self->has_scp)
    fil_ggep_builder_add_u8 (&ggep, "SCP", self->scp);
  if (self->has_vendor)
    {
      guint8 vendor[5];

      memcpy (vendor, self->vendor, 4);
      vendor[4] = self->vendor_version;
      fil_ggep_builder_add (&ggep, "VC", fil_slice (vendor, sizeof vendor));
    }
  if (self->wants_query_key)
    fil_ggep_builder_add_empty (&ggep, "QK");
  if (self->guess == FIL_PING_GUESS_HOSTS)
    {
      fil_ggep_builder_add_empty (&ggep, "GUE");
    }
  else if (self->guess == FIL_PING_GUESS_INTRODUCTION)
    {
      guint8 guess[3] = { self->guess_version, (guint8) self->guess_port, (guint8) (self->guess_port >> 8) };

      fil_ggep_builder_add (&ggep, "GUE", fil_slice (guess, sizeof guess));
    }
  if (self->wants_ip)
    fil_ggep_builder_add_empty (&ggep, "IP");
  if (self->wants_dht_hosts)
    fil_ggep_builder_add_empty (&ggep, "DHTIPP");
  fil_ggep_builder_end (&ggep);
}
