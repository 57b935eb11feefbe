/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client.h"

#include "schema.h"

G_BEGIN_DECLS

void _fil_client_call_async (FilClient *self, const char *method, GVariant *arguments, const FilSchema *schema,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);

G_END_DECLS
