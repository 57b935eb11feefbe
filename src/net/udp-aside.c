/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "udp-aside.h"

#include "net-socket.h"

#include <sys/socket.h>
#include <unistd.h>

/**
 * fil_udp_aside_send:
 * @interface: (nullable): the interface, or local address, that everything has to use
 *
 * Sends one datagram from a port that nobody knows, and takes no answer.
 *
 * Returns: whether it went
 */
gboolean
fil_udp_aside_send (const char *interface,
                    const guint8 *bytes,
                    gsize len,
                    const FilEndpoint *to)
{
  struct sockaddr_storage addr;
  socklen_t addr_len = fil_endpoint_to_sockaddr (to, &addr);
  int fd = fil_net_socket (to, SOCK_DGRAM, NULL);
  gboolean is_sent;

  if (fd < 0)
    return FALSE;
  is_sent = addr_len > 0 && fil_net_bind_interface (fd, interface, NULL) &&
            sendto (fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *) &addr, addr_len) == (gssize) len;
  close (fd);
  return is_sent;
}
