/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "searches.h"

#include <glib/gstdio.h>
#include <string.h>

#include "database.h"

typedef struct
{
  char *folder;
  FilDatabase *database;
  FilIds *ids;
  FilSearches *searches;
} Fixture;

static void
set_up (Fixture *fixture,
        gconstpointer data)
{
  g_autofree char *path = NULL;

  fixture->folder = g_dir_make_tmp ("filbert-searches-XXXXXX", NULL);
  path = g_build_filename (fixture->folder, "db", NULL);
  fixture->database = fil_database_open (path, NULL);
  fixture->ids = fil_ids_new (fixture->database, NULL);
  fixture->searches = fil_searches_new (fixture->ids);
}

static void
tear_down (Fixture *fixture,
           gconstpointer data)
{
  static const char *const files[] = { "db", "db-wal", "db-shm" };

  fil_searches_free (fixture->searches);
  fil_ids_free (fixture->ids);
  fil_database_free (fixture->database);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, files[i], NULL);

      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
}

static FilHit
make_hit (const char *name,
          guint8 host,
          guint32 index,
          guint8 hash)
{
  FilHit hit = { .name = name, .size = 1000, .index = index, .hops = 3 };

  memset (hit.guid.bytes, host, sizeof hit.guid.bytes);
  hit.urn.has_sha1 = hash != 0;
  memset (hit.urn.sha1.bytes, hash, sizeof hit.urn.sha1.bytes);
  return hit;
}

static FilSearch *
add_search (Fixture *fixture,
            guint32 handle,
            FilFileKind kind)
{
  FilGuid muid = { .bytes = { (guint8) handle, 1 } };

  return fil_searches_add (fixture->searches, handle, &muid, "walnut", kind, 5);
}

static void
test_same_file (Fixture *fixture,
                gconstpointer data)
{
  FilSearch *search = add_search (fixture, 9, FIL_N_KINDS);
  FilHit first = make_hit ("a.ogg", 1, 1, 7), second = make_hit ("b.ogg", 2, 5, 7), other = make_hit ("a.ogg", 3, 1, 8);
  FilHit bare = make_hit ("c.ogg", 3, 2, 0);
  FilResult *result = fil_searches_add_hit (fixture->searches, search, &first);
  g_autoptr (FilChanges) changes = NULL;
  guint64 seq;

  seq = fil_journal_seq (search->journal);
  fil_searches_add_hit (fixture->searches, search, &second);
  /* The first has one source more now. */
  changes = fil_journal_changes (search->journal, seq, 10);
  g_assert_cmpuint (changes->changed->len, ==, 2);
  g_assert_cmpint (g_array_index (changes->changed, gint64, 0), ==, result->id);
  fil_searches_add_hit (fixture->searches, search, &other);
  g_assert_cmpuint (fil_searches_same_file (fixture->searches, result)->len, ==, 2);
  result = fil_searches_add_hit (fixture->searches, search, &bare);
  g_assert_null (fil_searches_same_file (fixture->searches, result));
  g_assert_cmpuint (search->results->len, ==, 4);
  g_assert_true (fil_searches_find (fixture->searches, 9) == search);
}

static void
test_same_offer (Fixture *fixture,
                 gconstpointer data)
{
  FilSearch *search = add_search (fixture, 9, FIL_N_KINDS);
  FilHit hit = make_hit ("a.ogg", 1, 1, 7);
  FilResult *result = fil_searches_add_hit (fixture->searches, search, &hit);

  hit.hops = 1;
  hit.needs_push = TRUE;
  g_assert_true (fil_searches_add_hit (fixture->searches, search, &hit) == result);
  g_assert_true (result->hit.needs_push);
  hit.hops = 2;
  hit.needs_push = FALSE;
  g_assert_true (fil_searches_add_hit (fixture->searches, search, &hit) == result);
  g_assert_true (result->hit.needs_push);
  g_assert_cmpuint (search->results->len, ==, 1);
}

/* What a hit names beside its host is kept with the result, up to a limit. */
static void
test_alts (Fixture *fixture,
           gconstpointer data)
{
  FilSearch *search = add_search (fixture, 9, FIL_N_KINDS);
  FilHost alts[FIL_RESULT_MAX_ALTS + 1] = { 0 };
  FilHit hit = make_hit ("a.ogg", 1, 1, 7);
  FilResult *result;

  hit.alts = alts;
  hit.n_alts = G_N_ELEMENTS (alts);
  alts[0].endpoint.port = 1;
  result = fil_searches_add_hit (fixture->searches, search, &hit);
  alts[0].endpoint.port = 2;
  g_assert_cmpuint (result->hit.n_alts, ==, FIL_RESULT_MAX_ALTS);
  g_assert_cmpuint (result->hit.alts[0].endpoint.port, ==, 1);

  hit.n_alts = 1;
  fil_searches_add_hit (fixture->searches, search, &hit);
  g_assert_cmpuint (result->hit.n_alts, ==, 1);
  g_assert_cmpuint (result->hit.alts[0].endpoint.port, ==, 2);
  hit.n_alts = 0;
  fil_searches_add_hit (fixture->searches, search, &hit);
  g_assert_cmpuint (result->hit.n_alts, ==, 0);
  g_assert_cmpstr (result->hit.name, ==, "a.ogg");
}

