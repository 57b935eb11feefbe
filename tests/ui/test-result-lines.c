/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "result-slots.h"
#include "schema.h"

/* What a listener of the lines believes, put together from what it is told. */
typedef struct
{
  FilResultsModel *results;
  FilResultLines *lines;
  GPtrArray *shadow; /* of FilResultItem */
} Fixture;

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
    g_ptr_array_insert (f->shadow, (int) (position + i), g_list_model_get_item (model, position + i));
}

static void
set_up (Fixture *f,
        gconstpointer data)
{
  f->results = fil_results_model_new ();
  f->lines = fil_result_lines_new (f->results);
  f->shadow = g_ptr_array_new_with_free_func (g_object_unref);
  g_signal_connect (f->lines, "items-changed", G_CALLBACK (items_changed_cb), f);
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  g_ptr_array_unref (f->shadow);
  g_assert_finalize_object (f->lines);
  g_assert_finalize_object (f->results);
}

static void
put (Fixture *f,
     gint64 id,
     const char *name,
     const char *sha1)
{
  g_autoptr (GVariant) row = g_variant_ref_sink (
      g_variant_new ("(xxsxsssssxsxbsbxs)", id, (gint64) 1, name, (gint64) 1000, sha1, "", "10.0.0.1:6346", "", "FLBT",
                     (gint64) 2, "direct", (gint64) 1, FALSE, "audio", FALSE, FIL_NULL_INT, ""));

  fil_results_model_put (f->results, row);
}

/* @expected: names; a dash stands before those that offer a file. */
static void
check (Fixture *f,
       const char *expected)
{
  g_autoptr (GString) told = g_string_new (NULL);

  g_assert_cmpuint (f->shadow->len, ==, g_list_model_get_n_items (G_LIST_MODEL (f->lines)));
  for (guint i = 0; i < f->shadow->len; i++)
    {
      FilResultItem *item = g_ptr_array_index (f->shadow, i);
      g_autoptr (FilResultItem) now = g_list_model_get_item (G_LIST_MODEL (f->lines), i);

      g_assert_true (item == now);
      g_string_append_printf (told, "%s%s%s", i > 0 ? " " : "", fil_result_item_is_group (item) ? "" : "-",
                              fil_result_item_get_facts (item)->name);
    }
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (f->lines), f->shadow->len));
  g_assert_cmpstr (told->str, ==, expected);
}

static FilResultItem *
line (Fixture *f,
      guint index)
{
  return g_ptr_array_index (f->shadow, index);
}

static void
test_open_and_close (Fixture *f,
                     gconstpointer data)
{
  FilResultItem *item;

  put (f, 1, "a", "A");
  put (f, 2, "a2", "A");
  put (f, 3, "b", "B");
  put (f, 4, "b2", "B");
  put (f, 5, "c", "C");
  fil_results_model_commit (f->results);
  check (f, "a b c");
  g_assert_false (fil_result_lines_set_expanded (f->lines, line (f, 2), TRUE));
  g_assert_true (fil_result_lines_set_expanded (f->lines, line (f, 1), TRUE));
  check (f, "a b -b -b2 c");
  g_assert_true (fil_result_lines_set_expanded (f->lines, line (f, 0), TRUE));
  check (f, "a -a -a2 b -b -b2 c");
  g_assert_false (fil_result_lines_set_expanded (f->lines, line (f, 1), TRUE));
  item = line (f, 0);
  g_assert_true (fil_result_item_is_expanded (item));
  g_assert_false (fil_result_lines_set_expanded (f->lines, item, TRUE));
  g_assert_true (fil_result_lines_set_expanded (f->lines, item, FALSE));
  g_assert_false (fil_result_item_is_expanded (item));
  check (f, "a b -b -b2 c");
}

/* What is open stays open while it moves, grows and shrinks, and is closed when it is hidden. */
static void
test_follows (Fixture *f,
              gconstpointer data)
{
  put (f, 1, "m", "M");
  put (f, 2, "m2", "M");
  put (f, 3, "p", "P");
  put (f, 4, "p2", "P");
  fil_results_model_commit (f->results);
  fil_result_lines_set_expanded (f->lines, line (f, 1), TRUE);
  check (f, "m p -p -p2");
  put (f, 5, "a", "A");
  put (f, 6, "a2", "A");
  put (f, 7, "x", "X");
  fil_results_model_commit (f->results);
  check (f, "a m p -p -p2 x");
  put (f, 8, "p3", "P");
  fil_results_model_commit (f->results);
  check (f, "p -p -p2 -p3 a m x");
  fil_results_model_remove (f->results, 4);
  fil_results_model_remove (f->results, 8);
  fil_results_model_commit (f->results);
  check (f, "a m p x");
  put (f, 9, "p9", "P");
  fil_results_model_commit (f->results);
  check (f, "a m p -p -p9 x");
  fil_results_model_set_text (f->results, "m");
  check (f, "m");
  fil_results_model_set_text (f->results, "");
  check (f, "a m p x");
}

