/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pong.h"

#include "ggep.h"
#include "reader.h"

#define DAY_S 86400
#define LOCALE_MAX 16
#define NAME_MAX_LEN 255

/* A DNS name, so that nothing else ever reaches a resolver. */
static gboolean
is_dns_name (FilSlice name)
{
  for (gsize i = 0; i < name.len; i++)
    if (!g_ascii_isalnum (name.data[i]) && name.data[i] != '.' && name.data[i] != '-')
      return FALSE;
  return TRUE;
}

static gboolean
is_plain_text (FilSlice text)
{
  for (gsize i = 0; i < text.len; i++)
    if (text.data[i] < 0x20 && text.data[i] != '\n')
      return FALSE;
  return text.len > 0 && fil_slice_is_utf8 (text);
}

static void
read_self (FilPong *self,
           const FilGgep *ggep)
{
  FilSlice data;
  guint64 uptime;

  if (fil_ggep_read_plain (ggep, "VC", 255, &data) && data.len >= 4)
    {
      self->has_vendor = TRUE;
      memcpy (self->vendor, data.data, 4);
      self->vendor_version = data.len > 4 ? data.data[4] : 0;
    }
  if (fil_ggep_read_plain (ggep, "UP", 255, &data) && data.len >= 3)
    {
      self->has_ultrapeer = TRUE;
      self->ultrapeer_version = data.data[0];
      self->leaf_slots = data.data[1];
      self->ultrapeer_slots = data.data[2];
    }
  if (fil_ggep_read_vlint (ggep, "DU", &uptime))
    {
      self->has_uptime = TRUE;
      self->uptime_s = (guint32) MIN (uptime, DAY_S);
    }
  if (fil_ggep_read_plain (ggep, "GUE", 255, &data))
    {
      self->has_guess = TRUE;
      self->guess_version = data.len > 0 ? data.data[0] : 0x01; /* LimeWire: empty is 0.1 */
    }
  if (fil_ggep_read_plain (ggep, "DHT", 255, &data) && data.len >= 3)
    {
      self->has_dht = TRUE;
      memcpy (self->dht, data.data, 3);
    }
  if (fil_ggep_read_plain (ggep, "LOC", LOCALE_MAX, &data) && is_plain_text (data))
    self->locale = data;
  self->tls = fil_ggep_has (ggep, "TLS") || fil_ggep_has (ggep, "GTKG.TLS");
  if (!fil_ggep_read_v6 (ggep, self->endpoint.port, &self->endpoint6))
    self->endpoint6 = (FilEndpoint) { 0 };
}

static void
read_answers (FilPong *self,
              const FilGgep *ggep)
{
  guint8 room[FIL_HOST_CACHES_TEXT_MAX];
  FilSlice data;

  if (fil_ggep_read (ggep, "IP", room, sizeof room, &data)
      && !fil_packed_endpoint_read (data, &self->your_address))
    self->your_address = (FilEndpoint) { 0 };
  if (fil_ggep_read_plain (ggep, "QK", FIL_QUERY_KEY_MAX, &data) && data.len >= 4)
    self->query_key = data;

  if (fil_ggep_read_plain (ggep, "UDPHC", NAME_MAX_LEN, &data))
    {
      self->is_host_cache = TRUE;
      if (data.len > 0 && is_dns_name (data))
        self->host_cache_name = data;
    }
  if (fil_ggep_read (ggep, "PHC", room, sizeof room, &data) && is_plain_text (data))
    self->host_caches = g_strndup ((const char *) data.data, data.len);

  self->n_hosts = fil_packed_hosts_read_ggep (ggep, "IPP", 4, self->hosts, FIL_PONG_HOSTS_MAX);
  self->n_hosts += fil_packed_hosts_read_ggep (ggep, "IPP6", 6, self->hosts + self->n_hosts,
                                               FIL_PONG_HOSTS_MAX - self->n_hosts);
}

/**
 * fil_pong_decode:
 * @self: (out): to be cleared with fil_pong_clear(), also after a failure
 *
 * Returns: whether @payload is the 14 bytes and nothing else but one GGEP block (messages.md §2)
 */
