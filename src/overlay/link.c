/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "link-private.h"

#include "overlay-limits.h"

#define LINK(session) ((FilLink *) (session))

static gsize
link_feed (FilSession *session,
           const guint8 *bytes,
           gsize len,
           gint64 now_us)
{
  return _fil_link_feed (LINK (session), bytes, len, now_us);
}

static gboolean
link_output (FilSession *session,
             FilOutput *out,
             gint64 now_us)
{
  return _fil_link_output (LINK (session), out, now_us);
}

static void
link_sent (FilSession *session,
           gsize len,
           gint64 now_us)
{
  _fil_link_sent (LINK (session), len, now_us);
}

/* Tells the delegate, once, that nothing more will happen on this link. */
void
_fil_link_end (FilLink *self)
{
  const FilLinkDelegate *delegate = g_steal_pointer (&self->delegate);

  self->state = FIL_LINK_CLOSED;
  if (delegate != NULL)
    delegate->gone (self->data, self);
  self->neighbour = NULL;
}

static void
link_hung_up (FilSession *session,
              const char *error,
              gint64 now_us)
{
  FilLink *self = LINK (session);

  g_debug ("[%s] hung up: %s", self->text, error != NULL ? error : "by the other side");
  _fil_link_end (self);
}

static gint64
link_wake (FilSession *session)
{
  FilLink *self = LINK (session);
  gint64 wake;

  switch (self->state)
    {
    case FIL_LINK_SHAKING:
      return self->since_us + FIL_HANDSHAKE_TIMEOUT;
    case FIL_LINK_CLOSED:
      return self->linger_us;
    case FIL_LINK_ESTABLISHED:
    default:
      wake = self->alive_due_us;
      if (fil_send_queue_is_congested (self->queue))
        wake = MIN (wake, fil_send_queue_congested_since (self->queue) + FIL_LINK_CONGESTED_MAX);
      if (self->is_paused || self->has_more_inside)
        wake = MIN (wake, fil_token_bucket_when (&self->in_bytes, 1));
      return wake;
    }
}

static void
link_tick (FilSession *session,
           gint64 now_us)
{
  FilLink *self = LINK (session);

  switch (self->state)
    {
    case FIL_LINK_SHAKING:
      if (now_us - self->since_us < FIL_HANDSHAKE_TIMEOUT)
        break;
      fil_session_abort (session, "the handshake took too long");
      _fil_link_end (self);
      break;
    case FIL_LINK_CLOSED:
      if (now_us < self->linger_us)
        break;
      self->linger_us = FIL_NEVER;
      session->abort = TRUE;
      fil_session_changed (session);
      break;
    case FIL_LINK_ESTABLISHED:
    default:
      _fil_link_watch_alive (self, now_us);
      if (self->state == FIL_LINK_ESTABLISHED && (self->is_paused || self->has_more_inside))
        _fil_link_resume (self, now_us);
      break;
    }
}

static void
link_free (FilSession *session)
{
  FilLink *self = LINK (session);
  FilPacket *packet;

  _fil_link_end (self);
  while ((packet = g_queue_pop_head (&self->route_messages)) != NULL)
    fil_packet_unref (packet);
  g_clear_pointer (&self->head, fil_head_free);
  g_clear_pointer (&self->framer, fil_framer_free);
  g_clear_pointer (&self->inflate, fil_inflate_free);
  g_clear_pointer (&self->deflate, fil_deflate_free);
  g_clear_pointer (&self->queue, fil_send_queue_free);
  fil_writer_clear (&self->plain);
  fil_writer_clear (&self->wire);
  g_free (self->text);
  g_free (self);
}

static const FilSessionClass link_class = {
  .name = "gnutella",
  .feed = link_feed,
  .output = link_output,
  .sent = link_sent,
  .hung_up = link_hung_up,
  .wake = link_wake,
  .tick = link_tick,
  .free = link_free,
};

/**
 * fil_link_new:
 * @id: names it for ever
 * @remote: the other end of the connection
 * @is_outgoing: we opened it, so we speak first
 * @our_mode: what we are
 * @delegate: valid for as long as the link, or until gone() was called
 * @random: borrowed for as long as @delegate
 *
 * Returns: (transfer full): a link at the start of its handshake; free its session
 */
