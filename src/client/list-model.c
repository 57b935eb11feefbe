/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "list-model.h"

#include "client-private.h"
#include "row-table.h"

struct _FilListModel
{
  GObject parent_instance;

  FilClient *client;
  const FilSchema *schema;
  gint64 scope;
  FilRowTable *rows;
  GVariant *answer;  /* waits for its turn to be applied */
  guint apply_id;
  GCancellable *cancellable;
  guint64 since;
  gboolean is_sweeping; /* rows of older rounds go when this one is complete */
  gboolean is_asking;   /* a call or its answer is under way */
  gboolean is_stale;    /* the list has changed meanwhile */
  gboolean is_loaded;
};

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

/* A row of its own memory: a slice would keep the whole answer alive. */
static GVariant *
copy_row (GVariant *slice)
{
  g_autoptr (GBytes) bytes = g_bytes_new (g_variant_get_data (slice), g_variant_get_size (slice));

  return g_variant_ref_sink (g_variant_new_from_bytes (g_variant_get_type (slice), bytes, TRUE));
}

static void
remove_run (FilListModel *self,
            guint first,
            guint n)
{
  g_autoptr (GArray) ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n);

  for (guint i = first; i < first + n; i++)
    {
      gint64 id = fil_row_table_get_id (self->rows, i);

      g_array_append_val (ids, id);
    }
  fil_row_table_remove (self->rows, first, n);
  g_list_model_items_changed (G_LIST_MODEL (self), first, n, 0);
  for (guint i = 0; i < ids->len; i++)
    g_signal_emit (self, signals[ROW_REMOVED], 0, g_array_index (ids, gint64, i));
}

static int
compare_ids (gconstpointer a,
             gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return (left > right) - (left < right);
}

static void
apply_removed (FilListModel *self,
               GVariant *removed)
{
  gsize n;
  const gint64 *sent = g_variant_get_fixed_array (removed, &n, sizeof (gint64));
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint end = 0, first = 0;

  g_array_append_vals (ids, sent, (guint) n);
  g_array_sort (ids, compare_ids);

  /* From the back, so that positions before stay right; neighbours together. */
  for (guint i = ids->len; i > 0; i--)
    {
      guint position;

      if (!fil_row_table_find (self->rows, g_array_index (ids, gint64, i - 1), &position))
        continue;
      if (end > 0 && position + 1 == first)
        {
          first = position;
          continue;
        }
      if (end > 0)
        remove_run (self, first, end - first);
      first = position;
      end = position + 1;
    }
  if (end > 0)
    remove_run (self, first, end - first);
}

static int
compare_rows (gconstpointer a,
              gconstpointer b,
              gpointer rows)
{
  gint64 left = fil_row_table_read_id (rows, *(GVariant *const *) a);
  gint64 right = fil_row_table_read_id (rows, *(GVariant *const *) b);

  return (left > right) - (left < right);
}

/* Updates what is known; returns the rest in the order of ids. */
static GPtrArray *
apply_known (FilListModel *self,
             GVariant *rows)
{
  GPtrArray *fresh = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  gsize n = g_variant_n_children (rows);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) slice = g_variant_get_child_value (rows, i);
      g_autoptr (GVariant) row = copy_row (slice);
      guint position;

      if (!fil_row_table_find (self->rows, fil_row_table_read_id (self->rows, row), &position))
        g_ptr_array_add (fresh, g_steal_pointer (&row));
      else if (fil_row_table_update (self->rows, position, row))
        g_signal_emit (self, signals[ROW_UPDATED], 0, position);
    }
  g_ptr_array_sort_with_data (fresh, compare_rows, self->rows);
  return fresh;
}

static guint
place_of (FilListModel *self,
          GPtrArray *fresh,
          guint index)
{
  guint position;

  fil_row_table_find (self->rows, fil_row_table_read_id (self->rows, g_ptr_array_index (fresh, index)), &position);
  return position;
}

static void
apply_fresh (FilListModel *self,
             GPtrArray *fresh)
{
  guint end = fresh->len;

  while (end > 0)
    {
      guint position = place_of (self, fresh, end - 1);
      guint first = end - 1;

      while (first > 0 && place_of (self, fresh, first - 1) == position)
        first--;
      fil_row_table_insert (self->rows, position, (GVariant *const *) fresh->pdata + first, end - first);
      g_list_model_items_changed (G_LIST_MODEL (self), position, 0, end - first);
      end = first;
    }
}

/* Rows that a complete catching-up did not mention are no more. */
static void
sweep (FilListModel *self)
{
  guint end = fil_row_table_get_n (self->rows);

  self->is_sweeping = FALSE;
  while (end > 0)
    {
      guint first = end;

      while (first > 0 && fil_row_table_is_old (self->rows, first - 1))
        first--;
      if (first < end)
        remove_run (self, first, end - first);
      end = first > 0 ? first - 1 : 0;
    }
}

static void
start_over (FilListModel *self)
{
  self->since = 0;
  fil_row_table_begin_round (self->rows);
  self->is_sweeping = fil_row_table_get_n (self->rows) > 0;
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
  g_autoptr (GPtrArray) fresh = NULL;
  guint before = fil_row_table_get_n (self->rows);
  guint64 seq;
  gboolean reset, more;

  self->apply_id = 0;
  g_variant_get (answer, "(tbb@axv)", &seq, &reset, &more, &removed, &rows);
  if (reset)
    start_over (self);
  self->since = seq;

  apply_removed (self, removed);
  fresh = apply_known (self, rows);
  apply_fresh (self, fresh);
  if (!more && self->is_sweeping)
    sweep (self);

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
          remove_run (self, 0, fil_row_table_get_n (self->rows));
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
  start_over (self);
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
 * Returns: (transfer none): the row as it travelled; fil_list_model_find_field() tells the index of a field
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

/**
 * fil_list_model_find_field:
 *
 * Returns: the index of @field in the rows of fil_list_model_peek(), -1 when there is none
 */
int
fil_list_model_find_field (FilListModel *self,
                           const char *field)
{
  g_return_val_if_fail (FIL_IS_LIST_MODEL (self), -1);

  return fil_schema_find (self->schema, field);
}
