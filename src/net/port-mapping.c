/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "port-mapping.h"

#include "gateway.h"
#include "net-limits.h"
#include "net-socket.h"
#include "upnp.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct _FilPortMapping
{
  FilReactor *reactor;
  guint16 port;
  void (*changed) (gpointer data);
  gpointer data;
  gboolean has_gateway;
  FilGateway gateway;

  FilPortMapper *mapper; /* NULL: no router */
  int fd;                /* connected to the router's port; -1: none */
  FilWatch *watch;
  int news_fd;           /* where routers tell that they have forgotten; -1: none */
  FilWatch *news_watch;
  FilTimer *timer;

  FilUpnp *upnp;         /* once the others had no answer */
  gboolean has_tried_upnp;
  FilTimer *upnp_timer;
  gboolean is_upnp_late;

  FilTimer *release_timer;
  gboolean is_released;
};

static void
reschedule (FilPortMapping *self)
{
  fil_timer_set (self->timer, fil_port_mapper_wake (self->mapper));
}

/* The kernel drops what does not come from the router, since the socket is connected. */
static void
read_answers (gpointer data,
              FilIo ready)
{
  FilPortMapping *self = data;
  guint8 packet[FIL_PORT_MAP_MAX_LEN + 1];

  for (guint i = 0; i < FIL_UDP_BATCH; i++)
    {
      gssize n = recv (self->fd, packet, sizeof packet, MSG_DONTWAIT);

      /* A port that is closed there says so as an error, once. */
      if (n < 0)
        break;
      fil_port_mapper_received (self->mapper, fil_slice (packet, (gsize) n), fil_reactor_now (self->reactor));
    }
  reschedule (self);
}

static void
read_news (gpointer data,
           FilIo ready)
{
  FilPortMapping *self = data;
  guint8 packet[FIL_PORT_MAP_MAX_LEN + 1];
  struct sockaddr_storage address;

  for (guint i = 0; i < FIL_UDP_BATCH; i++)
    {
      socklen_t address_len = sizeof address;
      gssize n = recvfrom (self->news_fd, packet, sizeof packet, MSG_DONTWAIT, (struct sockaddr *) &address, &address_len);
      FilEndpoint from;

      if (n < 0)
        break;
      if (fil_endpoint_from_sockaddr (&from, (struct sockaddr *) &address, address_len) &&
          fil_endpoint_same_address (&from, &self->gateway.router))
        fil_port_mapper_heard (self->mapper, fil_slice (packet, (gsize) n), fil_reactor_now (self->reactor));
    }
  reschedule (self);
}

