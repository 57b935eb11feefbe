/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punches-private.h"

#include <string.h>

/* Where an attempt knocks: what the other side told, as far as a stranger may make us send there, and the
 * ports that its router is likely to take next. */

#define target_at(array, i) (&g_array_index ((array), FilPunchTarget, (i)))

static FilPunchTarget *
find_target (GArray *targets,
             const FilEndpoint *endpoint)
{
  for (guint i = 0; i < targets->len; i++)
    if (fil_endpoint_equal (&target_at (targets, i)->endpoint, endpoint))
      return target_at (targets, i);
  return NULL;
}

/* NULL: there are too many. */
static FilPunchTarget *
add_target (GArray *targets,
            const FilEndpoint *endpoint)
{
  FilPunchTarget *target = find_target (targets, endpoint);
  FilPunchTarget fresh = { .endpoint = *endpoint };

  if (target != NULL || targets->len >= FIL_PUNCH_PORTS_MAX)
    return target;
  g_array_append_val (targets, fresh);
  return target_at (targets, targets->len - 1);
}

void
_fil_punch_add_udp (FilPunch *self,
                    const FilEndpoint *endpoint)
{
  if (endpoint->port >= FIL_PUNCH_MIN_PORT)
    add_target (self->udp, endpoint);
}

/* Behind the same router: the other side's own address inside may be reached, and no other private one
 * that a stranger names (f2f.md §4). */
static gboolean
are_neighbours (const FilPunchSelf *own,
                const FilPunchOffer *peer)
{
  const FilEndpoint *theirs = fil_punch_offer_find (peer, FIL_CANDIDATE_UDP);

  return theirs != NULL && fil_endpoint_is_set (&own->udp) && fil_endpoint_same_address (theirs, &own->udp);
}

static gboolean
may_knock (const FilPunch *self,
           const FilCandidate *candidate)
{
  const FilEndpoint *endpoint = &candidate->endpoint;

  if (endpoint->port < FIL_PUNCH_MIN_PORT)
    return FALSE;
  if (candidate->kind == FIL_CANDIDATE_IPV6 && !fil_endpoint_is_set (&self->self.ipv6))
    return FALSE;
  if (candidate->kind == FIL_CANDIDATE_LOCAL)
    return are_neighbours (&self->self, &self->peer) &&
           (fil_endpoint_class (endpoint) == FIL_ADDRESS_PRIVATE ||
            self->punches->delegate.may_send (self->punches->data, endpoint));
  return self->punches->delegate.may_send (self->punches->data, endpoint);
}

static void
add_port (GArray *targets,
          const FilEndpoint *endpoint,
          guint per_address)
{
  guint there = 0;

  for (guint i = 0; i < targets->len; i++)
    there += fil_endpoint_same_address (&target_at (targets, i)->endpoint, endpoint);
  if (there < per_address)
    add_target (targets, endpoint);
}

/* The next ports of a router that counts: since we asked, it has given some to others. */
static void
add_predicted (GArray *targets,
               const FilEndpoint *told,
               const FilNatClass *nat,
               guint n,
               guint per_address)
{
  if (nat->mapping != FIL_NAT_MAPPING_SEQUENTIAL || nat->step == 0 || ABS (nat->step) > FIL_PUNCH_STEP_MAX)
    return;
  for (guint i = 1; i <= n; i++)
    {
      FilEndpoint next = *told;
      int port = told->port + (int) i * nat->step;

      if (port < FIL_PUNCH_MIN_PORT || port > G_MAXUINT16)
        return;
      next.port = (guint16) port;
      add_port (targets, &next, per_address);
    }
}

