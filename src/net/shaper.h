/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timer-queue.h"
#include "token-bucket.h"

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FIL_WAY_IN,
  FIL_WAY_OUT,
} FilWay;

typedef enum
{
  FIL_TRAFFIC_OVERLAY,  /* never waits, but counts: transfers give way to it */
  FIL_TRAFFIC_TRANSFER, /* waits its turn */
} FilTraffic;

/**
 * FilShaper:
 *
 * The user's limits, for each way that of everything together and those of groups of clients: whoever wants to move
 * bytes asks how many may go, in small even pieces, in turn. All times are arguments or come from its timers.
 */
typedef struct _FilShaper FilShaper;
typedef struct _FilShaperLane FilShaperLane;
typedef struct _FilShaperGroup FilShaperGroup;

/* One that asks; embedded in its owner. */
typedef struct
{
  FilShaper *shaper;
  FilTraffic traffic;
  void (*ready) (gpointer data, FilWay way); /* may ask again */
  gpointer data;

  /* The shaper's. */
  guint64 group_id;
  FilShaperGroup *group; /* NULL before it has asked */
  struct
  {
    GList link;
    FilShaperLane *lane; /* where it waits, or NULL */
    gsize wanted;
    gsize granted;       /* that its group gave and that were not moved yet */
  } way[2];
} FilShaperClient;

FilShaper *fil_shaper_new (FilTimerQueue *timers) G_GNUC_WARN_UNUSED_RESULT;
void fil_shaper_free (FilShaper *self);
void fil_shaper_set_limit (FilShaper *self, FilWay way, gint64 bytes_per_s, gint64 now_us);
void fil_shaper_set_limit_each (FilShaper *self, FilWay way, gint64 bytes_per_s);
void fil_shaper_set_group_limit (FilShaper *self, guint64 group, FilWay way, gint64 bytes_per_s, gint64 now_us);
gsize fil_shaper_piece (gint64 bytes_per_s);
guint fil_shaper_waiting (const FilShaper *self, FilWay way);

void fil_shaper_client_init (FilShaperClient *client, FilShaper *shaper, FilTraffic traffic,
                             void (*ready) (gpointer data, FilWay way), gpointer data);
void fil_shaper_client_clear (FilShaperClient *client);
void fil_shaper_client_set_group (FilShaperClient *client, guint64 group);
gsize fil_shaper_ask (FilShaperClient *client, FilWay way, gsize wanted, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_shaper_client_is_waiting (const FilShaperClient *client);
void fil_shaper_spend (FilShaperClient *client, FilWay way, gsize bytes, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilShaper, fil_shaper_free)

G_END_DECLS
