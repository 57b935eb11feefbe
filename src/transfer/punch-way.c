/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punches-private.h"

#include <string.h>

/* The way that an attempt came to, and the stream over it. */

FilPunchWay
_fil_punch_way (const FilPunch *self,
                FilPunchMeans means,
                const FilEndpoint *peer)
{
  FilPunchWay way = {
    .id = self->id,
    .means = means,
    .is_asker = self->is_asker,
    .guid = self->guid,
    .peer = *peer,
    .has_tls = means != FIL_PUNCH_BY_LIME && self->self.has_tls && self->peer.has_tls,
    .index = self->wish.index,
  };

  memcpy (way.own_nonce, self->own_nonce, sizeof way.own_nonce);
  memcpy (way.peer_nonce, self->peer.nonce, sizeof way.peer_nonce);
  memcpy (way.fingerprint, self->peer.fingerprint, sizeof way.fingerprint);
  return way;
}

static guint64
nonce_number (const guint8 *nonce)
{
  guint64 number;

  memcpy (&number, nonce, sizeof number);
  return GUINT64_FROM_BE (number);
}

/**
 * fil_punch_way_config:
 * @self: by UDP
 * @out: (out): of the RUDP stream over it
 */
void
fil_punch_way_config (const FilPunchWay *self,
                      FilRudpConfig *out)
{
  *out = (FilRudpConfig){
    .profile = self->means == FIL_PUNCH_BY_LIME ? FIL_RUDP_LIMEWIRE : FIL_RUDP_FILBERT,
    .role = self->is_asker ? FIL_RUDP_ROLE_REQUESTOR : FIL_RUDP_ROLE_ACCEPTOR,
    .own_nonce = nonce_number (self->own_nonce),
    .peer_nonce = nonce_number (self->peer_nonce),
    .is_wary = self->means == FIL_PUNCH_BY_LIME && !self->is_asker,
  };
}
