/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "client.h"

G_BEGIN_DECLS

/**
 * FilNetworkPage:
 *
 * The doctor's verdicts, a picture of the links, the traffic, and the neighbours one by one.
 */
#define FIL_TYPE_NETWORK_PAGE (fil_network_page_get_type ())
G_DECLARE_FINAL_TYPE (FilNetworkPage, fil_network_page, FIL, NETWORK_PAGE, GtkWidget)

FilNetworkPage *fil_network_page_new (FilClient *client);
void fil_network_page_set_narrow (FilNetworkPage *self, gboolean is_narrow);
void fil_network_page_set_watched (FilNetworkPage *self, gboolean is_watched);

G_END_DECLS
