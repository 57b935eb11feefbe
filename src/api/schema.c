/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "schema.h"

#include "node-api.h"

#include <string.h>

#define INT(name) { name, FIL_FIELD_INT, FALSE }
#define INT_OR_NULL(name) { name, FIL_FIELD_INT, TRUE }
#define STRING(name) { name, FIL_FIELD_STRING, FALSE }
#define STRING_OR_NULL(name) { name, FIL_FIELD_STRING, TRUE }
#define BOOL(name) { name, FIL_FIELD_BOOL, FALSE }
#define TRI(name) { name, FIL_FIELD_TRI, TRUE }
#define STRINGS(name) { name, FIL_FIELD_STRINGS, FALSE }

/* The order is a contract with scripts: the fields that they were promised first, then what was added. */
static const FilField status_fields[] = {
  STRING ("state"),
  STRING ("role"),
  STRING ("guid"),
  STRING ("version"),
  STRING_OR_NULL ("listen"),
  STRING_OR_NULL ("external"),
  INT ("peers"),
  INT ("leaves"),
  TRI ("tcp_reachable"),
  TRI ("udp_reachable"),
  STRING_OR_NULL ("nat"),
  INT ("shared_files"),
  INT ("shared_bytes"),
  INT ("hashing"),
  INT ("down_bps"),
  INT ("up_bps"),
  STRING_OR_NULL ("sentence"),
  BOOL ("sharing_paused"),
};

static const FilField search_fields[] = {
  INT ("id"),         STRING ("text"),       STRING_OR_NULL ("kind"),   BOOL ("active"),
  INT ("results"),    INT ("hosts_asked"),   INT_OR_NULL ("started"),   STRING_OR_NULL ("reason"),
};

static const FilField result_fields[] = {
  INT ("id"),
  INT ("search"),
  STRING ("name"),
  INT ("size"),
  STRING_OR_NULL ("sha1"),
  STRING_OR_NULL ("tth"),
  STRING_OR_NULL ("address"),
  STRING_OR_NULL ("guid"),
  STRING_OR_NULL ("vendor"),
  INT ("hops"),
  STRING ("reach"),
  INT ("sources"),
  BOOL ("needs_push"),
  STRING ("kind"),
  BOOL ("in_library"),
  INT_OR_NULL ("download"),
  STRING_OR_NULL ("reason"),
};

static const FilField download_fields[] = {
  INT ("id"),
  STRING ("name"),
  INT_OR_NULL ("size"),
  STRING_OR_NULL ("sha1"),
  STRING_OR_NULL ("tth"),
  STRING ("state"),
  STRING_OR_NULL ("reason"),
  STRING_OR_NULL ("reason_code"),
  INT ("verified_bytes"),
  INT ("received_bytes"),
  INT ("bps"),
  INT_OR_NULL ("eta_s"),
  INT ("sources"),
  STRING ("reach"),
  STRING_OR_NULL ("path"),
  INT_OR_NULL ("added"),
  INT_OR_NULL ("finished"),
  INT ("active_sources"),
  INT ("priority"),
  INT_OR_NULL ("retry"),
  INT_OR_NULL ("queue_position"),
  INT_OR_NULL ("queue_length"),
  INT_OR_NULL ("limit_bps"),
};

static const FilField download_source_fields[] = {
  INT ("id"),
  STRING_OR_NULL ("address"),
  STRING_OR_NULL ("vendor"),
  STRING ("state"),
  STRING ("reach"),
  INT_OR_NULL ("hops"),
  INT ("bps"),
  INT ("delivered_bytes"),
  INT_OR_NULL ("queue_position"),
  STRING_OR_NULL ("reason_code"),
  STRINGS ("via"),
  INT_OR_NULL ("queue_length"),
  STRING_OR_NULL ("reason"),
  STRING_OR_NULL ("nat"),
  STRING_OR_NULL ("transport"),
  BOOL ("encrypted"),
  INT_OR_NULL ("rtt_us"),
};

static const FilField upload_fields[] = {
  INT ("id"),  STRING ("name"),  STRING_OR_NULL ("peer"), STRING ("state"), INT ("sent_bytes"),
  INT ("bps"), STRING ("reach"), INT ("size"),            INT_OR_NULL ("queue_position"),
  INT_OR_NULL ("limit_bps"),
};

