/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bus-client.h"

G_BEGIN_DECLS

void fil_bus_verbs_call (FilBusClient *client, const char *method, GVariant *arguments,
                         GDBusMethodInvocation *invocation);

G_END_DECLS
