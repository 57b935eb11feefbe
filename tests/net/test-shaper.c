/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "shaper.h"

#include "clock.h"

/* Somebody who always wants to move bytes, in virtual time. */
typedef struct
{
  FilShaperClient client;
  FilWay way;
  gsize wanted;
  gint64 *now_us;
  guint64 moved;
  gsize largest;
  guint pieces;
} Mover;

static void
mover_go (gpointer data,
          FilWay way)
{
  Mover *self = data;
  gsize n;

  while ((n = fil_shaper_ask (&self->client, self->way, self->wanted, *self->now_us)) > 0)
    {
      fil_shaper_spend (&self->client, self->way, n, *self->now_us);
      self->moved += n;
      self->pieces++;
      self->largest = MAX (self->largest, n);
      if (self->moved > G_GUINT64_CONSTANT (1) << 32)
        return;
    }
}

static void
mover_init (Mover *self,
            FilShaper *shaper,
            FilTraffic traffic,
            gint64 *now_us)
{
  *self = (Mover){ .way = FIL_WAY_OUT, .wanted = 64 * 1024, .now_us = now_us };
  fil_shaper_client_init (&self->client, shaper, traffic, mover_go, self);
}

static void
run (FilTimerQueue *timers,
     gint64 *now_us,
     gint64 until_us)
{
  while (fil_timer_queue_next (timers) <= until_us)
    {
      *now_us = MAX (*now_us, fil_timer_queue_next (timers));
      fil_timer_queue_run (timers, *now_us);
    }
  *now_us = until_us;
}

static void
test_piece (void)
{
  g_assert_cmpuint (fil_shaper_piece (0), ==, 64 * 1024);
  g_assert_cmpuint (fil_shaper_piece (1), ==, 1024);
  g_assert_cmpuint (fil_shaper_piece (20 * 1000), ==, 2000);
  g_assert_cmpuint (fil_shaper_piece (G_MAXINT64), ==, 64 * 1024);
}

/* A limit that no line reaches is none. */
static void
test_beyond_all_lines (void)
{
  g_autoptr (FilTimerQueue) timers = fil_timer_queue_new ();
  g_autoptr (FilShaper) shaper = fil_shaper_new (timers);
  gint64 now_us = 0;
  Mover mover;

  mover_init (&mover, shaper, FIL_TRAFFIC_TRANSFER, &now_us);
  fil_shaper_set_limit (shaper, FIL_WAY_OUT, G_MAXINT64, now_us);
  fil_shaper_set_limit_each (shaper, FIL_WAY_OUT, G_MAXINT64);
  g_assert_cmpuint (fil_shaper_ask (&mover.client, FIL_WAY_OUT, 1 << 20, now_us), ==, 1 << 20);
  fil_shaper_client_clear (&mover.client);
}

/* Runs a mover that a limit of @rate lets through for ten seconds: within 5 %, steady from the first second on, in pieces,
 * and in no tenth of a second more than the pieces of it and the one that may have been saved up. */
static void
assert_keeps (FilTimerQueue *timers,
              gint64 *now_us,
              Mover *mover,
              gint64 rate)
{
  gint64 piece = (gint64) fil_shaper_piece (rate);
  gint64 burst = MAX (piece + piece / 4, rate / 20);
  gint64 begun_us = *now_us;
  guint64 before, begun;

  mover->largest = 0;
  mover_go (mover, mover->way);
  begun = mover->moved;
  for (guint tenth = 1; tenth <= 100; tenth++)
    {
      before = mover->moved;
      run (timers, now_us, begun_us + tenth * FIL_SEC / 10);
      g_assert_cmpint (mover->moved - before, <=, rate / 10 + burst);
      if (tenth % 10 == 0)
        g_assert_cmpint (mover->moved - begun, >=, rate * tenth / 10 - burst);
    }
  g_assert_cmpint (mover->moved - begun, >=, rate * 10 * 95 / 100);
  g_assert_cmpint (mover->moved - begun, <=, rate * 10 * 105 / 100);
  g_assert_cmpint (mover->largest, ==, piece);
}

