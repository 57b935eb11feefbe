/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "local-route.h"

#include "net-socket.h"

#include <sys/socket.h>
#include <unistd.h>

/**
 * fil_local_route:
 * @family: 4 or 6
 * @interface: (nullable): the interface, or local address, that everything has to use
 * @out: (out): the address that this machine sends from to the world, port 0
 *
 * Asks the kernel for its choice; nothing is sent.
 *
 * Returns: whether there is a way out
 */
gboolean
fil_local_route (guint8 family,
                 const char *interface,
                 FilEndpoint *out)
{
  /* Addresses that nobody has (RFC 5737, RFC 3849): only the default route leads there. */
  static const guint8 v4[4] = { 192, 0, 2, 1 };
  static const guint8 v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
  FilEndpoint far = family == 6 ? fil_endpoint_v6 (v6, 9) : fil_endpoint_v4 (v4, 9);
  struct sockaddr_storage addr;
  socklen_t len = fil_endpoint_to_sockaddr (&far, &addr);
  int fd = fil_net_socket (&far, SOCK_DGRAM, NULL);
  gboolean is_good;

  *out = (FilEndpoint){ 0 };
  if (fd < 0)
    return FALSE;
  is_good = fil_net_bind_interface (fd, interface, NULL) && connect (fd, (struct sockaddr *) &addr, len) == 0;
  if (is_good)
    *out = fil_net_local_endpoint (fd);
  close (fd);
  out->port = 0;
  return is_good && out->family == family;
}
