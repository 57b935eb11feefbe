/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "push-endpoint.h"

#include "alt-locs.h"
#include "text-scan.h"

/* First byte of the binary form (push.md §3). */
#define BINARY_COUNT 0x07
#define BINARY_FWT_SHIFT 3
#define BINARY_FWT 0x03
#define BINARY_TLS 0x80

/* "port:ip": the firewalled host's own address, the wrong way round so that nobody dials it. */
static gboolean
parse_reversed (FilSlice item,
                FilEndpoint *out)
{
  FilReader r = item;
  guint64 port;

  if (!fil_scan_uint (&r, G_MAXUINT16, &port) || port == 0 || !fil_scan_char (&r, ':') || r.len == 0)
    return FALSE;
  return fil_endpoint_parse (out, (const char *) r.data, (gssize) r.len, (guint16) port) && out->port == port;
}

static void
parse_item (FilPushEndpoint *self,
            FilSlice item,
            FilSlice *bits,
            guint *position)
{
  FilReader r = item;
  FilSlice name;
  FilSlice value;
  guint64 n;

  if (fil_scan_word (&r, "fwt/") && fil_scan_uint (&r, 999, &n))
    {
      self->fwt = (guint) n;
      return;
    }
  if (fil_scan_pair (item, &name, &value))
    {
      if (fil_slice_is (name, "pptls"))
        *bits = value;
      return;
    }
  if (self->external.family == 0 && parse_reversed (item, &self->external))
    return;
  if (memchr (item.data, '/', item.len) != NULL)
    return; /* an option that nobody knows */

  if (self->n_proxies < FIL_PROXIES_MAX
      && fil_endpoint_parse (&self->proxies[self->n_proxies].endpoint, (const char *) item.data,
                             (gssize) item.len, FIL_GNUTELLA_PORT))
    self->proxies[self->n_proxies++].tls = fil_tls_bit (*bits, *position);
  (*position)++;
}

/**
 * fil_push_endpoint_parse:
 * @text: "GUID;fwt/1;port:ip;pptls=8;ip:port;…"
 *
 * Without a valid external address fwt is ignored, as everybody does.
 *
 * Returns: whether it begins with 32 hexadecimal digits that are not all 0
 */
gboolean
fil_push_endpoint_parse (FilPushEndpoint *self,
                         FilSlice text)
{
  FilReader r = text;
  FilSlice bits = FIL_SLICE_NONE;
  FilSlice item;
  guint position = 0;

  memset (self, 0, sizeof *self);
  if (!fil_scan_item (&r, ';', &item)
      || !fil_guid_parse_hex (&self->guid, (const char *) item.data, (gssize) item.len)
      || fil_guid_is_zero (&self->guid))
    return FALSE;
  while (fil_scan_item (&r, ';', &item))
    if (item.len > 0)
      parse_item (self, item, &bits, &position);
  if (self->external.family == 0)
    self->fwt = 0;
  return TRUE;
}

/**
 * fil_push_endpoints_parse:
 * @value: (nullable): of X-FAlt or X-NFAlt: entries joined by ","
 * @out: room for @max
 *
 * Returns: entries in @out; broken ones are skipped
 */
guint
fil_push_endpoints_parse (const char *value,
                          FilPushEndpoint *out,
                          guint max)
{
  FilReader r = fil_slice_text (value);
  FilSlice item;
  guint n = 0;

  while (n < max && fil_scan_item (&r, ',', &item))
    if (fil_push_endpoint_parse (&out[n], item))
      n++;
  return n;
}

/**
 * fil_push_endpoint_write:
 *
 * Appends the text, without spaces, which some readers do not take.
 */
void
fil_push_endpoint_write (const FilPushEndpoint *self,
                         FilWriter *out)
{
  char guid[FIL_GUID_HEX_LEN + 1];
  char text[FIL_ENDPOINT_TEXT_LEN];
  char bits[FIL_PROXIES_MAX / 4 + 2];

  fil_guid_to_hex (&self->guid, guid);
  for (char *p = guid; *p != '\0'; p++)
    *p = g_ascii_toupper (*p); /* as LimeWire writes it */
  fil_writer_printf (out, "%s", guid);
  if (self->fwt > 0 && self->external.family != 0)
    fil_writer_printf (out, ";fwt/%u", self->fwt);
  if (self->external.family != 0)
    fil_writer_printf (out, ";%u:%s", self->external.port, fil_endpoint_address_text (&self->external, text));
  if (fil_tls_bits_to_hex (self->proxies, self->n_proxies, bits, sizeof bits) > 0)
    fil_writer_printf (out, ";pptls=%s", bits);
  for (guint i = 0; i < self->n_proxies; i++)
    fil_writer_printf (out, ";%s", fil_endpoint_to_text (&self->proxies[i].endpoint, text));
}

/**
 * fil_push_endpoint_read:
 *
 * Reads the binary form; at most seven IPv4 proxies fit there.
 *
 * Returns: whether it was whole
 */
gboolean
fil_push_endpoint_read (FilPushEndpoint *self,
                        FilReader *reader)
{
  FilReader r = *reader;
  FilSlice external;
  FilSlice proxies;
  guint8 first;
  guint8 bits = 0;

  memset (self, 0, sizeof *self);
  if (!fil_reader_u8 (&r, &first) || !fil_reader_copy (&r, self->guid.bytes, sizeof self->guid.bytes))
    return FALSE;
  self->fwt = first >> BINARY_FWT_SHIFT & BINARY_FWT;
  if (self->fwt > 0
      && (!fil_reader_slice (&r, FIL_PACKED_V4, &external)
          || !fil_packed_endpoint_read (external, &self->external)))
    return FALSE;
  if ((first & BINARY_TLS) != 0 && !fil_reader_u8 (&r, &bits))
    return FALSE;
  if (!fil_reader_slice (&r, (gsize) (first & BINARY_COUNT) * FIL_PACKED_V4, &proxies))
    return FALSE;
  self->n_proxies = fil_packed_hosts_read (proxies, fil_slice (&bits, 1), 4, self->proxies, FIL_PROXIES_MAX);
  *reader = r;
  return TRUE;
}

/**
 * fil_push_endpoint_write_binary:
 *
 * Appends the binary form; IPv6 proxies and an eighth one are left out, and fwt without an IPv4 address.
 */
void
fil_push_endpoint_write_binary (const FilPushEndpoint *self,
                                FilWriter *out)
{
  const gboolean fwt = self->fwt > 0 && self->external.family == 4;
  const gsize first_at = out->len;
  guint8 first = fwt ? (guint8) (MIN (self->fwt, BINARY_FWT) << BINARY_FWT_SHIFT) : 0;
  guint8 bits = 0;
  guint n = 0;
  FilEndpoint listed[BINARY_COUNT];

  for (guint i = 0; i < self->n_proxies && n < BINARY_COUNT; i++)
    if (self->proxies[i].endpoint.family == 4)
      {
        if (self->proxies[i].tls)
          bits |= (guint8) (0x80 >> n);
        listed[n++] = self->proxies[i].endpoint;
      }

  first |= (guint8) n | (bits != 0 ? BINARY_TLS : 0);
  fil_writer_u8 (out, first);
  fil_writer_bytes (out, self->guid.bytes, sizeof self->guid.bytes);
  if (fwt)
    fil_packed_endpoint_write (&self->external, out);
  if (bits != 0)
    fil_writer_u8 (out, bits);
  for (guint i = 0; i < n; i++)
    fil_packed_endpoint_write (&listed[i], out);
  g_warn_if_fail (out->len > first_at);
}
