/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reachability.h"

#include "clock.h"
#include "overlay-limits.h"

/* firewall.md §2, §3. */
#define PROOF_LIFE (30 * FIL_MINUTE)
#define ANSWER_TIME_TCP (45 * FIL_SEC) /* for a neighbour to try us */
/* gtk-gnutella 1.2.3 sends an address one UDP ping a minute, and a neighbour that is new to it has just had
 * one for its own purposes: what is asked sooner than this is thrown away unseen (measured). */
#define ANSWER_TIME_UDP (75 * FIL_SEC)
#define ASK_AGAIN (20 * FIL_MINUTE)
#define UNANSWERED_MAX 2
#define ANSWER_TIME_ASIDE (10 * FIL_SEC)

/* UDP does not pass when so many pings in so long a time were answered by nobody. */
#define SILENCE_PINGS 5
#define SILENCE_TIME (15 * FIL_SEC)

/* A mapping behaviour that was measured so long ago is not worth remembering. */
#define MEMORY_LIFE (24 * FIL_HOUR)

static void
init_proofs (FilReachability *self)
{
  self->tcp = (FilReachProof){ .proof_us = FIL_NEVER, .asked_us = FIL_NEVER, .answer_time_us = ANSWER_TIME_TCP };
  self->udp = (FilReachProof){ .proof_us = FIL_NEVER, .asked_us = FIL_NEVER, .answer_time_us = ANSWER_TIME_UDP };
  self->answered_us = self->waiting_us = self->aside_us = FIL_NEVER;
  self->unanswered = 0;
  self->saw_other_port = self->was_pinged_back = FALSE;
}

/**
 * fil_reachability_init:
 * @allow_private: the network lives on private or loopback addresses, so that these prove and vote too
 */
void
fil_reachability_init (FilReachability *self,
                       gboolean allow_private)
{
  *self = (FilReachability){ .allow_private = allow_private };
  init_proofs (self);
  fil_nat_probe_init (&self->probe);
}

/**
 * fil_reachability_recheck:
 *
 * Our address changed: what was proven of the old one says nothing, and is asked for again at once.
 */
void
fil_reachability_recheck (FilReachability *self,
                          gint64 now_us)
{
  init_proofs (self);
  fil_nat_probe_forget (&self->probe, now_us);
  fil_nat_probe_set_external (&self->probe, &self->ballots[0].elected);
}

/**
 * fil_reachability_restart:
 *
 * We are in another network: nothing is known.
 */
void
fil_reachability_restart (FilReachability *self,
                          gint64 now_us)
{
  self->ballots[0] = self->ballots[1] = (FilBallot){ 0 };
  init_proofs (self);
  fil_nat_probe_restart (&self->probe, now_us);
  fil_nat_probe_set_external (&self->probe, &self->ballots[0].elected);
}

static gint64
age_of (gint64 time_us,
        gint64 now_us)
{
  return time_us == FIL_NEVER ? FIL_NEVER : now_us - time_us;
}

/**
 * fil_reachability_remember:
 * @memory: (out): what another run of this node in the same network may begin with
 */
void
fil_reachability_remember (const FilReachability *self,
                           FilReachMemory *memory,
                           gint64 now_us)
{
  *memory = (FilReachMemory){
    .tcp = self->tcp.state,
    .udp = self->udp.state,
    .tcp_age_us = age_of (self->tcp.proof_us, now_us),
    .udp_age_us = age_of (self->udp.proof_us, now_us),
    .external = { self->ballots[0].elected, self->ballots[1].elected },
    .nat = { .mapping = self->probe.nat.mapping,
             .filter = self->probe.nat.filter,
             .delta = self->probe.nat.delta,
             .keeps_port = self->probe.nat.keeps_port },
  };
}

static void
recall_proof (FilReachProof *proof,
              FilReachable state,
              gint64 proof_age_us,
              gint64 age_us,
              gint64 now_us)
{
  if (proof_age_us != FIL_NEVER)
    proof->proof_us = now_us - proof_age_us - age_us;
  if (state == FIL_REACHABLE_YES && proof->proof_us != FIL_NEVER && now_us - proof->proof_us < PROOF_LIFE)
    proof->state = FIL_REACHABLE_YES;
  else if (state == FIL_REACHABLE_NO && age_us < MEMORY_LIFE)
    proof->state = FIL_REACHABLE_NO;
}

/**
 * fil_reachability_recall:
 *
 * Begins with what an earlier run knew of the same network. All of it is tested again at once.
 */
