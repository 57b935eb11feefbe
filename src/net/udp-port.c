/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "udp-port.h"

#include "net-limits.h"

#include "rudp-packet.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONTROL_LEN 64

/* Where one system call puts what it reads. A message is a datagram, or, as UDP_GRO has it, several of one
 * length from one sender. */
typedef struct
{
  struct mmsghdr messages[FIL_UDP_BATCH];
  struct iovec slices[FIL_UDP_BATCH];
  struct sockaddr_storage from[FIL_UDP_BATCH];
  _Alignas (struct cmsghdr) guint8 control[FIL_UDP_BATCH][CONTROL_LEN];
  guint8 bytes[FIL_UDP_BATCH][FIL_UDP_MAX_MESSAGE];
} Batch;

struct _FilUdpPort
{
  FilReactor *reactor;
  FilUdpFunc func;
  gpointer data;
  const FilUdpBulkDelegate *bulk; /* NULL: nobody */
  gpointer bulk_data;
  int fds[2];
  FilWatch *watches[2];
  Batch *batch;          /* made with the first datagram */
  guint64 dropped;
  gboolean has_bulk;     /* in this turn */
  gboolean is_crowded;   /* the latest messages held many datagrams: fewer of them fill a turn */
  gboolean *freed;       /* set when the port is freed inside its callback */
};

/* What is left to read in one turn. */
typedef struct
{
  gint64 now_us;
  gsize datagrams;
  gsize bytes;
} Turn;

static void
prepare (Batch *batch)
{
  for (guint i = 0; i < FIL_UDP_BATCH; i++)
    {
      batch->slices[i] = (struct iovec){ batch->bytes[i], FIL_UDP_MAX_MESSAGE };
      batch->messages[i].msg_hdr = (struct msghdr){
        .msg_name = &batch->from[i],
        .msg_namelen = sizeof batch->from[i],
        .msg_iov = &batch->slices[i],
        .msg_iovlen = 1,
        .msg_control = batch->control[i],
        .msg_controllen = CONTROL_LEN,
      };
    }
}

/* The length of the datagrams in a message; the last one may be shorter. */
static gsize
datagram_len (struct mmsghdr *message)
{
  for (struct cmsghdr *each = CMSG_FIRSTHDR (&message->msg_hdr); each != NULL;
       each = CMSG_NXTHDR (&message->msg_hdr, each))
    if (each->cmsg_level == SOL_UDP && each->cmsg_type == UDP_GRO)
      {
        int len;

        memcpy (&len, CMSG_DATA (each), sizeof len);
        if (len > 0)
          return (gsize) len;
      }
  return MAX (message->msg_len, 1);
}

static void
deliver_one (FilUdpPort *self,
             const guint8 *bytes,
             gsize len,
             const FilEndpoint *from,
             gint64 now_us)
{
  if (len > FIL_UDP_MAX_DATAGRAM)
    self->dropped++;
  else if (self->bulk != NULL && fil_rudp_packet_is (fil_slice (bytes, len)))
    {
      self->has_bulk = TRUE;
      self->bulk->received (self->bulk_data, bytes, len, from, now_us);
    }
  else
    self->func (self->data, bytes, len, from, now_us);
}

/* Returns FALSE when the port was freed by its callback. */
static gboolean
deliver (FilUdpPort *self,
         guint n,
         Turn *turn)
{
  gboolean freed = FALSE;
  gsize total = 0;

  self->freed = &freed;
  for (guint i = 0; i < n; i++)
    {
      struct mmsghdr *message = &self->batch->messages[i];
      const gsize len = message->msg_len;
      const gsize size = datagram_len (message);
      FilEndpoint from;

      if ((message->msg_hdr.msg_flags & MSG_TRUNC) ||
          !fil_endpoint_from_sockaddr (&from, message->msg_hdr.msg_name, message->msg_hdr.msg_namelen))
        {
          self->dropped++;
          continue;
        }
      for (gsize at = 0; at == 0 || at < len; at += size)
        {
          deliver_one (self, self->batch->bytes[i] + at, MIN (size, len - at), &from, turn->now_us);
          if (freed)
            return FALSE;
          turn->datagrams -= MIN (turn->datagrams, 1);
        }
      total += len;
    }
  self->freed = NULL;
  self->is_crowded = total > n * (gsize) FIL_UDP_MAX_DATAGRAM;
  turn->bytes -= MIN (turn->bytes, total);
  return TRUE;
}

