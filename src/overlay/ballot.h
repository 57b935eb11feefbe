/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"

G_BEGIN_DECLS

#define FIL_BALLOT_VOTES 8  /* networks whose last word is remembered */
#define FIL_BALLOT_QUORUM 3 /* networks that have to say the same (firewall.md §4) */

typedef struct
{
  FilEndpoint voter;
  FilEndpoint value; /* port 0 */
} FilVote;

/**
 * FilBallot:
 *
 * What others say our address is, of one family. Every network has one vote, its newest, so that a host
 * that keeps saying something else can neither win nor keep others from agreeing. All 0: nobody has voted.
 */
typedef struct
{
  FilEndpoint elected; /* port 0; family 0: no quorum yet */
  FilVote votes[FIL_BALLOT_VOTES]; /* the oldest first */
  guint n;
} FilBallot;

gboolean fil_ballot_vote (FilBallot *self, const FilEndpoint *voter, const FilEndpoint *value, guint quorum);
FilEndpoint fil_ballot_leader (const FilBallot *self);

G_END_DECLS
