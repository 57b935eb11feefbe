/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-private.h"

/* Trying for others whether they can be reached (firewall.md §2, §3). Each try costs somebody a connection
 * or a datagram, so all of them are counted: by neighbour, by whom they go to, and together. */

#define MINUTE_S 60

/* Judged before anything is counted: what is never tried costs nobody his turn. */
static gboolean
is_address_ok (FilOverlay *self,
               const FilEndpoint *to,
               gboolean is_udp)
{
  return to->port != 0 && _fil_overlay_address_ok (self, to, is_udp ? FIL_ADDRESS_FOR_UDP : FIL_ADDRESS_FOR_PUSH);
}

/* Requests by TCP and by UDP come in pairs; each kind counts for itself. */
static gboolean
take_try (FilOverlay *self,
          const FilEndpoint *to,
          gboolean is_udp,
          gint64 now_us)
{
  return fil_address_meter_take (is_udp ? self->ping_backs : self->connect_backs, to, now_us) &&
         fil_token_bucket_take (&self->connect_back_rate, MINUTE_S / FIL_CONNECT_BACK_PER_MINUTE, now_us);
}

static void
try_it (FilOverlay *self,
        const FilEndpoint *to,
        const FilGuid *udp_muid,
        gint64 now_us)
{
  if (udp_muid != NULL)
    _fil_overlay_ping_back (self, to, udp_muid, now_us);
  else if (self->delegate.connect_back != NULL)
    self->delegate.connect_back (self->data, to);
}

/* Our word proves little to a leaf whose NAT knows our address, so others are asked as well, who have no
 * connection with it (LimeWire 5.5 does the same). */
static void
ask_others (FilOverlay *self,
            const FilNeighbour *but,
            const FilEndpoint *to,
            const FilGuid *udp_muid,
            gint64 now_us)
{
  FilConnectBackRedirect redirect = { .endpoint = *to };
  guint start = self->ultrapeers->len > 0 ? fil_random_below (self->random, self->ultrapeers->len) : 0;
  guint n = 0;

  for (guint i = 0; i < self->ultrapeers->len && n < FIL_REDIRECT_HELPERS; i++)
    {
      FilNeighbour *helper = self->ultrapeers->pdata[(start + i) % self->ultrapeers->len];

      if (helper == but || !(udp_muid != NULL ? helper->tries_udp : helper->tries_tcp))
        continue;
      _fil_overlay_send_vendor (self, helper, FIL_IMPORTANCE_QUERY,
                                udp_muid != NULL ? FIL_VENDOR_UDP_CONNECT_BACK_REDIRECT
                                                 : FIL_VENDOR_TCP_CONNECT_BACK_REDIRECT,
                                1, udp_muid, &redirect, now_us);
      n++;
    }
}

/* A neighbour wants to know whether it can be reached: only ever at the link's own address. */
void
_fil_overlay_take_connect_back (FilOverlay *self,
                                FilNeighbour *from,
                                guint16 port,
                                const FilGuid *udp_muid,
                                gint64 now_us)
{
  FilEndpoint to = *fil_link_remote (from->link);

  to.port = port;
  if (!is_address_ok (self, &to, udp_muid != NULL) || !take_try (self, &to, udp_muid != NULL, now_us))
    {
      _fil_overlay_drop (self, FIL_DROP_CONNECT_BACK);
      return;
    }
  try_it (self, &to, udp_muid, now_us);
  if (self->mode == FIL_MODE_ULTRAPEER && from->is_leaf && to.family == 4)
    ask_others (self, from, &to, udp_muid, now_us);
}

static gboolean
is_linked (FilOverlay *self,
           const FilEndpoint *to)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((FilNeighbour *) value)->link != NULL &&
        fil_endpoint_same_address (fil_link_remote (((FilNeighbour *) value)->link), to))
      return TRUE;
  return FALSE;
}

/* An ultrapeer asks for a leaf of its own, so here a third party names an address: only from ultrapeers,
 * few, and never to somebody who could ask by itself. */
void
_fil_overlay_take_redirect (FilOverlay *self,
                            FilNeighbour *from,
                            const FilEndpoint *to,
                            const FilGuid *udp_muid,
                            gint64 now_us)
{
  if (self->mode != FIL_MODE_ULTRAPEER || !from->is_ultrapeer)
    {
      _fil_overlay_drop (self, FIL_DROP_MISPLACED);
      return;
    }
  if (is_linked (self, to) || !is_address_ok (self, to, udp_muid != NULL) ||
      !fil_token_bucket_take (&from->redirects, MINUTE_S / FIL_REDIRECTS_PER_MINUTE, now_us) ||
      !take_try (self, to, udp_muid != NULL, now_us))
    {
      _fil_overlay_drop (self, FIL_DROP_CONNECT_BACK);
      return;
    }
  try_it (self, to, udp_muid, now_us);
}
