/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "json.h"

/**
 * fil_json_init:
 * @out: (transfer none): where to append
 */
void
fil_json_init (FilJson *self,
               GString *out)
{
  self->out = out;
  self->needs_comma = FALSE;
}

static void
begin_value (FilJson *self)
{
  if (self->needs_comma)
    g_string_append_c (self->out, ',');
  self->needs_comma = TRUE;
}

/**
 * fil_json_begin:
 * @bracket: '{' or '['
 */
void
fil_json_begin (FilJson *self,
                char bracket)
{
  begin_value (self);
  g_string_append_c (self->out, bracket);
  self->needs_comma = FALSE;
}

/**
 * fil_json_end:
 * @bracket: '}' or ']', the partner of what began
 */
void
fil_json_end (FilJson *self,
              char bracket)
{
  g_string_append_c (self->out, bracket);
  self->needs_comma = TRUE;
}

/* RFC 8259 section 7: quotes, backslash and control characters must be escaped. So are DEL and U+0080 to
 * U+009F, which some terminals obey: the names of files come from strangers. */
static void
append_quoted (GString *out,
               const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  g_string_append_c (out, '"');
  for (const char *p = valid; *p != '\0'; p++)
    {
      guchar c = (guchar) *p;

      if (c == '"' || c == '\\')
        g_string_append_printf (out, "\\%c", c);
      else if (c == '\n')
        g_string_append (out, "\\n");
      else if (c == '\t')
        g_string_append (out, "\\t");
      else if (c == '\r')
        g_string_append (out, "\\r");
      else if (c < 0x20 || c == 0x7f)
        g_string_append_printf (out, "\\u%04x", c);
      else if (c == 0xc2 && (guchar) p[1] < 0xa0)
        g_string_append_printf (out, "\\u%04x", (guchar) *++p);
      else
        g_string_append_c (out, (char) c);
    }
  g_string_append_c (out, '"');
}

/**
 * fil_json_name:
 *
 * The name of the member whose value comes next.
 */
void
fil_json_name (FilJson *self,
               const char *name)
{
  begin_value (self);
  append_quoted (self->out, name);
  g_string_append_c (self->out, ':');
  self->needs_comma = FALSE;
}

void
fil_json_int (FilJson *self,
              gint64 value)
{
  begin_value (self);
  g_string_append_printf (self->out, "%" G_GINT64_FORMAT, value);
}

void
fil_json_bool (FilJson *self,
               gboolean value)
{
  begin_value (self);
  g_string_append (self->out, value ? "true" : "false");
}

/**
 * fil_json_string:
 * @text: (nullable): NULL becomes null; bytes that are no UTF-8 become U+FFFD
 */
void
fil_json_string (FilJson *self,
                 const char *text)
{
  if (text == NULL)
    {
      fil_json_null (self);
      return;
    }
  begin_value (self);
  append_quoted (self->out, text);
}

void
fil_json_null (FilJson *self)
{
  begin_value (self);
  g_string_append (self->out, "null");
}

static void
write_int (FilJson *self,
           const FilField *field,
           GVariant *value)
{
  gint64 number = g_variant_get_int64 (value);

  if (field->is_nullable && number == FIL_NULL_INT)
    fil_json_null (self);
  else
    fil_json_int (self, number);
}

static void
write_string (FilJson *self,
              const FilField *field,
              GVariant *value)
{
  const char *text = g_variant_get_string (value, NULL);

  fil_json_string (self, field->is_nullable && *text == '\0' ? NULL : text);
}

static void
write_tri (FilJson *self,
           GVariant *value)
{
  guchar tri = g_variant_get_byte (value);

  if (tri == FIL_TRI_UNKNOWN)
    fil_json_null (self);
  else
    fil_json_bool (self, tri == FIL_TRI_YES);
}

static void
write_strings (FilJson *self,
               GVariant *value)
{
  gsize n = g_variant_n_children (value);

  fil_json_begin (self, '[');
  for (gsize i = 0; i < n; i++)
    {
      const char *text;

      g_variant_get_child (value, i, "&s", &text);
      fil_json_string (self, text);
    }
  fil_json_end (self, ']');
}

/* Adds all fields of @row as members of the object that has begun. */
static void
row_members (FilJson *self,
             const FilSchema *schema,
             GVariant *row)
{
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const FilField *field = &schema->fields[i];
      g_autoptr (GVariant) value = g_variant_get_child_value (row, i);

      fil_json_name (self, field->name);
      switch (field->type)
        {
        case FIL_FIELD_INT:
          write_int (self, field, value);
          break;
        case FIL_FIELD_STRING:
          write_string (self, field, value);
          break;
        case FIL_FIELD_BOOL:
          fil_json_bool (self, g_variant_get_boolean (value));
          break;
        case FIL_FIELD_TRI:
          write_tri (self, value);
          break;
        case FIL_FIELD_STRINGS:
          write_strings (self, value);
          break;
        default:
          g_assert_not_reached ();
        }
    }
}

/**
 * fil_json_of_row:
 *
 * Returns: (transfer full): @row as one JSON object, without a newline
 */
char *
fil_json_of_row (const FilSchema *schema,
                 GVariant *row)
{
  GString *out = g_string_new (NULL);
  FilJson json;

  fil_json_init (&json, out);
  fil_json_begin (&json, '{');
  row_members (&json, schema, row);
  fil_json_end (&json, '}');
  return g_string_free (out, FALSE);
}
