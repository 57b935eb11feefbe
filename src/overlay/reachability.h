/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "ballot.h"
#include "endpoint.h"
#include "nat-probe.h"
#include "nat.h"
#include "udp-contacts.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_REACHABLE_UNKNOWN,
  FIL_REACHABLE_YES,
  FIL_REACHABLE_NO,
} FilReachable;

/* What is known of one transport. Times are microseconds, FIL_NEVER for never. */
typedef struct
{
  FilReachable state;
  gint64 proof_us;  /* when somebody last reached us unasked */
  gint64 asked_us;  /* when we last asked neighbours to try */
  gint64 answer_time_us; /* how long neighbours have for it */
  guint proofs;
  guint unanswered; /* times that nobody reached us after we had asked */
} FilReachProof;

/* What outlives the node. Ages are microseconds, FIL_NEVER for never. */
typedef struct
{
  FilReachable tcp;
  FilReachable udp;
  gint64 tcp_age_us;  /* of the last proof */
  gint64 udp_age_us;
  gint64 age_us;      /* of this memory */
  FilEndpoint external[2];
  FilNat nat;         /* without the ports, which a NAT has forgotten */
} FilReachMemory;

/**
 * FilReachability:
 *
 * Whether others can reach us by TCP and by UDP, as which address they see us, and what is in front of us.
 * Proof is only what a stranger did: own connections and private or own addresses prove nothing
 * (firewall.md §1-4).
 */
typedef struct
{
  FilReachProof tcp;
  FilReachProof udp;
  FilBallot ballots[2];  /* IPv4, IPv6 */
  FilNatProbe probe;     /* probe.nat: what is in front of us */
  gint64 answered_us;    /* when a datagram of ours was last answered; FIL_NEVER */
  guint unanswered;      /* datagrams since then that should have been */
  gint64 waiting_us;     /* since the first of these */
  gboolean saw_other_port;
  gint64 aside_us;       /* when somebody we had called was last asked to ping from another port, too; FIL_NEVER */
  gboolean was_pinged_back; /* … and did so, as far as our router let it in */
  gboolean allow_private;
} FilReachability;

void fil_reachability_init (FilReachability *self, gboolean allow_private);
void fil_reachability_restart (FilReachability *self, gint64 now_us);
void fil_reachability_recheck (FilReachability *self, gint64 now_us);
void fil_reachability_remember (const FilReachability *self, FilReachMemory *memory, gint64 now_us);
void fil_reachability_recall (FilReachability *self, const FilReachMemory *memory, gint64 now_us);

/* Proofs. */
gboolean fil_reachability_prove (FilReachability *self, FilReachProof *proof, const FilEndpoint *by, gint64 now_us);
gboolean fil_reachability_received (FilReachability *self, FilUdpSender sender, const FilEndpoint *by, gint64 now_us);
void fil_reachability_asked (FilReachProof *proof, gint64 now_us);
void fil_reachability_asked_aside (FilReachability *self, gint64 now_us);
void fil_reachability_pinged_back (FilReachability *self, FilUdpSender sender);
gboolean fil_reachability_wants_aside (const FilReachability *self, gint64 now_us);
gboolean fil_reachability_wants_proof (const FilReachProof *proof, gint64 now_us);
gboolean fil_reachability_tick (FilReachability *self, gint64 now_us);

/* Whether UDP passes at all. */
void fil_reachability_pinged (FilReachability *self, gint64 now_us);
void fil_reachability_answered (FilReachability *self, gint64 now_us);
FilReachable fil_reachability_udp_passes (const FilReachability *self, gint64 now_us);

/* Our address. */
gboolean fil_reachability_vote (FilReachability *self, const FilEndpoint *voter, const FilEndpoint *seen_as);
const FilEndpoint *fil_reachability_external (const FilReachability *self, guint8 family);
FilEndpoint fil_reachability_guess (const FilReachability *self, guint8 family);
gboolean fil_reachability_is_elsewhere (const FilReachability *self, const FilEndpoint *voter, const FilEndpoint *seen_as);
gboolean fil_reachability_may_vote (const FilReachability *self, const FilEndpoint *voter, const FilEndpoint *seen_as);

G_END_DECLS
