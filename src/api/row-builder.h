/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "schema.h"

G_BEGIN_DECLS

/**
 * FilRowBuilder:
 *
 * Fills one row field by field, in the order of its schema. A wrong name, type or order is a mistake
 * of the program and asserts; bytes that are no UTF-8 become U+FFFD.
 */
typedef struct
{
  const FilSchema *schema;
  GVariantBuilder tuple;
  guint next;
} FilRowBuilder;

void fil_row_builder_init (FilRowBuilder *self, const FilSchema *schema);
void fil_row_builder_int (FilRowBuilder *self, const char *field, gint64 value);
void fil_row_builder_size (FilRowBuilder *self, const char *field, guint64 value);
void fil_row_builder_known (FilRowBuilder *self, const char *field, gint64 value);
void fil_row_builder_string (FilRowBuilder *self, const char *field, const char *value);
void fil_row_builder_bool (FilRowBuilder *self, const char *field, gboolean value);
void fil_row_builder_tri (FilRowBuilder *self, const char *field, FilTri value);
void fil_row_builder_strings (FilRowBuilder *self, const char *field, const char *const *values);
GVariant *fil_row_builder_end (FilRowBuilder *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
