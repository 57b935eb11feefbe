/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wishes for cancelled downloads that wait for the database at the same time, in a node of its own. */
#include "config.h"

#include "node-private.h"

#include <glib/gstdio.h>

#include "node-error.h"
#include "temp-tree.h"

#define MAGNET "magnet:?xt=urn:sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ&dn=hazel.bin&xl=1000000"

typedef struct
{
  char *dir;
  char *profile;
  char *downloads;
  FilNode *node;
  GAsyncQueue *hold; /* the store thread waits for something in it */
  gint64 id;
} Fixture;

/* How a wish ended: not yet, well, or with a FilNodeError. */
typedef struct
{
  guint n_told;
  int code; /* -1: well */
  guint n_listed;
} Answer;

static void
start (Fixture *f)
{
  const FilNodeOptions options = { .profile = f->profile, .listen = "none", .downloads = f->downloads,
                                   .no_bootstrap = TRUE, .private_network = TRUE };
  g_autoptr (GError) error = NULL;

  f->node = fil_node_new (&options, &error);
  g_assert_no_error (error);
}

static void
stop (Fixture *f)
{
  fil_node_stop (f->node);
  while (!fil_node_is_settled (f->node))
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&f->node);
}

static void
restart (Fixture *f)
{
  stop (f);
  start (f);
}

static gboolean
wait_for_hold (FilConnection *connection,
               gpointer hold,
               GError **error)
{
  g_async_queue_pop (hold);
  return TRUE;
}

/* What is asked of the database from now on is answered only after release(). */
static void
hold (Fixture *f)
{
  fil_database_run (f->node->database, wait_for_hold, NULL, f->hold, NULL);
}

static void
release (Fixture *f)
{
  g_async_queue_push (f->hold, f);
}

static char *
part_path (Fixture *f)
{
  return g_strdup_printf ("%s/incomplete/%" G_GINT64_FORMAT ".part", f->profile, f->id);
}

