/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pump.h"

#include "net-limits.h"
#include "pump-private.h"

#include <string.h>

static void
on_changed (FilSession *session,
            gpointer data)
{
  FilPump *self = data;

  self->may_feed = TRUE;
  if (self->is_running)
    self->is_changed = TRUE;
  else
    _fil_pumps_schedule (self->pumps, &self->seat);
}

static void
on_ready (gpointer data,
          FilIo ready)
{
  FilPump *self = data;

  if (ready & (FIL_IO_READ | FIL_IO_ERROR))
    self->can_read = TRUE;
  if (ready & (FIL_IO_WRITE | FIL_IO_ERROR))
    self->can_write = TRUE;
  _fil_pump_run (self);
}

static void
on_granted (gpointer data,
            FilWay way)
{
  _fil_pump_run (data);
}

static void
on_timer (gpointer data,
          gint64 now_us)
{
  FilPump *self = data;

  if (self->state == FIL_PUMP_RUNNING && fil_session_wake (self->session) <= now_us)
    {
      self->is_running = TRUE;
      fil_session_tick (self->session, now_us);
      self->is_running = FALSE;
      self->may_feed = TRUE;
    }
  _fil_pump_run (self);
}

static void
tell_carrier (FilSession *session,
              FilCarrier *out,
              gpointer data)
{
  fil_stream_describe (((FilPump *) data)->stream, out);
}

/* Nobody hears of the pump through a session that it does not drive any more. */
static void
disown (FilSession *session)
{
  session->changed = NULL;
  session->carrier = NULL;
}

static void
adopt (FilPump *self,
       FilSession *session)
{
  self->session = session;
  session->changed = on_changed;
  session->carrier = tell_carrier;
  session->driver_data = self;
  self->may_feed = TRUE;
}

/**
 * fil_pump_new:
 * @pumps: owns the pump
 * @stream: (transfer full): connected
 * @session: (transfer full): who talks
 * @peer: the other side's address
 * @delegate: (nullable): static
 *
 * Runs the session on the stream until either ends. Nothing is called before the main loop runs again.
 *
 * Returns: (transfer none): the pump, valid until the delegate's closed() returned
 */
FilPump *
fil_pump_new (FilPumps *pumps,
              FilStream *stream,
              FilSession *session,
              FilTraffic traffic,
              const FilEndpoint *peer,
              const FilPumpDelegate *delegate,
              gpointer data)
{
  FilPump *self = g_new0 (FilPump, 1);

  self->pumps = pumps;
  self->id = _fil_pumps_next_id (pumps);
  self->stream = stream;
  self->delegate = delegate;
  self->data = data;
  self->peer = *peer;
  self->can_read = TRUE;
  self->can_write = TRUE;
  self->is_encrypted = g_str_equal (stream->klass->name, "tls");
  self->timer = fil_timer_new (fil_reactor_timers (fil_pumps_reactor (pumps)), on_timer, self);
  fil_shaper_client_init (&self->shaper, _fil_pumps_shaper (pumps), traffic, on_granted, self);
  fil_stream_set_ready (stream, on_ready, self);
  adopt (self, session);
  _fil_pumps_add (pumps, self, &self->seat);
  _fil_pumps_schedule (pumps, &self->seat);
  g_debug ("[P%" G_GUINT64_FORMAT "] %s runs %s", self->id, stream->klass->name, session->klass->name);
  return self;
}

void
_fil_pump_destroy (FilPump *self)
{
  _fil_pumps_remove (self->pumps, &self->seat);
  fil_timer_free (self->timer);
  fil_shaper_client_clear (&self->shaper);
  disown (self->session);
  fil_session_free (self->session);
  fil_stream_free (self->stream);
  g_clear_pointer (&self->rest, g_byte_array_unref);
  g_clear_pointer (&self->pending, g_byte_array_unref);
  g_free (self);
}

static void
set_state (FilPump *self,
           FilPumpState state)
{
  static const char *const names[] = { "running", "draining", "lingering", "ended" };

  g_return_if_fail (state > self->state);
  g_debug ("[P%" G_GUINT64_FORMAT "] %s: %s", self->id, names[state],
           self->session->close_reason != NULL ? self->session->close_reason : "");
  self->state = state;
}

/* The session gives way to the next one, which is fed what the first one left. */
static void
swap (FilPump *self)
{
  FilSession *from = self->session;

  adopt (self, g_steal_pointer (&from->next));
  disown (from);
  g_debug ("[P%" G_GUINT64_FORMAT "] %s hands over to %s", self->id, from->klass->name, self->session->klass->name);
  if (self->delegate != NULL && self->delegate->handed_over != NULL)
    self->delegate->handed_over (self->data, self, from, self->session);
  fil_session_free (from);
}

