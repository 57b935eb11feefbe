/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "link-private.h"

#include "overlay-limits.h"

/* Whether the other side still lives: pings where nothing else comes, and no patience with one that takes nothing. */

/* Silence after which it is asked for a sign of life. */
gint64
_fil_link_alive_interval (const FilLink *self)
{
  return self->our_mode == FIL_MODE_ULTRAPEER && self->peer.mode == FIL_MODE_ULTRAPEER ? FIL_ALIVE_ULTRAPEER
                                                                                       : FIL_ALIVE_LEAF;
}

static void
send_alive_ping (FilLink *self,
                 gint64 now_us)
{
  FilHeader header;
  FilGuid muid;

  fil_guid_random (&muid, self->random);
  header = fil_header (FIL_KIND_PING, &muid, 1, 0);
  fil_link_send (self, FIL_IMPORTANCE_URGENT, &header, FIL_SLICE_NONE, now_us);
}

static void
begin_doubt (FilLink *self,
             gint64 now_us)
{
  self->is_doubted_again = FALSE;
  self->doubted_us = MAX (now_us, 1);
  self->alive_due_us = now_us + FIL_LINK_DOUBT;
  send_alive_ping (self, now_us);
}

/* What an established link has to do now and then. */
void
_fil_link_watch_alive (FilLink *self,
                       gint64 now_us)
{
  if (fil_send_queue_is_congested (self->queue) &&
      now_us - fil_send_queue_congested_since (self->queue) >= FIL_LINK_CONGESTED_MAX)
    {
      fil_link_close (self, FIL_BYE_TIMEOUT, "You take too little of what is sent", now_us);
      return;
    }
  if (now_us < self->alive_due_us)
    return;
  if (self->doubted_us != 0 && self->last_in_us <= self->doubted_us)
    {
      fil_link_close (self, FIL_BYE_NO_REPLY, "No sign of life", now_us);
      return;
    }
  self->doubted_us = 0;
  if (self->is_doubted_again)
    {
      begin_doubt (self, now_us);
      return;
    }
  if (now_us - self->last_in_us < _fil_link_alive_interval (self))
    self->alive_missed = 0;
  else if (++self->alive_missed > FIL_ALIVE_MISSED)
    {
      fil_link_close (self, FIL_BYE_NO_REPLY, "No reply to alive pings", now_us);
      return;
    }
  else
    send_alive_ping (self, now_us);
  self->alive_due_us = now_us + _fil_link_alive_interval (self);
}

/**
 * fil_link_doubt:
 *
 * Something else broke, so that this link may be dead, too: asks for a sign of life, and closes the link when
 * none comes. A host whose address has changed learns of it at once, since the other side's system knows
 * nothing of a connection from the new one.
 */
void
fil_link_doubt (FilLink *self,
                gint64 now_us)
{
  if (self->state != FIL_LINK_ESTABLISHED)
    return;
  if (self->doubted_us != 0)
    {
      /* The answer that is on its way may be older than what broke now. */
      self->is_doubted_again = now_us > self->doubted_us;
      return;
    }
  begin_doubt (self, now_us);
  fil_session_changed (&self->session);
}
