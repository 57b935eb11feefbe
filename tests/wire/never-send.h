/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "message-table.h"
#include "packet.h"

G_BEGIN_DECLS

/* Messages that existing peers cannot take (peers.md, "Do no harm"). */
const char *fil_packet_harm (const FilPacket *packet, FilTransport transport);

G_END_DECLS
