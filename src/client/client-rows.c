/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "client-verbs.h"

#include "client-private.h"
#include "row-private.h"

/* The rows of an answer, and lists for those who can wait. */

static void
append_rows (GPtrArray *list,
             const FilSchema *schema,
             GVariant *rows)
{
  gsize n = g_variant_n_children (rows);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

      g_ptr_array_add (list, _fil_row_new (schema, row));
    }
}

static gboolean
check_type (GVariant *value,
            const GVariantType *type,
            GError **error)
{
  if (g_variant_is_of_type (value, type))
    return TRUE;
  g_set_error (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_FAILED, "The node answered with %s",
               g_variant_get_type_string (value));
  return FALSE;
}

static GPtrArray *
rows_of_reply (const FilSchema *schema,
               GVariant *reply,
               GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GVariant) rows = NULL;

  g_variant_get (reply, "(v)", &rows);
  if (!check_type (rows, fil_schema_array_type (schema), error))
    return NULL;
  append_rows (list, schema, rows);
  return g_steal_pointer (&list);
}

static FilRow *
row_of_reply (const FilSchema *schema,
              GVariant *reply,
              GError **error)
{
  g_autoptr (GVariant) row = NULL;

  g_variant_get (reply, "(v)", &row);
  return check_type (row, fil_schema_type (schema), error) ? _fil_row_new (schema, row) : NULL;
}

/**
 * fil_client_finish_rows:
 *
 * Returns: (transfer full) (element-type FilRow) (nullable): the rows
 */
GPtrArray *
fil_client_finish_rows (FilClient *self,
                        GAsyncResult *result,
                        GError **error)
{
  g_autoptr (GVariant) reply = fil_client_call_finish (self, result, error);

  return reply != NULL ? rows_of_reply (g_task_get_task_data (G_TASK (result)), reply, error) : NULL;
}

/**
 * fil_client_finish_row:
 *
 * Returns: (transfer full) (nullable): the row
 */
FilRow *
fil_client_finish_row (FilClient *self,
                       GAsyncResult *result,
                       GError **error)
{
  g_autoptr (GVariant) reply = fil_client_call_finish (self, result, error);

  return reply != NULL ? row_of_reply (g_task_get_task_data (G_TASK (result)), reply, error) : NULL;
}

static int
compare_rows (gconstpointer a,
              gconstpointer b)
{
  gint64 left = fil_row_get_id (*(FilRow *const *) a), right = fil_row_get_id (*(FilRow *const *) b);

  return (left > right) - (left < right);
}

/**
 * fil_client_list:
 * @list: name of a list with change numbers
 * @scope: the search when @list is results, else 0
 *
 * Blocks.
 *
 * Returns: (transfer full) (element-type FilRow) (nullable): all rows of now, in the order of ids
 */
GPtrArray *
fil_client_list (FilClient *self,
                 const char *list,
                 gint64 scope,
                 GError **error)
{
  g_autoptr (GHashTable) by_id = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
  GPtrArray *all = NULL;
  const FilSchema *schema = fil_schema_of_list (list);
  GHashTableIter iter;
  gpointer row;
  guint64 since = 0;
  gboolean reset, more;

  g_return_val_if_fail (schema != NULL, NULL);

  do
    {
      g_autoptr (GPtrArray) some = g_ptr_array_new_with_free_func (g_object_unref);
      g_autoptr (GVariant) removed = NULL;
      g_autoptr (GVariant) rows = NULL;
      g_autoptr (GVariant) reply = fil_client_call (
          self, "Changes", g_variant_new ("(sxtu)", list, scope, since, (guint32) FIL_API_MAX_ROWS), error);
      const gint64 *ids;
      gsize n;

      if (reply == NULL)
        return NULL;
      g_variant_get (reply, "(tbb@axv)", &since, &reset, &more, &removed, &rows);
      if (!check_type (rows, fil_schema_array_type (schema), error))
        return NULL;
      if (reset)
        g_hash_table_remove_all (by_id);
      ids = g_variant_get_fixed_array (removed, &n, sizeof (gint64));
      for (gsize i = 0; i < n; i++)
        g_hash_table_remove (by_id, &ids[i]);
      append_rows (some, schema, rows);
      for (guint i = 0; i < some->len; i++)
        {
          gint64 id = fil_row_get_id (some->pdata[i]);

          g_hash_table_replace (by_id, g_memdup2 (&id, sizeof id), g_object_ref (some->pdata[i]));
        }
    }
  while (more);

  all = g_ptr_array_new_full (g_hash_table_size (by_id), g_object_unref);
  g_hash_table_iter_init (&iter, by_id);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    g_ptr_array_add (all, g_object_ref (row));
  g_ptr_array_sort (all, compare_rows);
  return all;
}

static const struct
{
  const char *method;
  const FilSchema *schema;
} answers[] = {
  { "Library", &fil_schema_library },   { "History", &fil_schema_history }, { "Removed", &fil_schema_removed },
  { "Preview", &fil_schema_beginning },  { "Trace", &fil_schema_trace },
  { "Doctor", &fil_schema_doctor },     { "Settings", &fil_schema_setting }, { "Status", &fil_schema_status },
  { "ShareCheck", &fil_schema_preview }, { "DownloadSources", &fil_schema_download_source },
};

static const FilSchema *
schema_of_answer (const char *method,
                  GVariant *arguments)
{
  if (g_str_equal (method, "Row"))
    {
      const char *list;

      g_variant_get_child (arguments, 0, "&s", &list);
      return fil_schema_of_list (list);
    }
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    if (g_str_equal (answers[i].method, method))
      return answers[i].schema;
  return NULL;
}

/* Blocks; @schema is of the rows in the answer. */
static GVariant *
ask (FilClient *self,
     const char *method,
     GVariant *arguments,
     const FilSchema **schema,
     GError **error)
{
  *schema = schema_of_answer (method, arguments);
  g_return_val_if_fail (*schema != NULL, NULL);
  return fil_client_call (self, method, arguments, error);
}

/**
 * fil_client_call_rows:
 * @method: one that answers with an array of rows
 *
 * Blocks.
 *
 * Returns: (transfer full) (element-type FilRow) (nullable): what it answers
 */
GPtrArray *
fil_client_call_rows (FilClient *self,
                      const char *method,
                      GVariant *arguments,
                      GError **error)
{
  const FilSchema *schema;
  g_autoptr (GVariant) reply = ask (self, method, arguments, &schema, error);

  return reply != NULL ? rows_of_reply (schema, reply, error) : NULL;
}

/**
 * fil_client_call_row:
 * @method: one that answers with a row
 *
 * Blocks.
 *
 * Returns: (transfer full) (nullable): what it answers
 */
FilRow *
fil_client_call_row (FilClient *self,
                     const char *method,
                     GVariant *arguments,
                     GError **error)
{
  const FilSchema *schema;
  g_autoptr (GVariant) reply = ask (self, method, arguments, &schema, error);

  return reply != NULL ? row_of_reply (schema, reply, error) : NULL;
}
