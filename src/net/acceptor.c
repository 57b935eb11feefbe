/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "acceptor.h"

#include "greeter.h"
#include "net-limits.h"
#include "socket-stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

struct _FilAcceptor
{
  FilPumps *pumps;
  FilTls *tls;
  FilGate *gate;
  const FilAcceptorDelegate *delegate;
  const FilPumpDelegate *pump_delegate;
  gpointer data;
  int fds[2];
  FilWatch *watches[2];
  FilTimer *pause;   /* listens again when it is due */
  int reserve_fd;    /* given up for a moment when descriptors run out */
  GQueue half_open;  /* of HalfOpen, the oldest first */
  guint64 dropped;
};

typedef struct
{
  FilAcceptor *acceptor;
  FilGreeter *greeter;
  FilEndpoint peer;
  GList link;
} HalfOpen;

static void
half_open_free (HalfOpen *half)
{
  g_queue_unlink (&half->acceptor->half_open, &half->link);
  fil_greeter_free (half->greeter);
  g_free (half);
}

static void
drop (HalfOpen *half,
      const char *reason)
{
  char text[FIL_ENDPOINT_TEXT_LEN];

  g_debug ("[in %s] dropped: %s", fil_endpoint_to_text (&half->peer, text), reason);
  half->acceptor->dropped++;
  half_open_free (half);
}

static void
on_greeted (gpointer data,
            FilGreeter *greeter,
            FilGreeting kind,
            const char *line,
            const char *reason)
{
  HalfOpen *half = data;
  FilAcceptor *self = half->acceptor;
  FilSession *session;
  FilPump *pump;

  if (line == NULL)
    {
      drop (half, reason);
      return;
    }
  if (kind == FIL_GREETING_CONNECT_BACK)
    {
      half_open_free (half);
      return;
    }
  session = self->delegate->session_for (self->data, kind, line, &half->peer, fil_greeter_is_tls (greeter));
  if (session == NULL)
    {
      drop (half, "nobody wants to talk to it");
      return;
    }
  pump = fil_pump_new (self->pumps, fil_greeter_steal_stream (greeter), session,
                       kind == FIL_GREETING_GNUTELLA ? FIL_TRAFFIC_OVERLAY : FIL_TRAFFIC_TRANSFER, &half->peer,
                       self->pump_delegate, self->data);
  half_open_free (half);
  if (self->delegate->opened != NULL)
    self->delegate->opened (self->data, pump, kind);
}

static guint
network_bits (const FilEndpoint *endpoint)
{
  return endpoint->family == 4 ? 24 : 48;
}

/* Makes room for one more that says nothing: the oldest one goes, of the same network when that has more
 * than its share. */
static void
make_room (FilAcceptor *self,
           const FilEndpoint *peer)
{
  HalfOpen *oldest = NULL;
  guint n = 0;

  if (!fil_gate_allows_private (self->gate))
    for (GList *each = self->half_open.head; each != NULL; each = each->next)
      {
        HalfOpen *half = each->data;

        if (!fil_endpoint_same_network (&half->peer, peer, network_bits (peer)))
          continue;
        if (oldest == NULL)
          oldest = half;
        n++;
      }
  if (n >= FIL_ACCEPT_MAX_PER_NETWORK)
    drop (oldest, "too many silent connections from its network");
  if (self->half_open.length >= FIL_ACCEPT_MAX_HALF_OPEN)
    drop (g_queue_peek_head (&self->half_open), "too many silent connections");
}

static void
take_in (FilAcceptor *self,
         int fd,
         const FilEndpoint *peer)
{
  FilReactor *reactor = fil_pumps_reactor (self->pumps);
  const int on = 1;
  HalfOpen *half;

  if (fil_ban_list_has (fil_gate_bans (self->gate), peer))
    {
      self->dropped++;
      close (fd);
      return;
    }
  (void) setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  make_room (self, peer);
  half = g_new0 (HalfOpen, 1);
  half->acceptor = self;
  half->peer = *peer;
  half->link.data = half;
  half->greeter = fil_greeter_new (fil_socket_stream_new (reactor, fd), self->tls, fil_reactor_timers (reactor),
                                   fil_reactor_now (reactor) + FIL_GREET_US, on_greeted, half);
  g_queue_push_tail_link (&self->half_open, &half->link);
  if (self->delegate->reached != NULL)
    self->delegate->reached (self->data, peer);
}

/* No descriptor is left: takes the caller in with the one in reserve and sends it away at once, so that
 * it does not keep the listening socket awake. */
