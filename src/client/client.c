/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "client-private.h"

#include "api-error.h"
#include "row-private.h"

G_STATIC_ASSERT ((int) FIL_CLIENT_ERROR_FAILED == (int) FIL_API_ERROR_FAILED);
G_STATIC_ASSERT ((int) FIL_CLIENT_ERROR_MISMATCH == (int) FIL_API_ERROR_MISMATCH);

enum
{
  PROP_ATTACHED = 1,
  PROP_STATUS,
  N_PROPERTIES,
};

enum
{
  ATTACHED,
  VANISHED,
  LIST_CHANGED,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPERTIES];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (FilClient, fil_client, G_TYPE_OBJECT)

static void ask_status (FilClient *self);

GQuark
fil_client_error_quark (void)
{
  return fil_api_error_quark ();
}

static void
let_go (FilClient *self)
{
  if (self->connection == NULL)
    return;
  g_signal_handler_disconnect (self->connection, self->closed_id);
  g_dbus_connection_signal_unsubscribe (self->connection, self->subscription_id);
  g_dbus_connection_close (self->connection, NULL, NULL, NULL);
  g_clear_object (&self->connection);
}

static void
closed_cb (GDBusConnection *connection,
           gboolean remote_peer_vanished,
           GError *error,
           FilClient *self)
{
  g_autoptr (FilClient) alive = g_object_ref (self);

  let_go (self);
  g_object_notify_by_pspec (G_OBJECT (alive), properties[PROP_ATTACHED]);
  /* Of a node that is gone, nothing is known. */
  if (self->status != NULL)
    {
      g_clear_object (&self->status);
      g_object_notify_by_pspec (G_OBJECT (alive), properties[PROP_STATUS]);
    }
  g_signal_emit (alive, signals[VANISHED], 0);
}

static void
signal_cb (GDBusConnection *connection,
           const char *sender,
           const char *object_path,
           const char *interface_name,
           const char *signal_name,
           GVariant *parameters,
           gpointer data)
{
  FilClient *self = data;
  const char *list;
  gint64 scope;
  guint64 seq;

  if (g_str_equal (signal_name, "Changed") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sxt)")))
    {
      g_variant_get (parameters, "(&sxt)", &list, &scope, &seq);
      g_signal_emit (self, signals[LIST_CHANGED], 0, list, scope, seq);
    }
  else if (g_str_equal (signal_name, "StatusChanged"))
    {
      ask_status (self);
    }
}

/**
 * _fil_client_take:
 * @attachment: what it talks to; from here on the connection's messages arrive in this thread
 *
 * Returns: whether the client is attached
 */
gboolean
_fil_client_take (FilClient *self,
                  FilAttachment *attachment,
                  GError **error)
{
  if (g_dbus_connection_is_closed (attachment->connection))
    {
      _fil_client_set_gone_error (error);
      return FALSE;
    }
  let_go (self);
  self->connection = g_object_ref (attachment->connection);
  g_free (self->node_version);
  self->node_version = g_strdup (attachment->node_version);
  self->has_started_node |= attachment->has_started;
  self->closed_id = g_signal_connect (self->connection, "closed", G_CALLBACK (closed_cb), self);
  self->subscription_id = g_dbus_connection_signal_subscribe (self->connection, NULL, FIL_API_INTERFACE, NULL,
                                                              FIL_API_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                                              signal_cb, self, NULL);
  self->is_asking_status = FALSE;
  if (self->wants_status)
    ask_status (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ATTACHED]);
  g_signal_emit (self, signals[ATTACHED], 0);
  return TRUE;
}

