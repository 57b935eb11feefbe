/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "vectors.h"

#include <stdio.h>
#include <string.h>

char **
vectors_read (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "vectors", "transfer", name, NULL);
  g_autofree char *text = NULL;
  g_autoptr(GPtrArray) kept = g_ptr_array_new ();
  g_auto(GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '#' && lines[i][0] != '\0')
      g_ptr_array_add (kept, g_strdup (lines[i]));
  g_ptr_array_add (kept, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&kept), FALSE);
}

char **
vectors_columns (const char *line)
{
  char **columns = g_strsplit (line, " | ", -1);

  for (guint i = 0; columns[i] != NULL; i++)
    g_strstrip (columns[i]);
  return columns;
}

void
vectors_lcg (guint8 *out,
             gsize len)
{
  guint32 x = 0x12345678;

  for (gsize i = 0; i < len; i++)
    {
      x = (x * 1103515245u + 12345u) & 0x7fffffff;
      out[i] = (guint8) (x >> 16);
    }
}

static GBytes *
repeated (char c,
          gsize len)
{
  guint8 *bytes = g_malloc (len + 1);

  memset (bytes, c, len);
  return g_bytes_new_take (bytes, len);
}

GBytes *
vectors_input (const char *label)
{
  static const char leaf_prefix[] = "00 || ";
  static const struct
  {
    const char *label;
    const char *text;
  } named[] = {
    { "empty", "" },
    { "64 chars A-Za-z0-9+-", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-" },
    { "A-Z=a-z+0-9", "ABCDEFGHIJKLMNOPQRSTUVWXYZ=abcdefghijklmnopqrstuvwxyz+0123456789" },
    { "the S-box seed string (64 bytes)", "Tiger - A Fast New Hash Function, by Ross Anderson and Eli Biham" },
  };
  guint n;
  char c;

  for (guint i = 0; i < G_N_ELEMENTS (named); i++)
    if (strcmp (label, named[i].label) == 0)
      return g_bytes_new_static (named[i].text, strlen (named[i].text));
  if (strcmp (label, "one NUL") == 0 || strcmp (label, "one byte 00") == 0)
    return g_bytes_new_static ("\0", 1);
  if (strcmp (label, "one byte 01") == 0)
    return g_bytes_new_static ("\1", 1);
  if (label[0] == '"')
    return g_bytes_new (label + 1, strcspn (label + 1, "\""));
  if (g_str_has_prefix (label, leaf_prefix))
    {
      g_autoptr(GBytes) rest = vectors_input (label + strlen (leaf_prefix));
      gsize len = g_bytes_get_size (rest);
      guint8 *bytes = g_malloc (len + 1);

      bytes[0] = 0;
      memcpy (bytes + 1, g_bytes_get_data (rest, NULL), len);
      return g_bytes_new_take (bytes, len + 1);
    }
  if (sscanf (label, "%u x \"%c\"", &n, &c) == 2)
    return repeated (c, n);
  if (sscanf (label, "lcg(%u)", &n) == 1)
    {
      guint8 *bytes = g_malloc (n);

      vectors_lcg (bytes, n);
      return g_bytes_new_take (bytes, n);
    }
  g_error ("no input is called %s", label);
}
