/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "listener.h"

#include "net-error.h"
#include "net-limits.h"
#include "net-socket.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

/* With port 0 the kernel picks a port that is free for the first socket, not for all four. */
#define FREE_PORT_TRIES 16

static void
close_family (FilListener *self,
              guint index)
{
  if (self->tcp[index] >= 0)
    close (self->tcp[index]);
  if (self->udp[index] >= 0)
    close (self->udp[index]);
  self->tcp[index] = -1;
  self->udp[index] = -1;
}

static void
close_all (FilListener *self)
{
  close_family (self, 0);
  close_family (self, 1);
}

static int
open_one (const FilEndpoint *at,
          int type,
          const char *interface,
          GError **error)
{
  const int on = 1;
  int fd = fil_net_socket (at, type, error);

  if (fd < 0)
    return -1;
  if (type == SOCK_STREAM)
    (void) setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!fil_net_bind_interface (fd, interface, error) || !fil_net_bind (fd, at, error))
    {
      close (fd);
      return -1;
    }
  if (type == SOCK_STREAM && listen (fd, FIL_ACCEPT_BACKLOG) != 0)
    {
      char text[FIL_ENDPOINT_TEXT_LEN];
      int code = errno;

      /* Linux lets two sockets bind with SO_REUSEADDR and refuses here. */
      g_set_error (error, FIL_NET_ERROR, code == EADDRINUSE ? FIL_NET_ERROR_IN_USE : FIL_NET_ERROR_FAILED,
                   _("Cannot listen on %s: %s"), fil_endpoint_to_text (at, text), fil_net_error_sentence (code));
      close (fd);
      return -1;
    }
  /* Connections of ours may leave from the same port (tcp-punch.h); only now, or somebody else could listen
   * here as well. */
  if (type == SOCK_STREAM)
    (void) setsockopt (fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  return fd;
}

/* Opens TCP and UDP of one family; at gets the port that was picked. */
static gboolean
open_family (FilListener *self,
             guint index,
             FilEndpoint *at,
             const char *interface,
             GError **error)
{
  self->tcp[index] = open_one (at, SOCK_STREAM, interface, error);
  if (self->tcp[index] < 0)
    return FALSE;
  at->port = fil_net_local_endpoint (self->tcp[index]).port;
  self->udp[index] = open_one (at, SOCK_DGRAM, interface, error);
  return self->udp[index] >= 0;
}

static gboolean
open_all (FilListener *self,
          const FilEndpoint *where,
          gboolean both,
          const char *interface,
          GError **error)
{
  g_autoptr (GError) local_error = NULL;
  FilEndpoint at = *where;
  FilEndpoint other = { .family = 6 };

  if (!open_family (self, at.family == 6 ? 1 : 0, &at, interface, error))
    return FALSE;
  self->local = at;
  if (!both)
    return TRUE;

  other.port = at.port;
  if (open_family (self, 1, &other, interface, &local_error))
    return TRUE;
  if (g_error_matches (local_error, FIL_NET_ERROR, FIL_NET_ERROR_IN_USE))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  g_debug ("no IPv6: %s", local_error->message);
  close_family (self, 1);
  return TRUE;
}

/* ADDR:PORT, where PORT may be 0; fil_endpoint_parse() knows no port 0. */
static gboolean
parse_address (FilEndpoint *out,
               const char *text)
{
  const char *colon = strrchr (text, ':');

  if (fil_endpoint_parse (out, text, -1, 0))
    return TRUE;
  if (colon == NULL || !g_str_equal (colon, ":0") || !fil_endpoint_parse (out, text, colon - text, 1))
    return FALSE;
  out->port = 0;
  return TRUE;
}

/**
 * fil_listener_new:
 * @address: ADDR:PORT; port 0 picks a free one; 0.0.0.0 stands for every address of both families
 * @interface: (nullable): the interface, or local address, to listen on and no other
 *
 * Returns: (transfer full): the sockets, or %NULL with a sentence to show; FIL_NET_ERROR_IN_USE when
 *   the port is taken
 */
FilListener *
fil_listener_new (const char *address,
                  const char *interface,
                  GError **error)
{
  g_autoptr (FilListener) self = g_new (FilListener, 1);
  FilEndpoint at, bound;
  gboolean both;

  *self = (FilListener){ .tcp = { -1, -1 }, .udp = { -1, -1 } };
  if (!parse_address (&at, address))
    {
      g_set_error (error, FIL_NET_ERROR, FIL_NET_ERROR_INVALID, _("“%s” is not ADDRESS:PORT"), address);
      return NULL;
    }
  both = at.family == 4 && fil_endpoint_same_address (&at, &(FilEndpoint){ .family = 4 });
  if (interface != NULL && fil_endpoint_parse (&bound, interface, -1, 1))
    {
      bound.port = at.port;
      at = bound;
      both = FALSE;
      interface = NULL;
    }

  for (guint i = 0; i < FREE_PORT_TRIES; i++)
    {
      g_autoptr (GError) local_error = NULL;

      if (open_all (self, &at, both, interface, &local_error))
        return g_steal_pointer (&self);
      close_all (self);
      if (at.port != 0 || i + 1 == FREE_PORT_TRIES ||
          !g_error_matches (local_error, FIL_NET_ERROR, FIL_NET_ERROR_IN_USE))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
    }
  return NULL;
}

/**
 * fil_listener_free:
 *
 * Closes the sockets that nobody took over.
 */
void
fil_listener_free (FilListener *self)
{
  if (self == NULL)
    return;
  close_all (self);
  g_free (self);
}
