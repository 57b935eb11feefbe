/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "head-writer.h"

#include <stdio.h>

/* The spelling of each header that peers know; LimeWire compares case-sensitively (peers.md). */
static const char *const canonical_names[] = {
  "Accept",
  "Accept-Encoding",
  "Accept-Ranges",
  "Allow",
  "Alternate-Location",
  "Bye-Packet",
  "Connection",
  "Content-Disposition",
  "Content-Encoding",
  "Content-Length",
  "Content-Range",
  "Content-Type",
  "Crawler",
  "Date",
  "GGEP",
  "GUID",
  "Host",
  "Last-Modified",
  "Leaves",
  "Listen-IP",
  "Location",
  "Node",
  "Peers",
  "Pong-Caching",
  "Range",
  "Remote-IP",
  "Retry-After",
  "Server",
  "Transfer-Encoding",
  "Upgrade",
  "User-Agent",
  "Vendor-Message",
  "X-Alt",
  "X-Available",
  "X-Available-Ranges",
  "X-Content-URN",
  "X-Create-Time",
  "X-Degree",
  "X-Downloaded",
  "X-Dynamic-Querying",
  "X-Ext-Probes",
  "X-FAlt",
  "X-FW-Node-Info",
  "X-FWTP",
  "X-Features",
  "X-GUID",
  "X-Gnutella-Content-URN",
  "X-Guess",
  "X-Host",
  "X-Hostname",
  "X-Live-Since",
  "X-Locale-Pref",
  "X-Max-TTL",
  "X-NAlt",
  "X-NFAlt",
  "X-Node",
  "X-Node-IPv6",
  "X-Push-Proxy",
  "X-Query-Routing",
  "X-Queue",
  "X-Queued",
  "X-Requeries",
  "X-Thex-URI",
  "X-Try",
  "X-Try-Ultrapeers",
  "X-Ultrapeer",
  "X-Ultrapeer-Needed",
  "X-Ultrapeer-Query-Routing",
};

/* The spelling of a header's name that peers know, or @name itself. */
static const char *
canonical_name (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (canonical_names); i++)
    if (g_ascii_strcasecmp (canonical_names[i], name) == 0)
      return canonical_names[i];
  return name;
}

static void G_GNUC_PRINTF (2, 0)
write_format (FilWriter *out,
              const char *format,
              va_list args)
{
  g_autofree char *text = g_strdup_vprintf (format, args);

  /* A value may hold what a stranger said: it must not be able to add lines. */
  for (char *p = text; *p != '\0'; p++)
    if (((guchar) *p < 0x20 && *p != '\t') || *p == 0x7f)
      *p = ' ';
  fil_writer_bytes (out, text, strlen (text));
  fil_writer_bytes (out, "\r\n", 2);
}

/**
 * fil_head_write_line:
 *
 * Appends the first line.
 */
void
fil_head_write_line (FilWriter *out,
                     const char *format,
                     ...)
{
  va_list args;

  va_start (args, format);
  write_format (out, format, args);
  va_end (args);
}

/**
 * fil_head_write_header:
 * @name: is written in its canonical spelling
 * @format: of the value; control characters in it become spaces
 *
 * Appends one header. Keep its line below FIL_HEAD_LINE_MAX bytes: it is never folded.
 */
void
fil_head_write_header (FilWriter *out,
                       const char *name,
                       const char *format,
                       ...)
{
  const char *canonical = canonical_name (name);
  va_list args;

  fil_writer_bytes (out, canonical, strlen (canonical));
  fil_writer_bytes (out, ": ", 2);
  va_start (args, format);
  write_format (out, format, args);
  va_end (args);
}

/**
 * fil_head_write_end:
 *
 * Appends the empty line.
 */
void
fil_head_write_end (FilWriter *out)
{
  fil_writer_bytes (out, "\r\n", 2);
}
