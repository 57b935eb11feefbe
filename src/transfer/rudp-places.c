/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-places.h"

static gint
index_of (const FilEndpoint *list,
          guint n,
          const FilEndpoint *endpoint)
{
  for (guint i = 0; i < n; i++)
    if (fil_endpoint_equal (&list[i], endpoint))
      return (gint) i;
  return -1;
}

/**
 * fil_rudp_places_try:
 * @ttl: IP time to live of what opens our NAT only; 0: the system's
 *
 * Adds a place, or changes the time to live of one.
 *
 * Returns: FALSE when there are too many
 */
gboolean
fil_rudp_places_try (FilRudpPlaces *self,
                     const FilEndpoint *to,
                     guint8 ttl)
{
  gint at = index_of (self->tried, self->n_tried, to);

  if (at < 0 && self->n_tried == FIL_RUDP_CANDIDATES_MAX)
    return FALSE;
  if (at < 0)
    {
      at = (gint) self->n_tried++;
      self->tried[at] = *to;
    }
  self->ttls[at] = ttl;
  return TRUE;
}

gboolean
fil_rudp_places_are_tried (const FilRudpPlaces *self,
                           const FilEndpoint *from)
{
  return index_of (self->tried, self->n_tried, from) >= 0;
}

/**
 * fil_rudp_places_may_say:
 *
 * Returns: whether @packet may come from there. Both sides try several places, and need not choose the same pair:
 *   another SYN that shows the nonce may follow.
 */
gboolean
fil_rudp_places_may_say (const FilRudpPlaces *self,
                         const FilEndpoint *from,
                         const FilRudpPacket *packet)
{
  if (self->n_answered == 0 || (packet->op == FIL_RUDP_SYN && packet->is_extended))
    return fil_rudp_places_are_tried (self, from);
  return index_of (self->answered, self->n_answered, from) >= 0;
}

/* A SYN came from there that may. */
void
fil_rudp_places_answered (FilRudpPlaces *self,
                          const FilEndpoint *from)
{
  if (self->n_answered < FIL_RUDP_ANSWERED_MAX && index_of (self->answered, self->n_answered, from) < 0)
    self->answered[self->n_answered++] = *from;
}

/* (transfer none) (nullable): where the other side answered from first */
const FilEndpoint *
fil_rudp_places_peer (const FilRudpPlaces *self)
{
  return self->n_answered > 0 ? &self->answered[0] : NULL;
}

/* Whether it goes to all that are tried, and not to the one that answered. */
static gboolean
is_for_tried (const FilRudpPlaces *self,
              gboolean is_opener,
              gboolean is_wary)
{
  return self->n_answered == 0 || (is_opener && is_wary);
}

/**
 * fil_rudp_places_next:
 * @is_opener: it is a SYN that answers none
 * @is_wary: who seems to answer may not be there
 * @to: (out):
 * @ttl: (out):
 *
 * Returns: whether there is a place to send to
 */
gboolean
fil_rudp_places_next (const FilRudpPlaces *self,
                      gboolean is_opener,
                      gboolean is_wary,
                      FilEndpoint *to,
                      guint8 *ttl)
{
  *ttl = 0;
  if (!is_for_tried (self, is_opener, is_wary))
    {
      *to = self->answered[0];
      return TRUE;
    }
  if (self->at >= self->n_tried)
    return FALSE;
  *to = self->tried[self->at];
  /* One is let through, should the others all die before they are through our own routers. */
  if (is_opener && self->rounds != FIL_RUDP_RESORT)
    *ttl = self->ttls[self->at];
  return TRUE;
}

/**
 * fil_rudp_places_sent:
 *
 * It has gone where fil_rudp_places_next() said.
 *
 * Returns: whether that was all; FALSE: the same packet is for other places, too
 */
gboolean
fil_rudp_places_sent (FilRudpPlaces *self,
                      gboolean is_opener,
                      gboolean is_wary)
{
  if (!is_for_tried (self, is_opener, is_wary))
    return TRUE;
  if (++self->at < self->n_tried)
    return FALSE;
  self->at = 0;
  self->rounds++;
  return TRUE;
}
