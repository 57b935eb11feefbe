/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "probe-session.h"

/* What gtk-gnutella sends to somebody who wants to know whether he can be reached (firewall.md §2). */
static const guint8 probe[] = { '\n', '\n' };

#define PROBE_TIMEOUT_US (10 * FIL_SEC)

typedef struct
{
  FilSession session;
  gsize sent;
  gint64 deadline_us;
} Probe;

static gsize
probe_feed (FilSession *session,
            const guint8 *bytes,
            gsize len,
            gint64 now_us)
{
  return len;
}

static gboolean
probe_output (FilSession *session,
              FilOutput *out,
              gint64 now_us)
{
  const Probe *self = (const Probe *) session;

  out->bytes = probe + self->sent;
  out->len = sizeof probe - self->sent;
  return out->len > 0;
}

static void
probe_sent (FilSession *session,
            gsize len,
            gint64 now_us)
{
  Probe *self = (Probe *) session;

  self->sent += len;
  if (self->sent == sizeof probe)
    fil_session_close (session, "the probe was sent");
}

static gint64
probe_wake (FilSession *session)
{
  return ((Probe *) session)->deadline_us;
}

static void
probe_tick (FilSession *session,
            gint64 now_us)
{
  if (now_us >= ((Probe *) session)->deadline_us)
    fil_session_abort (session, "the probe took too long");
}

static void
probe_free (FilSession *session)
{
  g_free (session);
}

static const FilSessionClass probe_class = {
  .name = "probe",
  .feed = probe_feed,
  .output = probe_output,
  .sent = probe_sent,
  .wake = probe_wake,
  .tick = probe_tick,
  .free = probe_free,
};

/**
 * fil_probe_session_new:
 *
 * Shows somebody that he can be reached: says an empty line and goes.
 *
 * Returns: (transfer full): the session
 */
FilSession *
fil_probe_session_new (gint64 now_us)
{
  Probe *self = g_new0 (Probe, 1);

  fil_session_init (&self->session, &probe_class);
  self->deadline_us = now_us + PROBE_TIMEOUT_US;
  return &self->session;
}
