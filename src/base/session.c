/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "session.h"

/**
 * fil_session_init:
 *
 * Prepares the embedded struct of a new session.
 */
void
fil_session_init (FilSession *self,
                  const FilSessionClass *klass)
{
  *self = (FilSession){ .klass = klass, .held_since_us = FIL_NEVER };
}

/**
 * fil_session_changed:
 *
 * Tells the driver to ask again for output, wake-up and end.
 */
void
fil_session_changed (FilSession *self)
{
  if (self->changed != NULL)
    self->changed (self, self->driver_data);
}

/**
 * fil_session_get_carrier:
 * @out: (out): what the session talks over now
 */
void
fil_session_get_carrier (FilSession *self,
                         FilCarrier *out)
{
  *out = (FilCarrier){ 0 };
  if (self->carrier != NULL)
    self->carrier (self, out, self->driver_data);
}

static void
close_valist (FilSession *self,
              const char *format,
              va_list args)
{
  if (self->is_closed)
    return;
  self->is_closed = TRUE;
  self->close_reason = g_strdup_vprintf (format, args);
  fil_session_changed (self);
}

/**
 * fil_session_close:
 * @format: why, for the log and the user
 *
 * Ends the conversation: what output() still has is sent, nothing more is read.
 */
void
fil_session_close (FilSession *self,
                   const char *format,
                   ...)
{
  va_list args;

  va_start (args, format);
  close_valist (self, format, args);
  va_end (args);
}

/**
 * fil_session_abort:
 * @format: why, for the log and the user
 *
 * Ends the conversation at once; what was not sent is lost.
 */
void
fil_session_abort (FilSession *self,
                   const char *format,
                   ...)
{
  va_list args;

  if (self->abort)
    return;
  self->abort = TRUE;
  /* Who drives a session that was closed before is still sending what it had. */
  if (self->is_closed)
    fil_session_changed (self);
  va_start (args, format);
  close_valist (self, format, args);
  va_end (args);
}

/**
 * fil_session_hand_over:
 * @next: (transfer full): who talks from now on
 *
 * Gives the stream to another session, once what output() still has is sent. Bytes that feed() did
 * not take are fed to @next.
 */
void
fil_session_hand_over (FilSession *self,
                       FilSession *next)
{
  g_return_if_fail (self->next == NULL);

  self->next = next;
  fil_session_changed (self);
}

void
fil_session_free (FilSession *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->next, fil_session_free);
  g_clear_pointer (&self->close_reason, g_free);
  self->klass->free (self);
}

gsize
fil_session_feed (FilSession *self,
                  const guint8 *bytes,
                  gsize len,
                  gint64 now_us)
{
  return self->klass->feed (self, bytes, len, now_us);
}

gboolean
fil_session_output (FilSession *self,
                    FilOutput *out,
                    gint64 now_us)
{
  *out = (FilOutput){ .fd = -1 };
  return self->klass->output (self, out, now_us);
}

void
fil_session_sent (FilSession *self,
                  gsize len,
                  gint64 now_us)
{
  self->klass->sent (self, len, now_us);
}

/**
 * fil_session_hung_up:
 * @error: (nullable): what broke the stream, NULL when the other side ended it
 *
 * Tells the session that its stream is gone, and closes it.
 */
void
fil_session_hung_up (FilSession *self,
                     const char *error,
                     gint64 now_us)
{
  if (self->is_closed)
    return;
  if (self->klass->hung_up != NULL)
    self->klass->hung_up (self, error, now_us);
  fil_session_abort (self, "%s", error != NULL ? error : "the other side closed the connection");
}

gint64
fil_session_wake (FilSession *self)
{
  if (self->held_since_us != FIL_NEVER && self->klass->held != NULL)
    return FIL_NEVER;
  return self->klass->wake != NULL ? self->klass->wake (self) : FIL_NEVER;
}

void
fil_session_tick (FilSession *self,
                  gint64 now_us)
{
  if (self->klass->tick != NULL)
    self->klass->tick (self, now_us);
}

/**
 * fil_session_set_held:
 * @is_held: whether a limit of speed keeps back bytes that there may be, either way
 *
 * For the driver, as often as it likes; then fil_session_wake() may be another one.
 */
void
fil_session_set_held (FilSession *self,
                      gboolean is_held,
                      gint64 now_us)
{
  gint64 since_us = self->held_since_us;

  if (is_held == (since_us != FIL_NEVER))
    return;
  self->held_since_us = is_held ? now_us : FIL_NEVER;
  if (!is_held && self->klass->held != NULL)
    self->klass->held (self, now_us - since_us, now_us);
}
