/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bus.h"

#include "bus-client.h"
#include "bus-limits.h"

#include <glib/gstdio.h>

struct _FilBus
{
  FilNode *node;
  FilProfile *profile;
  FilTimer *pause;    /* runs while nothing may be announced */
  FilTimer *look;     /* whether the socket is still there */
  FilReactor *reactor;
  GDBusServer *server;
  char *socket_path;
  GPtrArray *clients; /* of FilBusClient */
  FilBusQuitFunc quit;
  gpointer quit_data;
  gulong changed_id;
  gulong status_id;
};

static void
announce (FilBus *self)
{
  gboolean was_anything_sent = FALSE;

  if (fil_timer_due (self->pause) != FIL_NEVER)
    return;
  for (guint i = 0; i < self->clients->len; i++)
    was_anything_sent |= fil_bus_client_announce (self->clients->pdata[i]);
  if (was_anything_sent)
    fil_timer_set (self->pause, fil_reactor_now (self->reactor) + FIL_BUS_CHANGED_INTERVAL_US);
}

static void
pause_ends (gpointer data,
            gint64 now_us)
{
  announce (data);
}

static void
node_changed_cb (FilNode *node,
                 FilList list,
                 gint64 scope,
                 FilBus *self)
{
  for (guint i = 0; i < self->clients->len; i++)
    fil_bus_client_list_changed (self->clients->pdata[i], list, scope);
  announce (self);
}

static void
status_changed_cb (FilNode *node,
                   FilBus *self)
{
  for (guint i = 0; i < self->clients->len; i++)
    fil_bus_client_status_changed (self->clients->pdata[i]);
  announce (self);
}

static void
client_closed (FilBusClient *client,
               gpointer data)
{
  FilBus *self = data;

  g_ptr_array_remove_fast (self->clients, client);
}

static void
client_quits (gpointer data)
{
  FilBus *self = data;

  self->quit (self->quit_data);
}

static const FilBusClientFuncs client_funcs = {
  .closed = client_closed,
  .quit = client_quits,
};

static gboolean
new_connection_cb (GDBusServer *server,
                   GDBusConnection *connection,
                   FilBus *self)
{
  if (self->clients->len >= FIL_BUS_MAX_CLIENTS)
    {
      g_info ("a program was turned away: %u are connected", self->clients->len);
      return FALSE;
    }
  g_ptr_array_add (self->clients, fil_bus_client_new (connection, self->node, fil_profile_dir (self->profile),
                                                      &client_funcs, self));
  return TRUE;
}

/* The kernel's word for who is there (EXTERNAL), and no cookies in files. */
static gboolean
allow_mechanism_cb (GDBusAuthObserver *observer,
                    const char *mechanism,
                    gpointer data)
{
  return g_str_equal (mechanism, "EXTERNAL");
}

static gboolean
authorize_cb (GDBusAuthObserver *observer,
              GIOStream *stream,
              GCredentials *credentials,
              gpointer data)
{
  g_autoptr (GCredentials) own = g_credentials_new ();

  return credentials != NULL && g_credentials_is_same_user (credentials, own, NULL);
}

static gboolean
listen_on (FilBus *self,
           GError **error)
{
  g_autoptr (GDBusAuthObserver) observer = g_dbus_auth_observer_new ();
  g_autofree char *escaped = NULL;
  g_autofree char *address = NULL;
  g_autofree char *guid = g_dbus_generate_guid ();

  self->socket_path = fil_profile_make_socket_path (self->profile, error);
  if (self->socket_path == NULL)
    return FALSE;
  escaped = g_dbus_address_escape_value (self->socket_path);
  address = g_strdup_printf ("unix:path=%s", escaped);

  g_signal_connect (observer, "allow-mechanism", G_CALLBACK (allow_mechanism_cb), NULL);
  g_signal_connect (observer, "authorize-authenticated-peer", G_CALLBACK (authorize_cb), NULL);
  self->server = g_dbus_server_new_sync (address, G_DBUS_SERVER_FLAGS_AUTHENTICATION_REQUIRE_SAME_USER, guid,
                                         observer, NULL, error);
  if (self->server == NULL)
    return FALSE;
  g_signal_connect (self->server, "new-connection", G_CALLBACK (new_connection_cb), self);
  g_dbus_server_start (self->server);
  return fil_profile_write_address (self->profile, g_dbus_server_get_client_address (self->server), FIL_VERSION,
                                    error);
}

