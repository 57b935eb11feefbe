/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "journal.h"

static char *
ids (const GArray *array)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < array->len; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "", g_array_index (array, gint64, i));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static guint64
assert_changes (const FilJournal *journal,
                guint64 since,
                guint max,
                const char *changed,
                const char *removed,
                gboolean reset,
                gboolean more)
{
  g_autoptr(FilChanges) changes = fil_journal_changes (journal, since, max);
  g_autofree char *got_changed = ids (changes->changed);
  g_autofree char *got_removed = ids (changes->removed);

  g_assert_cmpstr (got_changed, ==, changed);
  g_assert_cmpstr (got_removed, ==, removed);
  g_assert_cmpint (changes->reset, ==, reset);
  g_assert_cmpint (changes->more, ==, more);
  return changes->seq;
}

static void
test_changes (void)
{
  g_autoptr(FilJournal) journal = fil_journal_new ();
  guint64 seq;

  g_assert_cmpuint (assert_changes (journal, 0, 10, "", "", FALSE, FALSE), ==, 0);
  fil_journal_touch (journal, 1);
  fil_journal_touch (journal, 2);
  fil_journal_touch (journal, 3);
  fil_journal_touch (journal, 1);
  seq = assert_changes (journal, 0, 10, "2 3 1", "", FALSE, FALSE);
  g_assert_cmpuint (seq, ==, fil_journal_seq (journal));
  g_assert_cmpuint (assert_changes (journal, seq, 10, "", "", FALSE, FALSE), ==, seq);

  fil_journal_touch (journal, 3);
  fil_journal_remove (journal, 2);
  fil_journal_remove (journal, 99);
  assert_changes (journal, seq, 10, "3", "2", FALSE, FALSE);
  /* Who knows nothing yet need not forget anything. */
  assert_changes (journal, 0, 10, "1 3", "", FALSE, FALSE);
  /* A number from another life of the node. */
  assert_changes (journal, 1000, 10, "1 3", "", TRUE, FALSE);
}

static void
test_pages (void)
{
  g_autoptr(FilJournal) journal = fil_journal_new ();
  guint64 seq;

  for (gint64 id = 1; id <= 5; id++)
    fil_journal_touch (journal, id);
  seq = assert_changes (journal, 0, 2, "1 2", "", FALSE, TRUE);
  fil_journal_remove (journal, 1);
  fil_journal_touch (journal, 3);
  seq = assert_changes (journal, seq, 2, "4 5", "1", FALSE, TRUE);
  seq = assert_changes (journal, seq, 2, "3", "1", FALSE, FALSE);
  g_assert_cmpuint (seq, ==, fil_journal_seq (journal));
}

static void
test_forgotten (void)
{
  g_autoptr(FilJournal) journal = fil_journal_new ();
  guint64 seq;

  fil_journal_touch (journal, 1);
  seq = fil_journal_seq (journal);
  for (gint64 id = 2; id < 2 + FIL_JOURNAL_MAX_REMOVED; id++)
    {
      fil_journal_touch (journal, id);
      fil_journal_remove (journal, id);
    }
  {
    g_autoptr(FilChanges) changes = fil_journal_changes (journal, seq, 10);

    g_assert_false (changes->reset);
    g_assert_cmpuint (changes->removed->len, ==, FIL_JOURNAL_MAX_REMOVED);
  }
  fil_journal_touch (journal, -1);
  fil_journal_remove (journal, -1);
  assert_changes (journal, seq, 10, "1", "", TRUE, FALSE);
}

/* A client that reads page by page arrives, however much was removed before it came. */
static void
test_pages_after_forgotten (void)
{
  enum { KEPT = 1000, PAGE = 100 };
  g_autoptr(FilJournal) journal = fil_journal_new ();
  g_autoptr(GHashTable) rows = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  guint64 seq = 0;
  guint pages = 0;
  gboolean more = TRUE;

  for (gint64 id = 0; id < KEPT; id++)
    fil_journal_touch (journal, id);
  for (gint64 id = KEPT; id < KEPT + 3 * FIL_JOURNAL_MAX_REMOVED; id++)
    fil_journal_touch (journal, id);
  for (gint64 id = KEPT; id < KEPT + 3 * FIL_JOURNAL_MAX_REMOVED; id++)
    fil_journal_remove (journal, id);

  while (more)
    {
      g_autoptr(FilChanges) changes = fil_journal_changes (journal, seq, PAGE);

      g_assert_cmpuint (++pages, <=, KEPT / PAGE);
      g_assert_false (changes->reset);
      for (guint i = 0; i < changes->changed->len; i++)
        g_hash_table_add (rows, g_memdup2 (&g_array_index (changes->changed, gint64, i), sizeof (gint64)));
      seq = changes->seq;
      more = changes->more;
    }
  g_assert_cmpuint (g_hash_table_size (rows), ==, KEPT);
}

/* Clients that ask now and then, against the list itself. */
static void
test_random (void)
{
  g_autoptr(FilJournal) journal = fil_journal_new ();
  g_autoptr(GHashTable) list = g_hash_table_new (NULL, NULL);
  g_autoptr(GHashTable) client = g_hash_table_new (NULL, NULL);
  guint64 seq = 0;
  gint64 next_id = 1;

  for (guint step = 0; step < 30000; step++)
    {
      gboolean is_new = g_test_rand_int_range (0, 3) == 0;
      gint64 id = is_new ? next_id++ : g_test_rand_int_range (1, (gint32) next_id + 1);
      gboolean is_there = g_hash_table_contains (list, GINT_TO_POINTER ((gint) id));

      /* Ids are never reused. */
      if (is_new || (is_there && g_test_rand_int_range (0, 2) == 0))
        {
          g_hash_table_add (list, GINT_TO_POINTER ((gint) id));
          fil_journal_touch (journal, id);
        }
      else
        {
          g_hash_table_remove (list, GINT_TO_POINTER ((gint) id));
          fil_journal_remove (journal, id);
        }
      if (g_test_rand_int_range (0, 50) == 0)
        {
          gboolean more = TRUE;

          while (more)
            {
              g_autoptr(FilChanges) changes = fil_journal_changes (journal, seq, 7);

              if (changes->reset)
                g_hash_table_remove_all (client);
              for (guint i = 0; i < changes->changed->len; i++)
                g_hash_table_add (client, GINT_TO_POINTER ((gint) g_array_index (changes->changed, gint64, i)));
              for (guint i = 0; i < changes->removed->len; i++)
                g_hash_table_remove (client, GINT_TO_POINTER ((gint) g_array_index (changes->removed, gint64, i)));
              seq = changes->seq;
              more = changes->more;
            }
          g_assert_cmpuint (g_hash_table_size (client), ==, g_hash_table_size (list));
        }
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/journal/changes", test_changes);
  g_test_add_func ("/base/journal/pages", test_pages);
  g_test_add_func ("/base/journal/forgotten", test_forgotten);
  g_test_add_func ("/base/journal/pages-after-forgotten", test_pages_after_forgotten);
  g_test_add_func ("/base/journal/random", test_random);
  return g_test_run ();
}