static void
receive (FilUdpPort *self,
         int fd)
{
  Turn turn = { fil_reactor_now (self->reactor), FIL_UDP_TURN, FIL_UDP_TURN_BYTES };
  int n;

  if (self->batch == NULL)
    self->batch = g_malloc (sizeof *self->batch);
  self->has_bulk = FALSE;
  do
    {
      const guint most = self->is_crowded ? FIL_UDP_BATCH_CROWDED : FIL_UDP_BATCH;

      prepare (self->batch);
      n = recvmmsg (fd, self->batch->messages, most, MSG_DONTWAIT, NULL);
      if (n > 0 && !deliver (self, (guint) n, &turn))
        return;
      if (n < (int) most)
        break;
    }
  while (turn.datagrams > 0 && turn.bytes > 0);
  if (self->has_bulk)
    self->bulk->turn_ended (self->bulk_data, turn.now_us);
}

static void
ready (FilUdpPort *self,
       guint i,
       FilIo io)
{
  if ((io & FIL_IO_WRITE) && self->bulk != NULL)
    {
      fil_watch_set_events (self->watches[i], FIL_IO_READ);
      self->bulk->writable (self->bulk_data, fil_reactor_now (self->reactor));
    }
  if (io & (FIL_IO_READ | FIL_IO_ERROR))
    receive (self, self->fds[i]);
}

static void
on_ready_v4 (gpointer data,
             FilIo io)
{
  ready (data, 0, io);
}

static void
on_ready_v6 (gpointer data,
             FilIo io)
{
  ready (data, 1, io);
}

