/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "udp-port.h"

#include "net-limits.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* Where one system call puts what it reads. */
typedef struct
{
  struct mmsghdr messages[FIL_UDP_BATCH];
  struct iovec slices[FIL_UDP_BATCH];
  struct sockaddr_storage from[FIL_UDP_BATCH];
  guint8 bytes[FIL_UDP_BATCH][FIL_UDP_MAX_DATAGRAM];
} Batch;

struct _FilUdpPort
{
  FilReactor *reactor;
  FilUdpFunc func;
  gpointer data;
  int fds[2];
  FilWatch *watches[2];
  Batch *batch;     /* made with the first datagram */
  guint64 dropped;
  gboolean *freed;  /* set when the port is freed inside its callback */
};

static void
prepare (Batch *batch)
{
  for (guint i = 0; i < FIL_UDP_BATCH; i++)
    {
      batch->slices[i] = (struct iovec){ batch->bytes[i], FIL_UDP_MAX_DATAGRAM };
      batch->messages[i].msg_hdr = (struct msghdr){
        .msg_name = &batch->from[i],
        .msg_namelen = sizeof batch->from[i],
        .msg_iov = &batch->slices[i],
        .msg_iovlen = 1,
      };
    }
}

/* Returns FALSE when the port was freed by its callback. */
static gboolean
deliver (FilUdpPort *self,
         guint n)
{
  gint64 now_us = fil_reactor_now (self->reactor);
  gboolean freed = FALSE;

  self->freed = &freed;
  for (guint i = 0; i < n; i++)
    {
      const struct mmsghdr *message = &self->batch->messages[i];
      FilEndpoint from;

      if ((message->msg_hdr.msg_flags & MSG_TRUNC) ||
          !fil_endpoint_from_sockaddr (&from, message->msg_hdr.msg_name, message->msg_hdr.msg_namelen))
        {
          self->dropped++;
          continue;
        }
      self->func (self->data, self->batch->bytes[i], message->msg_len, &from, now_us);
      if (freed)
        return FALSE;
    }
  self->freed = NULL;
  return TRUE;
}

static void
receive (FilUdpPort *self,
         int fd)
{
  if (self->batch == NULL)
    self->batch = g_malloc (sizeof *self->batch);
  for (guint total = 0; total < FIL_UDP_TURN; total += FIL_UDP_BATCH)
    {
      int n;

      prepare (self->batch);
      n = recvmmsg (fd, self->batch->messages, FIL_UDP_BATCH, MSG_DONTWAIT, NULL);
      if (n <= 0 || !deliver (self, (guint) n) || n < FIL_UDP_BATCH)
        return;
    }
}

static void
on_ready_v4 (gpointer data,
             FilIo ready)
{
  receive (data, ((FilUdpPort *) data)->fds[0]);
}

static void
on_ready_v6 (gpointer data,
             FilIo ready)
{
  receive (data, ((FilUdpPort *) data)->fds[1]);
}

/**
 * fil_udp_port_new:
 * @listener: its UDP sockets are taken over
 * @func: called for each datagram; the bytes are valid during the call
 *
 * Returns: (transfer full): the port, receiving
 */
FilUdpPort *
fil_udp_port_new (FilReactor *reactor,
                  FilListener *listener,
                  FilUdpFunc func,
                  gpointer data)
{
  FilUdpPort *self = g_new0 (FilUdpPort, 1);

  self->reactor = reactor;
  self->func = func;
  self->data = data;
  for (guint i = 0; i < 2; i++)
    {
      self->fds[i] = listener->udp[i];
      listener->udp[i] = -1;
      if (self->fds[i] >= 0)
        self->watches[i] = fil_reactor_watch (reactor, self->fds[i], FIL_IO_READ, i == 0 ? on_ready_v4 : on_ready_v6,
                                              self);
    }
  return self;
}

void
fil_udp_port_free (FilUdpPort *self)
{
  if (self->freed != NULL)
    *self->freed = TRUE;
  for (guint i = 0; i < 2; i++)
    {
      fil_watch_free (self->watches[i]);
      if (self->fds[i] >= 0)
        close (self->fds[i]);
    }
  g_free (self->batch);
  g_free (self);
}

/**
 * fil_udp_port_send:
 *
 * Sends a datagram, or drops it when the kernel has no room for it now.
 *
 * Returns: whether it went
 */
gboolean
fil_udp_port_send (FilUdpPort *self,
                   const guint8 *bytes,
                   gsize len,
                   const FilEndpoint *to)
{
  struct sockaddr_storage addr;
  socklen_t addr_len = fil_endpoint_to_sockaddr (to, &addr);
  int fd = self->fds[to->family == 6 ? 1 : 0];

  if (addr_len == 0 || fd < 0 ||
      sendto (fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *) &addr, addr_len) != (gssize) len)
    {
      self->dropped++;
      return FALSE;
    }
  return TRUE;
}

/**
 * fil_udp_port_dropped:
 *
 * Returns: how many datagrams were lost here, too long ones included
 */
guint64
fil_udp_port_dropped (const FilUdpPort *self)
{
  return self->dropped;
}
