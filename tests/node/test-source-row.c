/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "source-row.h"

/* What comes back of a source after a restart: all that says how to reach it, and which of its proxies it named
 * itself. */
static void
test_round_trip (void)
{
  for (guint n_own = 0; n_own <= FIL_SOURCE_OWN_PROXIES; n_own++)
    {
      FilHost hosts[FIL_SOURCE_MAX_PROXIES] = { 0 }, read[FIL_SOURCE_MAX_PROXIES];
      FilSourceSpec spec = { .guid = { { 7 } }, .proxies = hosts, .n_proxies = 6, .n_own_proxies = n_own };
      g_autoptr (FilDownloadRow) row = fil_download_row_new ();
      g_autoptr (FilFileSource) source = NULL;
      g_autoptr (FilFileSource) again = NULL;

      for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
        hosts[i].endpoint = fil_endpoint_v4 ((const guint8[]){ 26, 0, 0, (guint8) (1 + i) }, 6346);
      spec.endpoint = fil_endpoint_v4 ((const guint8[]){ 25, 0, 0, 1 }, 6347);
      spec.needs_push = spec.tls = TRUE;
      spec.is_alt = n_own == 0;
      spec.punch = (FilPunchHint){ .can_punch = TRUE, .knows_offers = TRUE };
      source = fil_file_source_new (1, &spec);
      g_assert_cmpuint (source->n_own_proxies, ==, n_own);

      fil_source_row_add (row, source, 1700000000);
      g_assert_true (fil_source_row_read (g_ptr_array_index (row->sources, 0), &spec, read));
      again = fil_file_source_new (1, &spec);
      g_assert_cmpuint (again->n_own_proxies, ==, n_own);
      g_assert_cmpuint (again->n_proxies, ==, 6);
      for (guint i = 0; i < 6; i++)
        g_assert_true (fil_endpoint_equal (&again->proxies[i].endpoint, &source->proxies[i].endpoint));
      g_assert_true (fil_endpoint_equal (&again->endpoint, &source->endpoint));
      g_assert_true (fil_guid_equal (&again->guid, &source->guid));
      g_assert_true (again->needs_push && again->tls && again->punch.can_punch && again->punch.knows_offers);
      g_assert_false (again->is_blamed);
      /* What only others name stays so: it makes room for what a search finds. */
      g_assert_cmpint (again->is_alt, ==, n_own == 0);
    }
}

/* More own proxies than there are, and an address that is none. */
static void
test_broken (void)
{
  FilHost read[FIL_SOURCE_MAX_PROXIES];
  FilSourceSpec spec;
  FilSourceRow row = { .flags = G_MAXUINT32, .proxies = (char *) "26.0.0.1:6346" };

  g_assert_true (fil_source_row_read (&row, &spec, read));
  g_assert_cmpuint (spec.n_own_proxies, ==, 1);
  row.address = (char *) "nowhere";
  g_assert_false (fil_source_row_read (&row, &spec, read));
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/source-row/round-trip", test_round_trip);
  g_test_add_func ("/node/source-row/broken", test_broken);
  return g_test_run ();
}