FilLink *
fil_link_new (guint32 id,
              const FilEndpoint *remote,
              gboolean is_outgoing,
              FilMode our_mode,
              const FilLinkDelegate *delegate,
              gpointer data,
              FilRandom *random,
              gint64 now_us)
{
  FilLink *self = g_new0 (FilLink, 1);
  char address[FIL_ENDPOINT_TEXT_LEN];

  fil_session_init (&self->session, &link_class);
  self->id = id;
  self->remote = *remote;
  self->is_outgoing = is_outgoing;
  self->our_mode = our_mode;
  self->delegate = delegate;
  self->data = data;
  self->random = random;
  self->since_us = self->last_in_us = self->last_out_us = now_us;
  self->text = g_strdup_printf ("C%u %s", id, fil_endpoint_to_text (remote, address));
  self->head = fil_head_new (&fil_head_limits_handshake);
  self->step = is_outgoing ? FIL_SHAKE_READ_ANSWER : FIL_SHAKE_READ_CONNECT;
  self->linger_us = FIL_NEVER;
  self->alive_due_us = FIL_NEVER;
  g_queue_init (&self->route_messages);
  fil_writer_init (&self->plain);
  fil_writer_init (&self->wire);
  fil_handshake_peer_init (&self->peer);
  fil_token_bucket_init (&self->in_bytes, FIL_LINK_INFLATE_RATE, FIL_LINK_INFLATE_BURST, now_us);
  self->queue = fil_send_queue_new (FIL_LINK_QUEUE_BYTES);
  return self;
}

/**
 * fil_link_start:
 *
 * Begins the handshake; from here on the delegate is called.
 */
void
fil_link_start (FilLink *self,
                gint64 now_us)
{
  if (self->is_outgoing)
    _fil_link_shake_begin (self, now_us);
}

/* Both sides said 200: from the next byte on messages are spoken. */
void
_fil_link_establish (FilLink *self,
                     gint64 now_us)
{
  self->state = FIL_LINK_ESTABLISHED;
  self->since_us = self->last_in_us = now_us;
  self->alive_due_us = now_us + _fil_link_alive_interval (self);
  self->framer = fil_framer_new ();
  fil_framer_set_sflag (self->framer, self->peer.sflag);
  if (self->peer.deflates)
    self->inflate = fil_inflate_new ();
  else if (self->in_bytes.rate == FIL_LINK_INFLATE_RATE)
    fil_link_set_input_rate (self, FIL_LINK_PLAIN_RATE, FIL_LINK_PLAIN_BURST, now_us);
  if (self->peer.inflates)
    self->deflate = fil_deflate_new ();
  g_clear_pointer (&self->head, fil_head_free);
  g_debug ("[%s] established with %s, %s", self->text,
           self->peer.mode == FIL_MODE_ULTRAPEER ? "an ultrapeer" : "a leaf", self->peer.user_agent);
  self->delegate->established (self->data, self, now_us);
}

/**
 * fil_link_close:
 * @code: what the Bye says, if the other side knows Byes
 * @reason: not empty; also for log and user
 *
 * Ends the link; the Bye is the last thing that is sent.
 */
void
fil_link_close (FilLink *self,
                FilByeCode code,
                const char *reason,
                gint64 now_us)
{
  if (self->state == FIL_LINK_CLOSED)
    return;
  g_debug ("[%s] closed: %u %s", self->text, code, reason);
  if (self->state == FIL_LINK_ESTABLISHED)
    {
      fil_send_queue_clear (self->queue);
      if (self->peer.bye)
        {
          g_autoptr (FilPacket) bye = NULL;
          FilGuid muid;

          fil_guid_random (&muid, self->random);
          bye = fil_bye_packet_new (&muid, (guint16) code, reason);
          _fil_link_append (self, fil_packet_slice (bye));
        }
      self->linger_us = now_us + FIL_LINK_BYE_LINGER;
    }
  self->state = FIL_LINK_CLOSED;
  fil_session_close (&self->session, "%s", reason);
  _fil_link_end (self);
}

