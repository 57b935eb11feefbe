/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ballot.h"

#include <string.h>

static guint
count (const FilBallot *self,
       const FilEndpoint *value)
{
  guint n = 0;

  for (guint i = 0; i < self->n; i++)
    n += fil_endpoint_same_address (&self->votes[i].value, value);
  return n;
}

static void
forget (FilBallot *self,
        guint i)
{
  memmove (&self->votes[i], &self->votes[i + 1], (self->n - i - 1) * sizeof self->votes[0]);
  self->n--;
}

/**
 * fil_ballot_vote:
 * @quorum: how many have to agree
 *
 * Counts a vote; voters that may be one person are one (fil_endpoint_maybe_one_person()). A new address needs its
 * quorum and more voters than the present one has left.
 *
 * Returns: whether another address is elected now
 */
gboolean
fil_ballot_vote (FilBallot *self,
                 const FilEndpoint *voter,
                 const FilEndpoint *value,
                 guint quorum)
{
  guint for_it;

  for (guint i = self->n; i-- > 0;)
    if (fil_endpoint_maybe_one_person (&self->votes[i].voter, voter))
      forget (self, i);
  if (self->n == FIL_BALLOT_VOTES)
    forget (self, 0);
  self->votes[self->n++] = (FilVote){ *voter, *value };

  for_it = count (self, value);
  if (for_it < quorum || fil_endpoint_same_address (value, &self->elected) ||
      (quorum > 1 && for_it <= count (self, &self->elected)))
    return FALSE;
  self->elected = *value;
  return TRUE;
}

/**
 * fil_ballot_leader:
 *
 * Returns: the address that most voters name, the newest word among equals, quorum or not; family 0 when
 *   nobody has voted
 */
FilEndpoint
fil_ballot_leader (const FilBallot *self)
{
  FilEndpoint leader = { 0 };
  guint most = 0;

  for (guint i = self->n; i-- > 0;)
    {
      guint n = count (self, &self->votes[i].value);

      if (n > most)
        {
          most = n;
          leader = self->votes[i].value;
        }
    }
  return leader;
}
