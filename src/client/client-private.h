/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client.h"

#include "attach.h"
#include "schema.h"

G_BEGIN_DECLS

struct _FilClient
{
  GObject parent_instance;

  FilProfile *profile;
  GStrv start_arguments;
  GDBusConnection *connection; /* NULL while not attached */
  char *node_version;
  gulong closed_id;
  guint subscription_id;
  FilRow *status;
  gboolean wants_status;       /* somebody has asked for it */
  gboolean is_asking_status;
  gboolean is_status_stale;    /* it changed while it was asked for */
  gboolean has_started_node;
};

gboolean _fil_client_take (FilClient *self, FilAttachment *attachment, GError **error);
void _fil_client_set_gone_error (GError **error);
void _fil_client_call_async (FilClient *self, const char *method, GVariant *arguments, const FilSchema *schema,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);

G_END_DECLS
