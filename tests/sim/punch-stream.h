/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "punch-world.h"

G_BEGIN_DECLS

/* The RUDP streams of one host of the world, over the ways that its punches find. */
PunchStreams *punch_streams_new (PunchHost *host);
void punch_streams_free (PunchStreams *self);
void punch_streams_open (PunchStreams *self, const FilPunchWay *way);
void punch_streams_stop (PunchStreams *self, guint32 id);
void punch_streams_take (PunchStreams *self, FilSlice datagram, const FilEndpoint *from);
guint punch_streams_n_opening (const PunchStreams *self);

G_END_DECLS