static void
test_rates (void)
{
  static const gint64 rates[] = { 2000, 20 * 1000, 300 * 1000, 5 * 1000 * 1000, 20 * 1000 * 1000, 400 * 1000 * 1000 };

  for (FilWay way = FIL_WAY_IN; way <= FIL_WAY_OUT; way++)
    for (guint kind = 0; kind < 3; kind++)
      for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
        {
          g_autoptr (FilTimerQueue) timers = fil_timer_queue_new ();
          g_autoptr (FilShaper) shaper = fil_shaper_new (timers);
          gint64 now_us = 500;
          Mover mover;

          mover_init (&mover, shaper, FIL_TRAFFIC_TRANSFER, &now_us);
          mover.way = way;
          fil_shaper_client_set_group (&mover.client, kind == 2 ? 7 : 0);
          if (kind == 0)
            fil_shaper_set_limit (shaper, way, rates[i], now_us);
          else if (kind == 1)
            fil_shaper_set_limit_each (shaper, way, rates[i]);
          else
            fil_shaper_set_group_limit (shaper, 7, way, rates[i], now_us);
          assert_keeps (timers, &now_us, &mover, rates[i]);
          fil_shaper_client_clear (&mover.client);
        }
}

/* The second set of limits, by hand or when its hours come, is another rate for everything: what was saved up or owed
 * under the one before does not show under the next. */
static void
test_changes (void)
{
  static const gint64 rates[] = { 20 * 1000, 20 * 1000 * 1000, 2000, 300 * 1000, 20 * 1000 };

  for (FilWay way = FIL_WAY_IN; way <= FIL_WAY_OUT; way++)
    {
      g_autoptr (FilTimerQueue) timers = fil_timer_queue_new ();
      g_autoptr (FilShaper) shaper = fil_shaper_new (timers);
      gint64 now_us = 500;
      Mover mover;

      mover_init (&mover, shaper, FIL_TRAFFIC_TRANSFER, &now_us);
      mover.way = way;
      for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
        {
          fil_shaper_set_limit (shaper, way, rates[i], now_us);
          assert_keeps (timers, &now_us, &mover, rates[i]);
        }
      fil_shaper_client_clear (&mover.client);
    }
}

static void
test_fair (void)
{
  g_autoptr (FilTimerQueue) timers = fil_timer_queue_new ();
  g_autoptr (FilShaper) shaper = fil_shaper_new (timers);
  gint64 now_us = 0;
  Mover movers[5];

  fil_shaper_set_limit (shaper, FIL_WAY_OUT, 100 * 1000, now_us);
  for (guint i = 0; i < 5; i++)
    {
      mover_init (&movers[i], shaper, FIL_TRAFFIC_TRANSFER, &now_us);
      mover_go (&movers[i], FIL_WAY_OUT);
    }
  run (timers, &now_us, 20 * FIL_SEC);
  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpuint (movers[i].moved, >=, 380 * 1000);
      g_assert_cmpuint (movers[i].moved, <=, 420 * 1000);
    }
  g_assert_cmpuint (fil_shaper_waiting (shaper, FIL_WAY_OUT), ==, 5);

  /* One leaves while it waits; the limit is lifted; the rest is let go. */
  fil_shaper_client_clear (&movers[2].client);
  g_assert_cmpuint (fil_shaper_waiting (shaper, FIL_WAY_OUT), ==, 4);
  for (guint i = 0; i < 5; i++)
    movers[i].moved = 0;
  fil_shaper_set_limit (shaper, FIL_WAY_OUT, 0, now_us);
  run (timers, &now_us, 21 * FIL_SEC);
  g_assert_cmpuint (fil_shaper_waiting (shaper, FIL_WAY_OUT), ==, 0);
  g_assert_cmpuint (movers[0].moved, >, 1000 * 1000);
  g_assert_cmpuint (movers[2].moved, ==, 0);
  for (guint i = 0; i < 5; i++)
    if (i != 2)
      fil_shaper_client_clear (&movers[i].client);
}

/* Also where the timers are too coarse for a piece at a time: nobody is ever ahead by more than his next one. */
static void
test_turns (void)
{
  g_autoptr (FilTimerQueue) timers = fil_timer_queue_new ();
  g_autoptr (FilShaper) shaper = fil_shaper_new (timers);
  gint64 now_us = 0;
  Mover movers[5];

  fil_shaper_set_limit (shaper, FIL_WAY_OUT, 10 * 1000 * 1000, now_us);
  for (guint i = 0; i < 5; i++)
    {
      mover_init (&movers[i], shaper, FIL_TRAFFIC_TRANSFER, &now_us);
      mover_go (&movers[i], FIL_WAY_OUT);
      movers[i].moved = 0;
    }
  for (guint tick = 1; tick <= 100; tick++)
    {
      guint64 least = G_MAXUINT64, most = 0;

      /* The main loop comes late now and then. */
      now_us = tick * 40 * FIL_MSEC;
      fil_timer_queue_run (timers, now_us);
      for (guint i = 0; i < 5; i++)
        {
          least = MIN (least, movers[i].moved);
          most = MAX (most, movers[i].moved);
        }
      g_assert_cmpuint (most - least, <=, 64 * 1024);
    }
  g_assert_cmpuint (movers[0].moved, >, 1000 * 1000);
  for (guint i = 0; i < 5; i++)
    fil_shaper_client_clear (&movers[i].client);
}