static const FilField share_fields[] = {
  STRING ("path"), INT ("files"), INT ("bytes"),     STRING ("state"), STRING_OR_NULL ("reason"),
  INT ("id"),      INT ("to_hash"),
};

static const FilField peer_fields[] = {
  INT ("id"),
  STRING ("address"),
  STRING_OR_NULL ("user_agent"),
  STRING ("role"),
  STRING ("direction"),
  BOOL ("compressed"),
  BOOL ("encrypted"),
  INT ("uptime_s"),
  INT ("in_messages"),
  INT ("out_messages"),
  BOOL ("established"),
};

static const FilField event_fields[] = {
  INT ("id"), INT ("time"), STRING ("kind"), STRING ("text"), INT_OR_NULL ("subject"),
};

static const FilField library_fields[] = {
  INT ("id"),   STRING ("name"),         STRING ("folder"),      STRING ("kind"), INT ("size"),
  STRING_OR_NULL ("sha1"), STRING_OR_NULL ("tth"), INT ("asked"), INT ("sent"),
};

static const FilField history_fields[] = {
  INT ("id"), STRING ("name"), INT ("size"), STRING_OR_NULL ("sha1"), STRING_OR_NULL ("path"), INT_OR_NULL ("finished"),
};

static const FilField removed_fields[] = {
  INT ("id"), STRING ("name"), INT_OR_NULL ("size"), INT ("received_bytes"), INT ("removed"), INT ("kept_until"),
};

static const FilField trace_fields[] = {
  INT ("time"), INT ("time_us"), STRING ("what"), STRING_OR_NULL ("peer"), INT ("ttl"), INT ("hops"), STRING ("text"),
};

static const FilField doctor_fields[] = {
  STRING ("name"),          TRI ("verdict"),         STRING ("text"),         STRING_OR_NULL ("help"),
  STRING_OR_NULL ("setting"), STRING_OR_NULL ("value"), STRING_OR_NULL ("action"),
};

static const FilField setting_fields[] = {
  STRING ("key"), STRING ("value"),
};

static const FilField beginning_fields[] = {
  INT ("id"), STRING ("path"),
};

static const FilField preview_fields[] = {
  STRING ("path"),   STRING_OR_NULL ("refusal"), INT ("files"),     INT ("bytes"),      INT ("audio"),
  INT ("video"),     INT ("image"),              INT ("document"),  INT ("archive"),    INT ("program"),
  INT ("other"),     INT ("private_files"),      STRINGS ("names"), STRINGS ("private_names"),
};

#define SCHEMA(kind, list) \
  const FilSchema fil_schema_##kind = { #kind, list, kind##_fields, G_N_ELEMENTS (kind##_fields) }

SCHEMA (status, NULL);
SCHEMA (search, "searches");
SCHEMA (result, "results");
SCHEMA (download, "downloads");
SCHEMA (download_source, NULL);
SCHEMA (upload, "uploads");
SCHEMA (share, "shares");
SCHEMA (peer, "peers");
SCHEMA (event, "events");
SCHEMA (library, NULL);
SCHEMA (history, NULL);
SCHEMA (removed, NULL);
SCHEMA (trace, NULL);
SCHEMA (doctor, NULL);
SCHEMA (setting, NULL);
SCHEMA (preview, NULL);
SCHEMA (beginning, NULL);

static const FilSchema *const schemas[] = {
  &fil_schema_status, &fil_schema_search,  &fil_schema_result,  &fil_schema_download, &fil_schema_upload,
  &fil_schema_share,  &fil_schema_peer,    &fil_schema_event,   &fil_schema_library,  &fil_schema_history,
  &fil_schema_trace,  &fil_schema_doctor,  &fil_schema_setting, &fil_schema_preview,
  &fil_schema_download_source, &fil_schema_removed, &fil_schema_beginning,
};

/**
 * fil_schemas:
 * @n_schemas: (out): how many
 *
 * Returns: (transfer none): every kind of row there is
 */
const FilSchema *const *
fil_schemas (guint *n_schemas)
{
  *n_schemas = G_N_ELEMENTS (schemas);
  return schemas;
}

/**
 * fil_schema_of_list:
 * @list: name of a list with change numbers, as in "downloads"
 *
 * Returns: (transfer none) (nullable): the layout of its rows
 */
