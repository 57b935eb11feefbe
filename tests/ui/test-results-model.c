/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "results-model.h"

#include "file-kinds.h"
#include "result-words.h"
#include "schema.h"

#define N_MANY 10000
#define BATCH 200

typedef struct
{
  FilResultsModel *model;
  GPtrArray *shadow;  /* of char*: what a listener believes is listed */
  guint n_signals;
  guint position, removed, added; /* as the last signal told */
} Fixture;

static GVariant *
make_row (gint64 id,
          const char *name,
          const char *kind,
          gint64 size,
          const char *sha1,
          const char *reach)
{
  return g_variant_ref_sink (g_variant_new ("(xxsxsssssxsxbsbxs)", id, (gint64) 1, name, size, sha1, "", "10.0.0.1:6346",
                                            "", "FLBT", (gint64) 2, reach, (gint64) 1, FALSE, kind, FALSE, FIL_NULL_INT,
                                            g_str_equal (reach, "unreachable") ? "Both routers forbid it." : ""));
}

static void
put (Fixture *f,
     gint64 id,
     const char *name,
     const char *kind,
     const char *sha1)
{
  g_autoptr (GVariant) row = make_row (id, name, kind, 1000 + id, sha1, "direct");

  fil_results_model_put (f->model, row);
}

static char *
name_at (Fixture *f,
         guint position)
{
  g_autoptr (FilResultItem) item = g_list_model_get_item (G_LIST_MODEL (f->model), position);

  return item != NULL ? g_strdup (fil_result_item_get_facts (item)->name) : NULL;
}

static void
items_changed_cb (GListModel *model,
                  guint position,
                  guint removed,
                  guint added,
                  Fixture *f)
{
  g_assert_cmpuint (position + removed, <=, f->shadow->len);
  if (removed > 0)
    g_ptr_array_remove_range (f->shadow, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (f->shadow, (int) (position + i), name_at (f, position + i));
  g_assert_cmpuint (f->shadow->len, ==, g_list_model_get_n_items (model));
  f->n_signals++;
  f->position = position;
  f->removed = removed;
  f->added = added;
}

static void
commit (Fixture *f)
{
  f->n_signals = 0;
  fil_results_model_commit (f->model);
}

/* What a listener has put together from the signals is what the model says. */
static void
check_shadow (Fixture *f)
{
  g_assert_cmpuint (f->shadow->len, ==, g_list_model_get_n_items (G_LIST_MODEL (f->model)));
  for (guint i = 0; i < f->shadow->len; i++)
    {
      g_autofree char *name = name_at (f, i);

      g_assert_cmpstr (name, ==, g_ptr_array_index (f->shadow, i));
    }
}

static void
check_names (Fixture *f,
             const char *const *names)
{
  guint i;

  for (i = 0; names[i] != NULL; i++)
    {
      g_autofree char *name = name_at (f, i);

      g_assert_cmpstr (name, ==, names[i]);
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->model)), ==, i);
}

static void
set_up (Fixture *f,
        gconstpointer data)
{
  f->model = fil_results_model_new ();
  f->shadow = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (f->model, "items-changed", G_CALLBACK (items_changed_cb), f);
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  g_signal_handlers_disconnect_by_func (f->model, items_changed_cb, f);
  g_assert_finalize_object (f->model);
  g_ptr_array_unref (f->shadow);
}

static void
test_nothing_before_commit (Fixture *f,
                            gconstpointer data)
{
  put (f, 1, "a", "audio", "");
  g_assert_cmpuint (f->n_signals, ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->model)), ==, 0);
  commit (f);
  g_assert_cmpuint (f->n_signals, ==, 1);
  check_names (f, (const char *[]){ "a", NULL });
  commit (f);
  g_assert_cmpuint (f->n_signals, ==, 0);
}

