/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "list-model.h"
#include "removals.h"

G_BEGIN_DECLS

/**
 * FilTransfersPage:
 *
 * Links that wait for a yes, downloads on their way, those that are finished, uploads.
 */
#define FIL_TYPE_TRANSFERS_PAGE (fil_transfers_page_get_type ())
G_DECLARE_FINAL_TYPE (FilTransfersPage, fil_transfers_page, FIL, TRANSFERS_PAGE, GtkWidget)

FilTransfersPage *fil_transfers_page_new (FilClient *client, FilListModel *downloads, FilRemovals *removals);
void fil_transfers_page_offer_magnet (FilTransfersPage *self, const char *magnet);
void fil_transfers_page_set_narrow (FilTransfersPage *self, gboolean is_narrow);
FilRow *fil_transfers_page_find_upload (FilTransfersPage *self, gint64 id) G_GNUC_WARN_UNUSED_RESULT;
void fil_transfers_page_show_details (FilTransfersPage *self, gint64 id);
GListModel *fil_transfers_page_get_queue (FilTransfersPage *self);

G_END_DECLS
