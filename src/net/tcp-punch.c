/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tcp-punch.h"

#include "net-limits.h"
#include "net-socket.h"
#include "socket-stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

struct _FilTcpPunch
{
  FilReactor *reactor;
  FilEndpoint local[2]; /* IPv4, IPv6; family 0: does not listen there */
  char *interface;
  FilTcpPunchFunc func;
  gpointer data;
  GQueue attempts;      /* of Attempt */
};

typedef struct
{
  FilTcpPunch *punch;
  guint32 id;
  FilEndpoint to;
  FilConnectManner manner;
  guint tries;
  gint64 until_us;
  int fd;               /* -1: waits for the next try */
  FilWatch *watch;
  FilTimer *timer;
  GList link;
} Attempt;

static void
close_socket (Attempt *self)
{
  g_clear_pointer (&self->watch, fil_watch_free);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

static void
attempt_free (Attempt *self)
{
  close_socket (self);
  fil_timer_free (self->timer);
  g_queue_unlink (&self->punch->attempts, &self->link);
  g_free (self);
}

/**
 * fil_tcp_punch_new:
 * @local: where it listens
 * @interface: (nullable): the only interface that may be used
 *
 * Returns: (transfer full):
 */
FilTcpPunch *
fil_tcp_punch_new (FilReactor *reactor,
                   const FilEndpoint *local,
                   const char *interface,
                   FilTcpPunchFunc func,
                   gpointer data)
{
  FilTcpPunch *self = g_new0 (FilTcpPunch, 1);

  self->reactor = reactor;
  self->local[local->family == 6 ? 1 : 0] = *local;
  /* Who listens on every address does so for both families. */
  if (fil_endpoint_class (local) == FIL_ADDRESS_NONE)
    self->local[1] = (FilEndpoint){ .family = 6, .port = local->port };
  self->interface = g_strdup (interface);
  self->func = func;
  self->data = data;
  return self;
}

/**
 * fil_tcp_punch_free:
 *
 * Gives all attempts up; nothing is called.
 */
void
fil_tcp_punch_free (FilTcpPunch *self)
{
  if (self == NULL)
    return;
  while (self->attempts.length > 0)
    attempt_free (g_queue_peek_head (&self->attempts));
  g_free (self->interface);
  g_free (self);
}

static void
set_ttl (int fd,
         const FilEndpoint *to,
         int ttl)
{
  if (to->family == 6)
    (void) setsockopt (fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &ttl, sizeof ttl);
  else
    (void) setsockopt (fd, IPPROTO_IP, IP_TTL, &ttl, sizeof ttl);
}

static int
make_socket (Attempt *self)
{
  const FilEndpoint *local = &self->punch->local[self->to.family == 6 ? 1 : 0];
  FilEndpoint address;
  const int on = 1;
  int fd;

  if (local->family == 0)
    return -1;
  fd = fil_net_socket (&self->to, SOCK_STREAM, NULL);
  if (fd < 0)
    return -1;
  (void) setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  (void) setsockopt (fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  /* An interface that is named by its address is what @local says already. */
  if ((self->punch->interface != NULL && !fil_endpoint_parse (&address, self->punch->interface, -1, 1) &&
       !fil_net_bind_interface (fd, self->punch->interface, NULL)) ||
      !fil_net_bind (fd, local, NULL))
    {
      close (fd);
      return -1;
    }
  return fd;
}

/* Of the same attempt at the same address: whoever names it could name many of its ports. */
static guint
tries_there (const Attempt *self)
{
  guint n = 0;

  for (const GList *each = self->punch->attempts.head; each != NULL; each = each->next)
    {
      const Attempt *other = each->data;

      if (other->id == self->id && other->manner != FIL_CONNECT_LOW &&
          fil_endpoint_same_address (&other->to, &self->to))
        n += other->tries;
    }
  return n;
}

/* A router on the way said no, before the other side's own SYN opened it. */
static void
be_refused (Attempt *self)
{
  close_socket (self);
  if (self->manner != FIL_CONNECT_INSIST)
    attempt_free (self);
  else
    fil_timer_set (self->timer,
                   MIN (self->until_us, fil_reactor_now (self->punch->reactor) + FIL_TCP_PUNCH_RETRY_US));
}

static void on_ready (gpointer data, FilIo ready);

static void
try_now (Attempt *self)
{
  struct sockaddr_storage addr;
  socklen_t len = fil_endpoint_to_sockaddr (&self->to, &addr);

  self->tries++;
  self->fd = make_socket (self);
  if (self->fd < 0)
    {
      fil_timer_set (self->timer, self->until_us);
      return;
    }
  if (self->manner == FIL_CONNECT_LOW)
    set_ttl (self->fd, &self->to, FIL_TCP_PUNCH_LOW_TTL);
  if (connect (self->fd, (struct sockaddr *) &addr, len) != 0 && errno != EINPROGRESS && errno != EINTR)
    {
      be_refused (self);
      return;
    }
  /* The SYN has gone; what answers one that comes in has to arrive. */
  if (self->manner == FIL_CONNECT_LOW)
    set_ttl (self->fd, &self->to, -1);
  self->watch = fil_reactor_watch (self->punch->reactor, self->fd, FIL_IO_WRITE, on_ready, self);
  fil_timer_set (self->timer, self->until_us);
}

static void
succeed (Attempt *self)
{
  FilTcpPunch *punch = self->punch;
  FilEndpoint to = self->to;
  guint32 id = self->id;
  FilStream *stream;

  /* The watch goes first: the stream watches the same descriptor. */
  g_clear_pointer (&self->watch, fil_watch_free);
  stream = fil_socket_stream_new (punch->reactor, self->fd);
  fil_stream_keep_watch (stream);
  self->fd = -1;
  attempt_free (self);
  punch->func (punch->data, id, stream, &to);
}

static void
on_ready (gpointer data,
          FilIo ready)
{
  Attempt *self = data;
  int code = 0;
  socklen_t len = sizeof code;

  if (getsockopt (self->fd, SOL_SOCKET, SO_ERROR, &code, &len) != 0)
    code = errno;
  if (code == 0)
    succeed (self);
  else
    be_refused (self);
}

static void
on_timer (gpointer data,
          gint64 now_us)
{
  Attempt *self = data;

  if (now_us >= self->until_us || self->fd >= 0)
    attempt_free (self);
  else if (tries_there (self) >= FIL_TCP_PUNCH_TRIES)
    /* What it tried stays counted until all of them end. */
    fil_timer_set (self->timer, self->until_us);
  else
    try_now (self);
}

/* One socket at a time may connect from our port to another. One that does less has nothing to add to what is
 * under way, and leaves its place to one that does more; of those that insist each attempt has its own, which
 * waits its turn. */
static gboolean
make_way (FilTcpPunch *self,
          guint32 id,
          const FilEndpoint *to,
          FilConnectManner manner)
{
  for (GList *each = self->attempts.head, *next; each != NULL; each = next)
    {
      Attempt *other = each->data;

      next = each->next;
      if (!fil_endpoint_equal (&other->to, to))
        continue;
      if (other->manner < manner)
        attempt_free (other);
      else if (manner != FIL_CONNECT_INSIST || other->id == id)
        return FALSE;
    }
  return TRUE;
}

/**
 * fil_tcp_punch_open:
 * @id: of the attempt, for fil_tcp_punch_stop()
 * @to: the gate has agreed to it
 *
 * Connects from the listening port; who insists tries again for some seconds when that is refused.
 *
 * Returns: FALSE when enough is under way already, or this
 */
gboolean
fil_tcp_punch_open (FilTcpPunch *self,
                    guint32 id,
                    const FilEndpoint *to,
                    FilConnectManner manner)
{
  static const gint64 lives_us[] = { FIL_TCP_PUNCH_LOW_US, FIL_TCP_PUNCH_ONCE_US, FIL_TCP_PUNCH_US };
  gint64 now_us = fil_reactor_now (self->reactor);
  Attempt *attempt;

  if (self->attempts.length >= FIL_TCP_PUNCH_MAX)
    return FALSE;
  if (!make_way (self, id, to, manner))
    return FALSE;
  attempt = g_new0 (Attempt, 1);
  attempt->punch = self;
  attempt->id = id;
  attempt->to = *to;
  attempt->manner = manner;
  attempt->fd = -1;
  attempt->until_us = now_us + lives_us[manner];
  attempt->timer = fil_timer_new (fil_reactor_timers (self->reactor), on_timer, attempt);
  attempt->link.data = attempt;
  g_queue_push_tail_link (&self->attempts, &attempt->link);
  try_now (attempt);
  return TRUE;
}

/**
 * fil_tcp_punch_stop:
 *
 * Gives up what is under way for an attempt.
 */
void
fil_tcp_punch_stop (FilTcpPunch *self,
                    guint32 id)
{
  for (GList *each = self->attempts.head, *next; each != NULL; each = next)
    {
      next = each->next;
      if (((Attempt *) each->data)->id == id)
        attempt_free (each->data);
    }
}

guint
fil_tcp_punch_n (const FilTcpPunch *self)
{
  return self->attempts.length;
}