/* The stream is gone: whoever would talk next hears of it. */
void
_fil_pump_hang_up (FilPump *self,
                   const char *error,
                   const FilPumpTurn *turn)
{
  if (self->state == FIL_PUMP_RUNNING)
    {
      while (self->session->next != NULL && !self->session->is_closed)
        swap (self);
      fil_session_hung_up (self->session, error, turn->now_us);
    }
  set_state (self, FIL_PUMP_ENDED);
}

static void
start_upgrade (FilPump *self)
{
  GByteArray *rest = g_steal_pointer (&self->rest);
  FilTls *tls = g_steal_pointer (&self->upgrade);
  const guint8 *early = rest != NULL ? rest->data : NULL;
  gsize early_len = rest != NULL ? rest->len : 0;

  if (self->has_pin)
    self->stream = fil_tls_stream_new_pinned (tls, self->stream, self->upgrade_side, early, early_len, self->pin);
  else
    self->stream = fil_tls_stream_new (tls, self->stream, self->upgrade_side, early, early_len);
  fil_stream_set_ready (self->stream, on_ready, self);
  g_clear_pointer (&rest, g_byte_array_unref);
  self->is_encrypted = TRUE;
  self->can_read = TRUE;
  self->can_write = TRUE;
}

/* Reads and forgets what the other side still sends, until it closes: a socket closed over unread
 * bytes would be reset, and the other side could lose our last words. */
static void
linger (FilPump *self,
        FilPumpTurn *turn)
{
  gssize n;

  while (self->state == FIL_PUMP_LINGERING && self->can_read && turn->reads > 0)
    {
      turn->reads--;
      n = fil_stream_read (self->stream, _fil_pumps_buffer (self->pumps), FIL_PUMP_BUFFER);
      if (n == FIL_STREAM_AGAIN)
        self->can_read = FALSE;
      else if (n <= 0 || (self->lingered += (gsize) n) > FIL_PUMP_LINGER_BYTES)
        set_state (self, FIL_PUMP_ENDED);
    }
}

/* Others need the room: ends in its next turn. */
void
_fil_pump_linger_no_more (FilPump *self)
{
  self->seat.is_lingering = FALSE;
  self->deadline_us = 0;
  _fil_pumps_schedule (self->pumps, &self->seat);
}

/* Follows what the session decided: to close, to abort. */
static void
follow (FilPump *self,
        gboolean is_silent,
        gboolean has_moved,
        FilPumpTurn *turn)
{
  if (self->state == FIL_PUMP_RUNNING && self->session->is_closed)
    {
      if (self->session->abort)
        {
          set_state (self, FIL_PUMP_ENDED);
          return;
        }
      set_state (self, FIL_PUMP_DRAINING);
      has_moved = TRUE;
    }
  if (self->state == FIL_PUMP_DRAINING)
    {
      gssize left = fil_stream_flush (self->stream);

      if (has_moved)
        self->deadline_us = turn->now_us + FIL_PUMP_FLUSH_US;
      if (left == FIL_STREAM_FAILED || (self->session->abort && self->session->is_closed))
        set_state (self, FIL_PUMP_ENDED);
      else if (is_silent && self->pending == NULL && left == 0)
        {
          fil_stream_shut (self->stream);
          set_state (self, FIL_PUMP_LINGERING);
          self->deadline_us = turn->now_us + FIL_PUMP_LINGER_US;
          _fil_pumps_linger (self->pumps, &self->seat);
        }
    }
  if (self->state == FIL_PUMP_LINGERING)
    linger (self, turn);
  if ((self->state == FIL_PUMP_DRAINING || self->state == FIL_PUMP_LINGERING) && turn->now_us >= self->deadline_us)
    set_state (self, FIL_PUMP_ENDED);
}

static void
finish (FilPump *self)
{
  const char *reason = self->session->close_reason;

  if (self->delegate != NULL && self->delegate->closed != NULL)
    self->delegate->closed (self->data, self, self->session, reason != NULL ? reason : "closed");
  _fil_pump_destroy (self);
}

