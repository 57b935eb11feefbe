/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Returned by fil_row_get_int for a field that is unknown (null in JSON). */
#define FIL_ROW_UNKNOWN G_MININT64

/**
 * FilRow:
 *
 * One row as the node tells it: a search, a result, a download… Fields have the names of the command
 * line's JSON. A field that does not exist in this kind of row is a mistake of the program.
 *
 * Property "variant" (read only) is notified whenever the row has changed: bind or connect to
 * "notify::variant" and read the fields again.
 */
#define FIL_TYPE_ROW (fil_row_get_type ())
G_DECLARE_FINAL_TYPE (FilRow, fil_row, FIL, ROW, GObject)

gint64 fil_row_get_id (FilRow *self);
const char *fil_row_get_kind (FilRow *self);
GVariant *fil_row_get_variant (FilRow *self);

gint64 fil_row_get_int (FilRow *self, const char *field);
gboolean fil_row_is_known (FilRow *self, const char *field);
const char *fil_row_get_string (FilRow *self, const char *field);
gboolean fil_row_get_bool (FilRow *self, const char *field);
GStrv fil_row_get_strings (FilRow *self, const char *field) G_GNUC_WARN_UNUSED_RESULT;
char *fil_row_to_json (FilRow *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
