/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "reactor.h"
#include "shaper.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilPump:
 *
 * Marries one session to one stream; see pump.h. Owned by its FilPumps until it closed.
 */
typedef struct _FilPump FilPump;

/**
 * FilPumps:
 *
 * All pumps of a node: the buffer they share, the queue of those that have something to do, and what
 * they moved altogether.
 */
typedef struct _FilPumps FilPumps;

FilPumps *fil_pumps_new (FilReactor *reactor, FilShaper *shaper) G_GNUC_WARN_UNUSED_RESULT;
void fil_pumps_free (FilPumps *self);
FilReactor *fil_pumps_reactor (FilPumps *self);
guint fil_pumps_n (const FilPumps *self);
guint64 fil_pumps_bytes (const FilPumps *self, FilTraffic traffic, FilWay way);
guint64 fil_pumps_runs (const FilPumps *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilPumps, fil_pumps_free)

G_END_DECLS
