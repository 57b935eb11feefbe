/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "shaper.h"

#include "net-limits.h"

/* Above this a limit is none: it keeps the bucket's arithmetic far from overflow. */
#define MAX_RATE (G_GINT64_CONSTANT (1) << 40)

typedef struct
{
  FilShaper *shaper;
  FilWay way;
  FilTokenBucket bucket;
  FilTokenBucket overlay;  /* half the rate: what the overlay may take from the transfers at most */
  gsize piece;
  gint64 each;             /* limit of each transfer that has none of its own; 0: none */
  GQueue waiting;          /* of FilShaperClient, in the order in which they asked */
  FilShaperClient *turn;   /* whose turn it is while it is being called */
  FilTimer *timer;
} Lane;

struct _FilShaper
{
  FilTimerQueue *timers;
  Lane lanes[2];
};

static void lane_tick (gpointer data, gint64 now_us);

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

static gint64
usable_rate (gint64 bytes_per_s)
{
  gint64 rate = CLAMP (bytes_per_s, 0, MAX_RATE);

  return rate == MAX_RATE ? 0 : rate;
}

static void
set_bucket (FilTokenBucket *bucket,
            gint64 rate,
            gint64 now_us)
{
  fil_token_bucket_set_rate (bucket, rate, rate > 0 ? burst_of (rate) : 0, now_us);
}

/**
 * fil_shaper_new:
 * @timers: outlives the shaper
 *
 * Returns: (transfer full): a shaper without limits; it must outlive its clients
 */
FilShaper *
fil_shaper_new (FilTimerQueue *timers)
{
  FilShaper *self = g_new0 (FilShaper, 1);

  self->timers = timers;
  for (guint i = 0; i < G_N_ELEMENTS (self->lanes); i++)
    {
      self->lanes[i].shaper = self;
      self->lanes[i].way = i;
      self->lanes[i].piece = FIL_SHAPER_MAX_PIECE;
      self->lanes[i].timer = fil_timer_new (timers, lane_tick, &self->lanes[i]);
    }
  return self;
}

void
fil_shaper_free (FilShaper *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->lanes); i++)
    fil_timer_free (self->lanes[i].timer);
  g_free (self);
}

/**
 * fil_shaper_set_limit:
 * @bytes_per_s: 0 for no limit
 */
void
fil_shaper_set_limit (FilShaper *self,
                      FilWay way,
                      gint64 bytes_per_s,
                      gint64 now_us)
{
  Lane *lane = &self->lanes[way];
  gint64 rate = usable_rate (bytes_per_s);

  set_bucket (&lane->bucket, rate, now_us);
  set_bucket (&lane->overlay, rate / 2, now_us);
  lane->piece = fil_shaper_piece (rate);
  if (lane->waiting.length > 0)
    fil_timer_set (lane->timer, now_us);
}

/**
 * fil_shaper_set_limit_each:
 * @bytes_per_s: 0 for no limit
 *
 * Limits each transfer by itself, unless it has a limit of its own.
 */
void
fil_shaper_set_limit_each (FilShaper *self,
                           FilWay way,
                           gint64 bytes_per_s)
{
  self->lanes[way].each = usable_rate (bytes_per_s);
}

/**
 * fil_shaper_waiting:
 *
 * Returns: how many wait for their turn
 */
guint
fil_shaper_waiting (const FilShaper *self,
                    FilWay way)
{
  return self->lanes[way].waiting.length;
}

static void
arm (Lane *lane)
{
  FilShaperClient *head = g_queue_peek_head (&lane->waiting);

  if (head == NULL)
    fil_timer_clear (lane->timer);
  else
    fil_timer_set (lane->timer,
                   fil_token_bucket_when (&lane->bucket, (gint64) MIN (head->way[lane->way].wanted, lane->piece)));
}

static void
lane_tick (gpointer data,
           gint64 now_us)
{
  Lane *lane = data;

  for (guint most = lane->waiting.length; most > 0; most--)
    {
      FilShaperClient *head = g_queue_peek_head (&lane->waiting);
      gint64 needed;

      if (head == NULL)
        break;
      needed = (gint64) MIN (head->way[lane->way].wanted, lane->piece);
      if (fil_token_bucket_available (&lane->bucket, now_us) < needed)
        break;
      g_queue_unlink (&lane->waiting, &head->way[lane->way].link);
      head->way[lane->way].is_waiting = FALSE;
      lane->turn = head;
      head->ready (head->data, lane->way);
      lane->turn = NULL;
    }
  arm (lane);
}

static void
own_tick (FilShaperClient *client,
          FilWay way)
{
  client->ready (client->data, way);
}

static void
own_tick_in (gpointer data,
             gint64 now_us)
{
  own_tick (data, FIL_WAY_IN);
}

static void
own_tick_out (gpointer data,
              gint64 now_us)
{
  own_tick (data, FIL_WAY_OUT);
}

/**
 * fil_shaper_client_init:
 * @ready: called from the timers when a client that was told 0 may ask again; it may do so at once
 */
