/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punch-attack.h"

#include <string.h>

/* What a stranger may make up. */
void
punch_attack_offer (FilPunchOffer *offer,
                    const char *target,
                    guint8 nonce)
{
  memset (offer, 0, sizeof *offer);
  offer->is_full = TRUE;
  offer->has_tcp = TRUE;
  offer->udp = offer->tcp = (FilNatClass){ FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_PORT, 0 };
  memset (offer->nonce, nonce, sizeof offer->nonce);
  memset (offer->guid.bytes, 7, sizeof offer->guid.bytes);
  offer->n_candidates = 2;
  for (guint i = 0; i < 2; i++)
    {
      offer->candidates[i].kind = (FilCandidateKind) (FIL_CANDIDATE_UDP + i);
      g_assert_true (fil_endpoint_parse (&offer->candidates[i].endpoint, target, -1, 1));
    }
}

/* @echo: (nullable): FIL_PROBE_CHALLENGE_LEN bytes */
void
punch_attack_probe (PunchHost *host,
                    const guint8 *to,
                    const guint8 *from_nonce,
                    FilProbeKind kind,
                    const FilEndpoint *from,
                    const guint8 *echo)
{
  FilPunchProbe probe = { .kind = kind, .challenge = "anybody" };
  guint8 bytes[FIL_PROBE_LEN];

  memcpy (probe.to, to, sizeof probe.to);
  memcpy (probe.from, from_nonce, sizeof probe.from);
  if (echo != NULL)
    memcpy (probe.echo, echo, sizeof probe.echo);
  fil_punch_probe_encode (&probe, bytes);
  g_assert_true (fil_punches_take_datagram (host->punches, from, fil_slice (bytes, sizeof bytes),
                                            sim_now (host->world->sim)));
  punch_world_arm (host);
}

/* Without a proof: what somebody can do who knows the nonces and writes an address on it. */
void
punch_attack_knock (PunchHost *sharer,
                    const FilPunchOffer *offer,
                    const FilPunchOffer *answer,
                    FilProbeKind kind,
                    const FilEndpoint *from)
{
  punch_attack_probe (sharer, answer->nonce, offer->nonce, kind, from, NULL);
}

/* By somebody who is there: the second one echoes what the answer to the first said. */
void
punch_attack_prove (PunchHost *sharer,
                    const FilPunchOffer *offer,
                    const FilPunchOffer *answer,
                    FilProbeKind kind,
                    const FilEndpoint *from)
{
  punch_attack_knock (sharer, offer, answer, FIL_PROBE_KNOCK, from);
  g_assert_true (fil_endpoint_equal (&sharer->said_to, from));
  g_assert_cmpint (sharer->said.kind, ==, FIL_PROBE_HEARD);
  g_assert_cmpmem (sharer->said.echo, FIL_PROBE_CHALLENGE_LEN, "anybody", FIL_PROBE_CHALLENGE_LEN);
  punch_attack_probe (sharer, answer->nonce, offer->nonce, kind, from, sharer->said.challenge);
}