static void
fil_client_get_property (GObject *object,
                         guint id,
                         GValue *value,
                         GParamSpec *pspec)
{
  FilClient *self = FIL_CLIENT (object);

  switch (id)
    {
    case PROP_ATTACHED:
      g_value_set_boolean (value, self->connection != NULL);
      break;
    case PROP_STATUS:
      g_value_set_object (value, fil_client_get_status (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
fil_client_finalize (GObject *object)
{
  FilClient *self = FIL_CLIENT (object);

  let_go (self);
  g_clear_object (&self->status);
  fil_profile_free (self->profile);
  g_strfreev (self->start_arguments);
  g_free (self->node_version);
  G_OBJECT_CLASS (fil_client_parent_class)->finalize (object);
}

static void
fil_client_class_init (FilClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = fil_client_get_property;
  object_class->finalize = fil_client_finalize;

  properties[PROP_ATTACHED] = g_param_spec_boolean ("attached", NULL, NULL, FALSE,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS |
                                                        G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_STATUS] = g_param_spec_object ("status", NULL, NULL, FIL_TYPE_ROW,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS |
                                                     G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  signals[ATTACHED] = g_signal_new ("attached", FIL_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 0);
  signals[VANISHED] = g_signal_new ("vanished", FIL_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 0);
  signals[LIST_CHANGED] = g_signal_new ("list-changed", FIL_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_INT64, G_TYPE_UINT64);

  /* GDBus must know the names of the errors before the first one arrives. */
  fil_api_error_quark ();
}

static void
fil_client_init (FilClient *self)
{
}

/**
 * fil_client_new:
 * @profile: (nullable): the profile's directory, NULL for the user's usual one
 *
 * Returns: (transfer full): a client that is not attached yet
 */
FilClient *
fil_client_new (const char *profile)
{
  FilClient *self = g_object_new (FIL_TYPE_CLIENT, NULL);

  self->profile = fil_profile_new (profile, g_getenv ("XDG_RUNTIME_DIR"));
  return self;
}

/**
 * fil_client_set_start_arguments:
 * @arguments: (nullable): more options for a node that this client has to start, as in "--private"
 */
void
fil_client_set_start_arguments (FilClient *self,
                                const char *const *arguments)
{
  g_return_if_fail (FIL_IS_CLIENT (self));

  g_strfreev (self->start_arguments);
  self->start_arguments = g_strdupv ((GStrv) arguments);
}

gboolean
fil_client_is_attached (FilClient *self)
{
  g_return_val_if_fail (FIL_IS_CLIENT (self), FALSE);

  return self->connection != NULL;
}

/**
 * fil_client_has_started_node:
 *
 * Returns: whether the node runs because of this client
 */
gboolean
fil_client_has_started_node (FilClient *self)
{
  g_return_val_if_fail (FIL_IS_CLIENT (self), FALSE);

  return self->has_started_node;
}

/**
 * fil_client_get_node_version:
 *
 * Returns: (transfer none) (nullable): of the node that it was attached to last
 */
const char *
fil_client_get_node_version (FilClient *self)
{
  g_return_val_if_fail (FIL_IS_CLIENT (self), NULL);

  return self->node_version;
}

static void
status_cb (GObject *object,
           GAsyncResult *result,
           gpointer data)
{
  FilClient *self = FIL_CLIENT (object);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = fil_client_call_finish (self, result, &error);
  g_autoptr (GVariant) row = NULL;

  self->is_asking_status = FALSE;
  if (reply == NULL)
    {
      g_debug ("no status: %s", error->message);
      return;
    }
  g_variant_get (reply, "(v)", &row);
  if (self->status == NULL)
    {
      self->status = _fil_row_new (&fil_schema_status, row);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
    }
  else
    {
      _fil_row_set_variant (self->status, row);
    }
  if (self->is_status_stale)
    ask_status (self);
}

static void
ask_status (FilClient *self)
{
  self->is_status_stale = self->is_asking_status;
  if (self->is_asking_status || self->connection == NULL)
    return;
  self->is_asking_status = TRUE;
  fil_client_call_async (self, "Status", NULL, NULL, status_cb, NULL);
}

/**
 * fil_client_get_status:
 *
 * The first call makes the client follow the node's status.
 *
 * Returns: (transfer none) (nullable): NULL until the node has answered, then always the same object
 */
FilRow *
fil_client_get_status (FilClient *self)
{
  g_return_val_if_fail (FIL_IS_CLIENT (self), NULL);

  if (!self->wants_status)
    {
      self->wants_status = TRUE;
      ask_status (self);
    }
  return self->status;
}