/* Silence is not saved up for long. */
static void
test_burst (void)
{
  static const gint64 rates[] = { 2000, 300 * 1000, 20 * 1000 * 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      gint64 piece = (gint64) fil_shaper_piece (rates[i]);
      g_autoptr (FilTimerQueue) timers = fil_timer_queue_new ();
      g_autoptr (FilShaper) shaper = fil_shaper_new (timers);
      gint64 now_us = 0;
      Mover all, own;

      mover_init (&all, shaper, FIL_TRAFFIC_TRANSFER, &now_us);
      mover_init (&own, shaper, FIL_TRAFFIC_TRANSFER, &now_us);
      own.way = FIL_WAY_IN;
      fil_shaper_set_limit (shaper, FIL_WAY_OUT, rates[i], now_us);
      fil_shaper_client_set_group (&own.client, 7);
      fil_shaper_set_group_limit (shaper, 7, FIL_WAY_IN, rates[i], now_us);
      g_assert_cmpuint (fil_shaper_ask (&own.client, FIL_WAY_IN, 0, now_us), ==, 0);
      now_us = FIL_HOUR;
      mover_go (&all, FIL_WAY_OUT);
      mover_go (&own, FIL_WAY_IN);
      g_assert_cmpint (all.moved, >=, piece);
      g_assert_cmpint (all.moved, <=, MAX (piece + piece / 4, rates[i] / 20));
      g_assert_cmpint (own.moved, >=, piece);
      g_assert_cmpint (own.moved, <=, MAX (piece + piece / 4, rates[i] / 20));
      fil_shaper_client_clear (&all.client);
      fil_shaper_client_clear (&own.client);
    }
}

/* Who waits for long under a tiny limit goes on when that is lifted: at once, and within a second when it was that of
 * all transfers. */
static void
test_lifted (void)
{
  for (guint which = 0; which < 3; which++)
    {
      g_autoptr (FilTimerQueue) timers = fil_timer_queue_new ();
      g_autoptr (FilShaper) shaper = fil_shaper_new (timers);
      gint64 now_us = 0;
      Mover mover;

      mover_init (&mover, shaper, FIL_TRAFFIC_TRANSFER, &now_us);
      fil_shaper_client_set_group (&mover.client, which == 1 ? 7 : 0);
      for (gint64 rate = 1; rate >= 0; rate--)
        {
          g_assert_cmpuint (mover.moved, <=, 2048);
          if (which == 0)
            fil_shaper_set_limit (shaper, FIL_WAY_OUT, rate, now_us);
          else if (which == 1)
            fil_shaper_set_group_limit (shaper, 7, FIL_WAY_OUT, rate, now_us);
          else
            fil_shaper_set_limit_each (shaper, FIL_WAY_OUT, rate);
          if (rate == 1)
            mover_go (&mover, FIL_WAY_OUT);
          run (timers, &now_us, now_us + (rate == 0 && which < 2 ? 0 : FIL_SEC));
        }
      g_assert_cmpuint (mover.moved, >, 1000 * 1000);
      fil_shaper_client_clear (&mover.client);
    }
}

