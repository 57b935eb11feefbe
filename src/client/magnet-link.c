/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "magnet-link.h"

#include <string.h>

#define SCHEME "magnet:?"
/* As the node: what stands behind these is not shown. */
#define MAX_PAIRS 512
#define MAX_FILES 64

/**
 * fil_magnet_link_is:
 *
 * Returns: whether @text begins as magnet links do, in upper or lower case
 */
gboolean
fil_magnet_link_is (const char *text)
{
  return g_ascii_strncasecmp (text, SCHEME, strlen (SCHEME)) == 0;
}

/**
 * fil_magnet_link_new:
 * @sha1: base32
 * @tth: (nullable): base32, when it is known
 * @size: bytes, below 1 when it is not known
 *
 * Returns: (transfer full): a link to the file, with all that helps another program to find and to prove it
 */
char *
fil_magnet_link_new (const char *sha1,
                     const char *tth,
                     const char *name,
                     gint64 size)
{
  GString *link = g_string_new (SCHEME "xt=urn:");
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);

  if (tth != NULL)
    g_string_append_printf (link, "bitprint:%s.%s", sha1, tth);
  else
    g_string_append_printf (link, "sha1:%s", sha1);
  g_string_append_printf (link, "&dn=%s", escaped);
  if (size > 0)
    g_string_append_printf (link, "&xl=%" G_GINT64_FORMAT, size);
  return g_string_free (link, FALSE);
}

/* One of the files, told apart by the number behind the dot of its fields. */
typedef struct
{
  char *suffix;
  char *name;
  gint64 size;
  gboolean is_ours; /* has a hash that this network knows */
} File;

static void
file_free (gpointer data)
{
  File *file = data;

  g_free (file->suffix);
  g_free (file->name);
  g_free (file);
}

static File *
file_of (GPtrArray *files,
         const char *suffix)
{
  File *file;

  for (guint i = 0; i < files->len; i++)
    if (g_str_equal (((File *) files->pdata[i])->suffix, suffix))
      return files->pdata[i];
  if (files->len >= MAX_FILES)
    return NULL;
  file = g_new0 (File, 1);
  file->suffix = g_strdup (suffix);
  g_ptr_array_add (files, file);
  return file;
}

static gboolean
names_hash (const char *value)
{
  g_autofree char *small = g_ascii_strdown (value, -1);

  return strstr (small, "urn:sha1:") != NULL || strstr (small, "urn:bitprint:") != NULL;
}

static void
take_field (FilMagnetWords *self,
            GPtrArray *files,
            const char *key,
            const char *suffix,
            const char *value)
{
  File *file = file_of (files, suffix);

  if (g_str_equal (key, "kt") && self->keywords == NULL && *value != '\0')
    self->keywords = g_utf8_make_valid (value, -1);
  if (file == NULL)
    return;
  if (g_str_equal (key, "dn") && file->name == NULL && *value != '\0')
    file->name = g_utf8_make_valid (value, -1);
  else if (g_str_equal (key, "xl"))
    file->size = MAX (g_ascii_strtoll (value, NULL, 10), 0);
  else if (g_str_equal (key, "xt") || g_str_equal (key, "xs") || g_str_equal (key, "as"))
    file->is_ours = file->is_ours || names_hash (value);
}

/* "xt.1=…" belongs to file 1; "x.guid" and the like are private to other programs. */
static void
take_pair (FilMagnetWords *self,
           GPtrArray *files,
           const char *pair)
{
  const char *equals = strchr (pair, '=');
  g_autofree char *key = equals != NULL ? g_ascii_strdown (pair, equals - pair) : NULL;
  g_autofree char *spaced = equals != NULL ? g_strdelimit (g_strdup (equals + 1), "+", ' ') : NULL;
  g_autofree char *value = spaced != NULL ? g_uri_unescape_string (spaced, NULL) : NULL;
  char *dot = key != NULL ? strchr (key, '.') : NULL;

  if (value == NULL || (dot != NULL && !g_ascii_isdigit (dot[1])))
    return;
  if (dot != NULL)
    *dot = '\0';
  take_field (self, files, key, dot != NULL ? dot + 1 : "", value);
}

/**
 * fil_magnet_words_read:
 * @self: (out caller-allocates): cleared with fil_magnet_words_clear()
 * @link: as it came, from whoever
 */
void
fil_magnet_words_read (FilMagnetWords *self,
                       const char *link)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (file_free);
  g_autoptr (GString) names = g_string_new (NULL);
  const char *query = strchr (link, '?');
  g_auto (GStrv) pairs = g_strsplit (query != NULL ? query + 1 : "", "&", MAX_PAIRS);

  *self = (FilMagnetWords){ 0 };
  for (guint i = 0; pairs[i] != NULL; i++)
    take_pair (self, files, g_str_has_prefix (pairs[i], "amp;") ? pairs[i] + 4 : pairs[i]);
  for (guint i = 0; i < files->len; i++)
    {
      const File *file = g_ptr_array_index (files, i);

      if (!file->is_ours)
        continue;
      self->n_files++;
      self->size = file->size <= G_MAXINT64 - self->size ? self->size + file->size : G_MAXINT64;
      if (file->name != NULL)
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", file->name);
    }
  self->names = names->len > 0 ? g_strdup (names->str) : NULL;
}

void
fil_magnet_words_clear (FilMagnetWords *self)
{
  g_clear_pointer (&self->names, g_free);
  g_clear_pointer (&self->keywords, g_free);
}
