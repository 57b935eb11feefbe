/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "web-cache-answer.h"

#include "net-limits.h"

#include <string.h>

static void
add_host (FilWebCacheAnswer *self,
          const char *text,
          gsize len)
{
  FilEndpoint endpoint;

  if (self->hosts->len >= FIL_WEB_CACHE_MAX_HOSTS || !fil_endpoint_parse (&endpoint, text, (gssize) len, 0))
    return;
  for (guint i = 0; i < self->hosts->len; i++)
    if (fil_endpoint_equal (&g_array_index (self->hosts, FilEndpoint, i), &endpoint))
      return;
  g_array_append_val (self->hosts, endpoint);
}

static gboolean
is_url (const char *text)
{
  return g_ascii_strncasecmp (text, "http://", 7) == 0 || g_ascii_strncasecmp (text, "https://", 8) == 0;
}

static void
add_url (FilWebCacheAnswer *self,
         const char *text)
{
  if (self->urls->len < FIL_WEB_CACHE_MAX_URLS && g_uri_is_valid (text, G_URI_FLAGS_NONE, NULL))
    g_ptr_array_add (self->urls, g_strdup (text));
}

/* H|ip:port|age[|…]: a host that was told too long ago is not worth a try. */
static void
take_host_line (FilWebCacheAnswer *self,
                char **fields)
{
  guint64 age;

  if (fields[1] == NULL)
    return;
  if (fields[2] != NULL && g_ascii_string_to_unsigned (fields[2], 10, 0, G_MAXINT64, &age, NULL) &&
      age > FIL_WEB_CACHE_MAX_AGE_S)
    return;
  add_host (self, fields[1], strlen (fields[1]));
}

/* Returns whether the line belongs to specification 2. */
static gboolean
take_line_2 (FilWebCacheAnswer *self,
             const char *line)
{
  g_auto (GStrv) fields = NULL;

  if (line[0] == '\0' || line[1] != '|')
    return FALSE;
  fields = g_strsplit (line, "|", 8);
  switch (g_ascii_toupper (line[0]))
    {
    case 'H':
      take_host_line (self, fields);
      return TRUE;
    case 'U':
      if (fields[1] != NULL && is_url (fields[1]))
        add_url (self, fields[1]);
      return TRUE;
    case 'I':
      return TRUE;
    default:
      return FALSE;
    }
}

/* One line of either specification. Returns whether it was one. */
static gboolean
take_line (FilWebCacheAnswer *self,
           const char *line,
           gboolean *has_error)
{
  FilEndpoint endpoint;

  if (g_ascii_strncasecmp (line, "ERROR", 5) == 0)
    {
      *has_error = TRUE;
      return TRUE;
    }
  if (take_line_2 (self, line))
    return TRUE;
  if (is_url (line))
    {
      add_url (self, line);
      return TRUE;
    }
  if (fil_endpoint_parse (&endpoint, line, -1, 0))
    {
      add_host (self, line, strlen (line));
      return TRUE;
    }
  return g_str_has_prefix (line, "OK") || g_str_has_prefix (line, "WARNING") || g_str_has_prefix (line, "PONG");
}

/**
 * fil_web_cache_answer_parse:
 * @text: the body of the answer, of any encoding
 *
 * Never fails: what is no answer of a cache has the verdict DEAD (overlay/bootstrap §3). The hosts have
 * not been through the gate.
 */
FilWebCacheAnswer *
fil_web_cache_answer_parse (const char *text,
                            gsize len)
{
  FilWebCacheAnswer *self = g_new0 (FilWebCacheAnswer, 1);
  g_autofree char *copy = g_strndup (text, len);
  g_auto (GStrv) lines = g_strsplit_set (copy, "\r\n", -1);
  gboolean has_error = FALSE;
  guint n_known = 0;
  guint n_strange = 0;

  self->hosts = g_array_new (FALSE, FALSE, sizeof (FilEndpoint));
  self->urls = g_ptr_array_new_with_free_func (g_free);
  for (char **line = lines; *line != NULL; line++)
    {
      if (*g_strstrip (*line) == '\0')
        continue;
      /* A page for people: the cache has gone, or we are behind a login page. */
      if (**line == '<')
        {
          g_array_set_size (self->hosts, 0);
          g_ptr_array_set_size (self->urls, 0);
          self->verdict = FIL_WEB_CACHE_DEAD;
          return self;
        }
      if (take_line (self, *line, &has_error))
        n_known++;
      else
        n_strange++;
    }

  if (self->hosts->len > 0)
    self->verdict = FIL_WEB_CACHE_HOSTS;
  else if (has_error)
    self->verdict = FIL_WEB_CACHE_ERROR;
  else
    self->verdict = n_strange > n_known ? FIL_WEB_CACHE_DEAD : FIL_WEB_CACHE_EMPTY;
  return self;
}

void
fil_web_cache_answer_free (FilWebCacheAnswer *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->hosts);
  g_ptr_array_unref (self->urls);
  g_free (self);
}