void
fil_reachability_recall (FilReachability *self,
                         const FilReachMemory *memory,
                         gint64 now_us)
{
  recall_proof (&self->tcp, memory->tcp, memory->tcp_age_us, memory->age_us, now_us);
  recall_proof (&self->udp, memory->udp, memory->udp_age_us, memory->age_us, now_us);
  self->ballots[0].elected = memory->external[0];
  self->ballots[1].elected = memory->external[1];
  fil_nat_probe_set_external (&self->probe, &self->ballots[0].elected);
  if (memory->age_us >= MEMORY_LIFE)
    return;
  self->probe.nat.mapping = memory->nat.mapping;
  self->probe.nat.filter = memory->nat.filter;
  self->probe.nat.delta = memory->nat.delta;
  self->probe.nat.keeps_port = memory->nat.keeps_port;
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

/* Whoever shares our outside address sits behind the same router, or is this node itself. */
static gboolean
is_own (const FilReachability *self,
        const FilEndpoint *endpoint)
{
  return !self->allow_private &&
         fil_endpoint_same_address (endpoint, fil_reachability_external (self, endpoint->family));
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

  if (!counts (self, by) || is_own (self, by))
    return FALSE;
  proof->state = FIL_REACHABLE_YES;
  proof->proof_us = now_us;
  proof->proofs++;
  proof->unanswered = 0;
  if (proof == &self->udp)
    is_news |= fil_nat_probe_set_filter (&self->probe, FIL_NAT_FILTER_OPEN);
  return is_news;
}

/**
 * fil_reachability_received:
 * @sender: what fil_udp_contacts_judge() says of @by
 *
 * Takes what any datagram shows, whatever it says. gtk-gnutella notes down whom it sends to only while it
 * looks for proof (its states "prepare" and "check", firewall.md §3); here that is always known, so that a
 * stranger proves something at any time.
 *
 * Returns: whether the verdict changed
 */
gboolean
fil_reachability_received (FilReachability *self,
                           FilUdpSender sender,
                           const FilEndpoint *by,
                           gint64 now_us)
{
  if (sender == FIL_UDP_STRANGER)
    return fil_reachability_prove (self, &self->udp, by, now_us);
  if (sender != FIL_UDP_OTHER_PORT || !counts (self, by) || is_own (self, by))
    return FALSE;
  self->saw_other_port = TRUE;
  return self->probe.nat.filter != FIL_NAT_FILTER_OPEN &&
         fil_nat_probe_set_filter (&self->probe, FIL_NAT_FILTER_ADDRESS);
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
 * fil_reachability_asked_aside:
 *
 * Notes that neighbours that we had called were asked to ping us from another port.
 */
void
fil_reachability_asked_aside (FilReachability *self,
                              gint64 now_us)
{
  self->aside_us = now_us;
  self->was_pinged_back = FALSE;
}

/**
 * fil_reachability_pinged_back:
 *
 * Notes that somebody pinged us at our request: those whom we had called do so from two ports.
 */
void
fil_reachability_pinged_back (FilReachability *self,
                              FilUdpSender sender)
{
  self->was_pinged_back |= sender == FIL_UDP_CALLED;
}

/**
 * fil_reachability_wants_aside:
 *
 * Returns: whether that is worth asking: the mapping is known, and not yet who is let in
 */
gboolean
fil_reachability_wants_aside (const FilReachability *self,
                              gint64 now_us)
{
  return fil_nat_is_fixed (self->probe.nat.mapping) && !self->saw_other_port && self->udp.state != FIL_REACHABLE_YES &&
         (self->aside_us == FIL_NEVER || now_us - self->aside_us >= ASK_AGAIN);
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
 * Lets verdicts grow old, and ends a measurement whose time is over.
 *
 * Returns: whether something is known, or known no more
 */
gboolean
fil_reachability_tick (FilReachability *self,
                       gint64 now_us)
{
  gboolean tcp = tick_proof (&self->tcp, now_us);
  gboolean udp = tick_proof (&self->udp, now_us);
  gboolean nat = fil_nat_probe_tick (&self->probe, now_us);

  if (udp && self->udp.state == FIL_REACHABLE_NO)
    fil_nat_probe_set_filter (&self->probe, self->saw_other_port ? FIL_NAT_FILTER_ADDRESS : FIL_NAT_FILTER_PORT);
  else if (self->probe.nat.filter == FIL_NAT_FILTER_UNKNOWN && self->aside_us != FIL_NEVER &&
           now_us - self->aside_us >= ANSWER_TIME_ASIDE)
    {
      /* Whom we had called could not come in by another port, or has had enough of such requests: others are asked. */
      if (self->was_pinged_back)
        nat |= fil_nat_probe_set_filter (&self->probe, FIL_NAT_FILTER_PORT);
      else
        self->aside_us = FIL_NEVER;
    }
  return tcp || udp || nat;
}

/**
 * fil_reachability_pinged:
 *
 * Notes that a datagram went out which somebody should answer.
 */
void
fil_reachability_pinged (FilReachability *self,
                         gint64 now_us)
{
  if (self->unanswered++ == 0)
    self->waiting_us = now_us;
}

/**
 * fil_reachability_answered:
 *
 * Notes that such a datagram was answered.
 */
void
fil_reachability_answered (FilReachability *self,
                           gint64 now_us)
{
  self->answered_us = now_us;
  self->unanswered = 0;
}

/**
 * fil_reachability_udp_passes:
 *
 * Returns: whether datagrams get out and answers come in. An answer stands for as long as gtk-gnutella lets it
 *   (firewall.md §3).
 */
FilReachable
fil_reachability_udp_passes (const FilReachability *self,
                             gint64 now_us)
{
  if (self->udp.state == FIL_REACHABLE_YES)
    return FIL_REACHABLE_YES;
  if (self->unanswered >= SILENCE_PINGS && now_us - self->waiting_us >= SILENCE_TIME &&
      (self->answered_us == FIL_NEVER || now_us - self->answered_us >= PROOF_LIFE))
    return FIL_REACHABLE_NO;
  return self->answered_us != FIL_NEVER && now_us - self->answered_us < PROOF_LIFE ? FIL_REACHABLE_YES
                                                                                   : FIL_REACHABLE_UNKNOWN;
}

static guint
ballot_of (guint8 family)
{
  return family == 6 ? 1 : 0;
}

/**
 * fil_reachability_external:
 * @family: 4 or 6
 *
 * Returns: (transfer none): our address as a quorum sees it, without a port; family 0: there was none
 */
const FilEndpoint *
fil_reachability_external (const FilReachability *self,
                           guint8 family)
{
  return &self->ballots[ballot_of (family)].elected;
}

/**
 * fil_reachability_guess:
 *
 * Returns: the address of the quorum, else the one that most of the few voters so far name
 */
FilEndpoint
fil_reachability_guess (const FilReachability *self,
                        guint8 family)
{
  const FilBallot *ballot = &self->ballots[ballot_of (family)];

  return fil_endpoint_is_set (&ballot->elected) ? ballot->elected : fil_ballot_leader (ballot);
}

/**
 * fil_reachability_may_vote:
 *
 * Returns: whether the word of @voter on our address is worth anything: both are public, or private ones are
 *   allowed, and of one family
 */
gboolean
fil_reachability_may_vote (const FilReachability *self,
                           const FilEndpoint *voter,
                           const FilEndpoint *seen_as)
{
  return counts (self, voter) && counts (self, seen_as) && voter->family == seen_as->family &&
         (self->allow_private || !fil_endpoint_same_address (voter, seen_as));
}

/**
 * fil_reachability_is_elsewhere:
 *
 * Returns: whether the word of @voter counts, and it sees us at another address than the quorum did
 */
gboolean
fil_reachability_is_elsewhere (const FilReachability *self,
                               const FilEndpoint *voter,
                               const FilEndpoint *seen_as)
{
  const FilEndpoint *external = fil_reachability_external (self, seen_as->family);

  return fil_endpoint_is_set (external) && !fil_endpoint_same_address (external, seen_as) &&
         fil_reachability_may_vote (self, voter, seen_as);
}

/**
 * fil_reachability_vote:
 * @voter: who says so
 * @seen_as: our address as the voter sees it
 *
 * Counts a vote on our address: voters of one /16 (IPv6: /32) are one, and three have to agree (firewall.md
 * §4); among private addresses one is enough.
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
  if (!fil_reachability_may_vote (self, voter, &seen))
    return FALSE;
  if (!fil_ballot_vote (&self->ballots[ballot_of (seen.family)], voter, &seen,
                        self->allow_private ? 1 : FIL_BALLOT_QUORUM))
    return FALSE;
  fil_nat_probe_set_external (&self->probe, &self->ballots[0].elected);
  return TRUE;
}