/* All pairs that can be tried. The same port inside serves both transports. */
void
_fil_punch_set_targets (FilPunch *self)
{
  const gboolean has_tcp = self->self.nat.has_tcp && self->peer.has_tcp;
  const guint n_udp = self->is_asker ? FIL_PUNCH_PREDICTED : FIL_PUNCH_PREDICTED_LOW;
  const guint n_tcp = self->is_asker ? FIL_PUNCH_PREDICTED_TCP : FIL_PUNCH_PREDICTED_LOW;

  for (guint i = 0; i < self->peer.n_candidates; i++)
    {
      const FilCandidate *candidate = &self->peer.candidates[i];

      if (!may_knock (self, candidate))
        continue;
      if (candidate->kind != FIL_CANDIDATE_TCP)
        add_port (self->udp, &candidate->endpoint, FIL_PUNCH_PORTS_MAX);
      if (candidate->kind == FIL_CANDIDATE_UDP)
        add_predicted (self->udp, &candidate->endpoint, &self->peer.udp, n_udp, FIL_PUNCH_PORTS_MAX);
      if (has_tcp && candidate->kind != FIL_CANDIDATE_UDP)
        add_port (self->tcp, &candidate->endpoint, n_tcp + 1);
      if (has_tcp && candidate->kind == FIL_CANDIDATE_TCP)
        add_predicted (self->tcp, &candidate->endpoint, &self->peer.tcp, n_tcp, n_tcp + 1);
    }
}

FilNatSide
_fil_punch_side_of (const FilPunchOffer *peer)
{
  return (FilNatSide){ .udp = peer->udp,
                       .tcp = peer->tcp,
                       .has_tcp = peer->has_tcp,
                       .has_ipv6 = fil_punch_offer_find (peer, FIL_CANDIDATE_IPV6) != NULL };
}

/* They have no private address in common, and the routers do not let it happen. */
gboolean
_fil_punch_is_hopeless (const FilPunchSelf *own,
                        const FilPunchOffer *peer)
{
  FilNatSide side = _fil_punch_side_of (peer);

  return fil_nat_pair_chance (&own->nat, &side) == FIL_NAT_CHANCE_NO && !are_neighbours (own, peer);
}

/**
 * _fil_punch_add_learnt:
 * @from: where something seems to come from that has our nonce and proves nothing
 *
 * A port of an address that signalling named: the other side's router may have taken another one towards us. It
 * shares what the address may get.
 */
void
_fil_punch_add_learnt (FilPunch *self,
                       const FilEndpoint *from)
{
  for (guint i = 0; i < self->udp->len; i++)
    if (fil_endpoint_same_address (&target_at (self->udp, i)->endpoint, from))
      {
        add_target (self->udp, from);
        return;
      }
}

/**
 * _fil_punch_prove:
 * @from: who is there echoed what we sent there
 * @challenge: what it wants to be echoed
 * @is_new: (out): whether that was not known
 *
 * Returns: (nullable): NULL when there are too many
 */
FilPunchTarget *
_fil_punch_prove (FilPunch *self,
                  const FilEndpoint *from,
                  const guint8 challenge[FIL_PROBE_CHALLENGE_LEN],
                  gboolean *is_new)
{
  FilPunchTarget *target = add_target (self->udp, from);

  if (target == NULL)
    return NULL;
  *is_new = !target->is_proven;
  target->is_proven = TRUE;
  memcpy (target->challenge, challenge, sizeof target->challenge);
  return target;
}

/**
 * _fil_punch_proven:
 *
 * Returns: (transfer none) (nullable): what is known of a proven address
 */
const FilPunchTarget *
_fil_punch_proven (const FilPunch *self,
                   const FilEndpoint *endpoint)
{
  const FilPunchTarget *target = find_target (self->udp, endpoint);

  return target != NULL && target->is_proven ? target : NULL;
}

/**
 * _fil_punch_count_knock:
 * @low: it dies on its way
 *
 * Counts a knock at one address, over all its ports.
 *
 * Returns: whether it may go out; FALSE: the address has had enough of them
 */
gboolean
_fil_punch_count_knock (FilPunch *self,
                        FilPunchTarget *target,
                        gboolean low)
{
  guint knocks = 0, replies = 0, openers = 0;

  for (guint i = 0; i < self->udp->len; i++)
    {
      const FilPunchTarget *other = target_at (self->udp, i);

      if (!fil_endpoint_same_address (&other->endpoint, &target->endpoint))
        continue;
      knocks += other->knocks;
      replies += other->replies;
      openers += other->openers;
    }
  if (low)
    return openers < FIL_PUNCH_OPENERS_PER_ADDRESS && ++target->openers > 0;
  if (target->is_proven)
    return replies < FIL_PUNCH_REPLIES_PER_ADDRESS && ++target->replies > 0;
  return knocks < FIL_PUNCH_KNOCKS_PER_ADDRESS && ++target->knocks > 0;
}
