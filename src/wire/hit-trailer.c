/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hit-trailer.h"

#include "ggep.h"
#include "ggep-builder.h"
#include "hit-record.h"

/* Bits whose validity stands in the first byte and whose value stands in the second. */
#define STRAIGHT_BITS (FIL_HIT_BUSY | FIL_HIT_UPLOADED | FIL_HIT_SPEED_MEASURED | FIL_HIT_GGEP)

#define HOSTNAME_MAX 255
#define SIGNAL_MAX 512
#define XML_PLAIN "{plaintext}"

/* Everything is true only when both bytes say so, as gtk-gnutella reads it; the firewalled bit alone
 * has its validity in the second byte. */
static void
read_bits (FilHitTrailer *self,
           guint8 enabler,
           guint8 setter)
{
  self->known = (enabler & STRAIGHT_BITS) | (setter & FIL_HIT_FIREWALLED);
  self->set = enabler & setter & self->known;
}

static void
read_ggep (FilHitTrailer *self,
           const FilGgep *ggep,
           guint16 port)
{
  static const char *const keys6[] = { FIL_GGEP_PROXIES6, "PUSH6" };
  FilSlice data;

  if (fil_ggep_read_plain (ggep, "SO", FIL_OOB_TOKEN_MAX, &data))
    self->token = data;
  if (fil_ggep_read_plain (ggep, FIL_GGEP_SIGNAL, SIGNAL_MAX, &data))
    self->signal = data;
  if (fil_ggep_read_plain (ggep, "HNAME", HOSTNAME_MAX, &data) && fil_slice_is_utf8 (data))
    self->hostname = data;
  if (fil_ggep_read_plain (ggep, "FW", 255, &data) && data.len > 0)
    self->fw_version = data.data[0];
  self->tls = fil_ggep_has (ggep, "TLS") || fil_ggep_has (ggep, "GTKG.TLS");
  self->browse = fil_ggep_has (ggep, "BH");
  if (!fil_ggep_read_v6 (ggep, port, &self->endpoint6))
    self->endpoint6 = (FilEndpoint) { 0 };
  self->n_proxies = fil_packed_hosts_read_ggep (ggep, "PUSH", 4, self->proxies, FIL_PROXIES_MAX);
  for (guint i = 0; i < G_N_ELEMENTS (keys6); i++)
    self->n_proxies += fil_packed_hosts_read_ggep (ggep, keys6[i], 6, self->proxies + self->n_proxies,
                                                   FIL_PROXIES_MAX - self->n_proxies);
}

/* The private area: perhaps a chat byte, then GGEP, then XML. Relays may have dropped the chat byte. */
static void
read_private (FilHitTrailer *self,
              FilSlice area,
              guint16 port)
{
  for (gsize i = 0; i < area.len; i++)
    {
      FilReader r = fil_slice (area.data + i, area.len - i);
      FilGgep ggep;

      if (area.data[i] != FIL_GGEP_MAGIC || !fil_ggep_parse (&ggep, &r))
        continue;
      self->chat = i > 0 && area.data[0] == 1;
      read_ggep (self, &ggep, port);
      return;
    }
  self->chat = area.len > 0 && area.data[0] == 1;
}

static void
read_xml (FilHitTrailer *self,
          FilReader *area,
          guint16 size)
{
  if (size == 0 || size > area->len)
    return;
  self->xml = fil_slice (area->data + area->len - size, size - 1u); /* the NUL is counted */
  area->len -= size;
  if (fil_slice_starts_with_case (self->xml, XML_PLAIN))
    {
      self->xml.data += strlen (XML_PLAIN);
      self->xml.len -= strlen (XML_PLAIN);
    }
}

/**
 * fil_hit_trailer_parse:
 * @self: (out): always filled; all 0 when there is no trailer or the records before it are broken
 *
 * Returns: whether there is a trailer; without one the records are as good as with it
 */
gboolean
fil_hit_trailer_parse (FilHitTrailer *self,
                       const FilQueryHit *hit)
{
  FilHitIter iter = fil_hit_iter (hit);
  FilReader open;
  FilReader area;
  guint8 vendor[4];
  guint8 open_size;
  guint8 enabler;
  guint8 setter;
  guint16 xml_size;

  memset (self, 0, sizeof *self);
  while (fil_hit_iter_skip (&iter))
    ;
  area = iter.rest;
  if (iter.broken || !fil_reader_copy (&area, vendor, sizeof vendor) || !fil_reader_u8 (&area, &open_size)
      || !fil_reader_slice (&area, open_size, &open))
    return FALSE;

  self->present = TRUE;
  memcpy (self->vendor, vendor, sizeof vendor);
  if (fil_reader_u8 (&open, &enabler) && fil_reader_u8 (&open, &setter))
    {
      read_bits (self, enabler, setter);
      if (fil_reader_le16 (&open, &xml_size))
        read_xml (self, &area, xml_size);
    }
  read_private (self, area, hit->endpoint.port);
  return TRUE;
}

static guint
write_ggep (const FilHitTrailer *self,
            FilWriter *out)
{
  FilGgepBuilder ggep;

  fil_ggep_builder_init (&ggep, out, FALSE);
  if (self->token.len > 0)
    fil_ggep_builder_add (&ggep, "SO", self->token);
  fil_packed_hosts_add_ggep (&ggep, "PUSH", 4, self->proxies, self->n_proxies);
  fil_packed_hosts_add_ggep (&ggep, FIL_GGEP_PROXIES6, 6, self->proxies, self->n_proxies);
  if (self->tls)
    fil_ggep_builder_add_empty (&ggep, "TLS");
  if (self->browse)
    fil_ggep_builder_add_empty (&ggep, "BH");
  fil_ggep_builder_add_v6 (&ggep, &self->endpoint6);
  if (self->fw_version > 0)
    fil_ggep_builder_add_u8 (&ggep, "FW", self->fw_version);
  if (self->hostname.len > 0)
    fil_ggep_builder_add (&ggep, "HNAME", self->hostname);
  if (self->signal.len > 0)
    fil_ggep_builder_add (&ggep, FIL_GGEP_SIGNAL, self->signal);
  return fil_ggep_builder_end (&ggep);
}

/**
 * fil_hit_trailer_write:
 * @self: an all-zero @vendor becomes FLBT; FIL_HIT_GGEP, @chat and @xml are not looked at
 *
 * Appends the trailer with two open bytes.
 */
void
fil_hit_trailer_write (const FilHitTrailer *self,
                       FilWriter *out)
{
  static const guint8 nobody[4];
  guint8 enabler = (self->known & STRAIGHT_BITS) | (self->set & FIL_HIT_FIREWALLED) | FIL_HIT_GGEP;
  guint8 setter = (self->set & self->known & STRAIGHT_BITS & ~FIL_HIT_GGEP)
                  | (self->known & FIL_HIT_FIREWALLED);
  gsize bits;

  if (memcmp (self->vendor, nobody, 4) == 0)
    fil_writer_bytes (out, FIL_VENDOR_FLBT, 4);
  else
    fil_writer_bytes (out, self->vendor, 4);
  fil_writer_u8 (out, 2);
  bits = out->len;
  fil_writer_u8 (out, enabler);
  fil_writer_u8 (out, setter);
  if (write_ggep (self, out) > 0)
    {
      setter |= FIL_HIT_GGEP;
      fil_writer_patch (out, bits + 1, &setter, 1);
    }
}
