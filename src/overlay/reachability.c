/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reachability.h"

#include "clock.h"

/* firewall.md §2, §3. */
#define PROOF_LIFE (30 * FIL_MINUTE)
#define ANSWER_TIME_TCP (45 * FIL_SEC) /* for a neighbour to try us */
/* gtk-gnutella 1.2.3 sends an address one UDP ping a minute, and a neighbour that is new to it has just had
 * one for its own purposes: what is asked sooner than this is thrown away unseen (measured). */
#define ANSWER_TIME_UDP (75 * FIL_SEC)
#define ASK_AGAIN (20 * FIL_MINUTE)
#define UNANSWERED_MAX 2

/**
 * fil_reachability_init:
 * @allow_private: the network lives on private or loopback addresses, so that these prove and vote too
 */
void
fil_reachability_init (FilReachability *self,
                       gboolean allow_private)
{
  *self = (FilReachability){
    .tcp = { .proof_us = FIL_NEVER, .asked_us = FIL_NEVER, .answer_time_us = ANSWER_TIME_TCP },
    .udp = { .proof_us = FIL_NEVER, .asked_us = FIL_NEVER, .answer_time_us = ANSWER_TIME_UDP },
    .allow_private = allow_private,
  };
}

static gboolean
counts (const FilReachability *self,
        const FilEndpoint *endpoint)
{
  FilAddressClass klass = fil_endpoint_class (endpoint);

  return klass == FIL_ADDRESS_PUBLIC ||
         (self->allow_private && (klass == FIL_ADDRESS_PRIVATE || klass == FIL_ADDRESS_LOOPBACK ||
                                  klass == FIL_ADDRESS_RESERVED));
}

/**
 * fil_reachability_prove:
 * @proof: the tcp or udp member of @self
 * @by: who reached us without having been called
 *
 * Returns: whether the verdict changed
 */
gboolean
fil_reachability_prove (FilReachability *self,
                        FilReachProof *proof,
                        const FilEndpoint *by,
                        gint64 now_us)
{
  gboolean is_news = proof->state != FIL_REACHABLE_YES;

  if (!counts (self, by))
    return FALSE;
  proof->state = FIL_REACHABLE_YES;
  proof->proof_us = now_us;
  proof->proofs++;
  proof->unanswered = 0;
  return is_news;
}

/**
 * fil_reachability_asked:
 *
 * Notes that neighbours were asked to reach us.
 */
void
fil_reachability_asked (FilReachProof *proof,
                        gint64 now_us)
{
  proof->asked_us = now_us;
}

/**
 * fil_reachability_wants_proof:
 *
 * Returns: whether it is time to ask neighbours to reach us
 */
gboolean
fil_reachability_wants_proof (const FilReachProof *proof,
                              gint64 now_us)
{
  gint64 pause = proof->state == FIL_REACHABLE_UNKNOWN ? proof->answer_time_us : ASK_AGAIN;

  if (proof->state == FIL_REACHABLE_YES && now_us - proof->proof_us < ASK_AGAIN)
    return FALSE;
  return proof->asked_us == FIL_NEVER || now_us - proof->asked_us >= pause;
}

static gboolean
tick_proof (FilReachProof *proof,
            gint64 now_us)
{
  FilReachable before = proof->state;

  if (proof->state == FIL_REACHABLE_YES && now_us - proof->proof_us >= PROOF_LIFE)
    proof->state = FIL_REACHABLE_UNKNOWN;
  if (proof->state == FIL_REACHABLE_UNKNOWN && proof->asked_us != FIL_NEVER &&
      now_us - proof->asked_us >= proof->answer_time_us &&
      (proof->proof_us == FIL_NEVER || proof->proof_us < proof->asked_us))
    {
      proof->asked_us = FIL_NEVER;
      if (++proof->unanswered >= UNANSWERED_MAX)
        {
          proof->state = FIL_REACHABLE_NO;
          proof->asked_us = now_us;
        }
    }
  return proof->state != before;
}

/**
 * fil_reachability_tick:
 *
 * Lets verdicts grow old.
 *
 * Returns: whether one changed
 */
gboolean
fil_reachability_tick (FilReachability *self,
                       gint64 now_us)
{
  gboolean tcp = tick_proof (&self->tcp, now_us);
  gboolean udp = tick_proof (&self->udp, now_us);

  return tcp || udp;
}

static gint64
wake_of (const FilReachProof *proof)
{
  if (proof->state == FIL_REACHABLE_YES)
    return proof->proof_us + PROOF_LIFE;
  if (proof->state == FIL_REACHABLE_UNKNOWN && proof->asked_us != FIL_NEVER)
    return proof->asked_us + proof->answer_time_us;
  return FIL_NEVER;
}

/**
 * fil_reachability_wake:
 *
 * Returns: when fil_reachability_tick() has something to do
 */
gint64
fil_reachability_wake (const FilReachability *self)
{
  return MIN (wake_of (&self->tcp), wake_of (&self->udp));
}

/* Voters of one network count once, so that nobody with a few addresses decides where we live. */
static gboolean
has_voted (const FilReachability *self,
           const FilEndpoint *voter)
{
  for (guint i = 0; i < self->n_votes; i++)
    if (self->allow_private
            ? fil_endpoint_same_address (voter, &self->voters[i])
            : fil_endpoint_same_network (voter, &self->voters[i], voter->family == 6 ? 64 : 16))
      return TRUE;
  return FALSE;
}

/**
 * fil_reachability_vote:
 * @voter: who says so
 * @seen_as: our address as the voter sees it
 *
 * Counts a vote on our address. So many voters from different networks have to agree in a row
 * (firewall.md §4); among private addresses one is enough.
 *
 * Returns: whether the address changed
 */
gboolean
fil_reachability_vote (FilReachability *self,
                       const FilEndpoint *voter,
                       const FilEndpoint *seen_as)
{
  FilEndpoint seen = *seen_as;

  seen.port = 0;
  if (!counts (self, voter) || !counts (self, &seen) || voter->family != seen.family)
    return FALSE;
  if (fil_endpoint_same_address (&seen, &self->external))
    {
      self->n_votes = 0;
      return FALSE;
    }
  if (!fil_endpoint_same_address (&seen, &self->candidate))
    {
      self->candidate = seen;
      self->n_votes = 0;
    }
  if (has_voted (self, voter))
    return FALSE;
  self->voters[self->n_votes++] = *voter;
  if (self->n_votes < (self->allow_private ? 1 : FIL_ADDRESS_VOTES))
    return FALSE;
  self->external = seen;
  self->n_votes = 0;
  return TRUE;
}
