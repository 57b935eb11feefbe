/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "shaper.h"

#include "net-limits.h"

/* Above this a limit is none: it keeps the bucket's arithmetic far from overflow. */
#define MAX_RATE (G_GINT64_CONSTANT (1) << 40)

/* One limit, and those who wait for it. */
struct _FilShaperLane
{
  FilShaper *shaper;
  FilShaperGroup *group;  /* whose limit it is; NULL: that of everything */
  FilWay way;
  FilTokenBucket bucket;
  gsize piece;
  GQueue waiting;         /* of FilShaperClient, in the order in which they asked */
  FilShaperClient *turn;  /* whose turn it is while it is being called */
  FilTimer *timer;        /* made when first needed */
};

/* Clients of one number, or one client that has none. */
struct _FilShaperGroup
{
  guint64 id;             /* 0: of one client alone */
  guint n_holders;        /* its clients, and whoever is busy with it */
  gint64 rate[2];         /* 0: that of each */
  FilShaperLane lanes[2];
};

struct _FilShaper
{
  FilTimerQueue *timers;
  FilShaperLane lanes[2];
  FilTokenBucket overlay[2]; /* half the rate: what the overlay may take from the transfers at most */
  gint64 each[2];            /* limit of each group that has none of its own; 0: none */
  GHashTable *groups;        /* id → FilShaperGroup, owned: those that have clients or a limit */
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

static void
lane_init (FilShaperLane *lane,
           FilShaper *shaper,
           FilShaperGroup *group,
           FilWay way)
{
  *lane = (FilShaperLane){ .shaper = shaper, .group = group, .way = way, .piece = FIL_SHAPER_MAX_PIECE };
  g_queue_init (&lane->waiting);
}

static void
lane_clear (FilShaperLane *lane)
{
  g_clear_pointer (&lane->timer, fil_timer_free);
}

static FilTimer *
lane_timer (FilShaperLane *lane)
{
  if (lane->timer == NULL)
    lane->timer = fil_timer_new (lane->shaper->timers, lane_tick, lane);
  return lane->timer;
}

static void
group_free (gpointer data)
{
  FilShaperGroup *group = data;

  lane_clear (&group->lanes[FIL_WAY_IN]);
  lane_clear (&group->lanes[FIL_WAY_OUT]);
  g_free (group);
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
  self->groups = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, group_free);
  for (guint i = 0; i < G_N_ELEMENTS (self->lanes); i++)
    lane_init (&self->lanes[i], self, NULL, i);
  return self;
}

void
fil_shaper_free (FilShaper *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->lanes); i++)
    lane_clear (&self->lanes[i]);
  g_hash_table_unref (self->groups);
  g_free (self);
}

/* The group of that number, which is made when there is none. */
static FilShaperGroup *
group_get (FilShaper *self,
           guint64 id)
{
  FilShaperGroup *group = id != 0 ? g_hash_table_lookup (self->groups, &id) : NULL;

  if (group != NULL)
    return group;
  group = g_new0 (FilShaperGroup, 1);
  group->id = id;
  for (guint i = 0; i < G_N_ELEMENTS (group->lanes); i++)
    lane_init (&group->lanes[i], self, group, i);
  if (id != 0)
    g_hash_table_insert (self->groups, &group->id, group);
  return group;
}

/* Frees the group when nobody needs it any more. */
static void
group_look (FilShaper *self,
            FilShaperGroup *group)
{
  if (group->n_holders > 0)
    return;
  if (group->id == 0)
    group_free (group);
  else if (group->rate[FIL_WAY_IN] == 0 && group->rate[FIL_WAY_OUT] == 0)
    g_hash_table_remove (self->groups, &group->id);
}

static void
group_release (FilShaper *self,
               FilShaperGroup *group)
{
  group->n_holders--;
  group_look (self, group);
}

/* The limit that counts for the group now is that of its lane. */
static void
group_refresh (FilShaperGroup *group,
               FilWay way,
               gint64 now_us)
{
  FilShaperLane *lane = &group->lanes[way];
  gint64 rate = group->rate[way] > 0 ? group->rate[way] : lane->shaper->each[way];

  if (lane->bucket.rate == rate)
    return;
  set_bucket (&lane->bucket, rate, now_us);
  lane->piece = fil_shaper_piece (rate);
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
  FilShaperLane *lane = &self->lanes[way];
  gint64 rate = usable_rate (bytes_per_s);

  set_bucket (&lane->bucket, rate, now_us);
  set_bucket (&self->overlay[way], rate / 2, now_us);
  lane->piece = fil_shaper_piece (rate);
  if (lane->waiting.length > 0)
    fil_timer_set (lane_timer (lane), now_us);
}

/**
 * fil_shaper_set_limit_each:
 * @bytes_per_s: 0 for no limit
 *
 * Limits each group of transfers, and each transfer that belongs to none, unless it has a limit of its own.
 */
