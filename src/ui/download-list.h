/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client.h"
#include "download-card.h"

G_BEGIN_DECLS

/**
 * FilDownloadList:
 *
 * Cards of downloads in an order of their own: of thousands only the first ones, and more on demand.
 */
#define FIL_TYPE_DOWNLOAD_LIST (fil_download_list_get_type ())
G_DECLARE_FINAL_TYPE (FilDownloadList, fil_download_list, FIL, DOWNLOAD_LIST, GtkWidget)

void fil_download_list_set_model (FilDownloadList *self, FilClient *client, GListModel *downloads, GCompareDataFunc order,
                                  const char *label);
GListModel *fil_download_list_get_model (FilDownloadList *self);
void fil_download_list_sort_again (FilDownloadList *self);
FilDownloadCard *fil_download_list_find (FilDownloadList *self, gint64 id);
void fil_download_list_set_narrow (FilDownloadList *self, gboolean is_narrow);

G_END_DECLS
