/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clock.h"
#include "token-bucket.h"

static void
test_take (void)
{
  FilTokenBucket bucket;

  fil_token_bucket_init (&bucket, 100, 50, 0);
  g_assert_cmpint (fil_token_bucket_available (&bucket, 0), ==, 50);
  g_assert_false (fil_token_bucket_take (&bucket, 51, 0));
  g_assert_true (fil_token_bucket_take (&bucket, 50, 0));
  g_assert_false (fil_token_bucket_take (&bucket, 1, 0));
  g_assert_cmpint (fil_token_bucket_when (&bucket, 1), ==, 10000);
  g_assert_cmpint (fil_token_bucket_when (&bucket, 50), ==, 500000);
  g_assert_false (fil_token_bucket_take (&bucket, 1, 9999));
  g_assert_true (fil_token_bucket_take (&bucket, 1, 10000));
  g_assert_cmpint (fil_token_bucket_available (&bucket, FIL_SEC), ==, 50);
  /* A clock that goes back gives nothing. */
  g_assert_true (fil_token_bucket_take (&bucket, 50, FIL_SEC));
  g_assert_cmpint (fil_token_bucket_available (&bucket, 0), ==, 0);
}

static void
test_debt (void)
{
  FilTokenBucket bucket;

  fil_token_bucket_init (&bucket, 100, 100, 0);
  fil_token_bucket_spend (&bucket, 10000, 0);
  g_assert_cmpint (fil_token_bucket_when (&bucket, 1), ==, 9901 * FIL_SEC / 100);
  /* Longer than an empty bucket takes to fill, but not than the debt takes. */
  g_assert_cmpint (fil_token_bucket_available (&bucket, 50 * FIL_SEC), ==, 0);
  g_assert_cmpint (fil_token_bucket_available (&bucket, 99 * FIL_SEC), ==, 0);
  g_assert_cmpint (fil_token_bucket_available (&bucket, 9950 * FIL_SEC / 100), ==, 50);
  g_assert_cmpint (fil_token_bucket_available (&bucket, 200 * FIL_SEC), ==, 100);
}

static void
test_no_limit (void)
{
  FilTokenBucket bucket;

  fil_token_bucket_init (&bucket, 0, 0, 0);
  g_assert_true (fil_token_bucket_take (&bucket, G_MAXINT64, 0));
  g_assert_cmpint (fil_token_bucket_available (&bucket, 0), ==, G_MAXINT64);
  g_assert_cmpint (fil_token_bucket_when (&bucket, 1000), ==, 0);

  fil_token_bucket_set_rate (&bucket, 10, 20, FIL_SEC);
  g_assert_cmpint (fil_token_bucket_available (&bucket, FIL_SEC), ==, 0);
  g_assert_cmpint (fil_token_bucket_available (&bucket, 2 * FIL_SEC), ==, 10);
  fil_token_bucket_set_rate (&bucket, 10, 5, 2 * FIL_SEC);
  g_assert_cmpint (fil_token_bucket_available (&bucket, 2 * FIL_SEC), ==, 5);
  fil_token_bucket_set_rate (&bucket, 0, 0, 2 * FIL_SEC);
  g_assert_true (fil_token_bucket_take (&bucket, 1000000, 2 * FIL_SEC));
}

/* Long sleeps and fast lines do not overflow, and no token is lost or made. */
static void
test_extremes (void)
{
  FilTokenBucket bucket;
  gint64 taken = 0, now_us = 0;

  fil_token_bucket_init (&bucket, G_GINT64_CONSTANT (10000000000), G_GINT64_CONSTANT (100000000), 0);
  g_assert_true (fil_token_bucket_take (&bucket, 100000000, 0));
  g_assert_cmpint (fil_token_bucket_available (&bucket, 365 * 24 * FIL_HOUR), ==, 100000000);

  fil_token_bucket_init (&bucket, 7, 3, 0);
  while (now_us < 1000 * FIL_SEC)
    {
      now_us += g_test_rand_int_range (1, 50000);
      taken += fil_token_bucket_take (&bucket, 1, now_us);
    }
  g_assert_cmpint (taken, >=, 7000);
  g_assert_cmpint (taken, <=, 7004);
}

/* when() is the first moment at which take() succeeds. */
static void
test_when (void)
{
  for (guint run = 0; run < 2000; run++)
    {
      FilTokenBucket bucket, early;
      gint64 n = g_test_rand_int_range (1, 1000);
      gint64 when;

      fil_token_bucket_init (&bucket, g_test_rand_int_range (1, 100000), 1000, 0);
      fil_token_bucket_spend (&bucket, g_test_rand_int_range (500, 5000), g_test_rand_int_range (0, 1000));
      when = fil_token_bucket_when (&bucket, n);
      early = bucket;
      if (when > bucket.updated_us)
        g_assert_false (fil_token_bucket_take (&early, n, when - 1));
      g_assert_true (fil_token_bucket_take (&bucket, n, when));
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/token-bucket/take", test_take);
  g_test_add_func ("/base/token-bucket/debt", test_debt);
  g_test_add_func ("/base/token-bucket/no-limit", test_no_limit);
  g_test_add_func ("/base/token-bucket/extremes", test_extremes);
  g_test_add_func ("/base/token-bucket/when", test_when);
  return g_test_run ();
}
