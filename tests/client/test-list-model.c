/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bus-fixture.h"

#include "client-verbs.h"
#include "list-model.h"

typedef struct
{
  BusFixture bus;
  FilClient *client;
  FilListModel *model;
  GPtrArray *splices; /* "position removed added" */
  guint n_vanished;
} Fixture;

static void
keep_result (GObject *object,
             GAsyncResult *result,
             gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GAsyncResult *
wait_for_result (GAsyncResult **result)
{
  bus_fixture_wait_for (*result != NULL);
  return *result;
}

static void
attach (Fixture *f)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  fil_client_attach_async (f->client, FIL_ATTACH_DEFAULT, NULL, keep_result, &result);
  g_assert_true (fil_client_attach_finish (f->client, wait_for_result (&result), &error));
  g_assert_no_error (error);
}

static void
items_changed_cb (GListModel *model,
                  guint position,
                  guint removed,
                  guint added,
                  GPtrArray *splices)
{
  g_ptr_array_add (splices, g_strdup_printf ("%u %u %u", position, removed, added));
}

static void
vanished_cb (FilClient *client,
             guint *n)
{
  ++*n;
}

static void
set_up (Fixture *f,
        gconstpointer data)
{
  bus_fixture_set_up (&f->bus, NULL);
  f->client = fil_client_new (f->bus.dir);
  f->splices = g_ptr_array_new_with_free_func (g_free);
  f->model = fil_list_model_new (f->client, "downloads", 0);
  g_signal_connect (f->model, "items-changed", G_CALLBACK (items_changed_cb), f->splices);
  g_signal_connect (f->client, "vanished", G_CALLBACK (vanished_cb), &f->n_vanished);
}

/* A call under way keeps its caller, until it is answered. */
static void
wait_until_finalized (gpointer object)
{
  g_object_add_weak_pointer (object, &object);
  g_object_unref (object);
  while (object != NULL)
    g_main_context_iteration (NULL, FALSE);
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  wait_until_finalized (g_steal_pointer (&f->model));
  wait_until_finalized (g_steal_pointer (&f->client));
  g_ptr_array_unref (f->splices);
  bus_fixture_tear_down (&f->bus, NULL);
}

static guint
n_items (Fixture *f)
{
  return g_list_model_get_n_items (G_LIST_MODEL (f->model));
}

static FilRow *
item (Fixture *f,
      guint position)
{
  return g_list_model_get_item (G_LIST_MODEL (f->model), position);
}

static void
count_cb (gpointer object,
          gpointer anything,
          guint *n)
{
  ++*n;
}

static void
test_rows (Fixture *f,
           gconstpointer data)
{
  gint64 ids[6];
  guint n_notified = 0, n_updated = 0;
  g_autoptr (FilRow) row = NULL;
  g_autoptr (FilRow) same = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = fake_node_add_download (f->bus.node, "a", 100 + i);
  attach (f);
  bus_fixture_wait_for (fil_list_model_is_loaded (f->model));
  g_assert_cmpuint (n_items (f), ==, 6);
  g_assert_cmpuint (f->splices->len, ==, 1);
  g_assert_cmpstr (f->splices->pdata[0], ==, "0 0 6");

  row = item (f, 2);
  same = fil_list_model_find (f->model, ids[2]);
  g_assert_true (row == same);
  g_assert_cmpint (fil_row_get_id (row), ==, ids[2]);
  g_assert_cmpint (fil_row_get_int (row, "size"), ==, 102);
  g_assert_cmpstr (fil_row_get_string (row, "state"), ==, "queued");
  g_assert_null (fil_row_get_string (row, "path"));
  g_assert_false (fil_row_is_known (row, "eta_s"));
  g_assert_null (fil_list_model_find (f->model, 12345));

  /* A change in place: the object stays, and says so. */
  g_signal_connect (row, "notify::variant", G_CALLBACK (count_cb), &n_notified);
  g_signal_connect (f->model, "row-updated", G_CALLBACK (count_cb), &n_updated);
  fake_node_set_download (f->bus.node, ids[2], FIL_DOWNLOAD_DONE, 102);
  fake_node_set_download (f->bus.node, ids[4], FIL_DOWNLOAD_DONE, 104);
  bus_fixture_wait_for (n_updated == 2);
  g_assert_cmpuint (n_notified, ==, 1);
  g_assert_cmpstr (fil_row_get_string (row, "state"), ==, "done");
  g_assert_cmpuint (f->splices->len, ==, 1);

  /* Neighbours go together, the last run first. */
  fake_node_remove_download (f->bus.node, ids[0]);
  fake_node_remove_download (f->bus.node, ids[4]);
  fake_node_remove_download (f->bus.node, ids[3]);
  bus_fixture_wait_for (n_items (f) == 3);
  g_assert_cmpuint (f->splices->len, ==, 3);
  g_assert_cmpstr (f->splices->pdata[1], ==, "3 2 0");
  g_assert_cmpstr (f->splices->pdata[2], ==, "0 1 0");
  g_assert_cmpint (fil_list_model_get_id (f->model, 1), ==, ids[2]);
  g_assert_true (fil_list_model_peek (f->model, 1) == fil_row_get_variant (row));

  fake_node_remove_download (f->bus.node, ids[2]);
  bus_fixture_wait_for (n_items (f) == 2);
  g_assert_cmpint (fil_row_get_id (row), ==, ids[2]);
}