gboolean
fil_pong_decode (FilPong *self,
                 FilSlice payload)
{
  FilReader r = payload;
  FilGgep ggep;
  guint8 addr[4];
  guint16 port;

  memset (self, 0, G_STRUCT_OFFSET (FilPong, hosts));
  self->n_hosts = 0;
  if (!fil_reader_le16 (&r, &port) || !fil_reader_copy (&r, addr, sizeof addr)
      || !fil_reader_le32 (&r, &self->files) || !fil_reader_le32 (&r, &self->kib)
      || !fil_ggep_parse_whole (&ggep, r))
    return FALSE;

  self->endpoint = fil_packed_v4 (addr, port);
  if (ggep.n_items > 0)
    {
      read_self (self, &ggep);
      read_answers (self, &ggep);
    }
  return TRUE;
}

static void
write_self (const FilPong *self,
            FilGgepBuilder *ggep)
{
  if (self->has_vendor)
    {
      guint8 vendor[5];

      memcpy (vendor, self->vendor, 4);
      vendor[4] = self->vendor_version;
      fil_ggep_builder_add (ggep, "VC", fil_slice (vendor, sizeof vendor));
    }
  if (self->has_guess)
    fil_ggep_builder_add_u8 (ggep, "GUE", self->guess_version);
  if (self->has_ultrapeer)
    {
      guint8 up[3] = { self->ultrapeer_version, self->leaf_slots, self->ultrapeer_slots };

      fil_ggep_builder_add (ggep, "UP", fil_slice (up, sizeof up));
    }
  if (self->has_uptime)
    fil_ggep_builder_add_vlint (ggep, "DU", MIN (self->uptime_s, DAY_S));
  if (self->has_dht)
    fil_ggep_builder_add (ggep, "DHT", fil_slice (self->dht, 3));
  if (self->locale.len > 0)
    fil_ggep_builder_add (ggep, "LOC", self->locale);
  if (self->tls)
    fil_ggep_builder_add_empty (ggep, "TLS");
  fil_ggep_builder_add_v6 (ggep, &self->endpoint6);
}

/**
 * fil_pong_encode:
 *
 * Appends the payload.
 */
void
fil_pong_encode (const FilPong *self,
                 FilWriter *out)
{
  FilGgepBuilder ggep;
  guint8 addr[4];

  fil_packed_v4_address (&self->endpoint, addr);
  fil_writer_le16 (out, self->endpoint.port);
  fil_writer_bytes (out, addr, sizeof addr);
  fil_writer_le32 (out, self->files);
  fil_writer_le32 (out, self->kib);

  fil_ggep_builder_init (&ggep, out, FALSE);
  if (self->query_key.len > 0)
    fil_ggep_builder_add (&ggep, "QK", self->query_key);
  write_self (self, &ggep);
  if (self->your_address.family != 0)
    {
      g_auto (FilWriter) address;

      fil_writer_init (&address);
      fil_packed_endpoint_write (&self->your_address, &address);
      fil_ggep_builder_add (&ggep, "IP", fil_writer_slice (&address));
    }
  fil_packed_hosts_add_ggep (&ggep, "IPP", 4, self->hosts, self->n_hosts);
  fil_packed_hosts_add_ggep (&ggep, "IPP6", 6, self->hosts, self->n_hosts);
  if (self->is_host_cache)
    fil_ggep_builder_add (&ggep, "UDPHC", self->host_cache_name);
  if (self->host_caches != NULL)
    fil_ggep_builder_add_deflated (&ggep, "PHC", fil_slice_text (self->host_caches));
  fil_ggep_builder_end (&ggep);
}

/**
 * fil_pong_clear:
 *
 * Frees what the pong owns.
 */
void
fil_pong_clear (FilPong *self)
{
  g_clear_pointer (&self->host_caches, g_free);
}

static gboolean
is_power_of_two (guint32 n)
{
  return n != 0 && (n & (n - 1)) == 0;
}

/**
 * fil_pong_kib:
 * @kib: that are really shared
 *
 * An ultrapeer shows itself by an exact power of two of at least 8, and a leaf must avoid those
 * (messages.md §2).
 *
 * Returns: what to write into the pong
 */
guint32
fil_pong_kib (guint64 kib,
              gboolean is_ultrapeer)
{
  guint32 shown = (guint32) MIN (kib, G_MAXUINT32);
  guint32 power = 8;

  if (!is_ultrapeer)
    return shown >= 8 && is_power_of_two (shown) ? shown | 1 : shown;
  while (power <= shown / 2)
    power *= 2;
  return power;
}

/**
 * fil_pong_is_ultrapeer:
 *
 * Returns: whether the pong speaks of an ultrapeer, by GGEP or by the size it claims
 */
gboolean
fil_pong_is_ultrapeer (const FilPong *self)
{
  return self->has_ultrapeer || (self->kib >= 8 && is_power_of_two (self->kib));
}
