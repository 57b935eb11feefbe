/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "nat.h"

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

#define FIL_ADDRESS_VOTES 3

/**
 * FilReachability:
 *
 * Whether others can reach us by TCP and by UDP, and as which address they see us. Proof is only what
 * a stranger did: own connections and private addresses prove nothing (firewall.md §1-4).
 */
typedef struct
{
  FilReachProof tcp;
  FilReachProof udp;
  FilEndpoint external;             /* the address of the last quorum; the port is not part of it */
  FilEndpoint candidate;
  FilEndpoint voters[FIL_ADDRESS_VOTES];
  guint n_votes;
  FilNat nat;                       /* what is in front of us */
  gboolean allow_private;
} FilReachability;

void fil_reachability_init (FilReachability *self, gboolean allow_private);

gboolean fil_reachability_prove (FilReachability *self, FilReachProof *proof, const FilEndpoint *by, gint64 now_us);
void fil_reachability_asked (FilReachProof *proof, gint64 now_us);
gboolean fil_reachability_wants_proof (const FilReachProof *proof, gint64 now_us);
gboolean fil_reachability_tick (FilReachability *self, gint64 now_us);
gint64 fil_reachability_wake (const FilReachability *self);

gboolean fil_reachability_vote (FilReachability *self, const FilEndpoint *voter, const FilEndpoint *seen_as);

G_END_DECLS