static void
test_sort (Fixture *f,
           gconstpointer data)
{
  put (f, 1, "pear", "audio", "P");
  put (f, 2, "apple", "video", "A");
  put (f, 3, "fig 10", "audio", "F1");
  put (f, 4, "fig 9", "audio", "F2");
  put (f, 5, "pear again", "audio", "P");
  commit (f);
  /* Two sources before one; numbers in names count as numbers. */
  check_names (f, (const char *[]){ "pear", "apple", "fig 9", "fig 10", NULL });
  fil_results_model_set_sort (f->model, FIL_SORT_NAME, FALSE);
  check_names (f, (const char *[]){ "apple", "fig 9", "fig 10", "pear", NULL });
  fil_results_model_set_sort (f->model, FIL_SORT_NAME, TRUE);
  check_names (f, (const char *[]){ "pear", "fig 10", "fig 9", "apple", NULL });
  fil_results_model_set_sort (f->model, FIL_SORT_SIZE, FALSE);
  check_names (f, (const char *[]){ "pear", "apple", "fig 10", "fig 9", NULL });
  check_shadow (f);
}

static void
test_group (Fixture *f,
            gconstpointer data)
{
  g_autoptr (GVariant) near = make_row (3, "third name", "audio", 5, "SAME", "direct");
  g_autoptr (GVariant) first = make_row (1, "first name", "audio", 5, "SAME", "push");
  g_autoptr (GVariant) second = make_row (2, "second name", "audio", 5, "SAME", "punch");
  g_autoptr (FilResultItem) item = NULL;
  g_autoptr (FilResultItem) member = NULL;

  fil_results_model_put (f->model, first);
  commit (f);
  fil_results_model_put (f->model, second);
  put (f, 4, "without a hash", "audio", "");
  put (f, 5, "without a hash", "audio", "");
  commit (f);
  check_names (f, (const char *[]){ "first name", "without a hash", "without a hash", NULL });

  item = g_list_model_get_item (G_LIST_MODEL (f->model), 0);
  g_assert_cmpuint (fil_result_item_get_n_rows (item), ==, 2);
  fil_results_model_put (f->model, near);
  commit (f);
  /* The line keeps its name and object, has three sources, and the easiest way is what is downloaded. */
  g_assert_cmpuint (fil_result_item_get_n_rows (item), ==, 3);
  member = fil_result_item_make_member (item, 2);
  g_assert_cmpstr (fil_result_item_get_facts (member)->name, ==, "third name");
  g_assert_cmpstr (fil_result_item_get_facts (item)->name, ==, "first name");
  g_assert_cmpint (fil_result_item_get_facts (item)->best_id, ==, 3);
  g_assert_cmpuint (fil_result_item_get_facts (item)->sources, ==, 3);
  g_assert_cmpint (fil_result_item_get_facts (item)->reach, ==, FIL_REACH_BY_DIRECT);
  check_shadow (f);
}

/* Who cannot be reached says why; a file says it only when nobody else has it. */
static void
test_reach (void)
{
  g_autoptr (GVariant) closed = make_row (1, "a.ogg", "audio", 1000, "A", "unreachable");
  g_autoptr (GVariant) open = make_row (2, "a.ogg", "audio", 1000, "A", "push");
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  g_autoptr (FilResultItem) file = NULL;
  g_autoptr (FilResultItem) member = NULL;

  g_ptr_array_add (rows, closed);
  file = fil_result_item_new (rows, TRUE);
  g_assert_cmpstr (fil_result_describe_reach (fil_result_item_get_facts (file)), ==, "Both routers forbid it.");
  g_ptr_array_add (rows, open);
  fil_result_item_set_rows (file, rows);
  g_assert_cmpstr (fil_result_describe_reach (fil_result_item_get_facts (file)), ==,
                   fil_reach_to_sentence (FIL_REACH_BY_PUSH));
  member = fil_result_item_make_member (file, 0);
  g_assert_cmpstr (fil_result_describe_reach (fil_result_item_get_facts (member)), ==, "Both routers forbid it.");
}

