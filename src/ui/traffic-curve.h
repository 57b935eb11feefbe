/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FilTrafficCurve:
 *
 * What came in and went out during the last ten minutes, one value a second.
 */
#define FIL_TYPE_TRAFFIC_CURVE (fil_traffic_curve_get_type ())
G_DECLARE_FINAL_TYPE (FilTrafficCurve, fil_traffic_curve, FIL, TRAFFIC_CURVE, GtkWidget)

void fil_traffic_curve_set_now (FilTrafficCurve *self, gint64 down_bps, gint64 up_bps);

G_END_DECLS
