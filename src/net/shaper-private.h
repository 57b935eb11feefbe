/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "shaper.h"

G_BEGIN_DECLS

/* Above this a limit is none: it keeps the buckets' arithmetic far from overflow. */
#define FIL_SHAPER_MAX_RATE (G_GINT64_CONSTANT (1) << 40)

/* One limit, and those who wait for it. */
struct _FilShaperLane
{
  FilTimerQueue *timers;
  FilTimerFunc tick;      /* … calls _fil_shaper_lane_serve() */
  gpointer data;
  FilWay way;
  gint64 look_again_us;   /* tick() is called at least so often while somebody waits; FIL_NEVER: when it is due */
  FilTokenBucket bucket;
  gsize piece;
  GQueue waiting;         /* of FilShaperClient, in the order in which they asked */
  FilShaperClient *turn;  /* whose turn it is while it is being called */
  FilTimer *timer;        /* made when first needed */
};

/* Clients of one number, or one client that has none. */
struct _FilShaperGroup
{
  FilShaper *shaper;
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

/* shaper-lane.c */
void _fil_shaper_lane_init (FilShaperLane *lane, FilTimerQueue *timers, FilWay way, FilTimerFunc tick, gpointer data);
void _fil_shaper_lane_clear (FilShaperLane *lane);
void _fil_shaper_bucket_set_rate (FilTokenBucket *bucket, gint64 rate, gint64 now_us);
void _fil_shaper_lane_set_rate (FilShaperLane *lane, gint64 rate, gint64 now_us);
void _fil_shaper_lane_look (FilShaperLane *lane, gint64 now_us);
void _fil_shaper_lane_serve (FilShaperLane *lane, gint64 now_us);
gsize _fil_shaper_lane_pass (FilShaperLane *lane, FilShaperClient *client, gsize wanted,
                             gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void _fil_shaper_lane_leave (FilShaperLane *lane, FilShaperClient *client);

/* shaper-group.c */
FilShaperGroup *_fil_shaper_group_get (FilShaper *shaper, guint64 id) G_GNUC_WARN_UNUSED_RESULT;
void _fil_shaper_group_free (gpointer group);
void _fil_shaper_group_set_rate (FilShaperGroup *group, FilWay way, gint64 rate, gint64 now_us);
void _fil_shaper_group_leave (FilShaperClient *client);
gsize _fil_shaper_group_ask (FilShaperClient *client, FilWay way, gsize wanted,
                             gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
