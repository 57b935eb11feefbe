/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where the interface of node-api.xml is found on a connection. */
#define FIL_API_INTERFACE "org.filbert.Node"
#define FIL_API_PATH "/org/filbert/Node"

/* Most rows one answer of Changes carries. */
#define FIL_API_MAX_ROWS 1000

/* D-Bus has no null. A field that may be unknown says so with FIL_NULL_INT, "" or FIL_TRI_UNKNOWN. */
#define FIL_NULL_INT G_MININT64

typedef enum
{
  FIL_TRI_UNKNOWN,
  FIL_TRI_YES,
  FIL_TRI_NO,
} FilTri;

/* The letter is the field's GVariant type. */
typedef enum
{
  FIL_FIELD_INT = 'x',
  FIL_FIELD_STRING = 's',
  FIL_FIELD_BOOL = 'b',
  FIL_FIELD_TRI = 'y',     /* FilTri: true, false or null in JSON */
  FIL_FIELD_STRINGS = 'a', /* "as" */
} FilFieldType;

typedef struct
{
  const char *name; /* as in the JSON that scripts read */
  FilFieldType type;
  gboolean is_nullable;
} FilField;

/**
 * FilSchema:
 *
 * The layout of one kind of row: its fields in the order in which they travel and appear in JSON.
 * The GVariant type, the JSON and the getters by field name all come from here.
 */
typedef struct
{
  const char *name; /* of one row: "download" */
  const char *list; /* of the list with change numbers that has these rows: "downloads", or NULL */
  const FilField *fields;
  guint n_fields;
} FilSchema;

extern const FilSchema fil_schema_status;
extern const FilSchema fil_schema_search;
extern const FilSchema fil_schema_result;
extern const FilSchema fil_schema_download;
extern const FilSchema fil_schema_upload;
extern const FilSchema fil_schema_share;
extern const FilSchema fil_schema_peer;
extern const FilSchema fil_schema_event;
extern const FilSchema fil_schema_library;
extern const FilSchema fil_schema_history;
extern const FilSchema fil_schema_removed;
extern const FilSchema fil_schema_beginning;
extern const FilSchema fil_schema_trace;
extern const FilSchema fil_schema_download_source;
extern const FilSchema fil_schema_doctor;
extern const FilSchema fil_schema_setting;
extern const FilSchema fil_schema_preview;

const FilSchema *const *fil_schemas (guint *n_schemas);
const FilSchema *fil_schema_of_list (const char *list);
const GVariantType *fil_schema_type (const FilSchema *self);
const GVariantType *fil_schema_array_type (const FilSchema *self);
int fil_schema_find (const FilSchema *self, const char *field);

gint64 fil_schema_get_int (const FilSchema *self, GVariant *row, const char *field);
const char *fil_schema_get_string (const FilSchema *self, GVariant *row, const char *field);
gboolean fil_schema_get_bool (const FilSchema *self, GVariant *row, const char *field);
FilTri fil_schema_get_tri (const FilSchema *self, GVariant *row, const char *field);
GStrv fil_schema_get_strings (const FilSchema *self, GVariant *row, const char *field) G_GNUC_WARN_UNUSED_RESULT;

GDBusInterfaceInfo *fil_api_interface_info (void);

G_END_DECLS
