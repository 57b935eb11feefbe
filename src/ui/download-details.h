/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client.h"

G_BEGIN_DECLS

/**
 * FilDownloadDetails:
 *
 * What is behind the line of one download: which parts are here, how fast it has been, where it comes from and the
 * way there. Asks the node once a second while it is in sight.
 */
#define FIL_TYPE_DOWNLOAD_DETAILS (fil_download_details_get_type ())
G_DECLARE_FINAL_TYPE (FilDownloadDetails, fil_download_details, FIL, DOWNLOAD_DETAILS, GtkWidget)

GtkWidget *fil_download_details_new (FilClient *client, FilRow *download);

G_END_DECLS
