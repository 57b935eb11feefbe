/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "list-model.h"

#include "client-private.h"
#include "list-model-private.h"

enum
{
  PROP_N_ITEMS = 1,
  PROP_LOADED,
  N_PROPERTIES,
};

enum
{
  ROW_UPDATED,
  ROW_REMOVED,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPERTIES];
static guint signals[N_SIGNALS];

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FilListModel, fil_list_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void ask (FilListModel *self);

static GType
get_item_type (GListModel *model)
{
  return FIL_TYPE_ROW;
}

static guint
get_n_items (GListModel *model)
{
  return fil_row_table_get_n (FIL_LIST_MODEL (model)->rows);
}

static gpointer
get_item (GListModel *model,
          guint position)
{
  FilListModel *self = FIL_LIST_MODEL (model);

  return position < fil_row_table_get_n (self->rows) ? fil_row_table_dup_row (self->rows, position) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

void
_fil_list_model_row_updated (FilListModel *self,
                             guint position)
{
  g_signal_emit (self, signals[ROW_UPDATED], 0, position);
}

void
_fil_list_model_row_removed (FilListModel *self,
                             gint64 id)
{
  g_signal_emit (self, signals[ROW_REMOVED], 0, id);
}

static void
set_loaded (FilListModel *self,
            gboolean is_loaded)
{
  if (self->is_loaded == is_loaded)
    return;
  self->is_loaded = is_loaded;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADED]);
}

static gboolean
apply_answer (gpointer data)
{
  g_autoptr (FilListModel) self = g_object_ref (data);
  g_autoptr (GVariant) answer = g_steal_pointer (&self->answer);
  g_autoptr (GVariant) removed = NULL;
  g_autoptr (GVariant) rows = NULL;
  guint before = fil_row_table_get_n (self->rows);
  guint64 seq;
  gboolean reset, more;

  self->apply_id = 0;
  g_variant_get (answer, "(tbb@axv)", &seq, &reset, &more, &removed, &rows);
  if (reset)
    _fil_list_model_start_over (self);
  self->since = seq;
  _fil_list_model_merge (self, removed, rows, !more);
  if (fil_row_table_get_n (self->rows) != before)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ITEMS]);
  set_loaded (self, !more);
  self->is_asking = FALSE;
  if (more || self->is_stale)
    ask (self);
  return G_SOURCE_REMOVE;
}

static gboolean
is_answer_of (FilListModel *self,
              GVariant *answer)
{
  g_autoptr (GVariant) rows = NULL;

  if (!g_variant_is_of_type (answer, G_VARIANT_TYPE ("(tbbaxv)")))
    return FALSE;
  g_variant_get_child (answer, 4, "v", &rows);
  return g_variant_is_of_type (rows, fil_schema_array_type (self->schema));
}

static void
answered_cb (GObject *object,
             GAsyncResult *result,
             gpointer data)
{
  g_autoptr (FilListModel) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = fil_client_call_finish (FIL_CLIENT (object), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (answer != NULL && is_answer_of (self, answer))
    {
      self->answer = g_steal_pointer (&answer);
      self->apply_id = g_idle_add_full (FIL_LIST_MODEL_PRIORITY, apply_answer, self, NULL);
      g_source_set_name_by_id (self->apply_id, "filbert list model");
      return;
    }

  self->is_asking = FALSE;
  if (g_error_matches (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_NOT_FOUND))
    {
      /* The search has been closed: its list is empty for ever. */
      if (fil_row_table_get_n (self->rows) > 0)
        {
          _fil_list_model_clear (self);
          g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ITEMS]);
        }
      set_loaded (self, TRUE);
    }
  else
    {
      g_debug ("no changes of %s: %s", self->schema->list, error != NULL ? error->message : "wrong answer");
    }
}

/* One call in flight: whatever happens meanwhile is in the next answer. */
static void
ask (FilListModel *self)
{
  self->is_stale = self->is_asking;
  if (self->is_asking || !fil_client_is_attached (self->client))
    return;
  self->is_asking = TRUE;
  fil_client_call_async (self->client, "Changes",
                         g_variant_new ("(sxtu)", self->schema->list, self->scope, self->since,
                                        (guint32) FIL_LIST_MODEL_BATCH),
                         self->cancellable, answered_cb, g_object_ref (self));
}

static void
list_changed_cb (FilClient *client,
                 const char *list,
                 gint64 scope,
                 guint64 seq,
                 FilListModel *self)
{
  if (scope == self->scope && g_str_equal (list, self->schema->list))
    ask (self);
}

