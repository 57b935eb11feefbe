/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "magnet.h"

#include "node-error.h"

#include <glib/gi18n.h>
#include <string.h>

static FilMagnet *
group_of (GPtrArray *magnets,
          GHashTable *groups,
          const char *suffix)
{
  FilMagnet *magnet = g_hash_table_lookup (groups, suffix);

  if (magnet == NULL && magnets->len < FIL_MAGNET_MAX_FILES)
    {
      magnet = g_new0 (FilMagnet, 1);
      g_ptr_array_add (magnets, magnet);
      g_hash_table_insert (groups, g_strdup (suffix), magnet);
    }
  return magnet;
}

static void
take_topic (FilMagnet *self,
            const char *value)
{
  FilUrn urn;

  if (!fil_urn_parse (&urn, value, -1))
    return;
  if (urn.has_sha1 && !self->urn.has_sha1)
    {
      self->urn.sha1 = urn.sha1;
      self->urn.has_sha1 = TRUE;
    }
  if (urn.has_tth && !self->urn.has_tth)
    {
      self->urn.tth = urn.tth;
      self->urn.has_tth = TRUE;
    }
}

/* "push://GUID[:ip:port]…/path", as gtk-gnutella writes it. */
static gboolean
parse_push (FilMagnetSource *source,
            const char *text)
{
  const char *end = strchr (text, '/');
  const char *p = text + FIL_GUID_HEX_LEN;

  if (end == NULL || end < p || !fil_guid_parse_hex (&source->guid, text, FIL_GUID_HEX_LEN))
    return FALSE;
  source->is_push = TRUE;
  while (p < end && *p == ':' && source->n_proxies < FIL_MAGNET_MAX_PROXIES)
    {
      const char *address = p + 1;
      const char *address_end = *address == '[' ? memchr (address, ']', (gsize) (end - address)) : address;
      const char *port, *next;

      if (address_end == NULL)
        return FALSE;
      port = memchr (address_end, ':', (gsize) (end - address_end));
      if (port == NULL)
        return FALSE;
      next = memchr (port + 1, ':', (gsize) (end - port - 1));
      if (next == NULL)
        next = end;
      if (!fil_endpoint_parse (&source->proxies[source->n_proxies], address, next - address, 0))
        return FALSE;
      source->n_proxies++;
      p = next;
    }
  return p == end;
}

static gboolean
parse_http (FilMagnetSource *source,
            const char *text)
{
  gsize len = strcspn (text, "/?#");

  return fil_endpoint_parse (&source->endpoint, text, (gssize) len, 80);
}

static void
take_source (FilMagnet *self,
             const char *value)
{
  FilMagnetSource source = { 0 };
  const char *urn = strstr (value, "urn:sha1:");
  gboolean good;

  if (g_ascii_strncasecmp (value, "http://", 7) == 0)
    good = parse_http (&source, value + 7);
  else if (g_ascii_strncasecmp (value, "push://", 7) == 0)
    good = parse_push (&source, value + 7);
  else
    good = FALSE;

  if (urn != NULL && strlen (urn) >= 9 + FIL_SHA1_TEXT_LEN)
    {
      g_autofree char *exact = g_strndup (urn, 9 + FIL_SHA1_TEXT_LEN);

      take_topic (self, exact);
    }
  if (good && self->n_sources < FIL_MAGNET_MAX_SOURCES)
    self->sources[self->n_sources++] = source;
}

static void
take_parameter (FilMagnet *self,
                const char *key,
                const char *value)
{
  if (strcmp (key, "xt") == 0)
    take_topic (self, value);
  else if (strcmp (key, "dn") == 0 && self->name == NULL)
    self->name = g_strdup (value);
  else if (strcmp (key, "xl") == 0)
    self->size = g_ascii_strtoull (value, NULL, 10);
  else if (strcmp (key, "kt") == 0 && self->keywords == NULL)
    self->keywords = g_strdup (value);
  else if (strcmp (key, "xs") == 0 || strcmp (key, "as") == 0)
    take_source (self, value);
}

/* Percent and plus decoding; NULL when the result is no UTF-8 text. */
static char *
decode (const char *text)
{
  g_autofree char *spaced = g_strdelimit (g_strdup (text), "+", ' ');
  g_autofree char *plain = g_uri_unescape_string (spaced, NULL);

  if (plain == NULL || !g_utf8_validate (plain, -1, NULL))
    return NULL;
  return g_steal_pointer (&plain);
}

static void
take_pair (GPtrArray *magnets,
           GHashTable *groups,
           const char *pair)
{
  const char *equals = strchr (pair, '=');
  g_autofree char *key = NULL;
  g_autofree char *value = NULL;
  const char *suffix = "";
  FilMagnet *magnet;
  char *dot;

  if (equals == NULL)
    return;
  key = g_ascii_strdown (pair, equals - pair);
  value = decode (equals + 1);
  if (value == NULL)
    return;

  /* "xt.1" belongs to file 1; "x.guid" and the like are private to gtk-gnutella. */
  dot = strchr (key, '.');
  if (dot != NULL)
    {
      if (!g_ascii_isdigit (dot[1]))
        return;
      *dot = '\0';
      suffix = dot + 1;
    }
  magnet = group_of (magnets, groups, suffix);
  if (magnet != NULL)
    take_parameter (magnet, key, value);
}

static gboolean
names_nothing (const FilMagnet *self)
{
  return !self->urn.has_sha1 && self->keywords == NULL;
}

/**
 * fil_magnet_parse:
 * @uri: a magnet link in any of the forms in use, LimeWire's "?&" among them
 *
 * Returns: (transfer full) (element-type FilMagnet): the files and searches it names, at least one;
 *   NULL with a #FilNodeError when it names none that this network has
 */
GPtrArray *
fil_magnet_parse (const char *uri,
                  GError **error)
{
  g_autoptr (GPtrArray) magnets = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_magnet_free);
  g_autoptr (GHashTable) groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) pairs = NULL;

  if (strlen (uri) > FIL_MAGNET_MAX_LEN || g_ascii_strncasecmp (uri, "magnet:?", 8) != 0)
    {
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE, _("This is not a magnet link."));
      return NULL;
    }

  pairs = g_strsplit (uri + 8, "&", -1);
  for (guint i = 0; pairs[i] != NULL; i++)
    {
      const char *pair = g_str_has_prefix (pairs[i], "amp;") ? pairs[i] + 4 : pairs[i];

      take_pair (magnets, groups, pair);
    }

  for (guint i = magnets->len; i > 0; i--)
    if (names_nothing (g_ptr_array_index (magnets, i - 1)))
      g_ptr_array_remove_index (magnets, i - 1);
  if (magnets->len == 0)
    {
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE, _("This magnet link names no file of this network."));
      return NULL;
    }
  return g_steal_pointer (&magnets);
}

void
fil_magnet_free (FilMagnet *self)
{
  g_free (self->name);
  g_free (self->keywords);
  g_free (self);
}
