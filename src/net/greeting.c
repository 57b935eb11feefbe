/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "greeting.h"

#include "push-proxy-request.h"

#include <string.h>

static const struct
{
  const char *start;
  FilGreeting kind;
} starts[] = {
  { "GNUTELLA CONNECT/", FIL_GREETING_GNUTELLA },
  { "GET ", FIL_GREETING_HTTP },
  { "HEAD ", FIL_GREETING_HTTP },
  { "OPTIONS ", FIL_GREETING_HTTP },
  { "GIV ", FIL_GREETING_GIV },
  { "QUEUE ", FIL_GREETING_QUEUE },
  { "PUNCH ", FIL_GREETING_PUNCH },
  { "CONNECT BACK", FIL_GREETING_CONNECT_BACK },
};

static gboolean
is_push_proxy (const guint8 *line,
               gsize len)
{
  const guint8 *space = memchr (line, ' ', len);
  gsize at = space != NULL ? (gsize) (space + 1 - line) : len;

  return fil_push_proxy_request_is (fil_slice (line + at, len - at));
}

static FilGreeting
kind_of (const guint8 *line,
         gsize len)
{
  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    if (len >= strlen (starts[i].start) && memcmp (line, starts[i].start, strlen (starts[i].start)) == 0)
      return starts[i].kind == FIL_GREETING_HTTP && is_push_proxy (line, len) ? FIL_GREETING_PUSH_PROXY
                                                                              : starts[i].kind;
  return FIL_GREETING_UNKNOWN;
}

/* Whether what is there could still become one of the lines we know. */
static gboolean
may_become_known (const guint8 *line,
                  gsize len)
{
  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    if (memcmp (line, starts[i].start, MIN (len, strlen (starts[i].start))) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_text (const guint8 *line,
         gsize len)
{
  for (gsize i = 0; i < len; i++)
    if (line[i] < 0x20 && line[i] != '\t')
      return FALSE;
  return TRUE;
}

/**
 * fil_greeting_parse:
 * @bytes: the beginning of a stream
 * @line: (out): the first line that is not empty, without its end; valid unless MORE is returned
 *
 * Says what a stranger wants, as soon as that is sure: gtk-gnutella tests whether we can be reached with
 * two empty lines, LimeWire with CONNECT BACK. What cannot become a known line is UNKNOWN at once.
 */
FilGreeting
fil_greeting_parse (const guint8 *bytes,
                    gsize len,
                    const guint8 **line,
                    gsize *line_len)
{
  guint n_empty = 0;
  gsize start = 0;
  const guint8 *end;
  gsize n;

  *line = bytes;
  *line_len = 0;
  while (start < len && (bytes[start] == '\n' || bytes[start] == '\r'))
    n_empty += bytes[start++] == '\n';
  if (n_empty >= 2)
    return FIL_GREETING_CONNECT_BACK;
  if (start == len)
    return FIL_GREETING_MORE;

  *line = bytes + start;
  end = memchr (*line, '\n', len - start);
  if (end == NULL)
    return may_become_known (*line, len - start) ? FIL_GREETING_MORE : FIL_GREETING_UNKNOWN;
  n = (gsize) (end - *line);
  if (n > 0 && (*line)[n - 1] == '\r')
    n--;
  *line_len = n;
  return is_text (*line, n) ? kind_of (*line, n) : FIL_GREETING_UNKNOWN;
}

/**
 * fil_greeting_name:
 *
 * Returns: (transfer none): a word for the log
 */
const char *
fil_greeting_name (FilGreeting self)
{
  static const char *const names[] = { "unfinished", "gnutella", "http", "push-proxy", "giv",
                                       "queue", "punch", "connect-back", "unknown" };

  return names[self];
}