/* Slots only come and go at the end; those that somebody holds say what stands there. */
static void
tail_changed_cb (GListModel *model,
                 guint position,
                 guint removed,
                 guint added,
                 guint *n_known)
{
  g_assert_true (removed == 0 || added == 0);
  g_assert_cmpuint (position + removed, ==, *n_known);
  *n_known += added - removed;
}

static void
count_cb (guint *count)
{
  ++*count;
}

static void
check_slot (FilResultSlot *slot,
            guint *n_changed,
            guint n,
            const char *name)
{
  g_assert_cmpuint (*n_changed, ==, n);
  g_assert_cmpstr (fil_result_item_get_facts (fil_result_slot_get_item (slot))->name, ==, name);
  *n_changed = 0;
}

static void
test_slots (Fixture *f,
            gconstpointer data)
{
  FilResultSlots *slots = fil_result_slots_new (f->lines);
  FilResultSlot *first, *second;
  g_autoptr (FilResultSlot) again = NULL;
  guint n_known = 0, n_first = 0, n_second = 0;

  g_signal_connect (slots, "items-changed", G_CALLBACK (tail_changed_cb), &n_known);
  put (f, 1, "b", "B");
  put (f, 2, "d", "D");
  fil_results_model_commit (f->results);
  g_assert_cmpuint (n_known, ==, 2);
  first = g_list_model_get_item (G_LIST_MODEL (slots), 0);
  second = g_list_model_get_item (G_LIST_MODEL (slots), 1);
  again = g_list_model_get_item (G_LIST_MODEL (slots), 1);
  g_assert_true (second == again);
  g_signal_connect_swapped (first, "changed", G_CALLBACK (count_cb), &n_first);
  g_signal_connect_swapped (second, "changed", G_CALLBACK (count_cb), &n_second);

  put (f, 3, "c", "C");
  fil_results_model_commit (f->results);
  g_assert_cmpuint (n_known, ==, 3);
  check_slot (first, &n_first, 0, "b");
  check_slot (second, &n_second, 1, "c");
  put (f, 4, "b too", "B");
  fil_results_model_commit (f->results);
  check_slot (first, &n_first, 1, "b");
  fil_result_lines_set_expanded (f->lines, fil_result_slot_get_item (first), TRUE);
  g_assert_cmpuint (n_known, ==, 5);
  check_slot (second, &n_second, 1, "b");
  fil_results_model_remove (f->results, 3);
  fil_results_model_remove (f->results, 2);
  fil_results_model_remove (f->results, 1);
  fil_results_model_remove (f->results, 4);
  fil_results_model_commit (f->results);
  g_assert_cmpuint (n_known, ==, 0);
  g_assert_null (fil_result_slot_get_item (second));
  g_assert_finalize_object (first);
  g_assert_finalize_object (slots);
  /* A slot may outlive its list. */
  g_assert_null (fil_result_slot_get_item (second));
  g_object_unref (second);
}

/* Lines open and close at random while results come and go. */
static void
test_many (Fixture *f,
           gconstpointer data)
{
  for (gint64 id = 1; id <= 3000; id++)
    {
      g_autofree char *name = g_strdup_printf ("%04d", g_test_rand_int_range (0, 10000));
      g_autofree char *sha1 = g_strdup_printf ("%d", g_test_rand_int_range (0, 400));

      put (f, id, name, sha1);
      if (g_test_rand_int_range (0, 3) == 0)
        fil_results_model_remove (f->results, g_test_rand_int_range (1, (int) id + 1));
      if (id % 10 != 0)
        continue;
      fil_results_model_commit (f->results);
      for (guint i = 0; i < 3; i++)
        fil_result_lines_set_expanded (f->lines, line (f, (guint) g_test_rand_int_range (0, (int) f->shadow->len)),
                                       g_test_rand_bit ());
      g_assert_cmpuint (f->shadow->len, ==, g_list_model_get_n_items (G_LIST_MODEL (f->lines)));
    }
  for (guint i = 0; i < f->shadow->len; i++)
    {
      g_autoptr (FilResultItem) now = g_list_model_get_item (G_LIST_MODEL (f->lines), i);

      g_assert_true (line (f, i) == now);
    }
}

#define ADD(path, func) g_test_add ("/ui/result-lines/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("open-and-close", test_open_and_close);
  ADD ("follows", test_follows);
  ADD ("slots", test_slots);
  ADD ("many", test_many);
  return g_test_run ();
}
