/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "shaper-private.h"

#include "clock.h"
#include "net-limits.h"

/* One limit: who waits for it goes in turn, a piece at a time. */

/**
 * fil_shaper_piece:
 *
 * Returns: how many bytes go at once under a limit: a tenth of a second's worth, so that a slow
 *   transfer is steady, between 1 kB and 64 kB
 */
gsize
fil_shaper_piece (gint64 bytes_per_s)
{
  if (bytes_per_s <= 0)
    return FIL_SHAPER_MAX_PIECE;
  return (gsize) CLAMP (bytes_per_s / 10, FIL_SHAPER_MIN_PIECE, FIL_SHAPER_MAX_PIECE);
}

/* A little more than a piece, so that a timer that is late loses nothing; for fast limits as much as
 * the resolution of the main loop's timers needs. */
static gint64
burst_of (gint64 rate)
{
  gint64 piece = (gint64) fil_shaper_piece (rate);

  return MAX (piece + piece / 4, rate / 20);
}

void
_fil_shaper_bucket_set_rate (FilTokenBucket *bucket,
                             gint64 rate,
                             gint64 now_us)
{
  fil_token_bucket_set_rate (bucket, rate, rate > 0 ? burst_of (rate) : 0, now_us);
}

/* Without a limit at first. */
void
_fil_shaper_lane_init (FilShaperLane *lane,
                       FilTimerQueue *timers,
                       FilWay way,
                       FilTimerFunc tick,
                       gpointer data)
{
  *lane = (FilShaperLane){
    .timers = timers,
    .tick = tick,
    .data = data,
    .way = way,
    .look_again_us = FIL_NEVER,
    .piece = FIL_SHAPER_MAX_PIECE,
  };
  g_queue_init (&lane->waiting);
}

void
_fil_shaper_lane_clear (FilShaperLane *lane)
{
  g_clear_pointer (&lane->timer, fil_timer_free);
}

/* Who waits hears of it with the next _fil_shaper_lane_look(). */
void
_fil_shaper_lane_set_rate (FilShaperLane *lane,
                           gint64 rate,
                           gint64 now_us)
{
  _fil_shaper_bucket_set_rate (&lane->bucket, rate, now_us);
  lane->piece = fil_shaper_piece (rate);
}

static FilTimer *
timer_of (FilShaperLane *lane)
{
  if (lane->timer == NULL)
    lane->timer = fil_timer_new (lane->timers, lane->tick, lane->data);
  return lane->timer;
}

/* The limit may be another one now: those who wait are looked at again, from the timers. */
void
_fil_shaper_lane_look (FilShaperLane *lane,
                       gint64 now_us)
{
  if (lane->waiting.length > 0)
    fil_timer_set (timer_of (lane), now_us);
}

static void
arm (FilShaperLane *lane)
{
  FilShaperClient *head = g_queue_peek_head (&lane->waiting);
  gint64 due_us;

  if (head == NULL)
    {
      if (lane->timer != NULL)
        fil_timer_clear (lane->timer);
      return;
    }
  due_us = fil_token_bucket_when (&lane->bucket, (gint64) MIN (head->way[lane->way].wanted, lane->piece));
  if (lane->look_again_us != FIL_NEVER)
    due_us = MIN (due_us, lane->bucket.updated_us + lane->look_again_us);
  fil_timer_set (timer_of (lane), due_us);
}

static void
unlink_client (FilShaperClient *client,
               FilWay way)
{
  g_queue_unlink (&client->way[way].lane->waiting, &client->way[way].link);
  client->way[way].lane = NULL;
}

/* Calls those whose turn it is; for tick(). */
void
_fil_shaper_lane_serve (FilShaperLane *lane,
                        gint64 now_us)
{
  for (guint most = lane->waiting.length; most > 0; most--)
    {
      FilShaperClient *head = g_queue_peek_head (&lane->waiting);
      gint64 needed;

      if (head == NULL)
        break;
      needed = (gint64) MIN (head->way[lane->way].wanted, lane->piece);
      if (fil_token_bucket_available (&lane->bucket, now_us) < needed)
        break;
      unlink_client (head, lane->way);
      lane->turn = head;
      head->ready (head->data, lane->way);
      lane->turn = NULL;
    }
  arm (lane);
}

void
_fil_shaper_lane_leave (FilShaperLane *lane,
                        FilShaperClient *client)
{
  if (client->way[lane->way].lane == lane)
    {
      unlink_client (client, lane->way);
      arm (lane);
    }
  if (lane->turn == client)
    lane->turn = NULL;
}

/* How much of wanted the limit lets through; 0: not now, and the client waits. */
gsize
_fil_shaper_lane_pass (FilShaperLane *lane,
                       FilShaperClient *client,
                       gsize wanted,
                       gint64 now_us)
{
  FilShaperLane **waits_in = &client->way[lane->way].lane;
  gsize n = MIN (wanted, lane->piece);

  if ((lane->waiting.length == 0 || lane->turn == client) && *waits_in == NULL &&
      fil_token_bucket_available (&lane->bucket, now_us) >= (gint64) n)
    {
      /* One piece a turn: the next one waits behind the others. */
      if (lane->turn == client)
        lane->turn = NULL;
      return n;
    }
  client->way[lane->way].wanted = n;
  if (*waits_in == NULL)
    {
      *waits_in = lane;
      g_queue_push_tail_link (&lane->waiting, &client->way[lane->way].link);
    }
  arm (lane);
  return 0;
}
