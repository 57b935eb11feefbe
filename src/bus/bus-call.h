/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "api-error.h"
#include "bus-client.h"

G_BEGIN_DECLS

typedef struct _FilBusVerb FilBusVerb;

/**
 * FilBusCall:
 *
 * One call of a client, on its way to its answer.
 */
typedef struct
{
  const FilBusVerb *verb;
  FilBusClient *client; /* not for who answers later: it may be gone by then … */
  GVariant *arguments;  /* … and so may these */
  FilNode *node;
  GDBusMethodInvocation *invocation;
  gboolean lasts; /* answered only when what it changed outlives a crash of the node */
} FilBusCall;

/* Every call ends in exactly one of these, which takes the invocation. */
void fil_bus_call_succeed (FilBusCall *self, GVariant *value);
void fil_bus_call_finish (FilBusCall *self, GVariant *value, GError *error);
void fil_bus_call_fail (FilBusCall *self, FilApiError code, const char *message);
void fil_bus_call_refuse (GDBusMethodInvocation *invocation, const GError *error);

G_END_DECLS
