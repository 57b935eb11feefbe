/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  FIL_MOVE_TO_TOP,
  FIL_MOVE_UP,
  FIL_MOVE_DOWN,
  FIL_MOVE_TO_BOTTOM,
} FilDownloadMove;

/* A priority that a download has to get. */
typedef struct
{
  gint64 id;
  int priority;
} FilNewPriority;

int fil_download_order_compare (gconstpointer a, gconstpointer b, gpointer data);
gboolean fil_download_move_from_name (const char *name, FilDownloadMove *move);
GArray *fil_download_order_move (GListModel *queue, gint64 id, FilDownloadMove move) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
