/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "link-private.h"

/* The handshake of a link: three groups of headers (handshake.md §1). */

static void
end_with (FilLink *self,
          const char *format,
          ...) G_GNUC_PRINTF (2, 3);

/* Ends the link after what was written for it has gone. */
static void
end_with (FilLink *self,
          const char *format,
          ...)
{
  g_autofree char *reason = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  g_debug ("[%s] no link: %s", self->text, reason);
  self->linger_us = self->since_us + FIL_HANDSHAKE_TIMEOUT;
  fil_session_close (&self->session, "%s", reason);
  _fil_link_end (self);
}

static void
introduce (FilLink *self,
           FilHandshakeSelf *us,
           gint64 now_us)
{
  *us = (FilHandshakeSelf){ .mode = self->our_mode, .remote = self->remote };
  self->delegate->introduce (self->data, self, us, now_us);
  us->mode = self->our_mode;
}

void
_fil_link_shake_begin (FilLink *self,
                       gint64 now_us)
{
  FilHandshakeSelf us;

  introduce (self, &us, now_us);
  fil_handshake_write_connect (&us, &self->wire);
  fil_session_changed (&self->session);
}

static void
take_connect (FilLink *self,
              gint64 now_us)
{
  const char *reason = "OK";
  guint code = self->delegate->admit (self->data, self, &reason, now_us);
  FilHandshakeSelf us;

  introduce (self, &us, now_us);
  fil_handshake_write_answer (&us, &self->peer, code, reason, &self->wire);
  fil_session_changed (&self->session);
  self->step = FIL_SHAKE_READ_FINAL;
  if (code != 200)
    end_with (self, "refused it: %u %s", code, reason);
}

static void
take_answer (FilLink *self,
             const FilGroup *group,
             gint64 now_us)
{
  FilMode before = self->our_mode;
  const char *reason = "OK";
  guint code;

  if (group->code < 200 || group->code > 299 || group->code == 204)
    {
      self->peer.refusal = group->code;
      end_with (self, "it refused: %u %s", group->code, group->text);
      return;
    }
  /* LimeWire as an ultrapeer may leave X-Ultrapeer out of its answer. */
  if (self->peer.mode == FIL_MODE_UNKNOWN)
    self->peer.mode = FIL_MODE_ULTRAPEER;
  code = self->delegate->admit (self->data, self, &reason, now_us);
  fil_handshake_write_final (&self->peer, code, reason, self->our_mode != before, &self->wire);
  fil_session_changed (&self->session);
  if (code == 200)
    _fil_link_establish (self, now_us);
  else
    end_with (self, "refused it: %u %s", code, reason);
}

static void
take_final (FilLink *self,
            const FilGroup *group,
            gint64 now_us)
{
  if (group->code != 200)
    {
      end_with (self, "it refused: %u %s", group->code, group->text);
      return;
    }
  _fil_link_establish (self, now_us);
}

static void
take_group (FilLink *self,
            gint64 now_us)
{
  gboolean is_connect = self->step == FIL_SHAKE_READ_CONNECT;
  FilGroup group;

  if (!fil_handshake_peer_read (&self->peer, &group, self->head) || group.is_connect != is_connect)
    {
      end_with (self, "it does not speak the 0.6 handshake");
      return;
    }
  if (self->step == FIL_SHAKE_READ_CONNECT)
    take_connect (self, now_us);
  else if (self->step == FIL_SHAKE_READ_ANSWER)
    take_answer (self, &group, now_us);
  else
    take_final (self, &group, now_us);
}

/* Takes bytes up to the end of the handshake and returns how many these were. */
gsize
_fil_link_shake_feed (FilLink *self,
                      const guint8 *bytes,
                      gsize len,
                      gint64 now_us)
{
  gsize taken = 0;

  while (taken < len && self->state == FIL_LINK_SHAKING)
    {
      gsize used = 0;
      FilHeadStatus status = fil_head_feed (self->head, fil_slice (bytes + taken, len - taken), &used);

      taken += used;
      if (status == FIL_HEAD_MORE)
        break;
      if (status == FIL_HEAD_ERROR)
        {
          end_with (self, "its handshake is broken: %s", fil_head_error (self->head));
          break;
        }
      take_group (self, now_us);
      if (self->state == FIL_LINK_SHAKING)
        fil_head_reset (self->head);
    }
  return taken;
}
