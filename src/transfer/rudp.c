/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp.h"

#include "rudp-private.h"
#include "transfer-limits.h"

#include <glib/gi18n-lib.h>

/**
 * fil_rudp_new:
 *
 * Begins to open a connection; both sides do the same (rudp.md §2).
 *
 * Returns: (transfer full): the connection
 */
FilRudp *
fil_rudp_new (const FilRudpConfig *config,
              gint64 now_us)
{
  FilRudp *self = g_new0 (FilRudp, 1);
  FilRudpMemory *memory = config->memory != NULL ? config->memory : &self->own_memory;

  self->config = *config;
  if (config->segment == 0)
    self->config.segment = FIL_RUDP_SEGMENT;
  self->config.segment = CLAMP (self->config.segment, FIL_RUDP_SEGMENT_LEAST, FIL_RUDP_SEGMENT);
  self->is_extended = config->profile == FIL_RUDP_FILBERT;
  fil_rudp_send_init (&self->send, self->is_extended, self->config.segment, memory, now_us);
  fil_rudp_receive_init (&self->receive, self->is_extended, memory);
  fil_writer_init (&self->control);
  fil_writer_init (&self->map);
  self->begun_us = now_us;
  self->syn_due_us = now_us;
  self->heard_us = now_us;
  self->busy_us = now_us;
  self->said_us = now_us;
  self->fin_due_us = FIL_NEVER;
  self->deadline_us = now_us + FIL_RUDP_OPEN_US;
  return self;
}

void
fil_rudp_free (FilRudp *self)
{
  fil_rudp_send_clear (&self->send);
  fil_rudp_receive_clear (&self->receive);
  fil_writer_clear (&self->control);
  fil_writer_clear (&self->map);
  g_free (self);
}

/**
 * fil_rudp_config:
 *
 * Returns: (transfer none): what it was made with
 */
const FilRudpConfig *
fil_rudp_config (const FilRudp *self)
{
  return &self->config;
}

FilRudpState
fil_rudp_state (const FilRudp *self)
{
  return self->state;
}

/**
 * fil_rudp_error:
 *
 * Returns: (nullable): why the connection broke, in one sentence; NULL while it did not, or when it ended in
 *   good order
 */
const char *
fil_rudp_error (const FilRudp *self)
{
  return self->error;
}

/**
 * fil_rudp_stats:
 */
void
fil_rudp_stats (const FilRudp *self,
                FilRudpStats *out)
{
  *out = (FilRudpStats){ .rtt_us = self->send.srtt_us,
                         .rate_bytes_per_s = fil_rudp_rate_bytes_per_s (&self->send.rate),
                         .packets_sent = self->send.next - 1 + self->send.n_resent,
                         .packets_resent = self->send.n_resent };
}

static void
set_state (FilRudp *self,
           FilRudpState state)
{
  static const char *const names[] = { "opening", "open", "ending", "closed" };

  g_return_if_fail (state > self->state);
  g_debug ("[R%u] %s%s%s", self->config.id, names[state], self->error != NULL ? ": " : "",
           self->error != NULL ? self->error : "");
  self->state = state;
}

void
_fil_rudp_close (FilRudp *self,
                 const char *error)
{
  if (self->state == FIL_RUDP_CLOSED)
    return;
  self->error = error;
  set_state (self, FIL_RUDP_CLOSED);
}

/* Whether the address may be that of somebody who wants nothing of us. */
gboolean
_fil_rudp_is_in_doubt (const FilRudp *self)
{
  return self->config.is_wary && self->state == FIL_RUDP_OPENING && !self->is_syn_acked;
}

/* Whether nothing more can come from the other side. */
static gboolean
is_heard_out (const FilRudp *self)
{
  return fil_rudp_receive_is_complete (&self->receive);
}

static void
end (FilRudp *self,
     gint64 now_us)
{
  set_state (self, FIL_RUDP_ENDING);
  self->deadline_us = now_us + (self->is_extended ? FIL_RUDP_LINGER_EXTENDED_US : FIL_RUDP_LINGER_US);
}

