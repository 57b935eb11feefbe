/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "row-builder.h"

#include <string.h>

/**
 * fil_row_builder_init:
 *
 * Begins a row of @schema; fil_row_builder_end() finishes it.
 */
void
fil_row_builder_init (FilRowBuilder *self,
                      const FilSchema *schema)
{
  self->schema = schema;
  self->next = 0;
  g_variant_builder_init (&self->tuple, fil_schema_type (schema));
}

static void
take_field (FilRowBuilder *self,
            const char *field,
            FilFieldType type)
{
  const FilField *expected = &self->schema->fields[self->next];

  if (self->next >= self->schema->n_fields || strcmp (expected->name, field) != 0 || expected->type != type)
    g_error ("field %u of a %s is not %s of type %c", self->next, self->schema->name, field, type);
  self->next++;
}

void
fil_row_builder_int (FilRowBuilder *self,
                     const char *field,
                     gint64 value)
{
  take_field (self, field, FIL_FIELD_INT);
  g_variant_builder_add (&self->tuple, "x", value);
}

/**
 * fil_row_builder_size:
 * @value: a count that a stranger may have named: what a script's integer cannot hold is cut
 */
void
fil_row_builder_size (FilRowBuilder *self,
                      const char *field,
                      guint64 value)
{
  fil_row_builder_int (self, field, (gint64) MIN (value, (guint64) G_MAXINT64));
}

/**
 * fil_row_builder_known:
 * @value: a number above 0, or anything else for unknown
 */
void
fil_row_builder_known (FilRowBuilder *self,
                       const char *field,
                       gint64 value)
{
  fil_row_builder_int (self, field, value > 0 ? value : FIL_NULL_INT);
}

/**
 * fil_row_builder_string:
 * @value: (nullable): NULL for unknown
 */
void
fil_row_builder_string (FilRowBuilder *self,
                        const char *field,
                        const char *value)
{
  take_field (self, field, FIL_FIELD_STRING);
  if (value == NULL)
    g_variant_builder_add (&self->tuple, "s", "");
  else if (g_utf8_validate (value, -1, NULL))
    g_variant_builder_add (&self->tuple, "s", value);
  else
    g_variant_builder_add_value (&self->tuple, g_variant_new_take_string (g_utf8_make_valid (value, -1)));
}

void
fil_row_builder_bool (FilRowBuilder *self,
                      const char *field,
                      gboolean value)
{
  take_field (self, field, FIL_FIELD_BOOL);
  g_variant_builder_add (&self->tuple, "b", value);
}

void
fil_row_builder_tri (FilRowBuilder *self,
                     const char *field,
                     FilTri value)
{
  take_field (self, field, FIL_FIELD_TRI);
  g_variant_builder_add (&self->tuple, "y", (guchar) value);
}

/**
 * fil_row_builder_strings:
 * @values: (nullable): NULL for none
 */
void
fil_row_builder_strings (FilRowBuilder *self,
                         const char *field,
                         const char *const *values)
{
  GVariantBuilder texts;

  take_field (self, field, FIL_FIELD_STRINGS);
  g_variant_builder_init (&texts, G_VARIANT_TYPE_STRING_ARRAY);
  for (; values != NULL && *values != NULL; values++)
    g_variant_builder_add_value (&texts, g_variant_new_take_string (g_utf8_make_valid (*values, -1)));
  g_variant_builder_add_value (&self->tuple, g_variant_builder_end (&texts));
}

/**
 * fil_row_builder_end:
 *
 * Returns: (transfer floating): the row
 */
GVariant *
fil_row_builder_end (FilRowBuilder *self)
{
  g_assert (self->next == self->schema->n_fields);
  return g_variant_builder_end (&self->tuple);
}
