/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "socket-stream.h"

#include "net-limits.h"
#include "net-socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  FilStream parent;
  FilWatch *watch;
  int fd;
} FilSocketStream;

static gssize
result_of (FilSocketStream *self,
           gssize n)
{
  if (n >= 0)
    return n;
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
    return FIL_STREAM_AGAIN;
  return fil_stream_fail_errno (&self->parent, errno);
}

static gssize
receive (FilStream *stream,
         guint8 *out,
         gsize len,
         int flags)
{
  FilSocketStream *self = (FilSocketStream *) stream;
  gssize n;

  do
    n = recv (self->fd, out, len, flags);
  while (n < 0 && errno == EINTR);
  return result_of (self, n);
}

static gssize
socket_stream_read (FilStream *stream,
                    guint8 *out,
                    gsize len)
{
  return receive (stream, out, len, 0);
}

static gssize
socket_stream_peek (FilStream *stream,
                    guint8 *out,
                    gsize len)
{
  return receive (stream, out, len, MSG_PEEK);
}

static gssize
socket_stream_write (FilStream *stream,
                     const guint8 *bytes,
                     gsize len)
{
  FilSocketStream *self = (FilSocketStream *) stream;
  gssize n;

  do
    n = send (self->fd, bytes, len, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  return result_of (self, n);
}

static gssize
socket_stream_send_file (FilStream *stream,
                         int fd,
                         goffset offset,
                         gsize len)
{
  FilSocketStream *self = (FilSocketStream *) stream;
  off_t at = offset;
  gssize n;

  do
    n = sendfile (self->fd, fd, &at, len);
  while (n < 0 && errno == EINTR);
  if (n == 0 || (n < 0 && (errno == EIO || errno == ESTALE)))
    return FIL_STREAM_FILE_SHORT;
  if (n < 0 && (errno == EINVAL || errno == ENOSYS || errno == EOVERFLOW))
    return FIL_STREAM_NO_FILES;
  return result_of (self, n);
}

/* The kernel keeps the mean of the round trips of what we sent. */
static void
socket_stream_describe (FilStream *stream,
                        FilCarrier *out)
{
  struct tcp_info info = { 0 };
  socklen_t len = sizeof info;

  out->name = "tcp";
  if (getsockopt (((FilSocketStream *) stream)->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0)
    out->round_trip_us = info.tcpi_rtt;
}

static void
socket_stream_shut (FilStream *stream)
{
  (void) shutdown (((FilSocketStream *) stream)->fd, SHUT_WR);
}

static void
socket_stream_free (FilStream *stream)
{
  FilSocketStream *self = (FilSocketStream *) stream;

  fil_watch_free (self->watch);
  close (self->fd);
  g_free (self);
}

/* The kernel asks whether the other side is still there. */
static void
socket_stream_keep_watch (FilStream *stream)
{
  const int on = 1, idle_s = FIL_KEEP_WATCH_IDLE_S, interval_s = FIL_KEEP_WATCH_INTERVAL_S;
  const int probes = FIL_KEEP_WATCH_PROBES, unanswered_ms = FIL_KEEP_WATCH_UNANSWERED_MS;
  const int fd = ((FilSocketStream *) stream)->fd;

  (void) setsockopt (fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  (void) setsockopt (fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
  (void) setsockopt (fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof interval_s);
  (void) setsockopt (fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
  (void) setsockopt (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unanswered_ms, sizeof unanswered_ms);
}

static const FilStreamClass socket_stream_class = {
  .name = "tcp",
  .read = socket_stream_read,
  .peek = socket_stream_peek,
  .write = socket_stream_write,
  .send_file = socket_stream_send_file,
  .keep_watch = socket_stream_keep_watch,
  .describe = socket_stream_describe,
  .shut = socket_stream_shut,
  .free = socket_stream_free,
};

static void
on_ready (gpointer data,
          FilIo ready)
{
  fil_stream_notify (data, ready);
}

/**
 * fil_socket_stream_new:
 * @fd: (transfer full): a connected, non-blocking stream socket
 *
 * Watches the socket once and for both directions, by edges: afterwards no system call is spent on
 * what to wait for, and data that nobody reads wakes nobody.
 *
 * Returns: (transfer full): the stream
 */
FilStream *
fil_socket_stream_new (FilReactor *reactor,
                       int fd)
{
  FilSocketStream *self = g_new0 (FilSocketStream, 1);

  fil_stream_init (&self->parent, &socket_stream_class);
  self->fd = fd;
  self->watch = fil_reactor_watch (reactor, fd, FIL_IO_READ | FIL_IO_WRITE | FIL_IO_EDGE, on_ready, self);
  return &self->parent;
}

/**
 * fil_socket_stream_local_port:
 * @stream: (nullable): any stream
 *
 * Returns: the port of our end, 0 when the stream is no socket
 */
guint16
fil_socket_stream_local_port (const FilStream *stream)
{
  if (stream == NULL || stream->klass != &socket_stream_class)
    return 0;
  return fil_net_local_endpoint (((const FilSocketStream *) stream)->fd).port;
}
