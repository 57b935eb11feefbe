/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "http-queue.h"
#include "writer.h"

G_BEGIN_DECLS

/**
 * FilSourcePlace:
 *
 * Our place in the queue of a source, as it told us (http-transfer.md §7). A value type; zero is none.
 */
typedef struct
{
  guint position;  /* 0: we do not wait, or it did not say */
  guint length;    /* of the queue, 0: it did not say */
  char id[FIL_QUEUE_ID_MAX + 1]; /* finds the place again; empty: the connection is the place */
  gint64 ask_us;   /* when we ask again */
  gint64 until_us; /* nobody keeps it after that */
} FilSourcePlace;

void fil_source_place_waits (FilSourcePlace *self, const FilQueueState *told, gint64 poll_s, gint64 lifetime_s,
                             gint64 now_us);
void fil_source_place_served (FilSourcePlace *self, const FilQueueState *told);
void fil_source_place_disconnected (FilSourcePlace *self, gint64 now_us);
void fil_source_place_clear (FilSourcePlace *self);
gboolean fil_source_place_can_come_back (const FilSourcePlace *self, gint64 now_us);
void fil_source_place_write (const FilSourcePlace *self, FilWriter *out, gint64 now_us);

G_END_DECLS
