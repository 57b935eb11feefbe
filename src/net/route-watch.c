/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "route-watch.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

struct _FilRouteWatch
{
  int fd;
  FilWatch *watch;
  FilRouteWatchFunc func;
  gpointer data;
};

/* What the messages say is not read: a lost one would not be missed, since the kernel is asked anyway. */
static void
on_ready (gpointer data,
          FilIo ready)
{
  FilRouteWatch *self = data;
  guint8 scratch[8192];

  while (recv (self->fd, scratch, sizeof scratch, MSG_DONTWAIT) > 0)
    continue;
  self->func (self->data);
}

/**
 * fil_route_watch_new:
 *
 * Returns: (transfer full) (nullable): NULL when the kernel does not tell; then it has to be asked now and then
 */
FilRouteWatch *
fil_route_watch_new (FilReactor *reactor,
                     FilRouteWatchFunc func,
                     gpointer data)
{
  const struct sockaddr_nl groups = {
    .nl_family = AF_NETLINK,
    .nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE,
  };
  FilRouteWatch *self;
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

  if (fd < 0)
    return NULL;
  if (bind (fd, (const struct sockaddr *) &groups, sizeof groups) != 0)
    {
      close (fd);
      return NULL;
    }
  self = g_new0 (FilRouteWatch, 1);
  self->fd = fd;
  self->func = func;
  self->data = data;
  self->watch = fil_reactor_watch (reactor, fd, FIL_IO_READ | FIL_IO_EDGE, on_ready, self);
  return self;
}

void
fil_route_watch_free (FilRouteWatch *self)
{
  if (self == NULL)
    return;
  fil_watch_free (self->watch);
  close (self->fd);
  g_free (self);
}
