/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "handshake-values.h"

#include "text-scan.h"
#include "wire-limits.h"

/**
 * fil_header_bool:
 * @value: (nullable)
 *
 * Returns: what "True" or "False" says; anything else counts as absent
 */
FilHeaderBool
fil_header_bool (const char *value)
{
  if (value == NULL)
    return FIL_HEADER_ABSENT;
  if (g_ascii_strcasecmp (value, "true") == 0)
    return FIL_HEADER_TRUE;
  return g_ascii_strcasecmp (value, "false") == 0 ? FIL_HEADER_FALSE : FIL_HEADER_ABSENT;
}

/**
 * fil_header_version:
 * @value: (nullable): "0.2", or "1"
 *
 * Returns: whether it is a version
 */
gboolean
fil_header_version (const char *value,
                    guint *major,
                    guint *minor)
{
  FilReader r = fil_slice_strip (fil_slice_text (value));
  guint64 a;
  guint64 b = 0;

  if (!fil_scan_uint (&r, 999, &a))
    return FALSE;
  if (fil_scan_char (&r, '.') && !fil_scan_uint (&r, 999, &b))
    return FALSE;
  *major = (guint) a;
  *minor = (guint) b;
  return TRUE;
}

/**
 * fil_header_version_at_least:
 * @value: (nullable)
 *
 * Returns: whether @value is that version or a later one
 */
gboolean
fil_header_version_at_least (const char *value,
                             guint major,
                             guint minor)
{
  guint a;
  guint b;

  return fil_header_version (value, &a, &b) && (a > major || (a == major && b >= minor));
}

/**
 * fil_header_uint:
 * @value: (nullable)
 * @max: largest value that is taken
 *
 * Returns: whether @value is a number and nothing else
 */
gboolean
fil_header_uint (const char *value,
                 guint64 max,
                 guint64 *out)
{
  return fil_slice_to_uint (fil_slice_text (value), max, out);
}

/**
 * fil_header_feature:
 * @value: (nullable): "tls/1.0, sflag/0.1"
 * @name: of a feature, in any case
 * @major: (out) (optional):
 * @minor: (out) (optional):
 *
 * Returns: whether X-Features names it
 */
gboolean
fil_header_feature (const char *value,
                    const char *name,
                    guint *major,
                    guint *minor)
{
  FilReader r = fil_slice_text (value);
  FilSlice item;

  while (fil_scan_item (&r, ',', &item))
    {
      guint64 a = 0;
      guint64 b = 0;

      if (!fil_scan_word (&item, name) || (item.len > 0 && item.data[0] != '/'))
        continue;
      if (item.len > 0
          && (!fil_scan_char (&item, '/') || !fil_scan_uint (&item, 999, &a)
              || (fil_scan_char (&item, '.') && !fil_scan_uint (&item, 999, &b))))
        continue;
      if (major != NULL)
        *major = (guint) a;
      if (minor != NULL)
        *minor = (guint) b;
      return TRUE;
    }
  return FALSE;
}

/**
 * fil_handshake_listen_address:
 * @v4: (out): family 0 when none was given
 * @v6: (out): family 0 when none was given
 *
 * Reads Node, Node-IPv6, Listen-IP and X-My-Address (handshake.md §2). The first of each family stands.
 *
 * Returns: whether there was any
 */
gboolean
fil_handshake_listen_address (const FilHead *head,
                              FilEndpoint *v4,
                              FilEndpoint *v6)
{
  static const char *const names[] = { "Node", "Node-IPv6", "Listen-IP", "X-My-Address" };

  *v4 = *v6 = (FilEndpoint) { 0 };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      FilEndpoint found[4];
      guint n = fil_endpoint_list_parse (fil_head_get (head, names[i]), 0, found, G_N_ELEMENTS (found));

      for (guint k = 0; k < n; k++)
        {
          FilEndpoint *which = found[k].family == 4 ? v4 : v6;

          if (which->family == 0)
            *which = found[k];
        }
    }
  return v4->family != 0 || v6->family != 0;
}

/**
 * fil_handshake_remote_address:
 *
 * Returns: whether Remote-IP or X-Remote-IP holds an address; a port in it is dropped
 */
gboolean
fil_handshake_remote_address (const FilHead *head,
                              FilEndpoint *out)
{
  const char *value = fil_head_get (head, "Remote-IP");

  if (value == NULL)
    value = fil_head_get (head, "X-Remote-IP");
  if (value == NULL || !fil_endpoint_parse (out, value, -1, 1))
    return FALSE;
  out->port = 0;
  return TRUE;
}

/**
 * fil_endpoint_list_parse:
 * @value: (nullable): "ip:port, [v6]:port"; more words behind an entry (dates, in old peers) are left aside
 * @default_port: for entries without a port; 0: those are skipped
 * @out: room for @max
 *
 * Returns: endpoints in @out
 */
guint
fil_endpoint_list_parse (const char *value,
                         guint16 default_port,
                         FilEndpoint *out,
                         guint max)
{
  FilReader r = fil_slice_text (value);
  FilSlice item;
  guint n = 0;

  while (n < max && fil_scan_item (&r, ',', &item))
    {
      FilSlice word;

      if (fil_scan_item (&item, ' ', &word)
          && fil_endpoint_parse (&out[n], (const char *) word.data, (gssize) word.len, default_port))
        n++;
    }
  return n;
}

/**
 * fil_endpoint_list_write:
 *
 * Appends "ip:port, [v6]:port".
 */
void
fil_endpoint_list_write (const FilEndpoint *endpoints,
                         guint n,
                         FilWriter *out)
{
  for (guint i = 0; i < n; i++)
    {
      char text[FIL_ENDPOINT_TEXT_LEN];

      fil_writer_printf (out, "%s%s", i > 0 ? ", " : "", fil_endpoint_to_text (&endpoints[i], text));
    }
}
