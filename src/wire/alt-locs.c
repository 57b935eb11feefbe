/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "alt-locs.h"

#include "text-scan.h"

/**
 * fil_tls_bits_apply_hex:
 * @hex: bit list; an odd last digit is a high nibble, missing ones are 0
 *
 * Returns: whether @hex was hexadecimal digits only; the hosts are left alone if not
 */
gboolean
fil_tls_bits_apply_hex (const char *hex,
                        gsize len,
                        FilHost *hosts,
                        guint n)
{
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isxdigit (hex[i]))
      return FALSE;
  for (guint i = 0; i < n; i++)
    hosts[i].tls = i / 4 < len && (g_ascii_xdigit_value (hex[i / 4]) & 8 >> i % 4) != 0;
  return TRUE;
}

/**
 * fil_tls_bits_to_hex:
 * @out: room for @size characters; n / 4 + 2 are enough
 *
 * Trailing zero digits are left out.
 *
 * Returns: digits in @out, which also gets a NUL; 0 when no host takes TLS
 */
gsize
fil_tls_bits_to_hex (const FilHost *hosts,
                     guint n,
                     char *out,
                     gsize size)
{
  gsize used = 0;

  for (guint digit = 0; digit * 4 < n && digit + 1 < size; digit++)
    {
      guint bits = 0;

      for (guint k = 0; k < 4 && digit * 4 + k < n; k++)
        if (hosts[digit * 4 + k].tls)
          bits |= 8u >> k;
      out[digit] = "0123456789ABCDEF"[bits];
      if (bits != 0)
        used = digit + 1;
    }
  if (size > 0)
    out[used] = '\0';
  return used;
}

/**
 * fil_tls_bit:
 * @bits: hexadecimal digits; others count as 0
 *
 * Returns: the bit of the entry at @position
 */
gboolean
fil_tls_bit (FilSlice bits,
             guint position)
{
  int digit = position / 4 < bits.len ? g_ascii_xdigit_value ((char) bits.data[position / 4]) : 0;

  return digit > 0 && (digit & 8 >> position % 4) != 0;
}

/**
 * fil_alt_locs_parse:
 * @value: (nullable): "tls=A,192.0.2.1:7000,192.0.2.2"; "pptls=" is read the same way
 * @out: room for @max hosts
 *
 * Entries that are no address are skipped, but count for the bits. Whether an address is one to dial is
 * for the gate to say.
 *
 * Returns: hosts in @out
 */
guint
fil_alt_locs_parse (const char *value,
                    FilHost *out,
                    guint max)
{
  FilReader r = fil_slice_text (value);
  FilSlice bits = FIL_SLICE_NONE;
  FilSlice item;
  guint position = 0;
  guint n = 0;

  while (n < max && fil_scan_item (&r, ',', &item))
    {
      FilSlice name;
      FilSlice hex;
      FilHost *host = &out[n];

      if (fil_scan_pair (item, &name, &hex))
        {
          if (fil_slice_is (name, "tls") || fil_slice_is (name, "pptls"))
            bits = hex;
          continue;
        }
      host->tls = fil_tls_bit (bits, position);
      position++;
      if (fil_endpoint_parse (&host->endpoint, (const char *) item.data, (gssize) item.len,
                              FIL_GNUTELLA_PORT))
        n++;
    }
  return n;
}

/* "http://192.0.2.1:6346/uri-res/N2R?urn:sha1:… 2002-04-30T08:30Z", if that is @file. */
static gboolean
read_url (FilSlice url,
          const FilSha1 *file,
          FilEndpoint *out)
{
  static const char scheme[] = "http://", urn[] = "urn:sha1:";
  FilReader r = url;
  FilSlice host, rest;
  FilSha1 sha1;

  if (!fil_scan_word (&r, scheme) || !fil_scan_item (&r, '/', &host) || host.len == 0)
    return FALSE;
  for (rest = r; rest.len >= strlen (urn) + FIL_SHA1_TEXT_LEN; rest = fil_slice (rest.data + 1, rest.len - 1))
    if (fil_slice_starts_with_case (rest, urn))
      return fil_sha1_parse (&sha1, (const char *) rest.data + strlen (urn), FIL_SHA1_TEXT_LEN) &&
             fil_sha1_equal (&sha1, file) &&
             fil_endpoint_parse (out, (const char *) host.data, (gssize) host.len, FIL_GNUTELLA_PORT);
  return FALSE;
}

/**
 * fil_old_alt_locs_get:
 *
 * Returns: (transfer none) (nullable): what programs older than X-Alt say of other places (http-transfer.md §6)
 */
const char *
fil_old_alt_locs_get (const FilHead *head)
{
  const char *value = fil_head_get (head, "X-Gnutella-Alternate-Location");

  return value != NULL ? value : fil_head_get (head, "Alternate-Location");
}

/**
 * fil_old_alt_locs_parse:
 * @value: (nullable): URLs, each with the time when it was right, or without
 * @file: whose places are wanted; of a URL without a hash nobody knows what is there
 * @out: room for @max hosts
 *
 * Returns: hosts in @out
 */
guint
fil_old_alt_locs_parse (const char *value,
                        const FilSha1 *file,
                        FilHost *out,
                        guint max)
{
  FilReader r = fil_slice_text (value);
  FilSlice url;
  guint n = 0;

  while (n < max && fil_scan_item (&r, ',', &url))
    {
      out[n] = (FilHost){ 0 };
      if (read_url (url, file, &out[n].endpoint))
        n++;
    }
  return n;
}

static void
write_list (const FilHost *hosts,
            guint n,
            const char *bits_name,
            gboolean may_be_bare,
            FilWriter *out)
{
  char bits[FIL_HTTP_ALTS_MAX / 4 + 2];

  n = MIN (n, FIL_HTTP_ALTS_MAX);
  if (bits_name != NULL && fil_tls_bits_to_hex (hosts, n, bits, sizeof bits) > 0)
    fil_writer_printf (out, "%s=%s%s", bits_name, bits, n > 0 ? "," : "");
  for (guint i = 0; i < n; i++)
    {
      const FilEndpoint *endpoint = &hosts[i].endpoint;
      char text[FIL_ENDPOINT_TEXT_LEN];

      if (endpoint->family == 4 && endpoint->port == FIL_GNUTELLA_PORT && may_be_bare)
        fil_endpoint_address_text (endpoint, text);
      else
        fil_endpoint_to_text (endpoint, text);
      fil_writer_printf (out, "%s%s", i > 0 ? "," : "", text);
    }
}

/**
 * fil_alt_locs_write:
 * @with_tls: for X-Alt; X-NAlt has no bits
 *
 * Appends the list; the default port is left out where it may be.
 */
void
fil_alt_locs_write (const FilHost *hosts,
                    guint n,
                    gboolean with_tls,
                    FilWriter *out)
{
  write_list (hosts, n, with_tls ? "tls" : NULL, with_tls, out);
}

/**
 * fil_push_proxies_write:
 *
 * Appends the value of X-Push-Proxy.
 */
void
fil_push_proxies_write (const FilHost *hosts,
                        guint n,
                        FilWriter *out)
{
  write_list (hosts, n, "pptls", FALSE, out);
}
