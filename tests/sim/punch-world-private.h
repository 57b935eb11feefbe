/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "punch-world.h"

G_BEGIN_DECLS

/* punch-net.c */
void punch_net_init (PunchWorld *world);
void punch_net_clear (PunchWorld *world);
void punch_net_add (PunchHost *host);
void punch_net_remove (PunchHost *host);
void punch_net_connect (PunchHost *host, guint32 id, const FilEndpoint *to, FilConnectManner manner);
void punch_net_stop (PunchHost *host, guint32 id);
FilEndpoint punch_net_seen_by (PunchHost *host, NatProto proto, const PunchHost *observer);

/* punch-host.c */
void punch_host_punch (PunchHost *host);

G_END_DECLS