static void
turn_away (FilAcceptor *self,
           int listening_fd)
{
  int fd;

  if (self->reserve_fd >= 0)
    close (self->reserve_fd);
  fd = accept4 (listening_fd, NULL, NULL, SOCK_CLOEXEC);
  if (fd >= 0)
    {
      close (fd);
      self->dropped++;
    }
  self->reserve_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  if (fd >= 0 && self->reserve_fd >= 0)
    return;

  for (guint i = 0; i < 2; i++)
    if (self->watches[i] != NULL)
      fil_watch_set_events (self->watches[i], 0);
  fil_timer_set (self->pause, fil_reactor_now (fil_pumps_reactor (self->pumps)) + FIL_ACCEPT_PAUSE_US);
}

static void
on_pause_over (gpointer data,
               gint64 now_us)
{
  FilAcceptor *self = data;

  for (guint i = 0; i < 2; i++)
    if (self->watches[i] != NULL)
      fil_watch_set_events (self->watches[i], FIL_IO_READ);
}

static void
accept_some (FilAcceptor *self,
             int listening_fd)
{
  for (guint i = 0; i < FIL_ACCEPT_BURST; i++)
    {
      struct sockaddr_storage addr;
      socklen_t len = sizeof addr;
      FilEndpoint peer;
      int fd = accept4 (listening_fd, (struct sockaddr *) &addr, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

      if (fd >= 0 && fil_endpoint_from_sockaddr (&peer, (struct sockaddr *) &addr, len))
        take_in (self, fd, &peer);
      else if (fd >= 0)
        close (fd);
      else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        {
          turn_away (self, listening_fd);
          return;
        }
      else if (errno != ECONNABORTED && errno != EINTR)
        return;
    }
}

static void
on_ready_v4 (gpointer data,
             FilIo ready)
{
  accept_some (data, ((FilAcceptor *) data)->fds[0]);
}

static void
on_ready_v6 (gpointer data,
             FilIo ready)
{
  accept_some (data, ((FilAcceptor *) data)->fds[1]);
}

/**
 * fil_acceptor_new:
 * @pumps: outlives the acceptor, as do @tls, @gate and @delegate
 * @listener: its TCP sockets are taken over
 * @tls: (nullable): for those who begin with TLS
 * @pump_delegate: (nullable): for the pumps that are started
 *
 * Returns: (transfer full): the acceptor, accepting
 */
FilAcceptor *
fil_acceptor_new (FilPumps *pumps,
                  FilListener *listener,
                  FilTls *tls,
                  FilGate *gate,
                  const FilAcceptorDelegate *delegate,
                  const FilPumpDelegate *pump_delegate,
                  gpointer data)
{
  FilAcceptor *self = g_new0 (FilAcceptor, 1);
  FilReactor *reactor = fil_pumps_reactor (pumps);

  self->pumps = pumps;
  self->tls = tls;
  self->gate = gate;
  self->delegate = delegate;
  self->pump_delegate = pump_delegate;
  self->data = data;
  self->reserve_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  self->pause = fil_timer_new (fil_reactor_timers (reactor), on_pause_over, self);
  for (guint i = 0; i < 2; i++)
    {
      self->fds[i] = listener->tcp[i];
      listener->tcp[i] = -1;
      if (self->fds[i] >= 0)
        self->watches[i] = fil_reactor_watch (reactor, self->fds[i], FIL_IO_READ, i == 0 ? on_ready_v4 : on_ready_v6,
                                              self);
    }
  return self;
}

/**
 * fil_acceptor_free:
 *
 * Stops listening and drops the connections that have not said what they want; pumps go on.
 */
void
fil_acceptor_free (FilAcceptor *self)
{
  while (self->half_open.length > 0)
    half_open_free (g_queue_peek_head (&self->half_open));
  for (guint i = 0; i < 2; i++)
    {
      fil_watch_free (self->watches[i]);
      if (self->fds[i] >= 0)
        close (self->fds[i]);
    }
  fil_timer_free (self->pause);
  if (self->reserve_fd >= 0)
    close (self->reserve_fd);
  g_free (self);
}

/**
 * fil_acceptor_half_open:
 *
 * Returns: how many connections have not said what they want
 */
guint
fil_acceptor_half_open (const FilAcceptor *self)
{
  return self->half_open.length;
}

/**
 * fil_acceptor_dropped:
 *
 * Returns: how many were sent away since the start
 */
guint64
fil_acceptor_dropped (const FilAcceptor *self)
{
  return self->dropped;
}