/**
 * fil_link_count_error:
 * @what: for the log
 *
 * Counts something malformed; a neighbour that sends little else is cut off.
 */
void
fil_link_count_error (FilLink *self,
                      const char *what,
                      gint64 now_us)
{
  self->errors++;
  self->stats.dropped++;
  g_debug ("[%s] dropped: %s", self->text, what);
  if (self->errors >= FIL_LINK_ERRORS &&
      self->errors * 1000 > self->stats.in_messages * FIL_LINK_ERROR_PERMILLE)
    fil_link_close (self, FIL_BYE_ERRORS, "Too many errors", now_us);
}

/**
 * fil_link_count_duplicate:
 *
 * Counts a message that this very neighbour had sent before; one that makes a habit of it is cut off.
 */
void
fil_link_count_duplicate (FilLink *self,
                          gint64 now_us)
{
  self->stats.duplicates++;
  if (self->stats.duplicates >= FIL_LINK_DUPLICATES &&
      self->stats.duplicates * 1000 > self->stats.in_messages * FIL_LINK_DUPLICATE_PERMILLE)
    fil_link_close (self, FIL_BYE_DUPLICATES, "Too many duplicates", now_us);
}

FilSession *
fil_link_session (FilLink *self)
{
  return &self->session;
}

/**
 * fil_link_forget_delegate:
 *
 * For a delegate that goes away before the link: it is not called any more, and the link ends.
 */
void
fil_link_forget_delegate (FilLink *self)
{
  self->delegate = NULL;
  self->neighbour = NULL;
  self->state = FIL_LINK_CLOSED;
  fil_session_abort (&self->session, "the node has stopped");
}

FilLinkState
fil_link_state (const FilLink *self)
{
  return self->state;
}

gboolean
fil_link_is_outgoing (const FilLink *self)
{
  return self->is_outgoing;
}

FilMode
fil_link_mode (const FilLink *self)
{
  return self->peer.mode;
}

gboolean
fil_link_is_compressed (const FilLink *self)
{
  return self->inflate != NULL || self->deflate != NULL;
}

/**
 * fil_link_is_congested:
 *
 * Returns: whether requests had better not be sent here now
 */
gboolean
fil_link_is_congested (const FilLink *self)
{
  return fil_send_queue_is_congested (self->queue);
}

gint64
fil_link_since (const FilLink *self)
{
  return self->since_us;
}

const FilEndpoint *
fil_link_remote (const FilLink *self)
{
  return &self->remote;
}

/**
 * fil_link_listen:
 *
 * Returns: where it can be reached: its proven address with the port that it told, or family 0
 */
FilEndpoint
fil_link_listen (const FilLink *self)
{
  FilEndpoint listen = self->remote;

  if (self->is_outgoing)
    return listen;
  if (self->peer.listen.port == 0)
    return (FilEndpoint){ 0 };
  listen.port = self->peer.listen.port;
  return listen;
}

/**
 * fil_link_set_listen_port:
 *
 * It told that others reach it at another port than it said in the handshake.
 */
void
fil_link_set_listen_port (FilLink *self,
                          guint16 port)
{
  self->peer.listen.port = port;
}

const FilHandshakePeer *
fil_link_peer (const FilLink *self)
{
  return &self->peer;
}

const FilLinkStats *
fil_link_stats (const FilLink *self)
{
  return &self->stats;
}

const char *
fil_link_text (const FilLink *self)
{
  return self->text;
}

struct _FilNeighbour *
fil_link_neighbour (const FilLink *self)
{
  return self->neighbour;
}

void
fil_link_set_neighbour (FilLink *self,
                        struct _FilNeighbour *neighbour)
{
  self->neighbour = neighbour;
}

/**
 * fil_link_set_input_rate:
 * @bytes_per_second: of messages, after inflating; 0 for no limit
 *
 * How much a neighbour may make us work for.
 */
void
fil_link_set_input_rate (FilLink *self,
                         gint64 bytes_per_second,
                         gint64 burst,
                         gint64 now_us)
{
  fil_token_bucket_set_rate (&self->in_bytes, bytes_per_second, burst, now_us);
}
