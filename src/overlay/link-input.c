/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "link-private.h"

#include "wire-error.h"

/* What comes in: inflated, cut into messages, checked and counted. */

#define CHUNK 16384

static void
break_off (FilLink *self,
           GError *error,
           gint64 now_us)
{
  fil_link_close (self, fil_wire_error_bye_code (error), error->message, now_us);
}

static void
take_bye (FilLink *self,
          const FilFrame *frame)
{
  g_autofree char *reason = NULL;
  FilBye bye;

  if (!fil_bye_decode (&bye, frame->payload))
    bye = (FilBye){ .reason = fil_slice_text ("no reason") };
  reason = g_utf8_make_valid ((const char *) bye.reason.data, (gssize) MIN (bye.reason.len, 200));
  for (char *p = reason; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';
  g_debug ("[%s] Bye %u %s", self->text, bye.code, reason);
  fil_session_close (&self->session, "it said good-bye: %u %s", bye.code, reason);
  _fil_link_end (self);
}

static void
take_frame (FilLink *self,
            const FilFrame *frame,
            gint64 now_us)
{
  const char *objection;

  self->stats.in_messages++;
  self->stats.in_kinds[frame->header.kind]++;
  if (frame->info == NULL)
    {
      self->stats.dropped++;
      return;
    }
  objection = fil_message_objection (frame->info, &frame->header, FIL_TRANSPORT_TCP);
  /* A HEAD ping comes to a leaf the way its sender's proxy left it: with hops 1, or TTL 0
   * (signalling.md §1). */
  if (objection != NULL && frame->header.kind == FIL_KIND_VENDOR && frame->header.hops <= 1 &&
      frame->header.ttl <= 1)
    objection = NULL;
  if (objection != NULL)
    fil_link_count_error (self, objection, now_us);
  else if (frame->header.kind == FIL_KIND_BYE)
    take_bye (self, frame);
  else
    self->delegate->message (self->data, self, frame, now_us);
}

static void
take_plain (FilLink *self,
            FilSlice input,
            gint64 now_us)
{
  while (self->state == FIL_LINK_ESTABLISHED)
    {
      g_autoptr (GError) error = NULL;
      FilFrame frame;
      FilFramerStatus status = fil_framer_next (self->framer, &input, &frame, &error);

      if (status == FIL_FRAMER_MORE)
        break;
      if (status == FIL_FRAMER_ERROR)
        {
          break_off (self, error, now_us);
          break;
        }
      take_frame (self, &frame, now_us);
    }
}

/* Whether the neighbour has used up what it may cost: then nothing is read until tick(). */
static gboolean
is_spent (FilLink *self,
          gsize turn_bytes,
          gint64 now_us)
{
  self->is_paused =
      turn_bytes >= FIL_LINK_TURN_BYTES || fil_token_bucket_available (&self->in_bytes, now_us) <= 0;
  return self->is_paused;
}

static void
take_deflated (FilLink *self,
               FilSlice *input,
               gint64 now_us)
{
  guint8 chunk[CHUNK];
  gsize turn = 0;

  do
    {
      g_autoptr (GError) error = NULL;
      gsize len = 0;
      FilInflateStatus status = fil_inflate_read (self->inflate, input, chunk, sizeof chunk, &len, &error);

      self->has_more_inside = status == FIL_INFLATE_FULL;
      turn += len;
      fil_token_bucket_spend (&self->in_bytes, (gint64) len, now_us);
      take_plain (self, fil_slice (chunk, len), now_us);
      if (self->state != FIL_LINK_ESTABLISHED)
        return;
      if (status == FIL_INFLATE_ERROR)
        break_off (self, error, now_us);
      else if (status == FIL_INFLATE_END)
        fil_link_close (self, FIL_BYE_DESYNC, "Your compressed stream has ended", now_us);
    }
  while (self->state == FIL_LINK_ESTABLISHED && (input->len > 0 || self->has_more_inside) &&
         !is_spent (self, turn, now_us));
}

static void
take_messages (FilLink *self,
               FilSlice *input,
               gint64 now_us)
{
  if (self->inflate != NULL)
    {
      take_deflated (self, input, now_us);
      return;
    }
  while (self->state == FIL_LINK_ESTABLISHED && input->len > 0 && !is_spent (self, 0, now_us))
    {
      gsize n = MIN (input->len, CHUNK);

      fil_token_bucket_spend (&self->in_bytes, (gint64) n, now_us);
      take_plain (self, fil_slice (input->data, n), now_us);
      *input = fil_slice (input->data + n, input->len - n);
    }
}

gsize
_fil_link_feed (FilLink *self,
                const guint8 *bytes,
                gsize len,
                gint64 now_us)
{
  gsize taken = 0;

  if (self->state == FIL_LINK_SHAKING)
    taken = _fil_link_shake_feed (self, bytes, len, now_us);
  if (self->state == FIL_LINK_ESTABLISHED && !self->is_paused && taken < len)
    {
      FilSlice input = fil_slice (bytes + taken, len - taken);

      take_messages (self, &input, now_us);
      taken = len - input.len;
    }
  /* What comes after the end is of no interest. */
  if (self->state == FIL_LINK_CLOSED)
    taken = len;
  self->stats.in_bytes += taken;
  if (taken > 0)
    self->last_in_us = now_us;
  return taken;
}

/* Goes on after a pause: first with what the inflater still holds, then the driver may feed again. */
void
_fil_link_resume (FilLink *self,
                  gint64 now_us)
{
  FilSlice nothing = FIL_SLICE_NONE;

  if (fil_token_bucket_available (&self->in_bytes, now_us) <= 0)
    return;
  self->is_paused = FALSE;
  if (self->has_more_inside)
    take_deflated (self, &nothing, now_us);
  if (!self->is_paused)
    fil_session_changed (&self->session);
}
