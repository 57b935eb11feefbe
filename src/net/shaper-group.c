/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "shaper-private.h"

#include "clock.h"
#include "net-limits.h"

/* Clients that share a limit, that of their group or of each; it lives as long as it has clients or a limit. */

/* The limit that counts for the group now is that of its lane. */
static void
refresh (FilShaperGroup *group,
         FilWay way,
         gint64 now_us)
{
  FilShaperLane *lane = &group->lanes[way];
  gint64 rate = group->rate[way] > 0 ? group->rate[way] : group->shaper->each[way];

  if (lane->bucket.rate != rate)
    _fil_shaper_lane_set_rate (lane, rate, now_us);
}

void
_fil_shaper_group_free (gpointer data)
{
  FilShaperGroup *group = data;

  _fil_shaper_lane_clear (&group->lanes[FIL_WAY_IN]);
  _fil_shaper_lane_clear (&group->lanes[FIL_WAY_OUT]);
  g_free (group);
}

/* Frees the group when nobody needs it any more. */
static void
look (FilShaperGroup *group)
{
  if (group->n_holders > 0)
    return;
  if (group->id == 0)
    _fil_shaper_group_free (group);
  else if (group->rate[FIL_WAY_IN] == 0 && group->rate[FIL_WAY_OUT] == 0)
    g_hash_table_remove (group->shaper->groups, &group->id);
}

static void
release (FilShaperGroup *group)
{
  group->n_holders--;
  look (group);
}

static void
tick (FilShaperGroup *group,
      FilWay way,
      gint64 now_us)
{
  group->n_holders++;
  refresh (group, way, now_us);
  _fil_shaper_lane_serve (&group->lanes[way], now_us);
  release (group);
}

static void
tick_in (gpointer data,
         gint64 now_us)
{
  tick (data, FIL_WAY_IN, now_us);
}

static void
tick_out (gpointer data,
          gint64 now_us)
{
  tick (data, FIL_WAY_OUT, now_us);
}

/* The group of that number, which is made when there is none. */
FilShaperGroup *
_fil_shaper_group_get (FilShaper *shaper,
                       guint64 id)
{
  FilShaperGroup *group = id != 0 ? g_hash_table_lookup (shaper->groups, &id) : NULL;

  if (group != NULL)
    return group;
  group = g_new0 (FilShaperGroup, 1);
  group->shaper = shaper;
  group->id = id;
  _fil_shaper_lane_init (&group->lanes[FIL_WAY_IN], shaper->timers, FIL_WAY_IN, tick_in, group);
  _fil_shaper_lane_init (&group->lanes[FIL_WAY_OUT], shaper->timers, FIL_WAY_OUT, tick_out, group);
  /* The limit of each is changed without a word to those that wait for theirs. */
  group->lanes[FIL_WAY_IN].look_again_us = FIL_SHAPER_LOOK_AGAIN_US;
  group->lanes[FIL_WAY_OUT].look_again_us = FIL_SHAPER_LOOK_AGAIN_US;
  if (id != 0)
    g_hash_table_insert (shaper->groups, &group->id, group);
  return group;
}

/* Gives the group a limit, or takes it away, and with it perhaps the group. */
void
_fil_shaper_group_set_rate (FilShaperGroup *group,
                            FilWay way,
                            gint64 rate,
                            gint64 now_us)
{
  group->rate[way] = rate;
  _fil_shaper_lane_look (&group->lanes[way], now_us);
  look (group);
}

/* The group of the client may be gone afterwards. */
void
_fil_shaper_group_leave (FilShaperClient *client)
{
  FilShaperGroup *group = g_steal_pointer (&client->group);

  if (group == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (group->lanes); i++)
    {
      _fil_shaper_lane_leave (&group->lanes[i], client);
      client->way[i].granted = 0;
    }
  release (group);
}

/* How much of wanted the client's group lets through. It is spent at once, so that who then waits for the limit of
 * everything need not come back. */
gsize
_fil_shaper_group_ask (FilShaperClient *client,
                       FilWay way,
                       gsize wanted,
                       gint64 now_us)
{
  FilShaperLane *lane;
  gsize *granted = &client->way[way].granted;

  if (client->group == NULL)
    {
      client->group = _fil_shaper_group_get (client->shaper, client->group_id);
      client->group->n_holders++;
    }
  lane = &client->group->lanes[way];
  refresh (client->group, way, now_us);
  if (lane->bucket.rate == 0)
    {
      _fil_shaper_lane_leave (lane, client);
      *granted = 0;
      return wanted;
    }
  if (*granted == 0 && wanted > 0)
    {
      *granted = _fil_shaper_lane_pass (lane, client, wanted, now_us);
      fil_token_bucket_spend (&lane->bucket, (gint64) *granted, now_us);
    }
  return MIN (wanted, *granted);
}
