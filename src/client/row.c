/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "row-private.h"

#include "json.h"

struct _FilRow
{
  GObject parent_instance;

  const FilSchema *schema;
  GVariant *variant;
};

enum
{
  PROP_VARIANT = 1,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (FilRow, fil_row, G_TYPE_OBJECT)

static void
fil_row_get_property (GObject *object,
                      guint id,
                      GValue *value,
                      GParamSpec *pspec)
{
  FilRow *self = FIL_ROW (object);

  if (id == PROP_VARIANT)
    g_value_set_variant (value, self->variant);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
fil_row_finalize (GObject *object)
{
  g_variant_unref (FIL_ROW (object)->variant);
  G_OBJECT_CLASS (fil_row_parent_class)->finalize (object);
}

static void
fil_row_class_init (FilRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = fil_row_get_property;
  object_class->finalize = fil_row_finalize;

  properties[PROP_VARIANT] = g_param_spec_variant ("variant", NULL, NULL, G_VARIANT_TYPE_TUPLE, NULL,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS |
                                                       G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
fil_row_init (FilRow *self)
{
}

/**
 * _fil_row_new:
 * @variant: of the type of @schema
 */
FilRow *
_fil_row_new (const FilSchema *schema,
              GVariant *variant)
{
  FilRow *self = g_object_new (FIL_TYPE_ROW, NULL);

  g_assert (g_variant_is_of_type (variant, fil_schema_type (schema)));
  self->schema = schema;
  self->variant = g_variant_ref_sink (variant);
  return self;
}

/**
 * _fil_row_set_variant:
 *
 * Returns: whether that changed anything
 */
gboolean
_fil_row_set_variant (FilRow *self,
                      GVariant *variant)
{
  if (self->variant == variant || g_variant_equal (self->variant, variant))
    return FALSE;
  g_variant_unref (self->variant);
  self->variant = g_variant_ref_sink (variant);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VARIANT]);
  return TRUE;
}

/**
 * fil_row_get_id:
 *
 * Returns: the row's id, 0 for kinds that have none
 */
gint64
fil_row_get_id (FilRow *self)
{
  g_return_val_if_fail (FIL_IS_ROW (self), 0);

  return fil_schema_find (self->schema, "id") >= 0 ? fil_row_get_int (self, "id") : 0;
}

/**
 * fil_row_get_kind:
 *
 * Returns: status, search, result, download, upload, share, peer, event, library, history, trace,
 * doctor, setting or preview
 */
const char *
fil_row_get_kind (FilRow *self)
{
  g_return_val_if_fail (FIL_IS_ROW (self), NULL);

  return self->schema->name;
}

/**
 * fil_row_get_variant:
 *
 * Returns: (transfer none): the row as it travelled
 */
GVariant *
fil_row_get_variant (FilRow *self)
{
  g_return_val_if_fail (FIL_IS_ROW (self), NULL);

  return self->variant;
}

/**
 * fil_row_get_int:
 *
 * Returns: the field's number, FIL_ROW_UNKNOWN when it is unknown
 */
gint64
fil_row_get_int (FilRow *self,
                 const char *field)
{
  g_return_val_if_fail (FIL_IS_ROW (self), FIL_ROW_UNKNOWN);

  return fil_schema_get_int (self->schema, self->variant, field);
}

/**
 * fil_row_is_known:
 *
 * Returns: whether the field is not null in JSON
 */
gboolean
fil_row_is_known (FilRow *self,
                  const char *field)
{
  int index;

  g_return_val_if_fail (FIL_IS_ROW (self), FALSE);

  index = fil_schema_find (self->schema, field);
  g_return_val_if_fail (index >= 0, FALSE);
  switch (self->schema->fields[index].type)
    {
    case FIL_FIELD_INT:
      return !self->schema->fields[index].is_nullable || fil_row_get_int (self, field) != FIL_ROW_UNKNOWN;
    case FIL_FIELD_STRING:
      return fil_row_get_string (self, field) != NULL;
    case FIL_FIELD_TRI:
      return fil_schema_get_tri (self->schema, self->variant, field) != FIL_TRI_UNKNOWN;
    case FIL_FIELD_BOOL:
    case FIL_FIELD_STRINGS:
    default:
      return TRUE;
    }
}

/**
 * fil_row_get_string:
 *
 * Returns: (transfer none) (nullable): the field's text, NULL when it is unknown; valid until the row
 * changes
 */
const char *
fil_row_get_string (FilRow *self,
                    const char *field)
{
  g_return_val_if_fail (FIL_IS_ROW (self), NULL);

  return fil_schema_get_string (self->schema, self->variant, field);
}

/**
 * fil_row_get_bool:
 *
 * Returns: whether the field is true; unknown is not. See fil_row_is_known().
 */
gboolean
fil_row_get_bool (FilRow *self,
                  const char *field)
{
  int index;

  g_return_val_if_fail (FIL_IS_ROW (self), FALSE);

  index = fil_schema_find (self->schema, field);
  if (index >= 0 && self->schema->fields[index].type == FIL_FIELD_TRI)
    return fil_schema_get_tri (self->schema, self->variant, field) == FIL_TRI_YES;
  return fil_schema_get_bool (self->schema, self->variant, field);
}

/**
 * fil_row_get_strings:
 *
 * Returns: (transfer full): the field's texts
 */
GStrv
fil_row_get_strings (FilRow *self,
                     const char *field)
{
  g_return_val_if_fail (FIL_IS_ROW (self), NULL);

  return fil_schema_get_strings (self->schema, self->variant, field);
}

/**
 * fil_row_to_json:
 *
 * Returns: (transfer full): the row as the command line prints it with --json
 */
char *
fil_row_to_json (FilRow *self)
{
  g_return_val_if_fail (FIL_IS_ROW (self), NULL);

  return fil_json_of_row (self->schema, self->variant);
}
