/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "node.h"

G_BEGIN_DECLS

/**
 * FilBusClient:
 *
 * One program that is connected: which lists it follows, what it was told and has not yet fetched, and
 * how much it has not yet read.
 */
typedef struct _FilBusClient FilBusClient;

typedef struct
{
  void (*closed) (FilBusClient *client, gpointer data); /* the client may be freed */
  void (*quit) (gpointer data);
} FilBusClientFuncs;

FilBusClient *fil_bus_client_new (GDBusConnection *connection, FilNode *node, const char *profile,
                                  const FilBusClientFuncs *funcs, gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void fil_bus_client_free (FilBusClient *self);

/* What the node tells. */
void fil_bus_client_list_changed (FilBusClient *self, FilList list, gint64 scope);
void fil_bus_client_status_changed (FilBusClient *self);
gboolean fil_bus_client_announce (FilBusClient *self);

/* For the verbs. */
FilNode *fil_bus_client_node (FilBusClient *self);
const char *fil_bus_client_profile (FilBusClient *self);
void fil_bus_client_hello (FilBusClient *self, gboolean is_same_version);
void fil_bus_client_quit (FilBusClient *self);
void fil_bus_client_set_watching (FilBusClient *self, gboolean watching);
gboolean fil_bus_client_is_watching (FilBusClient *self);
void fil_bus_client_reply (GDBusMethodInvocation *invocation, GVariant *value);
gboolean fil_bus_client_follow (FilBusClient *self, FilList list, gint64 scope, guint64 seq);
void fil_bus_client_follow_status (FilBusClient *self);

G_END_DECLS