/* Room for what comes while a turn lasts, as far as the system allows; and many datagrams in one message. */
static void
tune (int fd)
{
  const int size = FIL_UDP_SOCKET_BUFFER;
  const int on = 1;

  (void) setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  (void) setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  (void) setsockopt (fd, SOL_UDP, UDP_GRO, &on, sizeof on);
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
      if (self->fds[i] < 0)
        continue;
      tune (self->fds[i]);
      self->watches[i] =
          fil_reactor_watch (reactor, self->fds[i], FIL_IO_READ, i == 0 ? on_ready_v4 : on_ready_v6, self);
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
 * fil_udp_port_has_family:
 * @family: 4 or 6
 *
 * Returns: whether datagrams of that family can come in and go out
 */
gboolean
fil_udp_port_has_family (const FilUdpPort *self,
                         guint8 family)
{
  return self->fds[family == 6 ? 1 : 0] >= 0;
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

/* Adds an option that holds for one message. */
static void
add_option (struct msghdr *message,
            int level,
            int type,
            const void *value,
            gsize len)
{
  struct cmsghdr *option;

  message->msg_controllen = CMSG_SPACE (len);
  option = CMSG_FIRSTHDR (message);
  option->cmsg_level = level;
  option->cmsg_type = type;
  option->cmsg_len = CMSG_LEN (len);
  memcpy (CMSG_DATA (option), value, len);
}

/**
 * fil_udp_port_send_ttl:
 * @ttl: IP time to live (hop limit) of this datagram; 0 for the system's
 *
 * Like fil_udp_port_send(), for datagrams that shall not get far (signalling.md §2).
 */
gboolean
fil_udp_port_send_ttl (FilUdpPort *self,
                       const guint8 *bytes,
                       gsize len,
                       const FilEndpoint *to,
                       guint8 ttl)
{
  _Alignas (struct cmsghdr) guint8 control[CONTROL_LEN] = { 0 };
  struct sockaddr_storage addr;
  struct iovec slice = { (void *) bytes, len };
  struct msghdr message = { .msg_name = &addr, .msg_iov = &slice, .msg_iovlen = 1, .msg_control = control };
  const int value = ttl;
  int fd = self->fds[to->family == 6 ? 1 : 0];

  if (ttl == 0)
    return fil_udp_port_send (self, bytes, len, to);
  message.msg_namelen = fil_endpoint_to_sockaddr (to, &addr);
  if (to->family == 6)
    add_option (&message, IPPROTO_IPV6, IPV6_HOPLIMIT, &value, sizeof value);
  else
    add_option (&message, IPPROTO_IP, IP_TTL, &value, sizeof value);
  if (message.msg_namelen == 0 || fd < 0 || sendmsg (fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) != (gssize) len)
    {
      self->dropped++;
      return FALSE;
    }
  return TRUE;
}

/**
 * fil_udp_port_set_bulk:
 * @delegate: (nullable): static; gets the datagrams of reliable UDP, from now on
 */
void
fil_udp_port_set_bulk (FilUdpPort *self,
                       const FilUdpBulkDelegate *delegate,
                       gpointer data)
{
  self->bulk = delegate;
  self->bulk_data = data;
}

static gboolean
is_full (int code)
{
  return code == EAGAIN || code == EWOULDBLOCK || code == ENOBUFS;
}

/* Some devices cannot cut, some paths take less than one piece or one datagram; which it is shows only now, and
 * says nothing of the next destination. */
static gboolean
must_not_join (int code)
{
  return code == EIO || code == EINVAL || code == EMSGSIZE;
}

/* Hands all datagrams to the system as one piece, which cuts it late, or never. Returns 0 or an error code. */
static int
send_segments (int fd,
               const guint8 *bytes,
               gsize len,
               gsize size,
               struct sockaddr_storage *addr,
               socklen_t addr_len)
{
  _Alignas (struct cmsghdr) guint8 control[CONTROL_LEN] = { 0 };
  struct iovec slice = { (void *) bytes, len };
  struct msghdr message = { .msg_name = addr, .msg_namelen = addr_len, .msg_iov = &slice, .msg_iovlen = 1,
                            .msg_control = control };
  const guint16 value = (guint16) size;

  add_option (&message, SOL_UDP, UDP_SEGMENT, &value, sizeof value);
  return sendmsg (fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? errno : 0;
}

static int
send_each (int fd,
           const guint8 *bytes,
           gsize len,
           gsize size,
           struct sockaddr_storage *addr,
           socklen_t addr_len)
{
  struct mmsghdr messages[FIL_UDP_SEGMENTS];
  struct iovec slices[FIL_UDP_SEGMENTS];
  guint n = 0;

  for (gsize at = 0; at < len && n < FIL_UDP_SEGMENTS; at += size, n++)
    {
      slices[n] = (struct iovec){ (void *) (bytes + at), MIN (size, len - at) };
      messages[n] = (struct mmsghdr){ .msg_hdr = { .msg_name = addr, .msg_namelen = addr_len,
                                                   .msg_iov = &slices[n], .msg_iovlen = 1 } };
    }
  return sendmmsg (fd, messages, n, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? errno : 0;
}

/**
 * fil_udp_port_send_bulk:
 * @bytes: one datagram, or up to FIL_UDP_SEGMENTS side by side
 * @size: bytes of each but the last, which may be shorter
 *
 * Sends datagrams of somebody who repeats what is lost.
 *
 * Returns: FALSE when the kernel has no room now: the delegate's writable() follows. Whatever else fails
 *   counts as sent, and lost
 */
gboolean
fil_udp_port_send_bulk (FilUdpPort *self,
                        const guint8 *bytes,
                        gsize len,
                        gsize size,
                        const FilEndpoint *to)
{
  struct sockaddr_storage addr;
  socklen_t addr_len = fil_endpoint_to_sockaddr (to, &addr);
  const guint i = to->family == 6 ? 1 : 0;
  int code = EINVAL;

  if (addr_len == 0 || self->fds[i] < 0)
    {
      self->dropped++;
      return TRUE;
    }
  if (len > size)
    code = send_segments (self->fds[i], bytes, len, size, &addr, addr_len);
  if (len <= size || must_not_join (code))
    code = send_each (self->fds[i], bytes, len, size, &addr, addr_len);
  if (is_full (code))
    fil_watch_set_events (self->watches[i], FIL_IO_READ | FIL_IO_WRITE);
  else if (code != 0)
    self->dropped++;
  return !is_full (code);
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