/* LimeWire: what was written has arrived, so that the FIN may go; or theirs came, so that ours must. */
static void
follow_limewire (FilRudp *self,
                 gint64 now_us)
{
  const gboolean is_theirs = self->receive.fin != 0;

  if (self->n_fins == 0 && self->fin_due_us == FIL_NEVER
      && (is_theirs ? is_heard_out (self) : self->send.is_shut && fil_rudp_send_is_done (&self->send)))
    {
      self->fin_reason = is_theirs ? FIL_RUDP_FIN_YOU_CLOSED : FIL_RUDP_FIN_NORMAL;
      self->fin_due_us = now_us;
    }
  if (self->n_fins > 0 && is_theirs && self->receive.n_due == 0)
    _fil_rudp_close (self, NULL);
  else if (self->is_fin_acked && !is_theirs && self->state == FIL_RUDP_OPEN)
    end (self, now_us);
}

/* Draws the consequences of what has just happened. */
void
_fil_rudp_follow (FilRudp *self,
                  gint64 now_us)
{
  if (self->state == FIL_RUDP_OPENING && self->is_syn_acked && self->peer_id != 0)
    {
      set_state (self, FIL_RUDP_OPEN);
      self->deadline_us = FIL_NEVER;
      self->busy_us = now_us;
      self->heard_us = now_us;
    }
  if (self->state >= FIL_RUDP_OPEN && self->send.is_given_up && !self->is_aborted)
    {
      fil_rudp_abort (self, FIL_RUDP_FIN_TOO_MANY_RESENDS, now_us);
      self->error = _("The other side stopped answering");
    }
  if (!self->is_extended && (self->state == FIL_RUDP_OPEN || self->state == FIL_RUDP_ENDING))
    follow_limewire (self, now_us);
  else if (self->state == FIL_RUDP_OPEN && is_heard_out (self) && self->send.is_shut
           && fil_rudp_send_is_done (&self->send))
    end (self, now_us);
}

static void
expire (FilRudp *self,
        gint64 now_us)
{
  if (self->state == FIL_RUDP_OPENING)
    _fil_rudp_close (self, _("The other side did not answer"));
  else if (self->state == FIL_RUDP_ENDING || self->n_fins > 0 || self->is_aborted)
    _fil_rudp_close (self, self->error);
  else
    {
      self->deadline_us = FIL_NEVER;
      if (self->is_released)
        fil_rudp_abort (self, FIL_RUDP_FIN_TIMEOUT, now_us);
      else
        {
          /* LimeWire: packets that their FIN overtook did not come after it. */
          fil_rudp_abort (self, FIL_RUDP_FIN_YOU_CLOSED, now_us);
          self->error = _("The other side closed before everything had arrived");
        }
    }
}

static void
give_up (FilRudp *self,
         const char *error,
         gint64 now_us)
{
  /* Only the answer to our FIN was lost: both said all, and both know it. */
  const gboolean is_said = self->is_extended && is_heard_out (self) && self->send.fin != 0
                           && self->send.oldest >= self->send.fin;

  fil_rudp_abort (self, FIL_RUDP_FIN_TIMEOUT, now_us);
  self->error = is_said ? NULL : error;
}

static gint64
dead_at (const FilRudp *self)
{
  return self->heard_us + (self->is_extended ? FIL_RUDP_DEAD_EXTENDED_US : FIL_RUDP_DEAD_US);
}

/**
 * fil_rudp_tick:
 *
 * Does what is due: resends, gives up.
 */
void
fil_rudp_tick (FilRudp *self,
               gint64 now_us)
{
  if (self->state == FIL_RUDP_CLOSED)
    return;
  if (now_us >= self->deadline_us)
    {
      expire (self, now_us);
      return;
    }
  if (self->state != FIL_RUDP_OPEN || self->is_aborted)
    return;
  if (now_us >= dead_at (self))
    give_up (self, _("The other side stopped answering"), now_us);
  else if (!self->is_extended && now_us >= self->busy_us + FIL_RUDP_IDLE_US)
    give_up (self, _("Nothing was sent for a minute"), now_us);
  else
    fil_rudp_send_tick (&self->send, now_us);
  _fil_rudp_follow (self, now_us);
}

/**
 * fil_rudp_wake:
 *
 * Returns: when to call fil_rudp_tick() and fil_rudp_output() at the latest, or FIL_NEVER
 */