/* Perhaps another node with the same numbers: nothing of what was asked before counts. */
static void
attached_cb (FilClient *client,
             FilListModel *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_clear_handle_id (&self->apply_id, g_source_remove);
  g_clear_pointer (&self->answer, g_variant_unref);
  self->is_asking = FALSE;
  _fil_list_model_start_over (self);
  ask (self);
}

static void
fil_list_model_get_property (GObject *object,
                             guint id,
                             GValue *value,
                             GParamSpec *pspec)
{
  FilListModel *self = FIL_LIST_MODEL (object);

  switch (id)
    {
    case PROP_N_ITEMS:
      g_value_set_uint (value, fil_row_table_get_n (self->rows));
      break;
    case PROP_LOADED:
      g_value_set_boolean (value, self->is_loaded);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
fil_list_model_dispose (GObject *object)
{
  FilListModel *self = FIL_LIST_MODEL (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->apply_id, g_source_remove);
  g_clear_pointer (&self->answer, g_variant_unref);
  if (self->client != NULL)
    g_signal_handlers_disconnect_by_data (self->client, self);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (fil_list_model_parent_class)->dispose (object);
}

static void
fil_list_model_finalize (GObject *object)
{
  FilListModel *self = FIL_LIST_MODEL (object);

  g_clear_pointer (&self->rows, fil_row_table_free);
  g_object_unref (self->cancellable);
  G_OBJECT_CLASS (fil_list_model_parent_class)->finalize (object);
}

static void
fil_list_model_class_init (FilListModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = fil_list_model_get_property;
  object_class->dispose = fil_list_model_dispose;
  object_class->finalize = fil_list_model_finalize;

  properties[PROP_N_ITEMS] = g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_LOADED] = g_param_spec_boolean ("loaded", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  signals[ROW_UPDATED] = g_signal_new ("row-updated", FIL_TYPE_LIST_MODEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[ROW_REMOVED] = g_signal_new ("row-removed", FIL_TYPE_LIST_MODEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_INT64);
}

static void
fil_list_model_init (FilListModel *self)
{
  self->cancellable = g_cancellable_new ();
}

/**
 * fil_list_model_new:
 * @list: searches, results, downloads, uploads, shares, peers or events
 * @scope: the search when @list is results, else 0
 *
 * Returns: (transfer full): a model that begins to fill as soon as @client is attached
 */
FilListModel *
fil_list_model_new (FilClient *client,
                    const char *list,
                    gint64 scope)
{
  FilListModel *self;
  const FilSchema *schema = fil_schema_of_list (list);

  g_return_val_if_fail (FIL_IS_CLIENT (client), NULL);
  g_return_val_if_fail (schema != NULL, NULL);

  self = g_object_new (FIL_TYPE_LIST_MODEL, NULL);
  self->client = g_object_ref (client);
  self->schema = schema;
  self->rows = fil_row_table_new (schema);
  self->scope = scope;
  g_signal_connect (client, "list-changed", G_CALLBACK (list_changed_cb), self);
  g_signal_connect (client, "attached", G_CALLBACK (attached_cb), self);
  ask (self);
  return self;
}

gboolean
fil_list_model_is_loaded (FilListModel *self)
{
  g_return_val_if_fail (FIL_IS_LIST_MODEL (self), FALSE);

  return self->is_loaded;
}

/**
 * fil_list_model_find:
 *
 * Returns: (transfer full) (nullable): the row with @id
 */
FilRow *
fil_list_model_find (FilListModel *self,
                     gint64 id)
{
  guint position;

  g_return_val_if_fail (FIL_IS_LIST_MODEL (self), NULL);

  return fil_row_table_find (self->rows, id, &position) ? fil_row_table_dup_row (self->rows, position) : NULL;
}

/**
 * fil_list_model_peek:
 * @position: less than the number of items
 *
 * For who sorts or filters many rows: makes no object.
 *
 * Returns: (transfer none): the row as it travelled
 */
GVariant *
fil_list_model_peek (FilListModel *self,
                     guint position)
{
  g_return_val_if_fail (FIL_IS_LIST_MODEL (self), NULL);
  g_return_val_if_fail (position < fil_row_table_get_n (self->rows), NULL);

  return fil_row_table_peek (self->rows, position);
}

/**
 * fil_list_model_get_id:
 * @position: less than the number of items
 *
 * Returns: the id of the row there
 */
gint64
fil_list_model_get_id (FilListModel *self,
                       guint position)
{
  g_return_val_if_fail (FIL_IS_LIST_MODEL (self), 0);
  g_return_val_if_fail (position < fil_row_table_get_n (self->rows), 0);

  return fil_row_table_get_id (self->rows, position);
}