static void
test_own_limit (void)
{
  g_autoptr (FilTimerQueue) timers = fil_timer_queue_new ();
  g_autoptr (FilShaper) shaper = fil_shaper_new (timers);
  gint64 now_us = 0;
  Mover slow, fast;

  fil_shaper_set_limit (shaper, FIL_WAY_OUT, 100 * 1000, now_us);
  mover_init (&slow, shaper, FIL_TRAFFIC_TRANSFER, &now_us);
  mover_init (&fast, shaper, FIL_TRAFFIC_TRANSFER, &now_us);
  fil_shaper_client_set_group (&slow.client, 7);
  fil_shaper_set_group_limit (shaper, 7, FIL_WAY_OUT, 10 * 1000, now_us);
  mover_go (&slow, FIL_WAY_OUT);
  mover_go (&fast, FIL_WAY_OUT);
  run (timers, &now_us, 20 * FIL_SEC);
  g_assert_cmpuint (slow.moved, >=, 170 * 1000);
  g_assert_cmpuint (slow.moved, <=, 203 * 1000);
  g_assert_cmpuint (slow.moved + fast.moved, >=, 1900 * 1000);
  g_assert_cmpuint (slow.moved + fast.moved, <=, 2020 * 1000);
  fil_shaper_client_clear (&slow.client);
  fil_shaper_client_clear (&fast.client);
}

/* Each transfer by itself, at any rate: within 5 % over ten seconds and in small pieces; links are no transfers. */
static void
test_each (void)
{
  static const gint64 rates[] = { 20 * 1000, 300 * 1000, 20 * 1000 * 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      g_autoptr (FilTimerQueue) timers = fil_timer_queue_new ();
      g_autoptr (FilShaper) shaper = fil_shaper_new (timers);
      gint64 now_us = 0;
      Mover one, other, own;

      fil_shaper_set_limit_each (shaper, FIL_WAY_OUT, rates[i]);
      mover_init (&one, shaper, FIL_TRAFFIC_TRANSFER, &now_us);
      mover_init (&other, shaper, FIL_TRAFFIC_TRANSFER, &now_us);
      mover_init (&own, shaper, FIL_TRAFFIC_TRANSFER, &now_us);
      fil_shaper_client_set_group (&own.client, 7);
      fil_shaper_set_group_limit (shaper, 7, FIL_WAY_OUT, rates[i] / 2, now_us);
      mover_go (&one, FIL_WAY_OUT);
      mover_go (&other, FIL_WAY_OUT);
      mover_go (&own, FIL_WAY_OUT);
      run (timers, &now_us, 10 * FIL_SEC);
      g_assert_cmpint (one.moved, >=, rates[i] * 10 * 95 / 100);
      g_assert_cmpint (one.moved, <=, rates[i] * 10 * 105 / 100);
      g_assert_cmpint (other.moved, >=, rates[i] * 10 * 95 / 100);
      g_assert_cmpint (other.moved, <=, rates[i] * 10 * 105 / 100);
      g_assert_cmpint (own.moved, >=, rates[i] * 5 * 95 / 100);
      g_assert_cmpint (own.moved, <=, rates[i] * 5 * 105 / 100);
      g_assert_cmpuint (fil_shaper_ask (&one.client, FIL_WAY_OUT, G_MAXINT, now_us), <=, fil_shaper_piece (rates[i]));
      one.client.traffic = FIL_TRAFFIC_OVERLAY;
      g_assert_cmpuint (fil_shaper_ask (&one.client, FIL_WAY_OUT, 1 << 20, now_us), ==, 1 << 20);
      /* Without a limit nothing waits. */
      fil_shaper_set_limit_each (shaper, FIL_WAY_OUT, 0);
      g_assert_cmpuint (fil_shaper_ask (&other.client, FIL_WAY_OUT, 1 << 20, now_us), ==, 1 << 20);
      fil_shaper_client_clear (&one.client);
      fil_shaper_client_clear (&other.client);
      fil_shaper_client_clear (&own.client);
    }
}

static guint64
moved_by (Mover *movers,
          guint n)
{
  guint64 sum = 0;

  for (guint i = 0; i < n; i++)
    {
      sum += movers[i].moved;
      movers[i].moved = 0;
    }
  return sum;
}

static void
assert_within (guint64 moved,
               gint64 rate,
               guint seconds)
{
  g_assert_cmpint (moved, >=, rate * seconds * 95 / 100 - 2048);
  g_assert_cmpint (moved, <=, rate * seconds * 105 / 100 + 2048);
}

