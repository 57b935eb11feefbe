/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-punch-private.h"

#include "wire-limits.h"

/* What we have to offer to who wants to open a way to us. */

static FilNatClass
class_of (const FilNat *nat,
          FilNatMapping mapping)
{
  FilNatClass class = { .mapping = mapping, .filter = nat->filter };

  if (mapping == FIL_NAT_MAPPING_SEQUENTIAL)
    class.step = (gint8) CLAMP (nat->delta, G_MININT8, G_MAXINT8);
  return class;
}

static FilEndpoint
with_port (FilEndpoint address,
           guint16 port)
{
  address.port = fil_endpoint_is_set (&address) ? port : 0;
  return address;
}

/* As others see our UDP port: as they told lately, else our address with the port that we use. */
static FilEndpoint
mapped_udp (FilNode *self,
            const FilNat *nat)
{
  const FilReachability *reach = fil_overlay_reachability (self->overlay);
  FilEndpoint guess = fil_reachability_guess (reach, 4);

  if (fil_endpoint_is_set (&nat->udp))
    return nat->udp;
  if (fil_endpoint_is_set (&guess))
    return with_port (guess, self->local.port);
  return self->is_private && fil_endpoint_class (&self->local) != FIL_ADDRESS_NONE ? self->local
                                                                                   : (FilEndpoint){ 0 };
}

/* The same of our TCP port: routers treat both alike more often than not. One that takes another port for
 * each connection leaves nothing to tell. */
static FilEndpoint
mapped_tcp (FilNode *self,
            const FilNat *nat,
            const FilEndpoint *udp)
{
  if (self->tcp_punch == NULL)
    return (FilEndpoint){ 0 };
  if (fil_endpoint_is_set (&nat->tcp))
    return nat->tcp;
  return nat->mapping == FIL_NAT_MAPPING_UNKNOWN || fil_nat_is_fixed (nat->mapping) ? *udp
                                                                                    : (FilEndpoint){ 0 };
}

/* All but the fingerprint of our key: TLS costs 4 MB, and most nodes that stand idle never need it. */
static void
describe_place (FilNode *self,
                FilPunchSelf *out)
{
  const FilReachability *reach = fil_overlay_reachability (self->overlay);
  const FilNat *nat = &reach->probe.nat;
  FilHost proxies[FIL_OFFER_PROXIES_MAX];

  *out = (FilPunchSelf){ .guid = self->guid, .has_tls = TRUE };
  out->nat.udp = class_of (nat, nat->mapping);
  out->nat.tcp = class_of (nat, nat->tcp_mapping);
  out->nat.has_tcp = self->tcp_punch != NULL;
  out->udp = mapped_udp (self, nat);
  out->tcp = mapped_tcp (self, nat, &out->udp);
  if (fil_endpoint_class (&reach->probe.local) == FIL_ADDRESS_PRIVATE)
    out->local = with_port (reach->probe.local, self->local.port);
  out->ipv6 = fil_overlay_own_ipv6 (self->overlay);
  out->nat.has_ipv6 = fil_endpoint_is_set (&out->ipv6);
  /* With IPv6 alone there is nothing that others would have to tell. */
  out->is_sure = self->is_private || (nat->mapping != FIL_NAT_MAPPING_UNKNOWN && !reach->probe.is_doubted) ||
                 (out->nat.has_ipv6 && !fil_endpoint_is_set (&out->udp));
  out->n_proxies = fil_overlay_push_proxies (self->overlay, proxies, G_N_ELEMENTS (proxies));
  for (guint i = 0; i < out->n_proxies; i++)
    out->proxies[i] = proxies[i].endpoint;
}

void
_fil_node_punch_describe (gpointer data,
                          FilPunchSelf *out)
{
  FilNode *self = data;

  describe_place (self, out);
  fil_tls_fingerprint (self->tls, out->fingerprint);
}

static gboolean
is_udp_blocked (FilNode *self)
{
  return fil_reachability_udp_passes (fil_overlay_reachability (self->overlay), _fil_node_now (self)) ==
         FIL_REACHABLE_NO;
}

static gboolean
can_punch (FilNode *self)
{
  FilEndpoint udp = mapped_udp (self, &fil_overlay_reachability (self->overlay)->probe.nat);
  FilEndpoint six = fil_overlay_own_ipv6 (self->overlay);

  return (fil_endpoint_is_set (&udp) || fil_endpoint_is_set (&six)) && !is_udp_blocked (self);
}

/**
 * _fil_node_punch_is_fixed:
 * @udp: (out): where we are seen from, whoever looks
 *
 * Returns: whether LimeWire can punch with us: it has to know our port beforehand
 */
gboolean
_fil_node_punch_is_fixed (FilNode *self,
                          FilEndpoint *udp)
{
  const FilNat *nat = &fil_overlay_reachability (self->overlay)->probe.nat;

  *udp = mapped_udp (self, nat);
  return can_punch (self) && fil_nat_is_fixed (nat->mapping) && fil_endpoint_is_set (udp);
}

/**
 * _fil_node_punch_update:
 *
 * What is known of the NAT or of our proxies may have changed: hits say so, and the downloads look again.
 */
void
_fil_node_punch_update (FilNode *self)
{
  FilPunchOffer about;
  FilPunchSelf own;
  FilEndpoint udp;
  gboolean is_fixed;
  g_auto (FilWriter) item;

  fil_writer_init (&item);
  if (self->overlay == NULL || self->is_stopped)
    return;
  describe_place (self, &own);
  self->punch_nat = own.nat;
  if (!can_punch (self))
    {
      fil_overlay_set_punch (self->overlay, 0, FIL_SLICE_NONE, NULL);
      return;
    }
  fil_punch_describe_hit (&own, &about);
  fil_punch_offer_encode (&about, &item);
  is_fixed = _fil_node_punch_is_fixed (self, &udp);
  fil_overlay_set_punch (self->overlay, is_fixed ? 1 : 0, fil_writer_slice (&item), &udp);
}

/* For the downloads: NULL when we cannot punch. */
const FilNatSide *
_fil_node_punch_nat (gpointer data)
{
  FilNode *self = data;

  return self->overlay != NULL && can_punch (self) ? &self->punch_nat : NULL;
}

/**
 * _fil_node_own_reach:
 * @out: (out): how others can come to us
 */
void
_fil_node_own_reach (FilNode *self,
                     FilOwnReach *out)
{
  const FilNatSide *nat = _fil_node_punch_nat (self);

  *out = (FilOwnReach){ .is_reachable = _fil_node_is_reachable (self), .can_punch = nat != NULL };
  if (nat != NULL)
    out->nat = *nat;
  else
    out->is_udp_blocked = self->overlay != NULL && is_udp_blocked (self);
}
