/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-punch-private.h"

#include "head-ping.h"
#include "punch-limits.h"
#include "vendor.h"

/* Offers and answers that come in HEAD pings and pongs. */

static void
answer_ping (FilNode *self,
             const FilHeadPing *ping,
             const FilSource *source)
{
  gint64 now_us = _fil_node_now (self);
  FilHeadPong pong = { .firewalled = !_fil_node_is_reachable (self),
                       .vendor = { 'F', 'L', 'B', 'T' },
                       .tls = TRUE };
  FilVendor vendor = { .id = { FIL_VENDOR_LIME, 24, 2 } };
  FilPunchOffer offer, answer;
  g_auto (FilWriter) item, body, payload, r, r5;

  fil_writer_init (&item);
  fil_writer_init (&body);
  fil_writer_init (&payload);
  fil_writer_init (&r);
  fil_writer_init (&r5);
  _fil_node_ping_answer (self, ping, &source->address, &pong, &r, &r5);
  if (pong.file != FIL_HEAD_FILE_NONE && fil_punch_offer_decode (&offer, ping->signal) &&
      fil_punches_take_offer (self->punches, &offer, &answer, now_us))
    {
      fil_punch_offer_encode (&answer, &item);
      pong.signal = fil_writer_slice (&item);
    }
  fil_head_pong_encode (&pong, vendor.id.version, &body);
  vendor.body = fil_writer_slice (&body);
  fil_vendor_encode (&vendor, &payload);
  fil_overlay_answer_head (self->overlay, source, fil_writer_slice (&payload), now_us);
}

/* A HEAD ping with an offer that came before we know what to answer. */
typedef struct
{
  FilHeadPing ping; /* its slices are gone */
  FilSource source;
  GBytes *signal;
} WaitingHead;

static void
waiting_head_free (WaitingHead *self)
{
  g_bytes_unref (self->signal);
  g_free (self);
}

/* Of pings that wait until we know what to answer. */
GPtrArray *
_fil_node_punch_heads_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) waiting_head_free);
}

/* Answers them, or looks again a little later. */
void
_fil_node_punch_heads_cb (gpointer data,
                          gint64 now_us)
{
  FilNode *self = data;
  g_autoptr (GPtrArray) heads = NULL;

  if (!fil_punches_may_answer (self->punches, now_us))
    {
      fil_timer_set (self->punch_heads_timer, now_us + FIL_PUNCH_LOOK_US);
      return;
    }
  heads = g_steal_pointer (&self->punch_heads);
  self->punch_heads = _fil_node_punch_heads_new ();
  for (guint i = 0; i < heads->len; i++)
    {
      WaitingHead *head = g_ptr_array_index (heads, i);
      gsize len;
      const guint8 *bytes = g_bytes_get_data (head->signal, &len);

      head->ping.signal = fil_slice (bytes, len);
      answer_ping (self, &head->ping, &head->source);
    }
  _fil_node_punch_arm (self);
}

static void
take_ping (FilNode *self,
           const FilHeadPing *ping,
           const FilSource *source)
{
  gint64 now_us = _fil_node_now (self);
  WaitingHead *head;

  if (ping->signal.len == 0 || fil_punches_may_answer (self->punches, now_us))
    {
      answer_ping (self, ping, source);
      return;
    }
  if (self->punch_heads->len >= FIL_PUNCH_WAITING_MAX)
    return;
  head = g_new0 (WaitingHead, 1);
  head->ping = *ping;
  head->source = *source;
  head->signal = g_bytes_new (ping->signal.data, ping->signal.len);
  g_ptr_array_add (self->punch_heads, head);
  fil_timer_set (self->punch_heads_timer, now_us + FIL_PUNCH_LOOK_US);
}

/**
 * _fil_node_punch_head:
 *
 * A HEAD ping for us, perhaps with an offer, or a pong, perhaps with the answer to one of ours.
 */
void
_fil_node_punch_head (FilNode *self,
                      const FilFrame *frame,
                      const FilSource *source)
{
  FilPunchOffer answer;
  FilHeadPing ping;
  FilHeadPong pong;
  FilVendor vendor;

  if (self->is_stopped || !fil_vendor_decode (&vendor, frame->payload))
    return;
  if (vendor.id.selector == 23)
    {
      if (fil_head_ping_decode (&ping, &vendor))
        take_ping (self, &ping, source);
    }
  else if (!fil_head_pong_decode (&pong, &vendor) ||
           fil_downloads_pong (self->downloads, &source->muid, &source->address, &pong, _fil_node_now (self)))
    return;
  else if (fil_punch_offer_decode (&answer, pong.signal))
    fil_punches_take_answer (self->punches, &answer, &source->muid, &source->address, _fil_node_now (self));
  _fil_node_punch_arm (self);
}