static void
stop_listening (FilBus *self)
{
  if (self->server != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->server, self);
      g_dbus_server_stop (self->server);
      g_clear_object (&self->server);
    }
  if (self->socket_path != NULL)
    g_unlink (self->socket_path);
  g_clear_pointer (&self->socket_path, g_free);
}

/* A node outlives sessions, and a session takes its runtime directory along: nobody would find the node again,
 * and no other one could start. Who is connected stays so. */
static void
look_for_socket (gpointer data,
                 gint64 now_us)
{
  FilBus *self = data;
  g_autoptr (GError) error = NULL;

  fil_timer_set (self->look, now_us + FIL_BUS_SOCKET_CHECK_US);
  if (self->socket_path != NULL && g_file_test (self->socket_path, G_FILE_TEST_EXISTS))
    return;
  stop_listening (self);
  if (listen_on (self, &error))
    g_message ("the socket was gone; programs find the node at %s now", self->socket_path);
  else
    g_info ("%s", error->message);
}

/**
 * fil_bus_new:
 * @node: outlives the bus
 * @profile: outlives the bus; its lock must be held
 * @reactor: outlives the bus; runs in the thread's default main context
 * @quit: called when a program asks the node to end
 *
 * Listens, then tells in the profile where.
 *
 * Returns: (transfer full) (nullable): the bus, NULL and an error when it cannot listen
 */
FilBus *
fil_bus_new (FilNode *node,
             FilProfile *profile,
             FilReactor *reactor,
             FilBusQuitFunc quit,
             gpointer data,
             GError **error)
{
  g_autoptr (FilBus) self = g_new0 (FilBus, 1);

  self->node = node;
  self->profile = profile;
  self->reactor = reactor;
  self->quit = quit;
  self->quit_data = data;
  self->clients = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_bus_client_free);
  self->pause = fil_timer_new (fil_reactor_timers (reactor), pause_ends, self);
  self->changed_id = g_signal_connect (node, "changed", G_CALLBACK (node_changed_cb), self);
  self->status_id = g_signal_connect (node, "status-changed", G_CALLBACK (status_changed_cb), self);
  self->look = fil_timer_new (fil_reactor_timers (reactor), look_for_socket, self);
  if (!listen_on (self, error))
    return NULL;
  fil_timer_set (self->look, fil_reactor_now (reactor) + FIL_BUS_SOCKET_CHECK_US);
  return g_steal_pointer (&self);
}

/**
 * fil_bus_free:
 *
 * Takes the address back and ends all connections, also those with answers that nobody reads.
 */
void
fil_bus_free (FilBus *self)
{
  g_signal_handler_disconnect (self->node, self->changed_id);
  g_signal_handler_disconnect (self->node, self->status_id);
  if (self->server != NULL)
    fil_profile_remove_address (self->profile);
  g_ptr_array_unref (self->clients);
  stop_listening (self);
  fil_timer_free (self->pause);
  fil_timer_free (self->look);
  g_free (self);
}

/**
 * fil_bus_is_watched:
 *
 * Returns: whether somebody looks at a window on this node right now
 */
gboolean
fil_bus_is_watched (const FilBus *self)
{
  for (guint i = 0; i < self->clients->len; i++)
    if (fil_bus_client_is_watching (g_ptr_array_index (self->clients, i)))
      return TRUE;
  return FALSE;
}

guint
fil_bus_n_clients (const FilBus *self)
{
  return self->clients->len;
}