static void
test_second_source_stays (Fixture *f,
                          gconstpointer data)
{
  g_autoptr (FilResultItem) item = NULL;

  put (f, 1, "a", "audio", "A");
  commit (f);
  item = g_list_model_get_item (G_LIST_MODEL (f->model), 0);
  g_assert_false (fil_result_item_can_expand (item));
  put (f, 2, "b", "audio", "A");
  commit (f);
  /* The line stays where it is and can be opened now. */
  g_assert_cmpuint (f->n_signals, ==, 0);
  g_assert_true (fil_result_item_can_expand (item));
  check_shadow (f);
}

static void
test_filter (Fixture *f,
             gconstpointer data)
{
  put (f, 1, "Purple Hazel.ogg", "audio", "A");
  put (f, 2, "hazel setup.exe", "program", "B");
  put (f, 3, "something else.ogg", "audio", "C");
  put (f, 4, "HAZEL by another name.ogg", "audio", "C");
  fil_results_model_set_kinds (f->model, FIL_KIND_BITS_ALL & ~(guint) FIL_KIND_BIT_PROGRAM);
  commit (f);
  check_names (f, (const char *[]){ "something else.ogg", "Purple Hazel.ogg", NULL });
  g_assert_cmpuint (fil_results_model_get_n_results (f->model), ==, 4);
  g_assert_cmpuint (fil_results_model_get_n_hidden (f->model), ==, 1);

  /* Any name of the same file will do, in any case, all words in any order. */
  fil_results_model_set_text (f->model, " hazel ");
  check_names (f, (const char *[]){ "something else.ogg", "Purple Hazel.ogg", NULL });
  fil_results_model_set_text (f->model, "hazel PURPLE");
  check_names (f, (const char *[]){ "Purple Hazel.ogg", NULL });
  g_assert_cmpuint (fil_results_model_get_n_hidden (f->model), ==, 3);
  fil_results_model_set_text (f->model, NULL);
  fil_results_model_set_kinds (f->model, FIL_KIND_BITS_ALL);
  g_assert_cmpuint (fil_results_model_get_n_hidden (f->model), ==, 0);
  check_shadow (f);
}

static void
test_remove (Fixture *f,
             gconstpointer data)
{
  put (f, 1, "a", "audio", "A");
  put (f, 2, "b", "audio", "A");
  put (f, 3, "c", "audio", "C");
  commit (f);
  fil_results_model_remove (f->model, 1);
  fil_results_model_remove (f->model, 3);
  fil_results_model_remove (f->model, 77);
  commit (f);
  check_names (f, (const char *[]){ "b", NULL });
  fil_results_model_remove (f->model, 2);
  commit (f);
  check_names (f, (const char *[]){ NULL });
  g_assert_cmpuint (fil_results_model_get_n_results (f->model), ==, 0);
  check_shadow (f);
}

static void
check_change (Fixture *f,
              guint position,
              guint removed,
              guint added)
{
  g_assert_cmpuint (f->n_signals, ==, 1);
  g_assert_cmpuint (f->position, ==, position);
  g_assert_cmpuint (f->removed, ==, removed);
  g_assert_cmpuint (f->added, ==, added);
}

/* A commit tells one change, and no line more than it must. */
static void
test_smallest_change (Fixture *f,
                      gconstpointer data)
{
  put (f, 1, "b", "audio", "1");
  put (f, 2, "m", "audio", "2");
  put (f, 3, "x", "audio", "3");
  commit (f);
  check_change (f, 0, 0, 3);
  put (f, 4, "c", "audio", "4");
  put (f, 5, "n", "audio", "5");
  put (f, 6, "d", "audio", "6");
  commit (f);
  check_change (f, 1, 1, 4);
  check_names (f, (const char *[]){ "b", "c", "d", "m", "n", "x", NULL });

  /* One more source for n: to the top. m goes. */
  put (f, 7, "n", "audio", "5");
  fil_results_model_remove (f->model, 2);
  commit (f);
  check_change (f, 0, 5, 4);
  check_names (f, (const char *[]){ "n", "b", "c", "d", "x", NULL });
  fil_results_model_remove (f->model, 3);
  commit (f);
  check_change (f, 4, 1, 0);
  put (f, 8, "z", "audio", "8");
  commit (f);
  check_change (f, 4, 0, 1);
  check_shadow (f);
}

