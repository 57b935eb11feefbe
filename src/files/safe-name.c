/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "safe-name.h"

#include <string.h>

/* Bytes of an ending that is kept when a name is cut. */
#define MAX_ENDING 32

/* Characters that change how the rest is shown, or are not shown themselves. The joiners U+200C and
 * U+200D stay: Persian and many emoji need them. */
static gboolean
is_deceptive (gunichar c)
{
  if (c == 0x200c || c == 0x200d)
    return FALSE;
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT: /* bidi marks and overrides, zero width space, BOM, tags */
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SURROGATE:
      return TRUE;
    default:
      return (c & 0xfffe) == 0xfffe;
    }
}

static gboolean
is_blank (gunichar c)
{
  return c == '\n' || c == '\r' || c == '\t' || g_unichar_isspace (c);
}

/* Where the ending begins, with its dot; the end of the name when there is none worth keeping. */
static gsize
find_ending (const char *name)
{
  gsize len = strlen (name);
  const char *dot = strrchr (name, '.');

  if (dot == NULL || dot == name || len - (gsize) (dot - name) > MAX_ENDING)
    return len;
  if (dot - name > 4 && g_ascii_strncasecmp (dot - 4, ".tar", 4) == 0)
    dot -= 4;
  return (gsize) (dot - name);
}

static gboolean
is_edge (char c)
{
  return c == '.' || c == ' ';
}

static void
trim (GString *name)
{
  gsize start = 0;

  while (name->len > 0 && is_edge (name->str[name->len - 1]))
    g_string_truncate (name, name->len - 1);
  while (start < name->len && is_edge (name->str[start]))
    start++;
  g_string_erase (name, 0, (gssize) start);
}

/* Joins stem, middle and ending so that the bytes fit, cutting the stem between characters. */
static char *
join (const char *name,
      const char *middle)
{
  gsize ending = find_ending (name);
  gsize room = FIL_FILE_NAME_MAX - strlen (name + ending) - strlen (middle);
  gsize stem = MIN (ending, room);

  if (stem < ending)
    {
      while (stem > 0 && (name[stem] & 0xc0) == 0x80)
        stem--;
      while (stem > 1 && is_edge (name[stem - 1]))
        stem--;
    }
  return g_strdup_printf ("%.*s%s%s", (int) stem, name, middle, name + ending);
}

/**
 * fil_safe_name:
 * @name: what a stranger called a file, any bytes
 * @len: length of @name, or -1 when it ends with NUL
 *
 * Makes a name that can be written to a folder and shown to a person: one valid UTF-8 name of at most
 * FIL_FILE_NAME_MAX bytes without separators, control or bidi characters, that is not hidden.
 *
 * Returns: (transfer full): never empty
 */
char *
fil_safe_name (const char *name,
               gssize len)
{
  g_autofree char *valid = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  gsize n = len < 0 ? strlen (name) : (gsize) len;

  valid = g_utf8_make_valid (name, (gssize) n);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '/' || c == '\\')
        g_string_append_c (out, '_');
      else if (is_blank (c))
        g_string_append_c (out, ' ');
      else if (!is_deceptive (c))
        g_string_append_unichar (out, c);
    }
  trim (out);
  if (out->len == 0)
    return g_strdup ("download");
  return join (out->str, "");
}

/**
 * fil_safe_name_numbered:
 * @safe_name: of fil_safe_name()
 * @number: 2 for "name (2).ext"
 *
 * Returns: (transfer full): another safe name
 */
char *
fil_safe_name_numbered (const char *safe_name,
                        guint number)
{
  g_autofree char *middle = g_strdup_printf (" (%u)", number);

  return join (safe_name, middle);
}

/**
 * fil_display_name:
 * @bytes: a name or path as the disk has it
 *
 * Returns: (transfer full): valid UTF-8 in one line
 */
char *
fil_display_name (const char *bytes)
{
  g_autofree char *valid = g_utf8_make_valid (bytes, -1);
  GString *out = g_string_sized_new (strlen (valid));

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (out, is_deceptive (c) ? 0xfffd : c);
    }
  return g_string_free (out, FALSE);
}