void
fil_shaper_client_init (FilShaperClient *client,
                        FilShaper *shaper,
                        FilTraffic traffic,
                        void (*ready) (gpointer data, FilWay way),
                        gpointer data)
{
  *client = (FilShaperClient){ .shaper = shaper, .traffic = traffic, .ready = ready, .data = data };
  for (guint i = 0; i < G_N_ELEMENTS (client->way); i++)
    client->way[i].link.data = client;
}

/**
 * fil_shaper_client_clear:
 *
 * Leaves all queues; ready() is not called any more.
 */
void
fil_shaper_client_clear (FilShaperClient *client)
{
  for (guint i = 0; i < G_N_ELEMENTS (client->way); i++)
    {
      Lane *lane = &client->shaper->lanes[i];

      if (client->way[i].is_waiting)
        {
          g_queue_unlink (&lane->waiting, &client->way[i].link);
          client->way[i].is_waiting = FALSE;
          arm (lane);
        }
      if (lane->turn == client)
        lane->turn = NULL;
      g_clear_pointer (&client->way[i].timer, fil_timer_free);
    }
}

/**
 * fil_shaper_client_set_limit:
 * @bytes_per_s: of this client alone; 0 for that of all transfers
 */
void
fil_shaper_client_set_limit (FilShaperClient *client,
                             FilWay way,
                             gint64 bytes_per_s,
                             gint64 now_us)
{
  client->way[way].rate = usable_rate (bytes_per_s);
  if (client->way[way].timer != NULL && fil_timer_due (client->way[way].timer) != FIL_NEVER)
    fil_timer_set (client->way[way].timer, now_us);
}

/* The limit that counts for this client now. */
static gint64
own_rate (const FilShaperClient *client,
          FilWay way)
{
  if (client->way[way].rate > 0 || client->traffic == FIL_TRAFFIC_OVERLAY)
    return client->way[way].rate;
  return client->shaper->lanes[way].each;
}

static void
wait_own (FilShaperClient *client,
          FilWay way,
          gint64 until_us)
{
  if (client->way[way].timer == NULL)
    client->way[way].timer = fil_timer_new (client->shaper->timers, way == FIL_WAY_IN ? own_tick_in : own_tick_out,
                                            client);
  fil_timer_set (client->way[way].timer, until_us);
}

/* How much of wanted the client's own limit lets through; 0 sets its timer. */
static gsize
ask_own (FilShaperClient *client,
         FilWay way,
         gsize wanted,
         gint64 now_us)
{
  FilTokenBucket *own = &client->way[way].own;
  gint64 rate = own_rate (client, way);
  gsize piece = fil_shaper_piece (rate);

  if (own->rate != rate)
    set_bucket (own, rate, now_us);
  if (rate == 0)
    return wanted;
  wanted = MIN (wanted, piece);
  if (fil_token_bucket_available (own, now_us) >= (gint64) wanted)
    return wanted;
  wait_own (client, way, fil_token_bucket_when (own, (gint64) wanted));
  return 0;
}

/**
 * fil_shaper_ask:
 * @wanted: bytes that could be moved
 *
 * Asks how much may be moved now. What then is moved has to be told by fil_shaper_spend().
 *
 * Returns: at most @wanted; 0: nothing now, the client's ready() will be called
 */
gsize
fil_shaper_ask (FilShaperClient *client,
                FilWay way,
                gsize wanted,
                gint64 now_us)
{
  Lane *lane = &client->shaper->lanes[way];
  gsize n = ask_own (client, way, wanted, now_us);

  if (n == 0 || client->traffic == FIL_TRAFFIC_OVERLAY || lane->bucket.rate == 0)
    return n;
  n = MIN (n, lane->piece);
  if ((lane->waiting.length == 0 || lane->turn == client) && !client->way[way].is_waiting &&
      fil_token_bucket_available (&lane->bucket, now_us) >= (gint64) n)
    {
      /* One piece a turn: the next one waits behind the others. */
      if (lane->turn == client)
        lane->turn = NULL;
      return n;
    }
  client->way[way].wanted = n;
  if (!client->way[way].is_waiting)
    {
      client->way[way].is_waiting = TRUE;
      g_queue_push_tail_link (&lane->waiting, &client->way[way].link);
    }
  arm (lane);
  return 0;
}

/**
 * fil_shaper_spend:
 *
 * Counts bytes that were moved. The overlay takes from the transfers, but never more than half.
 */
void
fil_shaper_spend (FilShaperClient *client,
                  FilWay way,
                  gsize bytes,
                  gint64 now_us)
{
  Lane *lane = &client->shaper->lanes[way];
  gint64 n = (gint64) bytes;

  fil_token_bucket_spend (&client->way[way].own, n, now_us);
  if (lane->bucket.rate == 0)
    return;
  if (client->traffic == FIL_TRAFFIC_OVERLAY)
    {
      n = MIN (n, fil_token_bucket_available (&lane->overlay, now_us));
      fil_token_bucket_spend (&lane->overlay, n, now_us);
    }
  fil_token_bucket_spend (&lane->bucket, n, now_us);
}
