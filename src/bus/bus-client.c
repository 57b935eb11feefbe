/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bus-client.h"

#include "bus-limits.h"
#include "bus-rows.h"
#include "bus-verbs.h"

#include "api-error.h"
#include "schema.h"

/* A list that the client has asked about. It is told once that there is more, and again only after it
 * has come to fetch it: so what waits for a client that stands still does not grow. */
typedef struct
{
  FilList list;
  gint64 scope;
  guint64 seen;          /* the change number of its last answer */
  gboolean is_changed;
  gboolean is_announced;
} Subscription;

/* Counted in GDBus's thread too. */
typedef struct
{
  int calls; /* received and not yet answered on the wire */
  int bytes; /* answers that wait to be written */
} Backlog;

/* On the connection, since a call may be answered after its client is gone. */
#define BACKLOG_KEY "fil-backlog"

struct _FilBusClient
{
  GDBusConnection *connection;
  FilNode *node;
  char *profile;
  const FilBusClientFuncs *funcs;
  gpointer data;
  Backlog *backlog; /* g_atomic_rc_box */
  GArray *subscriptions;
  gboolean is_watching;
  guint object_id;
  guint filter_id;
  gulong closed_id;
  gboolean is_same_version;
  gboolean follows_status;
  gboolean is_status_changed;
  gboolean is_status_announced;
};

static gsize
body_size (GDBusMessage *message)
{
  GVariant *body = g_dbus_message_get_body (message);

  return body != NULL ? g_variant_get_size (body) : 0;
}

/* GDBus answers some calls (Ping, Introspect) by itself: those bytes were never added. */
static void
subtract_bytes (Backlog *backlog,
                int size)
{
  int old;

  do
    old = g_atomic_int_get (&backlog->bytes);
  while (!g_atomic_int_compare_and_exchange (&backlog->bytes, old, MAX (old - size, 0)));
}

/* Runs in GDBus's thread: when a message has been read, and right before one is written. */
static GDBusMessage *
count_message (GDBusConnection *connection,
               GDBusMessage *message,
               gboolean incoming,
               gpointer data)
{
  Backlog *backlog = data;
  GDBusMessageType type = g_dbus_message_get_message_type (message);

  if (incoming && type == G_DBUS_MESSAGE_TYPE_METHOD_CALL &&
      !(g_dbus_message_get_flags (message) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED))
    {
      if (g_atomic_int_add (&backlog->calls, 1) < FIL_BUS_MAX_CALLS &&
          g_atomic_int_get (&backlog->bytes) < FIL_BUS_MAX_BACKLOG_BYTES)
        return message;
      g_dbus_connection_close (connection, NULL, NULL, NULL);
      g_object_unref (message);
      return NULL;
    }
  if (!incoming && (type == G_DBUS_MESSAGE_TYPE_METHOD_RETURN || type == G_DBUS_MESSAGE_TYPE_ERROR))
    g_atomic_int_add (&backlog->calls, -1);
  if (!incoming && type == G_DBUS_MESSAGE_TYPE_METHOD_RETURN)
    subtract_bytes (backlog, (int) body_size (message));
  return message;
}

static void
method_call (GDBusConnection *connection,
             const char *sender,
             const char *object_path,
             const char *interface_name,
             const char *method_name,
             GVariant *parameters,
             GDBusMethodInvocation *invocation,
             gpointer data)
{
  FilBusClient *self = data;

  if (!self->is_same_version && !g_str_equal (method_name, "Hello") && !g_str_equal (method_name, "Quit"))
    g_dbus_method_invocation_return_error (invocation, FIL_API_ERROR, FIL_API_ERROR_MISMATCH,
                                           "Hello of version %s comes first", FIL_VERSION);
  else
    fil_bus_verbs_call (self, method_name, parameters, invocation);
}

static const GDBusInterfaceVTable vtable = { .method_call = method_call };

static void
closed_cb (GDBusConnection *connection,
           gboolean remote_peer_vanished,
           GError *error,
           FilBusClient *self)
{
  self->funcs->closed (self, self->data);
}

/**
 * fil_bus_client_new:
 * @connection: authenticated, not yet processing messages
 * @node: outlives the client
 */
FilBusClient *
fil_bus_client_new (GDBusConnection *connection,
                    FilNode *node,
                    const char *profile,
                    const FilBusClientFuncs *funcs,
                    gpointer data)
{
  FilBusClient *self = g_new0 (FilBusClient, 1);

  self->connection = g_object_ref (connection);
  self->node = node;
  self->profile = g_utf8_make_valid (profile, -1);
  self->funcs = funcs;
  self->data = data;
  self->backlog = g_atomic_rc_box_new0 (Backlog);
  g_object_set_data_full (G_OBJECT (connection), BACKLOG_KEY, g_atomic_rc_box_acquire (self->backlog),
                          g_atomic_rc_box_release);
  self->subscriptions = g_array_new (FALSE, TRUE, sizeof (Subscription));
  self->filter_id = g_dbus_connection_add_filter (connection, count_message,
                                                  g_atomic_rc_box_acquire (self->backlog),
                                                  g_atomic_rc_box_release);
  self->object_id = g_dbus_connection_register_object (connection, FIL_API_PATH, fil_api_interface_info (),
                                                       &vtable, self, NULL, NULL);
  g_assert (self->object_id != 0);
  self->closed_id = g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), self);
  return self;
}

void
fil_bus_client_free (FilBusClient *self)
{
  g_signal_handler_disconnect (self->connection, self->closed_id);
  g_dbus_connection_unregister_object (self->connection, self->object_id);
  g_dbus_connection_remove_filter (self->connection, self->filter_id);
  g_dbus_connection_close (self->connection, NULL, NULL, NULL);
  g_object_unref (self->connection);
  g_atomic_rc_box_release (self->backlog);
  g_array_unref (self->subscriptions);
  g_free (self->profile);
  g_free (self);
}

