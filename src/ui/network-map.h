/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FilNetworkMap:
 *
 * A picture of the links: you in the centre, ultrapeers on a ring, leaves on a wider one. Rings spread
 * when a search leaves; with animations switched off it stands still.
 */
#define FIL_TYPE_NETWORK_MAP (fil_network_map_get_type ())
G_DECLARE_FINAL_TYPE (FilNetworkMap, fil_network_map, FIL, NETWORK_MAP, GtkWidget)

void fil_network_map_set_peers (FilNetworkMap *self, GListModel *peers);
void fil_network_map_spread (FilNetworkMap *self);

G_END_DECLS