/* A list knows by the object that a line has only moved. */
static void
test_objects_stay (Fixture *f,
                   gconstpointer data)
{
  g_autoptr (FilResultItem) item = NULL, again = NULL;

  put (f, 1, "b", "audio", "B");
  commit (f);
  item = g_list_model_get_item (G_LIST_MODEL (f->model), 0);
  put (f, 2, "a", "audio", "A");
  commit (f);
  again = g_list_model_get_item (G_LIST_MODEL (f->model), 1);
  g_assert_true (item == again);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (f->model), 2));
}

static void
test_item_outlives_model (void)
{
  FilResultsModel *model = fil_results_model_new ();
  g_autoptr (GVariant) row = make_row (1, "a", "audio", 5, "A", "direct");
  g_autoptr (FilResultItem) item = NULL;

  fil_results_model_put (model, row);
  fil_results_model_commit (model);
  item = g_list_model_get_item (G_LIST_MODEL (model), 0);
  g_assert_finalize_object (model);
  g_assert_cmpstr (fil_result_item_get_facts (item)->name, ==, "a");
}

/* 10,000 rows in batches, some of the same hash, some removed, in every order: the listener keeps up. */
static void
test_many (Fixture *f,
           gconstpointer data)
{
  g_autoptr (FilResultItem) first = NULL;
  guint position;

  for (gint64 id = 0; id < N_MANY; id++)
    {
      g_autofree char *name = g_strdup_printf ("%05d name", g_test_rand_int_range (0, 100000));
      g_autofree char *sha1 = g_strdup_printf ("%d", g_test_rand_int_range (0, N_MANY / 2));

      put (f, id, name, id % 7 == 0 ? "video" : "audio", sha1);
      if (id % 50 == 49)
        fil_results_model_remove (f->model, id - 25);
      if (id % BATCH == BATCH - 1)
        {
          commit (f);
          g_assert_cmpuint (f->n_signals, ==, 1);
        }
    }
  commit (f);
  check_shadow (f);
  g_assert_cmpuint (fil_results_model_get_n_results (f->model), ==, N_MANY - N_MANY / 50);
  first = g_list_model_get_item (G_LIST_MODEL (f->model), 17);
  g_assert_true (fil_results_model_find (f->model, first, &position));
  g_assert_cmpuint (position, ==, 17);
  fil_results_model_set_sort (f->model, FIL_SORT_NAME, FALSE);
  for (guint i = 1; i < f->shadow->len; i++)
    g_assert_cmpstr (g_ptr_array_index (f->shadow, i - 1), <=, g_ptr_array_index (f->shadow, i));
  fil_results_model_set_kinds (f->model, FIL_KIND_BIT_VIDEO);
  check_shadow (f);
}

#define ADD(path, func) g_test_add ("/ui/results-model/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("nothing-before-commit", test_nothing_before_commit);
  ADD ("sort", test_sort);
  ADD ("group", test_group);
  ADD ("second-source", test_second_source_stays);
  ADD ("filter", test_filter);
  ADD ("remove", test_remove);
  ADD ("smallest-change", test_smallest_change);
  ADD ("objects-stay", test_objects_stay);
  ADD ("many", test_many);
  g_test_add_func ("/ui/results-model/reach", test_reach);
  g_test_add_func ("/ui/results-model/item-outlives-model", test_item_outlives_model);
  return g_test_run ();
}