static Subscription *
find (FilBusClient *self,
      FilList list,
      gint64 scope)
{
  for (guint i = 0; i < self->subscriptions->len; i++)
    {
      Subscription *subscription = &g_array_index (self->subscriptions, Subscription, i);

      if (subscription->list == list && subscription->scope == scope)
        return subscription;
    }
  return NULL;
}

/**
 * fil_bus_client_list_changed:
 *
 * Notes it; fil_bus_client_announce() tells it.
 */
void
fil_bus_client_list_changed (FilBusClient *self,
                             FilList list,
                             gint64 scope)
{
  Subscription *subscription = find (self, list, scope);

  if (subscription != NULL)
    subscription->is_changed = TRUE;
}

void
fil_bus_client_status_changed (FilBusClient *self)
{
  self->is_status_changed = self->follows_status;
}

static void
emit (FilBusClient *self,
      const char *signal,
      GVariant *arguments)
{
  /* Fails only when the connection is closing. */
  g_dbus_connection_emit_signal (self->connection, NULL, FIL_API_PATH, FIL_API_INTERFACE, signal, arguments, NULL);
}

static gboolean
announce_list (FilBusClient *self,
               Subscription *subscription)
{
  guint64 seq;

  if (!subscription->is_changed || subscription->is_announced)
    return FALSE;
  subscription->is_changed = FALSE;
  seq = fil_node_list_seq (self->node, subscription->list, subscription->scope);
  if (seq == subscription->seen)
    return FALSE;
  subscription->is_announced = TRUE;
  emit (self, "Changed", g_variant_new ("(sxt)", fil_bus_list_name (subscription->list), subscription->scope, seq));
  return TRUE;
}

/**
 * fil_bus_client_announce:
 *
 * Returns: whether there was anything to tell
 */
gboolean
fil_bus_client_announce (FilBusClient *self)
{
  gboolean was_sent = FALSE;

  for (guint i = 0; i < self->subscriptions->len; i++)
    was_sent |= announce_list (self, &g_array_index (self->subscriptions, Subscription, i));
  if (self->is_status_changed && !self->is_status_announced)
    {
      self->is_status_changed = FALSE;
      self->is_status_announced = TRUE;
      emit (self, "StatusChanged", NULL);
      was_sent = TRUE;
    }
  return was_sent;
}

FilNode *
fil_bus_client_node (FilBusClient *self)
{
  return self->node;
}

const char *
fil_bus_client_profile (FilBusClient *self)
{
  return self->profile;
}

void
fil_bus_client_hello (FilBusClient *self,
                      gboolean is_same_version)
{
  self->is_same_version = is_same_version;
}

void
fil_bus_client_quit (FilBusClient *self)
{
  self->funcs->quit (self->data);
}

/**
 * fil_bus_client_set_watching:
 * @watching: whether a window of this program is in front
 */
void
fil_bus_client_set_watching (FilBusClient *self,
                             gboolean watching)
{
  self->is_watching = watching;
}

gboolean
fil_bus_client_is_watching (FilBusClient *self)
{
  return self->is_watching;
}

/* Results of searches that are closed will not change any more. */
static void
forget_closed_searches (FilBusClient *self)
{
  for (guint i = self->subscriptions->len; i > 0; i--)
    {
      const Subscription *subscription = &g_array_index (self->subscriptions, Subscription, i - 1);
      FilSearchInfo info;

      if (subscription->list == FIL_LIST_RESULTS && !fil_node_get_search (self->node, subscription->scope, &info))
        g_array_remove_index_fast (self->subscriptions, i - 1);
    }
}

/**
 * fil_bus_client_reply:
 * @invocation: (transfer full): of any client, whether it still lives or not
 * @value: (transfer floating) (nullable): a tuple
 *
 * Answers, and counts what the client has to read.
 */
void
fil_bus_client_reply (GDBusMethodInvocation *invocation,
                      GVariant *value)
{
  GDBusConnection *connection = g_dbus_method_invocation_get_connection (invocation);
  Backlog *backlog = g_object_get_data (G_OBJECT (connection), BACKLOG_KEY);

  if (value != NULL)
    g_atomic_int_add (&backlog->bytes, (int) g_variant_get_size (value));
  g_dbus_method_invocation_return_value (invocation, value);
}

/**
 * fil_bus_client_follow:
 * @seq: the change number of the answer that it gets
 *
 * The client has come to fetch: from now on it is told about @list.
 *
 * Returns: FALSE when it follows too many lists
 */
gboolean
fil_bus_client_follow (FilBusClient *self,
                       FilList list,
                       gint64 scope,
                       guint64 seq)
{
  Subscription *subscription = find (self, list, scope);

  if (subscription == NULL)
    {
      if (self->subscriptions->len >= FIL_BUS_MAX_SUBSCRIPTIONS)
        forget_closed_searches (self);
      if (self->subscriptions->len >= FIL_BUS_MAX_SUBSCRIPTIONS)
        return FALSE;
      g_array_set_size (self->subscriptions, self->subscriptions->len + 1);
      subscription = &g_array_index (self->subscriptions, Subscription, self->subscriptions->len - 1);
      subscription->list = list;
      subscription->scope = scope;
    }
  subscription->seen = seq;
  subscription->is_changed = FALSE;
  subscription->is_announced = FALSE;
  return TRUE;
}

void
fil_bus_client_follow_status (FilBusClient *self)
{
  self->follows_status = TRUE;
  self->is_status_changed = FALSE;
  self->is_status_announced = FALSE;
}