static void
mapper_send (gpointer data,
             const guint8 *bytes,
             gsize len)
{
  FilPortMapping *self = data;

  if (send (self->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    g_debug ("the router cannot be asked");
}

static void
upnp_changed (gpointer data)
{
  FilPortMapping *self = data;

  self->changed (self->data);
}

static void
try_upnp (FilPortMapping *self)
{
  if (self->has_tried_upnp)
    return;
  self->has_tried_upnp = TRUE;
  self->upnp = fil_upnp_new (&self->gateway.local, self->port, upnp_changed, self);
  fil_timer_set (self->upnp_timer, fil_reactor_now (self->reactor) + (self->upnp != NULL ? FIL_UPNP_WAIT_US : 0));
}

static void
mapper_changed (gpointer data)
{
  FilPortMapping *self = data;
  FilPortMapperState state = fil_port_mapper_state (self->mapper);

  if (state == FIL_PORT_MAPPER_SILENT || state == FIL_PORT_MAPPER_REFUSED)
    try_upnp (self);
  self->changed (self->data);
}

static void
timer_cb (gpointer data,
          gint64 now_us)
{
  FilPortMapping *self = data;

  fil_port_mapper_tick (self->mapper, now_us);
  reschedule (self);
}

static void
upnp_late_cb (gpointer data,
              gint64 now_us)
{
  FilPortMapping *self = data;

  self->is_upnp_late = TRUE;
  self->changed (self->data);
}

static void
release_cb (gpointer data,
            gint64 now_us)
{
  ((FilPortMapping *) data)->is_released = TRUE;
}

/* Hears the router's news, that go to all hosts of the network; another program may have the port, then a
 * restart shows at the next renewal. Only what comes from the router itself is heard. */
static void
listen_for_news (FilPortMapping *self)
{
  const int on = 1;
  FilEndpoint at = { .family = 4, .port = FIL_PORT_MAP_CLIENT_PORT };
  struct ip_mreq group = { .imr_multiaddr.s_addr = htonl (INADDR_ALLHOSTS_GROUP) };
  int fd = fil_net_socket (&at, SOCK_DGRAM, NULL);

  memcpy (&group.imr_interface, self->gateway.local.addr, sizeof group.imr_interface);
  if (fd >= 0 && setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
      fil_net_bind (fd, &at, NULL) &&
      setsockopt (fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) == 0)
    {
      self->news_fd = fd;
      self->news_watch = fil_reactor_watch (self->reactor, fd, FIL_IO_READ, read_news, self);
    }
  else if (fd >= 0)
    {
      close (fd);
    }
}

static gboolean
connect_to_router (FilPortMapping *self,
                   const char *interface)
{
  FilEndpoint router = self->gateway.router;
  struct sockaddr_storage address;
  socklen_t len;

  router.port = FIL_PORT_MAP_ROUTER_PORT;
  len = fil_endpoint_to_sockaddr (&router, &address);
  self->fd = fil_net_socket (&router, SOCK_DGRAM, NULL);
  return self->fd >= 0 && fil_net_bind_interface (self->fd, interface, NULL) &&
         connect (self->fd, (const struct sockaddr *) &address, len) == 0;
}

/**
 * fil_port_mapping_new:
 * @interface: (nullable): the only interface that may be used
 * @port: ours, for TCP and UDP
 * @changed: called from the main loop, never from inside this call
 *
 * Returns: (transfer full): the mapping, being asked for
 */
FilPortMapping *
fil_port_mapping_new (FilReactor *reactor,
                      FilRandom *random,
                      const char *interface,
                      guint16 port,
                      void (*changed) (gpointer data),
                      gpointer data)
{
  static const FilPortMapperDelegate delegate = { mapper_send, mapper_changed };
  FilPortMapping *self = g_new0 (FilPortMapping, 1);
  gint64 now_us = fil_reactor_now (reactor);

  self->reactor = reactor;
  self->port = port;
  self->changed = changed;
  self->data = data;
  self->fd = self->news_fd = -1;
  self->timer = fil_timer_new (fil_reactor_timers (reactor), timer_cb, self);
  self->upnp_timer = fil_timer_new (fil_reactor_timers (reactor), upnp_late_cb, self);
  self->release_timer = fil_timer_new (fil_reactor_timers (reactor), release_cb, self);
  self->has_gateway = fil_gateway_find (interface, &self->gateway);
  if (!self->has_gateway || !connect_to_router (self, interface))
    return self;

  self->watch = fil_reactor_watch (reactor, self->fd, FIL_IO_READ, read_answers, self);
  listen_for_news (self);
  self->mapper = fil_port_mapper_new (port, &self->gateway.local, &delegate, self, random, now_us);
  reschedule (self);
  return self;
}

void
fil_port_mapping_free (FilPortMapping *self)
{
  fil_timer_free (self->timer);
  fil_timer_free (self->upnp_timer);
  fil_timer_free (self->release_timer);
  fil_watch_free (self->watch);
  fil_watch_free (self->news_watch);
  if (self->fd >= 0)
    close (self->fd);
  if (self->news_fd >= 0)
    close (self->news_fd);
  g_clear_pointer (&self->mapper, fil_port_mapper_free);
  g_clear_pointer (&self->upnp, fil_upnp_free);
  g_free (self);
}

static void
fill (FilPortMappingInfo *info,
      FilPortMapperState state,
      const char *protocol)
{
  static const FilPortMappingState states[] = {
    [FIL_PORT_MAPPER_ASKING] = FIL_PORT_MAPPING_ASKING,
    [FIL_PORT_MAPPER_MAPPED] = FIL_PORT_MAPPING_MAPPED,
    [FIL_PORT_MAPPER_REFUSED] = FIL_PORT_MAPPING_REFUSED,
    [FIL_PORT_MAPPER_SILENT] = FIL_PORT_MAPPING_NO_ANSWER,
  };

  info->state = states[state];
  info->protocol = state == FIL_PORT_MAPPER_MAPPED || state == FIL_PORT_MAPPER_REFUSED ? protocol : NULL;
}

/**
 * fil_port_mapping_get:
 * @info: (out): how far it came
 */
void
fil_port_mapping_get (const FilPortMapping *self,
                      FilPortMappingInfo *info)
{
  FilPortMapperState state;

  *info = (FilPortMappingInfo){ .state = FIL_PORT_MAPPING_NO_ROUTER };
  if (self->mapper == NULL)
    return;
  state = fil_port_mapper_state (self->mapper);
  if (state != FIL_PORT_MAPPER_MAPPED && self->upnp != NULL &&
      (fil_upnp_state (self->upnp) != FIL_PORT_MAPPER_ASKING || !self->is_upnp_late))
    {
      fill (info, fil_upnp_state (self->upnp), "UPnP");
      for (guint i = 0; i < FIL_PORT_MAP_N; i++)
        info->external[i] = fil_upnp_external (self->upnp, i);
      return;
    }
  fill (info, state, fil_port_mapper_version (self->mapper) == FIL_PORT_MAP_PCP ? "PCP" : "NAT-PMP");
  for (guint i = 0; i < FIL_PORT_MAP_N; i++)
    info->external[i] = fil_port_mapper_external (self->mapper, i);
}

/**
 * fil_port_mapping_release:
 *
 * Asks the router to close the port. changed() is not called any more; see fil_port_mapping_is_released().
 */
void
fil_port_mapping_release (FilPortMapping *self)
{
  fil_timer_clear (self->timer);
  fil_timer_clear (self->upnp_timer);
  fil_timer_set (self->release_timer, fil_reactor_now (self->reactor) + FIL_PORT_MAP_UNMAP_US);
  if (self->mapper != NULL)
    fil_port_mapper_release (self->mapper);
}

/**
 * fil_port_mapping_is_released:
 *
 * To be asked while the main loop turns.
 *
 * Returns: whether the port is closed, or the router was given long enough
 */
gboolean
fil_port_mapping_is_released (FilPortMapping *self)
{
  return self->is_released || self->upnp == NULL || fil_upnp_release (self->upnp);
}
