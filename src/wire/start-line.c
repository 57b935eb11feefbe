/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "start-line.h"

#include "text-scan.h"

#define VERSION_MAX 999

static gboolean
scan_version (FilReader *r,
              guint *major,
              guint *minor)
{
  guint64 a;
  guint64 b;

  if (!fil_scan_uint (r, VERSION_MAX, &a) || !fil_scan_char (r, '.') || !fil_scan_uint (r, VERSION_MAX, &b))
    return FALSE;
  *major = (guint) a;
  *minor = (guint) b;
  return TRUE;
}

/* "http://host:port/path" becomes "/path". */
static FilSlice
cut_authority (FilSlice target)
{
  const gsize scheme = strlen ("http://");
  const guint8 *path;

  if (!fil_slice_starts_with_case (target, "http://"))
    return target;
  path = target.len > scheme ? memchr (target.data + scheme, '/', target.len - scheme) : NULL;
  return path == NULL ? fil_slice ("/", 1) : fil_slice (path, target.len - (gsize) (path - target.data));
}

/**
 * fil_http_request_line_parse:
 *
 * Returns: whether @line is "METHOD target HTTP/x.y", or without the version what HTTP/0.9 had
 */
gboolean
fil_http_request_line_parse (FilHttpRequestLine *self,
                             const char *line)
{
  FilReader r = fil_slice_strip (fil_slice_text (line));
  const guint8 *space = r.len == 0 ? NULL : memchr (r.data, ' ', r.len);

  if (space == NULL)
    return FALSE;
  self->method = fil_slice (r.data, (gsize) (space - r.data));
  for (gsize i = 0; i < self->method.len; i++)
    if (!g_ascii_isupper (self->method.data[i]))
      return FALSE;
  if (self->method.len == 0 || !fil_reader_skip (&r, self->method.len))
    return FALSE;
  r = fil_slice_strip (r);

  /* The version is the last word: names with spaces that were not escaped do occur. */
  self->target = r;
  self->major = 0;
  self->minor = 9;
  for (gsize i = r.len; i > 0; i--)
    if (r.data[i - 1] == ' ')
      {
        FilReader version = fil_slice (r.data + i, r.len - i);

        if (fil_scan_word (&version, "HTTP/"))
          {
            if (!scan_version (&version, &self->major, &self->minor) || version.len > 0)
              return FALSE;
            self->target = fil_slice_strip (fil_slice (r.data, i - 1));
          }
        break;
      }
  self->target = cut_authority (self->target);
  return self->target.len > 0 && self->target.data[0] == '/';
}

/* " NNN reason", or without the reason. */
static gboolean
scan_status (FilStatusLine *self,
             FilReader r)
{
  guint64 code;

  if (!fil_scan_char (&r, ' '))
    return FALSE;
  fil_scan_space (&r);
  if (!fil_scan_uint (&r, 999, &code) || code < 100 || (r.len > 0 && r.data[0] != ' '))
    return FALSE;
  self->code = (guint) code;
  self->reason = fil_slice_strip (r);
  return TRUE;
}

static gboolean
parse_status (FilStatusLine *self,
              const char *line,
              const char *protocol)
{
  FilReader r = fil_slice_text (line);

  return fil_scan_word (&r, protocol) && scan_version (&r, &self->major, &self->minor) && scan_status (self, r);
}

/**
 * fil_http_status_line_parse:
 *
 * The first servents leave the version out, which LimeWire takes as well; that is HTTP/1.0.
 *
 * Returns: whether @line is "HTTP/x.y NNN reason"; the reason may be missing
 */
gboolean
fil_http_status_line_parse (FilStatusLine *self,
                            const char *line)
{
  FilReader r = fil_slice_text (line);

  if (parse_status (self, line, "HTTP/"))
    return TRUE;
  self->major = 1;
  self->minor = 0;
  return fil_scan_word (&r, "HTTP") && scan_status (self, r);
}

/**
 * fil_handshake_status_line_parse:
 *
 * Returns: whether @line is "GNUTELLA/x.y NNN reason"
 */
gboolean
fil_handshake_status_line_parse (FilStatusLine *self,
                                 const char *line)
{
  return parse_status (self, line, "GNUTELLA/");
}

/**
 * fil_handshake_connect_line_parse:
 *
 * Returns: whether @line is "GNUTELLA CONNECT/x.y"
 */
gboolean
fil_handshake_connect_line_parse (const char *line,
                                  guint *major,
                                  guint *minor)
{
  FilReader r = fil_slice_text (line);

  return fil_scan_word (&r, "GNUTELLA CONNECT/") && scan_version (&r, major, minor)
         && fil_slice_strip (r).len == 0;
}

/**
 * fil_http_unescape:
 *
 * Returns: (transfer full) (nullable): the text with %XX decoded once; NULL when an escape is broken
 *   or stands for NUL
 */
char *
fil_http_unescape (FilSlice text)
{
  g_autoptr (GString) out = g_string_sized_new (text.len);

  for (gsize i = 0; i < text.len; i++)
    {
      int high;
      int low;

      if (text.data[i] != '%')
        {
          if (text.data[i] == 0)
            return NULL;
          g_string_append_c (out, (char) text.data[i]);
          continue;
        }
      if (text.len - i < 3)
        return NULL;
      high = g_ascii_xdigit_value ((char) text.data[i + 1]);
      low = g_ascii_xdigit_value ((char) text.data[i + 2]);
      if (high < 0 || low < 0 || (high | low) == 0)
        return NULL;
      g_string_append_c (out, (char) (high << 4 | low));
      i += 2;
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