void
fil_shaper_set_limit_each (FilShaper *self,
                           FilWay way,
                           gint64 bytes_per_s)
{
  self->each[way] = usable_rate (bytes_per_s);
}

/**
 * fil_shaper_set_group_limit:
 * @group: see fil_shaper_client_set_group(); not 0. It need not have clients yet
 * @bytes_per_s: of all its clients together; 0 for that of each
 */
void
fil_shaper_set_group_limit (FilShaper *self,
                            guint64 group_id,
                            FilWay way,
                            gint64 bytes_per_s,
                            gint64 now_us)
{
  FilShaperGroup *group = group_get (self, group_id);

  group->rate[way] = usable_rate (bytes_per_s);
  if (group->lanes[way].waiting.length > 0)
    fil_timer_set (lane_timer (&group->lanes[way]), now_us);
  group_look (self, group);
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

/* The limit of each group is lifted without a word to those that wait for theirs, so they look again. */
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
  if (lane->group != NULL)
    due_us = MIN (due_us, lane->bucket.updated_us + FIL_SHAPER_LOOK_AGAIN_US);
  fil_timer_set (lane_timer (lane), due_us);
}

static void
unlink_client (FilShaperClient *client,
               FilWay way)
{
  g_queue_unlink (&client->way[way].lane->waiting, &client->way[way].link);
  client->way[way].lane = NULL;
}

static void
serve (FilShaperLane *lane,
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

static void
lane_tick (gpointer data,
           gint64 now_us)
{
  FilShaperLane *lane = data;
  FilShaper *self = lane->shaper;
  FilShaperGroup *group = lane->group;

  if (group == NULL)
    {
      serve (lane, now_us);
      return;
    }
  group->n_holders++;
  group_refresh (group, lane->way, now_us);
  serve (lane, now_us);
  group_release (self, group);
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

static void
leave_lane (FilShaperClient *client,
            FilShaperLane *lane)
{
  if (client->way[lane->way].lane == lane)
    {
      unlink_client (client, lane->way);
      arm (lane);
    }
  if (lane->turn == client)
    lane->turn = NULL;
}

static void
leave_group (FilShaperClient *client)
{
  FilShaperGroup *group = g_steal_pointer (&client->group);

  if (group == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (group->lanes); i++)
    {
      leave_lane (client, &group->lanes[i]);
      client->way[i].granted = 0;
    }
  group_release (client->shaper, group);
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
    leave_lane (client, &client->shaper->lanes[i]);
  leave_group (client);
}

/**
 * fil_shaper_client_set_group:
 * @group: a number of the caller's; transfers of the same number share its limit. 0: of none
 *
 * To be followed by fil_shaper_ask(): what waited for the limit of the former group is not called any more.
 */
void
fil_shaper_client_set_group (FilShaperClient *client,
                             guint64 group)
{
  if (client->group_id == group)
    return;
  leave_group (client);
  client->group_id = group;
}

/* How much of wanted the limit lets through; 0: not now, and the client waits. */
static gsize
pass (FilShaperLane *lane,
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

/* How much of wanted the client's group lets through. It is spent at once, so that who then waits for the limit of
 * everything need not come back. */
static gsize
ask_group (FilShaperClient *client,
           FilWay way,
           gsize wanted,
           gint64 now_us)
{
  FilShaperLane *lane;
  gsize *granted = &client->way[way].granted;

  if (client->group == NULL)
    {
      client->group = group_get (client->shaper, client->group_id);
      client->group->n_holders++;
    }
  lane = &client->group->lanes[way];
  group_refresh (client->group, way, now_us);
  if (lane->bucket.rate == 0)
    {
      leave_lane (client, lane);
      *granted = 0;
      return wanted;
    }
  if (*granted == 0 && wanted > 0)
    {
      *granted = pass (lane, client, wanted, now_us);
      fil_token_bucket_spend (&lane->bucket, (gint64) *granted, now_us);
    }
  return MIN (wanted, *granted);
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
  FilShaperLane *lane = &client->shaper->lanes[way];
  gsize n;

  if (client->traffic == FIL_TRAFFIC_OVERLAY)
    return wanted;
  n = ask_group (client, way, wanted, now_us);
  return n == 0 || lane->bucket.rate == 0 ? n : pass (lane, client, n, now_us);
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
  FilShaperLane *lane = &client->shaper->lanes[way];
  FilTokenBucket *overlay = &client->shaper->overlay[way];
  gsize granted = MIN (bytes, client->way[way].granted);
  gint64 n = (gint64) bytes;

  client->way[way].granted -= granted;
  if (client->group != NULL)
    fil_token_bucket_spend (&client->group->lanes[way].bucket, (gint64) (bytes - granted), now_us);
  if (lane->bucket.rate == 0)
    return;
  if (client->traffic == FIL_TRAFFIC_OVERLAY)
    {
      n = MIN (n, fil_token_bucket_available (overlay, now_us));
      fil_token_bucket_spend (overlay, n, now_us);
    }
  fil_token_bucket_spend (&lane->bucket, n, now_us);
}
