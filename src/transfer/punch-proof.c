/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punches-private.h"

#include <string.h>

/* What shows that the other side reads at an address (punch-probe.h): a challenge that went there came back.
 * Challenges are computed, not kept, so that datagrams with sources out of the air cost no memory. */

/**
 * _fil_punch_challenge:
 * @out: (out): what this attempt wants to see echoed from @address, the same every time
 */
void
_fil_punch_challenge (const FilPunch *self,
                      const FilEndpoint *address,
                      guint8 out[FIL_PROBE_CHALLENGE_LEN])
{
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, self->secret, sizeof self->secret);
  guint8 digest[32];
  gsize len = sizeof digest;

  g_hmac_update (hmac, (const guchar *) address, sizeof *address);
  g_hmac_get_digest (hmac, digest, &len);
  memcpy (out, digest, FIL_PROBE_CHALLENGE_LEN);
}

/**
 * _fil_punch_is_proof:
 *
 * Returns: whether who sent @probe has read what we sent to @from
 */
gboolean
_fil_punch_is_proof (const FilPunch *self,
                     const FilPunchProbe *probe,
                     const FilEndpoint *from)
{
  guint8 challenge[FIL_PROBE_CHALLENGE_LEN];

  _fil_punch_challenge (self, from, challenge);
  return memcmp (probe->echo, challenge, sizeof challenge) == 0;
}

/**
 * _fil_punch_seal:
 * @way: by UDP, with the nonces of both
 * @target: where it leads, proven
 *
 * Puts into the nonces what only who reads at either address knows: the stream takes no other packets.
 */
void
_fil_punch_seal (const FilPunch *self,
                 FilPunchWay *way,
                 const FilPunchTarget *target)
{
  guint8 challenge[FIL_PROBE_CHALLENGE_LEN];

  _fil_punch_challenge (self, &target->endpoint, challenge);
  for (guint i = 0; i < FIL_PUNCH_NONCE_LEN; i++)
    {
      way->own_nonce[i] ^= challenge[i];
      way->peer_nonce[i] ^= target->challenge[i];
    }
}