static gboolean
has_part (Fixture *f)
{
  g_autofree char *path = part_path (f);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* A download that was cancelled, with its part file. */
static void
set_up (Fixture *f,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  f->dir = temp_tree_new (NULL);
  f->profile = g_build_filename (f->dir, "profile", NULL);
  f->downloads = g_build_filename (f->dir, "Downloads", NULL);
  f->hold = g_async_queue_new ();
  temp_tree_write (f->dir, "profile/settings.ini", "[settings]\nport-mapping=false\n");
  start (f);
  f->id = fil_node_get_magnet (f->node, MAGNET, &error);
  g_assert_no_error (error);
  path = part_path (f);
  g_assert_true (g_file_set_contents (path, "what is there of it", -1, NULL));
  g_assert_true (fil_node_cancel (f->node, f->id, &error));
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  if (f->node != NULL)
    stop (f);
  g_async_queue_unref (f->hold);
  g_free (f->profile);
  g_free (f->downloads);
  temp_tree_free (f->dir);
}

static void
done_cb (const GError *error,
         gpointer data)
{
  Answer *answer = data;

  answer->n_told++;
  answer->code = error != NULL ? error->code : -1;
}

static void
listed_cb (const FilRemovedInfo *infos,
           guint n_infos,
           const GError *error,
           gpointer data)
{
  ((Answer *) data)->n_listed = n_infos;
  done_cb (error, data);
}

static void
wait_told (const Answer *answer)
{
  while (answer->n_told == 0)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
is_on_list (Fixture *f)
{
  return fil_downloads_get (f->node->downloads, f->id) != NULL;
}

static guint
n_kept (Fixture *f)
{
  g_autoptr (GPtrArray) rows = fil_downloads_table_load_removed (f->node->database, NULL);

  return rows->len;
}

/* Now and in the next life it is on the list with what was there of it. */
static void
assert_restored (Fixture *f)
{
  for (guint life = 0; life < 2; life++)
    {
      g_assert_true (is_on_list (f));
      g_assert_cmpuint (fil_downloads_list (f->node->downloads)->len, ==, 1);
      g_assert_cmpuint (n_kept (f), ==, 0);
      restart (f);
      g_assert_true (has_part (f));
    }
}

/* Now and in the next life nothing is left of it. */
static void
assert_forgotten (Fixture *f)
{
  for (guint life = 0; life < 2; life++)
    {
      while (f->node->n_forgetting > 0)
        g_main_context_iteration (NULL, TRUE);
      g_assert_false (is_on_list (f));
      g_assert_cmpuint (n_kept (f), ==, 0);
      restart (f);
      g_assert_false (has_part (f));
    }
}

/* Both are granted of the same list: the first one counts. */
static void
two_wishes (Fixture *f,
            void (*first) (FilNode *node, gint64 id, FilDoneFunc func, gpointer data),
            gint64 first_id,
            void (*second) (FilNode *node, gint64 id, FilDoneFunc func, gpointer data),
            gint64 second_id,
            int second_code)
{
  Answer one = { 0 }, two = { 0 };

  hold (f);
  first (f->node, first_id, done_cb, &one);
  second (f->node, second_id, done_cb, &two);
  release (f);
  wait_told (&two);
  g_assert_cmpuint (one.n_told, ==, 1);
  g_assert_cmpint (one.code, ==, -1);
  g_assert_cmpint (two.code, ==, second_code);
}

static void
test_restore_then_forget (Fixture *f,
                          gconstpointer data)
{
  two_wishes (f, fil_node_restore, f->id, fil_node_forget, f->id, FIL_NODE_ERROR_NOT_FOUND);
  assert_restored (f);
}

static void
test_restore_then_forget_all (Fixture *f,
                              gconstpointer data)
{
  two_wishes (f, fil_node_restore, f->id, fil_node_forget, -1, -1);
  assert_restored (f);
}

static void
test_forget_then_restore (Fixture *f,
                          gconstpointer data)
{
  two_wishes (f, fil_node_forget, f->id, fil_node_restore, f->id, FIL_NODE_ERROR_NOT_FOUND);
  assert_forgotten (f);
}

static void
test_restore_twice (Fixture *f,
                    gconstpointer data)
{
  two_wishes (f, fil_node_restore, f->id, fil_node_restore, f->id, FIL_NODE_ERROR_NOT_FOUND);
  assert_restored (f);
}

static void
test_restore_then_expire (Fixture *f,
                          gconstpointer data)
{
  Answer answer = { 0 }, after = { 0 };

  fil_downloads_table_set_removed (f->node->database, f->id, 1000);
  hold (f);
  fil_node_restore (f->node, f->id, done_cb, &answer);
  _fil_node_removed_expire (f->node, TRUE);
  fil_node_removed (f->node, listed_cb, &after);
  release (f);
  wait_told (&after);
  g_assert_cmpint (answer.code, ==, -1);
  assert_restored (f);
}

static void
test_expire_then_restore (Fixture *f,
                          gconstpointer data)
{
  Answer answer = { 0 };

  fil_downloads_table_set_removed (f->node->database, f->id, 1000);
  hold (f);
  _fil_node_removed_expire (f->node, TRUE);
  fil_node_restore (f->node, f->id, done_cb, &answer);
  release (f);
  wait_told (&answer);
  g_assert_cmpint (answer.code, ==, FIL_NODE_ERROR_NOT_FOUND);
  assert_forgotten (f);
}

/* Brought back and cancelled again: it may be brought back once more, and forgotten. */
static void
test_again (Fixture *f,
            gconstpointer data)
{
  for (guint i = 0; i < 3; i++)
    {
      Answer answer = { 0 };

      fil_node_restore (f->node, f->id, done_cb, &answer);
      wait_told (&answer);
      g_assert_cmpint (answer.code, ==, -1);
      g_assert_true (fil_node_cancel (f->node, f->id, NULL));
      g_assert_cmpuint (n_kept (f), ==, 1);
    }
  two_wishes (f, fil_node_forget, f->id, fil_node_forget, f->id, FIL_NODE_ERROR_NOT_FOUND);
  assert_forgotten (f);
}

/* The node was killed after it had promised to forget, and before the part file was deleted. */
static void
test_killed_while_forgetting (Fixture *f,
                              gconstpointer data)
{
  Answer answer = { 0 };

  fil_downloads_table_set_removed (f->node->database, f->id, 1);
  fil_node_removed (f->node, listed_cb, &answer);
  wait_told (&answer);
  g_assert_cmpuint (answer.n_listed, ==, 0);
  answer = (Answer){ 0 };
  fil_node_restore (f->node, f->id, done_cb, &answer);
  wait_told (&answer);
  g_assert_cmpint (answer.code, ==, FIL_NODE_ERROR_NOT_FOUND);
  g_assert_true (has_part (f));
  restart (f);
  answer = (Answer){ 0 };
  fil_node_removed (f->node, listed_cb, &answer);
  wait_told (&answer);
  assert_forgotten (f);
}

/* Whoever still waits is told when the node ends, and nothing is done any more. */
static void
test_end (Fixture *f,
          gconstpointer data)
{
  Answer answers[3] = { 0 };

  fil_node_removed (f->node, listed_cb, &answers[0]);
  fil_node_restore (f->node, f->id, done_cb, &answers[1]);
  fil_node_forget (f->node, f->id, done_cb, &answers[2]);
  fil_node_stop (f->node);
  g_clear_object (&f->node);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_assert_cmpuint (answers[i].n_told, ==, 1);
      g_assert_cmpint (answers[i].code, ==, FIL_NODE_ERROR_UNAVAILABLE);
    }
  start (f);
  g_assert_cmpuint (n_kept (f), ==, 1);
  g_assert_true (has_part (f));
}

static void
note_found (gpointer data,
            const char *path)
{
  *(gboolean *) data = TRUE;
}

/* Until the main loop has nothing to do and the disk has done what was asked of it. */
static void
settle (Fixture *f)
{
  const FilSha1 sha1 = { { 1 } };

  for (guint i = 0; i < 5; i++)
    {
      gboolean is_found = FALSE;

      while (g_main_context_iteration (NULL, FALSE))
        ;
      fil_disk_find_placed (f->node->disk, f->downloads, "nobody.bin", 1, &sha1, note_found, &is_found);
      while (!is_found)
        g_main_context_iteration (NULL, TRUE);
    }
}

/* A node that is killed before the row of a download is safe leaves no part file of which nobody knows. */
static void
test_row_before_part (Fixture *f,
                      gconstpointer data)
{
  hold (f);
  f->id = fil_node_get_magnet (f->node, MAGNET "&xs=http://127.0.0.1:1/uri-res/N2R?urn:sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", NULL);
  g_assert_cmpint (f->id, !=, 0);
  settle (f);
  g_assert_false (has_part (f));
  release (f);
  while (!has_part (f))
    g_main_context_iteration (NULL, TRUE);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/node/removed/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("restore-then-forget", test_restore_then_forget);
  ADD ("restore-then-forget-all", test_restore_then_forget_all);
  ADD ("forget-then-restore", test_forget_then_restore);
  ADD ("restore-twice", test_restore_twice);
  ADD ("restore-then-expire", test_restore_then_expire);
  ADD ("expire-then-restore", test_expire_then_restore);
  ADD ("again", test_again);
  ADD ("killed-while-forgetting", test_killed_while_forgetting);
  ADD ("end", test_end);
  ADD ("row-before-part", test_row_before_part);
  return g_test_run ();
}