static gboolean
move (FilPump *self,
      FilPumpTurn *turn)
{
  gboolean is_silent;

  for (;;)
    {
      _fil_pump_feed_rest (self, turn);
      _fil_pump_read (self, turn);
      self->is_changed = FALSE;
      is_silent = _fil_pump_write (self, turn);

      if (self->upgrade != NULL && self->pending == NULL && fil_stream_flush (self->stream) == 0)
        start_upgrade (self);
      else if (is_silent && self->state == FIL_PUMP_RUNNING && self->session->next != NULL && !self->session->is_closed)
        swap (self);
      else
        return is_silent;
    }
}

/* One turn: input, output, and what follows from them. The pump may be gone afterwards. */
void
_fil_pump_run (FilPump *self)
{
  FilPumpTurn turn = {
    .now_us = fil_reactor_now (fil_pumps_reactor (self->pumps)),
    .read_bytes = self->shaper.traffic == FIL_TRAFFIC_OVERLAY ? FIL_PUMP_TURN_OVERLAY : FIL_PUMP_TURN_BYTES,
    .reads = FIL_PUMP_TURN_READS,
    .write_bytes = FIL_PUMP_TURN_BYTES,
  };
  guint64 moved = self->bytes[FIL_WAY_OUT];
  gboolean is_silent;

  g_return_if_fail (!self->is_running);

  _fil_pumps_begin_run (self->pumps, &self->seat);
  self->is_running = TRUE;
  is_silent = move (self, &turn);
  if (self->state == FIL_PUMP_RUNNING && fil_stream_flush (self->stream) == FIL_STREAM_FAILED)
    _fil_pump_hang_up (self, fil_stream_error (self->stream), &turn);
  follow (self, is_silent, moved != self->bytes[FIL_WAY_OUT], &turn);
  fil_session_set_held (self->session, fil_shaper_client_is_waiting (&self->shaper), turn.now_us);
  self->is_running = FALSE;

  if (self->state == FIL_PUMP_ENDED)
    {
      finish (self);
      return;
    }
  /* The budget ran out before the work did, or the session changed its mind meanwhile. */
  if (self->is_changed || (self->can_write && turn.write_bytes == 0) ||
      (self->can_read && (turn.reads == 0 || turn.read_bytes == 0)))
    _fil_pumps_schedule (self->pumps, &self->seat);
  fil_timer_set (self->timer, self->state == FIL_PUMP_RUNNING ? fil_session_wake (self->session) : self->deadline_us);
}

/**
 * fil_pump_session:
 *
 * Returns: (transfer none): who talks now
 */
FilSession *
fil_pump_session (FilPump *self)
{
  return self->session;
}

const FilEndpoint *
fil_pump_peer (FilPump *self)
{
  return &self->peer;
}

gboolean
fil_pump_is_encrypted (FilPump *self)
{
  return self->is_encrypted;
}

/**
 * fil_pump_bytes:
 *
 * Returns: what this pump moved, without what encryption adds
 */
guint64
fil_pump_bytes (FilPump *self,
                FilWay way)
{
  return self->bytes[way];
}

/**
 * fil_pump_set_traffic:
 *
 * Says what kind of traffic this is from now on, when that shows only after the first line.
 */
void
fil_pump_set_traffic (FilPump *self,
                      FilTraffic traffic)
{
  self->shaper.traffic = traffic;
}

/**
 * fil_pump_start_tls:
 * @tls: outlives the pump
 * @pin: (nullable): fingerprint that the other side's certificate has to have
 *
 * Encrypts the stream from here on, after what was sent so far and from the first byte that the session
 * did not take. Meant for handed_over(), when a handshake agreed on it.
 */
void
fil_pump_start_tls (FilPump *self,
                    FilTls *tls,
                    FilTlsSide side,
                    const guint8 *pin)
{
  g_return_if_fail (!self->is_encrypted && self->upgrade == NULL);

  self->has_pin = pin != NULL;
  if (pin != NULL)
    memcpy (self->pin, pin, sizeof self->pin);

  self->upgrade = tls;
  self->upgrade_side = side;
  if (!self->is_running)
    _fil_pumps_schedule (self->pumps, &self->seat);
}

/**
 * fil_pump_keep_watch:
 *
 * Has the end of the way noticed soon; see fil_stream_keep_watch().
 */
void
fil_pump_keep_watch (FilPump *self)
{
  fil_stream_keep_watch (self->stream);
}

/**
 * fil_pump_abort:
 *
 * Ends it without sending anything more. The delegate's closed() follows from the main loop.
 */
void
fil_pump_abort (FilPump *self,
                const char *reason)
{
  /* A session that closed already does not tell again. */
  fil_session_abort (self->session, "%s", reason);
  on_changed (self->session, self);
}