/* The connections of one download share its limit, evenly, and leave the rest of the limit of everything to others. */
static void
test_group (void)
{
  static const gint64 rates[] = { 2000, 20 * 1000, 300 * 1000, 5 * 1000 * 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      g_autoptr (FilTimerQueue) timers = fil_timer_queue_new ();
      g_autoptr (FilShaper) shaper = fil_shaper_new (timers);
      gint64 now_us = 0;
      Mover movers[5];

      fil_shaper_set_group_limit (shaper, 7, FIL_WAY_OUT, rates[i], now_us);
      fil_shaper_set_limit (shaper, FIL_WAY_OUT, rates[i] * 3, now_us);
      for (guint j = 0; j < 5; j++)
        {
          mover_init (&movers[j], shaper, FIL_TRAFFIC_TRANSFER, &now_us);
          fil_shaper_client_set_group (&movers[j].client, j < 3 ? 7 : 0);
          mover_go (&movers[j], FIL_WAY_OUT);
        }
      run (timers, &now_us, 20 * FIL_SEC);
      for (guint j = 0; j < 3; j++)
        {
          g_assert_cmpint (movers[j].moved, >=, rates[i] * 20 / 3 * 85 / 100 - 2048);
          g_assert_cmpint (movers[j].moved, <=, rates[i] * 20 / 3 * 115 / 100 + 2048);
        }
      assert_within (moved_by (movers, 3), rates[i], 20);
      assert_within (moved_by (movers + 3, 2), rates[i] * 2, 20);

      /* With less for everything than for the download, that counts, and nobody starves. */
      fil_shaper_set_limit (shaper, FIL_WAY_OUT, rates[i] / 2, now_us);
      run (timers, &now_us, 21 * FIL_SEC);
      (void) moved_by (movers, 5);
      run (timers, &now_us, 61 * FIL_SEC);
      for (guint j = 0; j < 5; j++)
        g_assert_cmpint (movers[j].moved, >=, rates[i] / 2 * 40 / 5 / 2);
      assert_within (moved_by (movers, 5), rates[i] / 2, 40);
      for (guint j = 0; j < 5; j++)
        fil_shaper_client_clear (&movers[j].client);
    }
}

/* A limit of a group comes, changes and goes while its clients wait, and one of them leaves. */
static void
test_group_changes (void)
{
  g_autoptr (FilTimerQueue) timers = fil_timer_queue_new ();
  g_autoptr (FilShaper) shaper = fil_shaper_new (timers);
  gint64 now_us = 0;
  Mover movers[3];

  fil_shaper_set_limit (shaper, FIL_WAY_OUT, 1000 * 1000, now_us);
  fil_shaper_set_limit_each (shaper, FIL_WAY_OUT, 200 * 1000);
  for (guint i = 0; i < 3; i++)
    {
      mover_init (&movers[i], shaper, FIL_TRAFFIC_TRANSFER, &now_us);
      fil_shaper_client_set_group (&movers[i].client, 7);
      mover_go (&movers[i], FIL_WAY_OUT);
    }
  run (timers, &now_us, 10 * FIL_SEC);
  assert_within (moved_by (movers, 3), 200 * 1000, 10);

  fil_shaper_set_group_limit (shaper, 7, FIL_WAY_OUT, 2000, now_us);
  run (timers, &now_us, 30 * FIL_SEC);
  assert_within (moved_by (movers, 3), 2000, 20);

  /* A client of another group, or of none, is not held. */
  fil_shaper_client_set_group (&movers[2].client, 8);
  mover_go (&movers[2], FIL_WAY_OUT);
  run (timers, &now_us, 40 * FIL_SEC);
  assert_within (moved_by (movers, 2), 2000, 10);
  assert_within (moved_by (movers + 2, 1), 200 * 1000, 10);

  /* Without it, that of each counts again at once, not when the next piece would have been due. */
  fil_shaper_client_clear (&movers[0].client);
  fil_shaper_set_group_limit (shaper, 7, FIL_WAY_OUT, 50, now_us);
  run (timers, &now_us, 44 * FIL_SEC);
  (void) moved_by (movers, 3);
  fil_shaper_set_group_limit (shaper, 7, FIL_WAY_OUT, 0, now_us);
  run (timers, &now_us, 54 * FIL_SEC);
  g_assert_cmpuint (movers[0].moved, ==, 0);
  assert_within (moved_by (movers, 2), 200 * 1000, 10);
  fil_shaper_client_clear (&movers[1].client);
  fil_shaper_client_clear (&movers[2].client);
}

/* The last of a group leaves from inside its turn. */
static void
leave_cb (gpointer data,
          FilWay way)
{
  Mover *self = data;

  self->pieces++;
  fil_shaper_client_clear (&self->client);
}

