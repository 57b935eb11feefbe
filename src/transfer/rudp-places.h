/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"
#include "rudp-packet.h"
#include "transfer-limits.h"

#include <glib.h>

G_BEGIN_DECLS

#define FIL_RUDP_ANSWERED_MAX 4

/**
 * FilRudpPlaces:
 *
 * Where the other side of an RUDP connection may be, and from which of these places it answered. Part of
 * FilRudpHub.
 */
typedef struct
{
  FilEndpoint tried[FIL_RUDP_CANDIDATES_MAX];
  guint8 ttls[FIL_RUDP_CANDIDATES_MAX];
  guint n_tried;
  guint at;       /* in tried: where the SYN that is being sent goes next */
  guint rounds;   /* of SYNs to all that are tried */
  FilEndpoint answered[FIL_RUDP_ANSWERED_MAX]; /* of the tried, those a SYN came from; we send to the first */
  guint n_answered;
} FilRudpPlaces;

gboolean fil_rudp_places_try (FilRudpPlaces *self, const FilEndpoint *to, guint8 ttl);
gboolean fil_rudp_places_are_tried (const FilRudpPlaces *self, const FilEndpoint *from);
gboolean fil_rudp_places_may_say (const FilRudpPlaces *self, const FilEndpoint *from, const FilRudpPacket *packet);
void fil_rudp_places_answered (FilRudpPlaces *self, const FilEndpoint *from);
const FilEndpoint *fil_rudp_places_peer (const FilRudpPlaces *self);

gboolean fil_rudp_places_next (const FilRudpPlaces *self, gboolean is_opener, gboolean is_wary, FilEndpoint *to,
                               guint8 *ttl);
gboolean fil_rudp_places_sent (FilRudpPlaces *self, gboolean is_opener, gboolean is_wary);

G_END_DECLS
