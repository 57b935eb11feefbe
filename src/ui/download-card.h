/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client.h"

G_BEGIN_DECLS

/**
 * FilDownloadCard:
 *
 * One download in the list of transfers: how far, how fast, how long; why nothing moves; what can be
 * done; and, when asked, what is behind it. It keeps nothing but the row it shows.
 */
#define FIL_TYPE_DOWNLOAD_CARD (fil_download_card_get_type ())
G_DECLARE_FINAL_TYPE (FilDownloadCard, fil_download_card, FIL, DOWNLOAD_CARD, GtkListBoxRow)

GtkWidget *fil_download_card_new (FilClient *client, FilRow *download);
FilRow *fil_download_card_get_row (FilDownloadCard *self);
void fil_download_card_set_narrow (FilDownloadCard *self, gboolean is_narrow);
void fil_download_card_show_details (FilDownloadCard *self);
gboolean fil_download_card_is_open (FilDownloadCard *self);
void fil_download_card_set_open (FilDownloadCard *self, gboolean is_open);

G_END_DECLS
