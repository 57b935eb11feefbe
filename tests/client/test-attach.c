/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bus-fixture.h"

#include "client.h"
#include "schema.h"

#include <glib/gstdio.h>

/* A node of another version: it answers Hello, and Quit by giving its place to one of ours. */
typedef struct
{
  char *dir;
  FilProfile *profile;
  GDBusServer *server;
  GPtrArray *connections;
  guint n_quits;
} OtherNode;

static void
other_call (GDBusConnection *connection,
            const char *sender,
            const char *path,
            const char *interface,
            const char *method,
            GVariant *arguments,
            GDBusMethodInvocation *invocation,
            gpointer data)
{
  OtherNode *self = data;

  if (g_str_equal (method, "Hello"))
    {
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(sa{sv})", "99.0", NULL));
      return;
    }
  g_assert_cmpstr (method, ==, "Quit");
  self->n_quits++;
  g_dbus_method_invocation_return_value (invocation, NULL);
  fil_profile_remove_address (self->profile);
  g_dbus_server_stop (self->server);
  fil_profile_unlock (self->profile);
}

static const GDBusInterfaceVTable other_vtable = { .method_call = other_call };

static gboolean
other_connection (GDBusServer *server,
                  GDBusConnection *connection,
                  OtherNode *self)
{
  g_ptr_array_add (self->connections, g_object_ref (connection));
  g_dbus_connection_register_object (connection, FIL_API_PATH, fil_api_interface_info (), &other_vtable, self, NULL,
                                     NULL);
  return TRUE;
}

static void
set_up (OtherNode *self,
        gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *address = NULL;
  g_autofree char *guid = g_dbus_generate_guid ();
  GError *error = NULL;

  self->dir = g_dir_make_tmp ("fil-attach-XXXXXX", NULL);
  self->profile = fil_profile_new (self->dir, NULL);
  self->connections = g_ptr_array_new_with_free_func (g_object_unref);
  g_assert_true (fil_profile_lock (self->profile, NULL));
  path = fil_profile_make_socket_path (self->profile, NULL);
  address = g_strdup_printf ("unix:path=%s", path);
  self->server = g_dbus_server_new_sync (address, G_DBUS_SERVER_FLAGS_NONE, guid, NULL, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (self->server, "new-connection", G_CALLBACK (other_connection), self);
  g_dbus_server_start (self->server);
  g_assert_true (fil_profile_write_address (self->profile, g_dbus_server_get_client_address (self->server), "99.0",
                                            NULL));
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
tear_down (OtherNode *self,
           gconstpointer data)
{
  g_dbus_server_stop (self->server);
  g_object_unref (self->server);
  g_ptr_array_unref (self->connections);
  fil_profile_free (self->profile);
  remove_tree (self->dir);
  g_free (self->dir);
}

static void
keep_result (GObject *object,
             GAsyncResult *result,
             gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
test_mismatch (OtherNode *self,
               gconstpointer data)
{
  g_autoptr (FilClient) client = fil_client_new (self->dir);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  /* No node is started beside one that runs. */
  fil_client_attach_async (client, FIL_ATTACH_START, NULL, keep_result, &result);
  bus_fixture_wait_for (result != NULL);
  g_assert_false (fil_client_attach_finish (client, result, &error));
  g_assert_error (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_MISMATCH);
  g_assert_nonnull (strstr (error->message, "99.0"));
  g_assert_nonnull (strstr (error->message, FIL_VERSION));

  g_clear_error (&error);
  g_clear_object (&result);
  fil_client_attach_async (client, FIL_ATTACH_ANY_VERSION, NULL, keep_result, &result);
  bus_fixture_wait_for (result != NULL);
  g_assert_true (fil_client_attach_finish (client, result, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (fil_client_get_node_version (client), ==, "99.0");
}

/* The button "Restart the node": the old one ends, ours starts. */
static void
test_restart (OtherNode *self,
              gconstpointer data)
{
  g_autoptr (FilClient) client = fil_client_new (self->dir);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) quit = NULL;
  g_autoptr (GError) error = NULL;

  fil_client_restart_async (client, NULL, keep_result, &result);
  bus_fixture_wait_for (result != NULL);
  fil_client_restart_finish (client, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (self->n_quits, ==, 1);
  g_assert_cmpstr (fil_client_get_node_version (client), ==, FIL_VERSION);
  g_assert_true (fil_client_has_started_node (client));

  fil_client_call_async (client, "Quit", NULL, NULL, keep_result, &quit);
  bus_fixture_wait_for (!fil_client_is_attached (client));
  bus_fixture_wait_for (quit != NULL);
  while (fil_profile_is_locked (self->profile))
    g_main_context_iteration (NULL, FALSE);
}

static void
test_cannot_start (OtherNode *self,
                   gconstpointer data)
{
  static const char *const busy[] = { "--listen", "127.0.0.1:1", NULL };
  g_autofree char *dir = g_build_filename (self->dir, "more", NULL);
  g_autoptr (FilClient) client = fil_client_new (dir);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  fil_client_set_start_arguments (client, busy);
  fil_client_attach_async (client, FIL_ATTACH_START, NULL, keep_result, &result);
  bus_fixture_wait_for (result != NULL);
  g_assert_false (fil_client_attach_finish (client, result, &error));
  g_assert_error (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_UNAVAILABLE);
  g_assert_cmpstr (error->message, ==, "Port 1 is in use; choose another with --listen");

  g_clear_error (&error);
  g_clear_object (&result);
  g_cancellable_cancel (cancellable);
  fil_client_attach_async (client, FIL_ATTACH_START, cancellable, keep_result, &result);
  bus_fixture_wait_for (result != NULL);
  g_assert_false (fil_client_attach_finish (client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, OtherNode, NULL, set_up, func, tear_down)
  ADD ("/attach/mismatch", test_mismatch);
  ADD ("/attach/restart", test_restart);
  ADD ("/attach/cannot-start", test_cannot_start);
  return g_test_run ();
}