/* More removals than the node remembers, while nobody listens: start over, and nothing is shown twice. */
static void
test_reset (Fixture *f,
            gconstpointer data)
{
  gint64 kept, last = 0;
  g_autoptr (FilRow) row = NULL;

  kept = fake_node_add_download (f->bus.node, "kept", 1);
  fake_node_remove_download (f->bus.node, fake_node_add_download (f->bus.node, "x", 1));
  fake_node_add_download (f->bus.node, "goes", 1);
  attach (f);
  bus_fixture_wait_for (n_items (f) == 2);
  row = item (f, 0);

  fake_node_remove_download (f->bus.node, fil_list_model_get_id (f->model, 1));
  for (guint i = 0; i < 5000; i++)
    fake_node_remove_download (f->bus.node, fake_node_add_download (f->bus.node, "x", 1));
  last = fake_node_add_download (f->bus.node, "last", 1);
  for (;;)
    {
      g_autoptr (FilRow) found = fil_list_model_find (f->model, last);

      if (found != NULL && n_items (f) == 2)
        break;
      g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpint (fil_list_model_get_id (f->model, 0), ==, kept);
  g_assert_true (fil_list_model_is_loaded (f->model));
  g_assert_cmpint (fil_row_get_id (row), ==, kept);
}

/* Another node on the same profile: the rows that stay do not flicker, the others go. */
static void
test_node_goes (Fixture *f,
                gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FilRow) row = NULL;

  for (guint i = 0; i < 3; i++)
    fake_node_add_download (f->bus.node, "a", 1);
  attach (f);
  bus_fixture_wait_for (n_items (f) == 3);
  bus_fixture_wait_for (fil_client_get_status (f->client) != NULL);
  row = item (f, 0);

  bus_fixture_stop (&f->bus);
  bus_fixture_wait_for (f->n_vanished == 1);
  g_assert_null (fil_client_get_status (f->client));
  g_assert_false (fil_client_is_attached (f->client));
  g_assert_cmpuint (n_items (f), ==, 3);

  fil_client_pause (f->client, -1, NULL, keep_result, &result);
  g_assert_false (fil_client_finish (f->client, wait_for_result (&result), &error));
  g_assert_error (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_clear_object (&result);

  fil_client_attach_async (f->client, FIL_ATTACH_DEFAULT, NULL, keep_result, &result);
  g_assert_false (fil_client_attach_finish (f->client, wait_for_result (&result), &error));
  g_assert_error (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_UNAVAILABLE);

  bus_fixture_start (&f->bus);
  fake_node_add_download (f->bus.node, "b", 7);
  g_ptr_array_set_size (f->splices, 0);
  attach (f);
  bus_fixture_wait_for (n_items (f) == 1);
  g_assert_cmpint (fil_row_get_int (row, "size"), ==, 7);
  g_assert_cmpuint (f->splices->len, ==, 1);
  g_assert_cmpstr (f->splices->pdata[0], ==, "1 2 0");
}

static void
measure_cb (GListModel *model,
            guint position,
            guint removed,
            guint added,
            guint *most)
{
  *most = MAX (*most, added);
}

/* Ten thousand rows come in helpings, and other sources get their turn between them. */
static void
test_many (Fixture *f,
           gconstpointer data)
{
  guint most = 0;
  gint64 before = 0, longest = 0;

  for (guint i = 0; i < 10000; i++)
    fake_node_add_download (f->bus.node, "A download with a name of middling length.ogg", 4200000);
  g_signal_connect (f->model, "items-changed", G_CALLBACK (measure_cb), &most);
  attach (f);
  while (n_items (f) < 10000)
    {
      before = g_get_monotonic_time ();
      g_main_context_iteration (NULL, FALSE);
      longest = MAX (longest, g_get_monotonic_time () - before);
    }
  g_test_message ("longest turn, with the node's own work in it: %.1f ms", (double) longest / 1000);
  g_assert_cmpuint (most, <=, FIL_LIST_MODEL_BATCH);
  g_assert_cmpuint (f->splices->len, >=, 10000 / FIL_LIST_MODEL_BATCH);
}

static void
test_results (Fixture *f,
              gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (FilListModel) results = NULL;
  gint64 search;

  attach (f);
  fil_client_search (f->client, "purple hazel", NULL, NULL, keep_result, &result);
  search = fil_client_finish_id (f->client, wait_for_result (&result), NULL);
  g_assert_cmpint (search, >, 0);
  results = fil_list_model_new (f->client, "results", search);
  bus_fixture_wait_for (g_list_model_get_n_items (G_LIST_MODEL (results)) == 3);

  g_clear_object (&result);
  fil_client_close_search (f->client, search, NULL, keep_result, &result);
  g_assert_true (fil_client_finish (f->client, wait_for_result (&result), NULL));
  bus_fixture_wait_for (g_list_model_get_n_items (G_LIST_MODEL (results)) == 0);
}

static void
test_status (Fixture *f,
             gconstpointer data)
{
  FilRow *status;

  attach (f);
  g_assert_null (fil_client_get_status (f->client));
  bus_fixture_wait_for ((status = fil_client_get_status (f->client)) != NULL);
  g_assert_cmpint (fil_row_get_int (status, "peers"), ==, 4);
  g_assert_false (fil_row_is_known (status, "udp_reachable"));
  g_assert_true (fil_row_is_known (status, "tcp_reachable"));
  for (guint i = 0; i < 5; i++)
    {
      fake_node_touch_status (f->bus.node, 10 + i);
      bus_fixture_wait_for (fil_row_get_int (status, "peers") == 10 + i);
    }
  g_assert_true (status == fil_client_get_status (f->client));
}

static void
test_verbs (Fixture *f,
            gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (FilRow) preview = NULL;
  g_auto (GStrv) names = NULL;

  attach (f);
  fil_client_doctor (f->client, NULL, keep_result, &result);
  rows = fil_client_finish_rows (f->client, wait_for_result (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, 2);
  g_assert_cmpstr (fil_row_get_kind (rows->pdata[0]), ==, "doctor");

  g_clear_object (&result);
  fil_client_share_check (f->client, "/na\xefve", NULL, keep_result, &result);
  preview = fil_client_finish_row (f->client, wait_for_result (&result), &error);
  g_assert_no_error (error);
  names = fil_row_get_strings (preview, "private_names");
  g_assert_cmpuint (g_strv_length (names), ==, 1);
  g_assert_cmpstr (fil_row_get_string (preview, "path"), ==, "/na\357\277\275ve");

  g_clear_object (&result);
  fil_client_retry (f->client, 77, NULL, keep_result, &result);
  g_assert_false (fil_client_finish (f->client, wait_for_result (&result), &error));
  g_assert_error (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_NOT_FOUND);
  g_assert_cmpstr (error->message, ==, "There is no download 77");
}

/* The model goes while its call is under way, and while rows are held. */
static void
test_dispose (Fixture *f,
              gconstpointer data)
{
  FilListModel *model;
  g_autoptr (FilRow) row = NULL;

  fake_node_add_download (f->bus.node, "a", 1);
  attach (f);
  bus_fixture_wait_for (n_items (f) == 1);
  model = fil_list_model_new (f->client, "downloads", 0);
  bus_fixture_wait_for (g_list_model_get_n_items (G_LIST_MODEL (model)) == 1);
  row = g_list_model_get_item (G_LIST_MODEL (model), 0);
  wait_until_finalized (model);
  g_assert_cmpint (fil_row_get_int (row, "size"), ==, 1);

  model = fil_list_model_new (f->client, "downloads", 0);
  g_object_run_dispose (G_OBJECT (model));
  wait_until_finalized (model);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/list-model/rows", test_rows);
  ADD ("/list-model/reset", test_reset);
  ADD ("/list-model/node-goes", test_node_goes);
  ADD ("/list-model/many", test_many);
  ADD ("/list-model/results", test_results);
  ADD ("/list-model/dispose", test_dispose);
  ADD ("/client/status", test_status);
  ADD ("/client/verbs", test_verbs);
  return g_test_run ();
}