gint64
fil_rudp_wake (FilRudp *self,
               gint64 now_us)
{
  gint64 wake = self->deadline_us;

  if (self->state == FIL_RUDP_CLOSED)
    return FIL_NEVER;
  wake = MIN (wake, self->fin_due_us);
  if (self->is_aborted)
    return MAX (wake, now_us);
  if (_fil_rudp_is_in_doubt (self))
    return MAX (self->n_syns_owed > 0 ? now_us : MIN (wake, self->syn_due_us), now_us);
  wake = MIN (wake, fil_rudp_receive_ack_due (&self->receive));
  if (self->state == FIL_RUDP_OPENING)
    wake = MIN (wake, self->syn_due_us);
  if (self->state != FIL_RUDP_OPEN)
    return MAX (wake, now_us);
  wake = MIN (wake, self->said_us + FIL_RUDP_KEEPALIVE_US);
  wake = MIN (wake, dead_at (self));
  if (!self->is_extended)
    wake = MIN (wake, self->busy_us + FIL_RUDP_IDLE_US);
  return MAX (MIN (wake, fil_rudp_send_wake (&self->send, now_us)), now_us);
}

/* The stream */

/**
 * fil_rudp_read:
 *
 * Returns: bytes that were read; 0: none now, see fil_rudp_is_at_end() and fil_rudp_error()
 */
gsize
fil_rudp_read (FilRudp *self,
               guint8 *out,
               gsize len)
{
  gsize n = fil_rudp_receive_read (&self->receive, out, len);

  if (n > 0)
    fil_rudp_receive_was_read (&self->receive);
  return n;
}

gboolean
fil_rudp_can_read (const FilRudp *self)
{
  return fil_rudp_receive_has_bytes (&self->receive);
}

/**
 * fil_rudp_is_at_end:
 *
 * Returns: whether the other side ended its direction and everything was read
 */
gboolean
fil_rudp_is_at_end (const FilRudp *self)
{
  return fil_rudp_receive_is_complete (&self->receive) && !fil_rudp_receive_has_bytes (&self->receive);
}

/**
 * fil_rudp_is_over:
 *
 * Returns: whether nothing can be written any more, now or later; there may still be something to read
 */
gboolean
fil_rudp_is_over (const FilRudp *self)
{
  return self->state >= FIL_RUDP_ENDING || self->is_aborted || (!self->is_extended && self->receive.fin != 0);
}

/**
 * fil_rudp_write:
 *
 * Returns: bytes that were taken; 0: there is no room now, or the connection is not open
 */
gsize
fil_rudp_write (FilRudp *self,
                const guint8 *bytes,
                gsize len)
{
  if (self->state != FIL_RUDP_OPEN || fil_rudp_is_over (self))
    return 0;
  return fil_rudp_send_write (&self->send, bytes, len);
}

/**
 * fil_rudp_can_write:
 *
 * Returns: whether there is so much room that writing is worth while
 */
gboolean
fil_rudp_can_write (const FilRudp *self)
{
  return self->state == FIL_RUDP_OPEN && !fil_rudp_is_over (self) && fil_rudp_send_is_hungry (&self->send);
}

/**
 * fil_rudp_shut:
 *
 * Writes no more: the other side is told after everything that was written. LimeWire's profile knows no half
 * that stays open; whoever wants the other side's bytes shuts after them.
 */
void
fil_rudp_shut (FilRudp *self)
{
  if (self->state == FIL_RUDP_OPEN)
    fil_rudp_send_shut (&self->send);
}

/**
 * fil_rudp_abort:
 *
 * Ends the connection; what was written and has not arrived is lost. The other side is told by one packet.
 */
void
fil_rudp_abort (FilRudp *self,
                FilRudpReason reason,
                gint64 now_us)
{
  if (self->state == FIL_RUDP_CLOSED || self->is_aborted)
    return;
  /* LimeWire: as long as nothing shows that our packets are read there, silence will do. */
  if (self->peer_id == 0 || (!self->is_extended && !self->is_syn_acked))
    {
      _fil_rudp_close (self, NULL);
      return;
    }
  self->is_aborted = TRUE;
  self->fin_reason = reason;
  self->fin_due_us = now_us;
  self->deadline_us = MIN (self->deadline_us, now_us + FIL_RUDP_LINGER_US);
}

/**
 * fil_rudp_release:
 *
 * The owner is gone: nothing is read any more, and what was written is still delivered, for a while. The
 * connection closes by itself.
 */
void
fil_rudp_release (FilRudp *self,
                  gint64 now_us)
{
  if (self->is_released)
    return;
  self->is_released = TRUE;
  if (self->state == FIL_RUDP_OPENING)
    {
      fil_rudp_abort (self, FIL_RUDP_FIN_YOU_CLOSED, now_us);
      return;
    }
  if (self->state != FIL_RUDP_OPEN)
    return;
  fil_rudp_send_shut (&self->send);
  self->deadline_us = MIN (self->deadline_us, now_us + FIL_RUDP_RELEASED_US);
  _fil_rudp_follow (self, now_us);
}
