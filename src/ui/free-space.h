/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client.h"

G_BEGIN_DECLS

/* How much room there is where downloads go. */
void fil_free_space_async (FilClient *client, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gint64 fil_free_space_finish (FilClient *client, GAsyncResult *result, GError **error);

G_END_DECLS
