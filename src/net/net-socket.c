/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net-socket.h"

#include "net-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

/**
 * fil_net_socket:
 * @family_of: whose address family the socket gets
 * @type: SOCK_STREAM or SOCK_DGRAM
 *
 * Returns: a non-blocking socket that is closed on exec and, for IPv6, takes no IPv4; -1 on error
 */
int
fil_net_socket (const FilEndpoint *family_of,
                int type,
                GError **error)
{
  const int on = 1;
  int fd = socket (family_of->family == 6 ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  if (fd < 0)
    {
      g_set_error_literal (error, FIL_NET_ERROR, FIL_NET_ERROR_FAILED, fil_net_error_sentence (errno));
      return -1;
    }
  if (family_of->family == 6)
    (void) setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  /* Every write is a whole message or a large piece: Nagle would only add half a second to a hop. */
  if (type == SOCK_STREAM)
    (void) setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static int
family_of_socket (int fd)
{
  int family = AF_INET;
  socklen_t len = sizeof family;

  (void) getsockopt (fd, SOL_SOCKET, SO_DOMAIN, &family, &len);
  return family;
}

/* The first address of an interface, for systems that do not let us name the device. */
static gboolean
address_of_interface (FilEndpoint *out,
                      const char *interface,
                      int family)
{
  struct ifaddrs *all = NULL;
  gboolean found = FALSE;

  if (getifaddrs (&all) != 0)
    return FALSE;
  for (struct ifaddrs *each = all; each != NULL && !found; each = each->ifa_next)
    if (each->ifa_addr != NULL && each->ifa_addr->sa_family == family && strcmp (each->ifa_name, interface) == 0)
      found = fil_endpoint_from_sockaddr (out, each->ifa_addr,
                                          family == AF_INET6 ? sizeof (struct sockaddr_in6)
                                                             : sizeof (struct sockaddr_in));
  freeifaddrs (all);
  out->port = 0;
  return found;
}

/**
 * fil_net_bind_interface:
 * @interface: (nullable): name of an interface, or an address of this machine
 *
 * Makes the socket use one interface and no other. When that is impossible the socket must not be used:
 * somebody who chose a tunnel does not want to leak around it.
 */
gboolean
fil_net_bind_interface (int fd,
                        const char *interface,
                        GError **error)
{
  FilEndpoint address;

  if (interface == NULL || *interface == '\0')
    return TRUE;
  if (fil_endpoint_parse (&address, interface, -1, 1))
    {
      address.port = 0;
      if (family_of_socket (fd) != (address.family == 6 ? AF_INET6 : AF_INET))
        {
          g_set_error (error, FIL_NET_ERROR, FIL_NET_ERROR_INTERFACE,
                       _("Connections are bound to %s, which cannot reach this kind of address"), interface);
          return FALSE;
        }
      return fil_net_bind (fd, &address, error);
    }
  if (if_nametoindex (interface) == 0)
    {
      g_set_error (error, FIL_NET_ERROR, FIL_NET_ERROR_INTERFACE, _("The network interface “%s” is not there"),
                   interface);
      return FALSE;
    }
  if (setsockopt (fd, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t) strlen (interface) + 1) == 0)
    return TRUE;
  if (address_of_interface (&address, interface, family_of_socket (fd)))
    return fil_net_bind (fd, &address, error);
  g_set_error (error, FIL_NET_ERROR, FIL_NET_ERROR_INTERFACE, _("The network interface “%s” cannot be used: %s"),
               interface, fil_net_error_sentence (errno));
  return FALSE;
}

/**
 * fil_net_bind:
 *
 * Binds to an address; a port that is taken has its own error code.
 */
gboolean
fil_net_bind (int fd,
              const FilEndpoint *at,
              GError **error)
{
  struct sockaddr_storage addr;
  socklen_t len = fil_endpoint_to_sockaddr (at, &addr);
  char text[FIL_ENDPOINT_TEXT_LEN];
  int code;

  if (bind (fd, (struct sockaddr *) &addr, len) == 0)
    return TRUE;
  code = errno;
  fil_endpoint_to_text (at, text);
  if (code == EADDRINUSE)
    g_set_error (error, FIL_NET_ERROR, FIL_NET_ERROR_IN_USE,
                 _("Another program already listens on %s; choose another port"), text);
  else if (code == EACCES)
    g_set_error (error, FIL_NET_ERROR, FIL_NET_ERROR_FAILED,
                 _("The system does not allow listening on %s; choose a port above 1023"), text);
  else
    g_set_error (error, FIL_NET_ERROR, FIL_NET_ERROR_FAILED, _("Cannot listen on %s: %s"), text,
                 fil_net_error_sentence (code));
  return FALSE;
}

static FilEndpoint
endpoint_by (int fd,
             int (*get) (int, struct sockaddr *restrict, socklen_t *restrict))
{
  struct sockaddr_storage addr = { 0 };
  socklen_t len = sizeof addr;
  FilEndpoint endpoint = { 0 };

  if (get (fd, (struct sockaddr *) &addr, &len) != 0 ||
      !fil_endpoint_from_sockaddr (&endpoint, (struct sockaddr *) &addr, len))
    return (FilEndpoint){ 0 };
  return endpoint;
}

static int
get_local (int fd,
           struct sockaddr *restrict addr,
           socklen_t *restrict len)
{
  return getsockname (fd, addr, len);
}

static int
get_remote (int fd,
            struct sockaddr *restrict addr,
            socklen_t *restrict len)
{
  return getpeername (fd, addr, len);
}

/**
 * fil_net_local_endpoint:
 *
 * Returns: our side of a socket, or no endpoint
 */
FilEndpoint
fil_net_local_endpoint (int fd)
{
  return endpoint_by (fd, get_local);
}

/**
 * fil_net_remote_endpoint:
 *
 * Returns: the other side of a socket, or no endpoint
 */
FilEndpoint
fil_net_remote_endpoint (int fd)
{
  return endpoint_by (fd, get_remote);
}
