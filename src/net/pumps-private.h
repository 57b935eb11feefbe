/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pumps.h"

#include <glib.h>

G_BEGIN_DECLS

/* A pump's place in its set. */
typedef struct
{
  GList member; /* data is the pump */
  GList run;    /* data is the pump */
  GList linger; /* data is the pump */
  gboolean is_scheduled;
  gboolean is_lingering;
} FilPumpSeat;

/* What a pump needs of the set it belongs to. */
void _fil_pumps_add (FilPumps *self, FilPump *pump, FilPumpSeat *seat);
void _fil_pumps_remove (FilPumps *self, FilPumpSeat *seat);
void _fil_pumps_schedule (FilPumps *self, FilPumpSeat *seat);
void _fil_pumps_linger (FilPumps *self, FilPumpSeat *seat);
void _fil_pumps_count (FilPumps *self, FilTraffic traffic, FilWay way, gsize bytes);
void _fil_pumps_begin_run (FilPumps *self, FilPumpSeat *seat);
guint64 _fil_pumps_next_id (FilPumps *self);
guint8 *_fil_pumps_buffer (FilPumps *self);
guint8 *_fil_pumps_gather_buffer (FilPumps *self);
FilShaper *_fil_pumps_shaper (FilPumps *self);

/* What the set needs of a pump. */
void _fil_pump_run (FilPump *pump);
void _fil_pump_linger_no_more (FilPump *pump);
void _fil_pump_destroy (FilPump *pump);

G_END_DECLS
