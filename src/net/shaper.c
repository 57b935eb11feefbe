/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "shaper-private.h"

static gint64
usable_rate (gint64 bytes_per_s)
{
  gint64 rate = CLAMP (bytes_per_s, 0, FIL_SHAPER_MAX_RATE);

  return rate == FIL_SHAPER_MAX_RATE ? 0 : rate;
}

static void
tick (gpointer lane,
      gint64 now_us)
{
  _fil_shaper_lane_serve (lane, now_us);
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
  self->groups = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, _fil_shaper_group_free);
  for (guint i = 0; i < G_N_ELEMENTS (self->lanes); i++)
    _fil_shaper_lane_init (&self->lanes[i], timers, i, tick, &self->lanes[i]);
  return self;
}

void
fil_shaper_free (FilShaper *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->lanes); i++)
    _fil_shaper_lane_clear (&self->lanes[i]);
  g_hash_table_unref (self->groups);
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
  FilShaperLane *lane = &self->lanes[way];
  gint64 rate = usable_rate (bytes_per_s);

  _fil_shaper_lane_set_rate (lane, rate, now_us);
  _fil_shaper_bucket_set_rate (&self->overlay[way], rate / 2, now_us);
  _fil_shaper_lane_look (lane, now_us);
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
  _fil_shaper_group_set_rate (_fil_shaper_group_get (self, group_id), way, usable_rate (bytes_per_s), now_us);
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
    _fil_shaper_lane_leave (&client->shaper->lanes[i], client);
  _fil_shaper_group_leave (client);
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
  _fil_shaper_group_leave (client);
  client->group_id = group;
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
  n = _fil_shaper_group_ask (client, way, wanted, now_us);
  return n == 0 || lane->bucket.rate == 0 ? n : _fil_shaper_lane_pass (lane, client, n, now_us);
}

/**
 * fil_shaper_client_is_waiting:
 *
 * Returns: whether ready() will be called, for either way
 */
gboolean
fil_shaper_client_is_waiting (const FilShaperClient *client)
{
  return client->way[FIL_WAY_IN].lane != NULL || client->way[FIL_WAY_OUT].lane != NULL;
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
