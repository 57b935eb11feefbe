/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "schema.h"

G_BEGIN_DECLS

/**
 * FilJson:
 *
 * Writes JSON on one line, without spaces, always valid UTF-8. Members keep the order in which they
 * were added.
 */
typedef struct
{
  GString *out;
  gboolean needs_comma;
} FilJson;

void fil_json_init (FilJson *self, GString *out);
void fil_json_begin (FilJson *self, char bracket);
void fil_json_end (FilJson *self, char bracket);
void fil_json_name (FilJson *self, const char *name);
void fil_json_int (FilJson *self, gint64 value);
void fil_json_bool (FilJson *self, gboolean value);
void fil_json_string (FilJson *self, const char *text);
void fil_json_null (FilJson *self);

char *fil_json_of_row (const FilSchema *schema, GVariant *row) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