static void
test_group_ends_in_turn (void)
{
  g_autoptr (FilTimerQueue) timers = fil_timer_queue_new ();
  g_autoptr (FilShaper) shaper = fil_shaper_new (timers);
  gint64 now_us = 0;
  Mover mover = { .now_us = &now_us };

  fil_shaper_set_limit_each (shaper, FIL_WAY_OUT, 2000);
  for (guint64 group = 0; group < 2; group++)
    {
      fil_shaper_client_init (&mover.client, shaper, FIL_TRAFFIC_TRANSFER, leave_cb, &mover);
      fil_shaper_client_set_group (&mover.client, group);
      while (fil_shaper_ask (&mover.client, FIL_WAY_OUT, 1024, now_us) > 0)
        fil_shaper_spend (&mover.client, FIL_WAY_OUT, 1024, now_us);
      run (timers, &now_us, now_us + 5 * FIL_SEC);
    }
  g_assert_cmpuint (mover.pieces, ==, 2);
}

/* A link that talks more than the whole limit never waits, whatever limits there are, and leaves the transfers half of it. */
static void
test_overlay_first (void)
{
  for (FilWay way = FIL_WAY_IN; way <= FIL_WAY_OUT; way++)
    {
      g_autoptr (FilTimerQueue) timers = fil_timer_queue_new ();
      g_autoptr (FilShaper) shaper = fil_shaper_new (timers);
      gint64 now_us = 0;
      Mover link, transfer;

      fil_shaper_set_limit (shaper, way, 100 * 1000, now_us);
      fil_shaper_set_limit_each (shaper, way, 80 * 1000);
      mover_init (&link, shaper, FIL_TRAFFIC_OVERLAY, &now_us);
      mover_init (&transfer, shaper, FIL_TRAFFIC_TRANSFER, &now_us);
      transfer.way = way;
      mover_go (&transfer, way);

      for (guint i = 1; i <= 100; i++)
        {
          g_assert_cmpuint (fil_shaper_ask (&link.client, way, 20 * 1000, now_us), ==, 20 * 1000);
          fil_shaper_spend (&link.client, way, 20 * 1000, now_us);
          run (timers, &now_us, i * FIL_SEC / 10);
        }
      g_assert_cmpuint (transfer.moved, >=, 430 * 1000);
      g_assert_cmpuint (transfer.moved, <=, 570 * 1000);
      g_assert_false (fil_shaper_client_is_waiting (&link.client));
      fil_shaper_client_clear (&link.client);
      fil_shaper_client_clear (&transfer.client);
    }
}

static void
test_small_wishes (void)
{
  g_autoptr (FilTimerQueue) timers = fil_timer_queue_new ();
  g_autoptr (FilShaper) shaper = fil_shaper_new (timers);
  gint64 now_us = 0;
  Mover mover;

  fil_shaper_set_limit (shaper, FIL_WAY_OUT, 1000, now_us);
  mover_init (&mover, shaper, FIL_TRAFFIC_TRANSFER, &now_us);
  mover.wanted = 10;
  mover_go (&mover, FIL_WAY_OUT);
  run (timers, &now_us, 10 * FIL_SEC);
  g_assert_cmpuint (mover.moved, >=, 9 * 1000);
  g_assert_cmpuint (mover.moved, <=, 12 * 1000);
  g_assert_cmpuint (fil_shaper_ask (&mover.client, FIL_WAY_OUT, 0, now_us), ==, 0);
  fil_shaper_client_clear (&mover.client);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/shaper/piece", test_piece);
  g_test_add_func ("/net/shaper/beyond-all-lines", test_beyond_all_lines);
  g_test_add_func ("/net/shaper/rates", test_rates);
  g_test_add_func ("/net/shaper/changes", test_changes);
  g_test_add_func ("/net/shaper/fair", test_fair);
  g_test_add_func ("/net/shaper/turns", test_turns);
  g_test_add_func ("/net/shaper/burst", test_burst);
  g_test_add_func ("/net/shaper/lifted", test_lifted);
  g_test_add_func ("/net/shaper/own-limit", test_own_limit);
  g_test_add_func ("/net/shaper/each", test_each);
  g_test_add_func ("/net/shaper/group", test_group);
  g_test_add_func ("/net/shaper/group-changes", test_group_changes);
  g_test_add_func ("/net/shaper/group-ends-in-turn", test_group_ends_in_turn);
  g_test_add_func ("/net/shaper/overlay-first", test_overlay_first);
  g_test_add_func ("/net/shaper/small-wishes", test_small_wishes);
  return g_test_run ();
}