/* Those that can be connected to are told no news of other ways. */
static void
test_touch_unreached (Fixture *fixture,
                      gconstpointer data)
{
  FilSearch *search = add_search (fixture, 9, FIL_N_KINDS);
  FilHit open = make_hit ("a.ogg", 1, 1, 7), closed = make_hit ("b.ogg", 2, 5, 8);
  g_autoptr (FilChanges) changes = NULL;
  FilResult *result;
  guint64 seq;

  open.endpoint = fil_endpoint_v4 ((const guint8[]){ 24, 1, 1, 1 }, 6346);
  closed.endpoint = open.endpoint;
  closed.needs_push = TRUE;
  fil_searches_add_hit (fixture->searches, search, &open);
  g_assert_false (fil_searches_touch_unreached (search));
  result = fil_searches_add_hit (fixture->searches, search, &closed);
  seq = fil_journal_seq (search->journal);
  g_assert_true (fil_searches_touch_unreached (search));
  changes = fil_journal_changes (search->journal, seq, 10);
  g_assert_cmpuint (changes->changed->len, ==, 1);
  g_assert_cmpint (g_array_index (changes->changed, gint64, 0), ==, result->id);
}

/* What is downloaded is told by the results with that hash, in each search, and by no others. */
static void
test_touch_file (Fixture *fixture,
                 gconstpointer data)
{
  FilSearch *search = add_search (fixture, 9, FIL_N_KINDS), *other = add_search (fixture, 10, FIL_N_KINDS);
  FilHit wanted = make_hit ("a.ogg", 1, 1, 7), same = make_hit ("b.ogg", 2, 5, 7), unlike = make_hit ("c.ogg", 1, 2, 8);
  g_autoptr (FilChanges) changes = NULL;
  guint64 seq;

  fil_searches_add_hit (fixture->searches, search, &wanted);
  fil_searches_add_hit (fixture->searches, search, &unlike);
  fil_searches_add_hit (fixture->searches, search, &same);
  fil_searches_add_hit (fixture->searches, other, &unlike);
  seq = fil_journal_seq (search->journal);
  g_assert_true (fil_searches_touch_file (fixture->searches, search, &wanted.urn.sha1));
  g_assert_false (fil_searches_touch_file (fixture->searches, other, &wanted.urn.sha1));
  changes = fil_journal_changes (search->journal, seq, 10);
  g_assert_cmpuint (changes->changed->len, ==, 2);
}

static void
test_kind (Fixture *fixture,
           gconstpointer data)
{
  FilSearch *search = add_search (fixture, 9, FIL_KIND_AUDIO);
  FilHit audio = make_hit ("a.ogg", 1, 1, 7), image = make_hit ("a.png", 1, 2, 8);

  g_assert_nonnull (fil_searches_add_hit (fixture->searches, search, &audio));
  g_assert_null (fil_searches_add_hit (fixture->searches, search, &image));
}

static void
test_limits (Fixture *fixture,
             gconstpointer data)
{
  FilSearch *first = add_search (fixture, 1, FIL_N_KINDS);

  for (guint i = 1; i < FIL_SEARCHES_MAX; i++)
    g_assert_nonnull (add_search (fixture, i + 1, FIL_N_KINDS));
  g_assert_null (add_search (fixture, 1000, FIL_N_KINDS));

  for (guint i = 0; i < FIL_SEARCH_MAX_RESULTS; i++)
    {
      FilHit hit = make_hit ("a.ogg", 1, i, 7);

      g_assert_nonnull (fil_searches_add_hit (fixture->searches, first, &hit));
    }
  {
    FilHit hit = make_hit ("a.ogg", 1, FIL_SEARCH_MAX_RESULTS, 7);

    g_assert_null (fil_searches_add_hit (fixture->searches, first, &hit));
  }
}

static void
test_close (Fixture *fixture,
            gconstpointer data)
{
  FilSearch *search = add_search (fixture, 9, FIL_N_KINDS);
  FilHit hit = make_hit ("a.ogg", 1, 1, 7);
  gint64 search_id = search->id, result_id = fil_searches_add_hit (fixture->searches, search, &hit)->id;

  fil_searches_close (fixture->searches, search);
  g_assert_null (fil_searches_get (fixture->searches, search_id));
  g_assert_null (fil_searches_get_result (fixture->searches, result_id));
  g_assert_null (fil_searches_find (fixture->searches, 9));

  search = add_search (fixture, 9, FIL_N_KINDS);
  g_assert_cmpint (search->id, >, search_id);
  g_assert_cmpint (fil_searches_add_hit (fixture->searches, search, &hit)->id, >, result_id);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/node/searches/same-file", Fixture, NULL, set_up, test_same_file, tear_down);
  g_test_add ("/node/searches/same-offer", Fixture, NULL, set_up, test_same_offer, tear_down);
  g_test_add ("/node/searches/alts", Fixture, NULL, set_up, test_alts, tear_down);
  g_test_add ("/node/searches/touch-file", Fixture, NULL, set_up, test_touch_file, tear_down);
  g_test_add ("/node/searches/touch-unreached", Fixture, NULL, set_up, test_touch_unreached, tear_down);
  g_test_add ("/node/searches/kind", Fixture, NULL, set_up, test_kind, tear_down);
  g_test_add ("/node/searches/limits", Fixture, NULL, set_up, test_limits, tear_down);
  g_test_add ("/node/searches/close", Fixture, NULL, set_up, test_close, tear_down);
  return g_test_run ();
}