const FilSchema *
fil_schema_of_list (const char *list)
{
  for (guint i = 0; i < G_N_ELEMENTS (schemas); i++)
    if (g_strcmp0 (schemas[i]->list, list) == 0)
      return schemas[i];
  return NULL;
}

/**
 * fil_schema_type:
 *
 * Returns: (transfer none): the type of one row, a tuple
 */
const GVariantType *
fil_schema_type (const FilSchema *self)
{
  return g_variant_type_element (fil_schema_array_type (self));
}

/**
 * fil_schema_array_type:
 *
 * Returns: (transfer none): the type of an array of rows
 */
const GVariantType *
fil_schema_array_type (const FilSchema *self)
{
  char text[64];
  gsize len = 0;

  text[len++] = 'a';
  text[len++] = '(';
  for (guint i = 0; i < self->n_fields; i++)
    {
      text[len++] = (char) self->fields[i].type;
      if (self->fields[i].type == FIL_FIELD_STRINGS)
        text[len++] = 's';
      g_assert (len + 4 < sizeof text);
    }
  text[len++] = ')';
  text[len] = '\0';
  return (const GVariantType *) g_intern_string (text);
}

/**
 * fil_schema_find:
 *
 * Returns: the index of @field, -1 when this kind of row has none of that name
 */
int
fil_schema_find (const FilSchema *self,
                 const char *field)
{
  for (guint i = 0; i < self->n_fields; i++)
    if (strcmp (self->fields[i].name, field) == 0)
      return (int) i;
  return -1;
}

/* The field's value; to ask for one that does not exist, or by a wrong type, is a mistake of the program. */
static GVariant *
field_of (const FilSchema *self,
          GVariant *row,
          const char *field,
          FilFieldType type)
{
  int index = fil_schema_find (self, field);

  if (index < 0 || self->fields[index].type != type)
    g_error ("a %s has no field %s of type %c", self->name, field, type);
  return g_variant_get_child_value (row, (gsize) index);
}

/**
 * fil_schema_get_int:
 *
 * Returns: the field's value, FIL_NULL_INT when it is unknown
 */
gint64
fil_schema_get_int (const FilSchema *self,
                    GVariant *row,
                    const char *field)
{
  g_autoptr (GVariant) value = field_of (self, row, field, FIL_FIELD_INT);

  return g_variant_get_int64 (value);
}

/**
 * fil_schema_get_string:
 *
 * Returns: (transfer none) (nullable): the field's text, which lives as long as @row; NULL when it is
 * unknown
 */
const char *
fil_schema_get_string (const FilSchema *self,
                       GVariant *row,
                       const char *field)
{
  const char *text = NULL;
  int index = fil_schema_find (self, field);

  if (index < 0 || self->fields[index].type != FIL_FIELD_STRING)
    g_error ("a %s has no text %s", self->name, field);
  g_variant_get_child (row, (gsize) index, "&s", &text);
  return self->fields[index].is_nullable && *text == '\0' ? NULL : text;
}

gboolean
fil_schema_get_bool (const FilSchema *self,
                     GVariant *row,
                     const char *field)
{
  g_autoptr (GVariant) value = field_of (self, row, field, FIL_FIELD_BOOL);

  return g_variant_get_boolean (value);
}

FilTri
fil_schema_get_tri (const FilSchema *self,
                    GVariant *row,
                    const char *field)
{
  g_autoptr (GVariant) value = field_of (self, row, field, FIL_FIELD_TRI);

  return (FilTri) g_variant_get_byte (value);
}

/**
 * fil_schema_get_strings:
 *
 * Returns: (transfer full): the field's texts
 */
GStrv
fil_schema_get_strings (const FilSchema *self,
                        GVariant *row,
                        const char *field)
{
  g_autoptr (GVariant) value = field_of (self, row, field, FIL_FIELD_STRINGS);

  return g_variant_dup_strv (value, NULL);
}

/**
 * fil_api_interface_info:
 *
 * Returns: (transfer none): what node-api.xml says, for GDBus
 */
GDBusInterfaceInfo *
fil_api_interface_info (void)
{
  return (GDBusInterfaceInfo *) &org_filbert_node_interface;
}
