/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bus-fixture.h"
#include "bus-limits.h"

#include "schema.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* A client by hand: it writes when it likes and reads when it likes. */
typedef struct
{
  GSocket *socket;
  guint32 serial;
  GByteArray *input;
} RawClient;

static char *
socket_path (BusFixture *f)
{
  return g_build_filename (f->dir, "run", "socket", NULL);
}

static void
raw_write (RawClient *self,
           gconstpointer bytes,
           gsize len)
{
  const char *p = bytes;
  GError *error = NULL;

  while (len > 0)
    {
      gssize n = g_socket_send (self->socket, p, len, NULL, &error);

      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          g_clear_error (&error);
          g_main_context_iteration (NULL, FALSE);
          continue;
        }
      if (n < 0)
        {
          g_clear_error (&error);
          return;
        }
      p += n;
      len -= (gsize) n;
    }
}

static void
raw_call (RawClient *self,
          const char *method,
          GVariant *arguments)
{
  g_autoptr (GDBusMessage) message = g_dbus_message_new_method_call (NULL, FIL_API_PATH, FIL_API_INTERFACE, method);
  g_autofree guchar *blob = NULL;
  gsize len;

  g_dbus_message_set_serial (message, ++self->serial);
  g_dbus_message_set_body (message, arguments);
  blob = g_dbus_message_to_blob (message, &len, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
  raw_write (self, blob, len);
}

static gboolean
raw_read (RawClient *self)
{
  guint8 buffer[65536];
  gssize n = g_socket_receive (self->socket, (char *) buffer, sizeof buffer, NULL, NULL);

  if (n > 0)
    g_byte_array_append (self->input, buffer, (guint) n);
  return n != 0;
}

static GDBusMessage *
raw_next (RawClient *self)
{
  GDBusMessage *message;
  gssize needed;

  if (self->input->len < 16)
    return NULL;
  needed = g_dbus_message_bytes_needed (self->input->data, self->input->len, NULL);
  if (needed <= 0 || self->input->len < (gsize) needed)
    return NULL;
  message = g_dbus_message_new_from_blob (self->input->data, (gsize) needed, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
  g_byte_array_remove_range (self->input, 0, (guint) needed);
  return message;
}

static GDBusMessage *
raw_wait (RawClient *self)
{
  GDBusMessage *message;

  while ((message = raw_next (self)) == NULL)
    {
      g_main_context_iteration (NULL, FALSE);
      g_assert_true (raw_read (self));
    }
  return message;
}

static void
raw_open (RawClient *self,
          BusFixture *f,
          const char *version)
{
  g_autofree char *path = socket_path (f);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autofree char *uid = g_strdup_printf ("%u", getuid ());
  g_autoptr (GString) hello = g_string_new ("AUTH EXTERNAL ");
  guint n_lines = 0;
  GError *error = NULL;

  self->socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, &error);
  g_assert_no_error (error);
  g_socket_connect (self->socket, address, NULL, &error);
  g_assert_no_error (error);
  self->input = g_byte_array_new ();
  self->serial = 0;
  for (const char *p = uid; *p != '\0'; p++)
    g_string_append_printf (hello, "%02x", *p);
  g_string_append (hello, "\r\n");
  raw_write (self, "", 1);
  raw_write (self, hello->str, hello->len);
  g_socket_set_blocking (self->socket, FALSE);
  while (n_lines == 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_assert_true (raw_read (self));
      for (guint i = 0; i < self->input->len; i++)
        n_lines += self->input->data[i] == '\n';
    }
  g_assert_cmpmem (self->input->data, 2, "OK", 2);
  g_byte_array_set_size (self->input, 0);
  raw_write (self, "BEGIN\r\n", 7);
  if (version != NULL)
    {
      g_autoptr (GDBusMessage) reply = NULL;

      raw_call (self, "Hello", g_variant_new ("(s)", version));
      reply = raw_wait (self);
      g_assert_cmpint (g_dbus_message_get_message_type (reply), ==, G_DBUS_MESSAGE_TYPE_METHOD_RETURN);
    }
}

static void
raw_close (RawClient *self)
{
  g_object_unref (self->socket);
  g_byte_array_unref (self->input);
}

static GDBusMessage *
raw_ask (RawClient *self,
         const char *method,
         GVariant *arguments)
{
  raw_call (self, method, arguments);
  for (;;)
    {
      GDBusMessage *message = raw_wait (self);

      if (g_dbus_message_get_reply_serial (message) == self->serial)
        return message;
      g_object_unref (message);
    }
}

static GVariant *
raw_changes (RawClient *self,
             const char *list,
             gint64 scope,
             guint64 since,
             guint max)
{
  g_autoptr (GDBusMessage) reply = raw_ask (self, "Changes", g_variant_new ("(sxtu)", list, scope, since, max));

  g_assert_cmpint (g_dbus_message_get_message_type (reply), ==, G_DBUS_MESSAGE_TYPE_METHOD_RETURN);
  return g_variant_ref (g_dbus_message_get_body (reply));
}

/* Counts what comes until the answer to a last call. */
static guint
count_signals (RawClient *self,
               const char *member)
{
  guint n = 0;

  raw_call (self, "Settings", NULL);
  for (;;)
    {
      g_autoptr (GDBusMessage) message = raw_wait (self);

      if (g_dbus_message_get_reply_serial (message) == self->serial)
        return n;
      n += g_strcmp0 (g_dbus_message_get_member (message), member) == 0;
    }
}

static void
test_places (BusFixture *f,
             gconstpointer data)
{
  g_autofree char *path = socket_path (f);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *file = g_build_filename (f->dir, "node", NULL);
  g_autofree char *address = NULL;
  g_autofree char *version = NULL;
  struct stat st;

  g_assert_cmpint (stat (folder, &st), ==, 0);
  g_assert_cmpuint (st.st_mode & 0777, ==, 0700);
  g_assert_cmpint (stat (file, &st), ==, 0);
  g_assert_cmpuint (st.st_mode & 0777, ==, 0600);
  g_assert_true (fil_profile_read_address (f->profile, &address, &version, NULL));
  g_assert_true (g_str_has_prefix (address, "unix:path="));
  g_assert_cmpstr (version, ==, FIL_VERSION);

  bus_fixture_stop (f);
  g_assert_false (g_file_test (file, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_stale_socket (BusFixture *f,
                   gconstpointer data)
{
  g_autofree char *path = socket_path (f);
  RawClient client = { 0 };

  bus_fixture_stop (f);
  g_assert_true (g_file_set_contents (path, "left by the dead", -1, NULL));
  bus_fixture_start (f);
  raw_open (&client, f, FIL_VERSION);
  raw_close (&client);
}

static void
assert_error (GDBusMessage *reply,
              const char *name)
{
  g_assert_cmpint (g_dbus_message_get_message_type (reply), ==, G_DBUS_MESSAGE_TYPE_ERROR);
  g_assert_cmpstr (g_dbus_message_get_error_name (reply), ==, name);
}

static void
test_hello (BusFixture *f,
            gconstpointer data)
{
  static const char *const versions[] = { NULL, "0.0.1" };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      RawClient client = { 0 };
      g_autoptr (GDBusMessage) reply = NULL;

      raw_open (&client, f, versions[i]);
      reply = raw_ask (&client, "Settings", NULL);
      assert_error (reply, "org.filbert.Error.Mismatch");
      g_object_unref (reply);
      reply = raw_ask (&client, "Quit", NULL);
      g_assert_cmpint (g_dbus_message_get_message_type (reply), ==, G_DBUS_MESSAGE_TYPE_METHOD_RETURN);
      g_assert_cmpuint (f->n_quits, ==, i + 1);
      raw_close (&client);
    }
}

/* The map has as many pieces as were asked for, and never more than there may be. */
static void
test_download_map (BusFixture *f,
                   gconstpointer data)
{
  static const struct
  {
    guint32 asked;
    gsize given;
  } cases[] = { { 0, 1 }, { 10, 10 }, { G_MAXUINT32, FIL_BUS_MAX_CELLS } };
  RawClient client = { 0 };
  gint64 id = fake_node_add_download (f->node, "hazel.ogg", 1000);

  raw_open (&client, f, FIL_VERSION);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GDBusMessage) reply = raw_ask (&client, "DownloadMap", g_variant_new ("(xu)", id, cases[i].asked));
      g_autoptr (GVariant) map = NULL;

      g_variant_get (g_dbus_message_get_body (reply), "(@ay)", &map);
      g_assert_cmpuint (g_variant_get_size (map), ==, cases[i].given);
    }
  raw_close (&client);
}

static void
test_changes (BusFixture *f,
              gconstpointer data)
{
  RawClient client = { 0 };
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) rows = NULL;
  g_autoptr (GVariant) removed = NULL;
  g_autoptr (GVariant) row = NULL;
  gint64 first, second, id;
  guint64 seq;
  gboolean reset, more;

  raw_open (&client, f, FIL_VERSION);
  first = fake_node_add_download (f->node, "one", 10);
  second = fake_node_add_download (f->node, "two", 20);

  answer = raw_changes (&client, "downloads", 0, 0, 1);
  g_variant_get (answer, "(tbb@axv)", &seq, &reset, &more, &removed, &rows);
  g_assert_cmpuint (seq, ==, 1);
  g_assert_true (more);
  g_assert_cmpuint (g_variant_n_children (rows), ==, 1);
  row = g_variant_get_child_value (rows, 0);
  g_assert_cmpstr (fil_schema_get_string (&fil_schema_download, row, "name"), ==, "one");
  g_assert_cmpint (fil_schema_get_int (&fil_schema_download, row, "eta_s"), ==, FIL_NULL_INT);
  g_assert_null (fil_schema_get_string (&fil_schema_download, row, "reason"));

  fake_node_remove_download (f->node, first);
  g_clear_pointer (&answer, g_variant_unref);
  g_clear_pointer (&rows, g_variant_unref);
  g_clear_pointer (&removed, g_variant_unref);
  answer = raw_changes (&client, "downloads", 0, seq, 100);
  g_variant_get (answer, "(tbb@axv)", &seq, &reset, &more, &removed, &rows);
  g_assert_cmpuint (seq, ==, 3);
  g_assert_false (more);
  g_assert_false (reset);
  g_assert_cmpuint (g_variant_n_children (removed), ==, 1);
  g_variant_get_child (removed, 0, "x", &id);
  g_assert_cmpint (id, ==, first);
  g_assert_cmpuint (g_variant_n_children (rows), ==, 1);
  g_clear_pointer (&row, g_variant_unref);
  row = g_variant_get_child_value (rows, 0);
  g_assert_cmpint (fil_schema_get_int (&fil_schema_download, row, "id"), ==, second);

  /* A number from another life of the node. */
  g_clear_pointer (&answer, g_variant_unref);
  answer = raw_changes (&client, "downloads", 0, 1000, 100);
  g_variant_get (answer, "(tbb@axv)", NULL, &reset, NULL, NULL, NULL);
  g_assert_true (reset);
  raw_close (&client);
}

static void
test_wrong_calls (BusFixture *f,
                  gconstpointer data)
{
  RawClient client = { 0 };
  g_autoptr (GDBusMessage) reply = NULL;

  raw_open (&client, f, FIL_VERSION);
  reply = raw_ask (&client, "Changes", g_variant_new ("(sxtu)", "nonsense", (gint64) 0, (guint64) 0, 1u));
  assert_error (reply, "org.filbert.Error.Usage");
  g_object_unref (reply);
  reply = raw_ask (&client, "Changes", g_variant_new ("(sxtu)", "results", (gint64) 99, (guint64) 0, 1u));
  assert_error (reply, "org.filbert.Error.NotFound");
  g_object_unref (reply);
  reply = raw_ask (&client, "Row", g_variant_new ("(sx)", "downloads", (gint64) 99));
  assert_error (reply, "org.filbert.Error.NotFound");
  g_object_unref (reply);
  reply = raw_ask (&client, "Search", g_variant_new ("(ss)", "", ""));
  assert_error (reply, "org.filbert.Error.Usage");
  g_object_unref (reply);
  reply = raw_ask (&client, "Search", g_variant_new ("(u)", 1));
  g_assert_cmpint (g_dbus_message_get_message_type (reply), ==, G_DBUS_MESSAGE_TYPE_ERROR);
  g_object_unref (reply);
  reply = raw_ask (&client, "Nonsense", NULL);
  g_assert_cmpint (g_dbus_message_get_message_type (reply), ==, G_DBUS_MESSAGE_TYPE_ERROR);
  raw_close (&client);
}

/* Each list is announced once until the client comes to fetch it, and unasked lists never. */
static void
test_announced_once (BusFixture *f,
                     gconstpointer data)
{
  RawClient client = { 0 };
  gint64 id;

  raw_open (&client, f, FIL_VERSION);
  g_variant_unref (raw_changes (&client, "downloads", 0, 0, 100));
  g_object_unref (raw_ask (&client, "Status", NULL));
  id = fake_node_add_download (f->node, "one", 10);
  for (guint i = 0; i < 2000; i++)
    {
      fake_node_set_download (f->node, id, FIL_DOWNLOAD_DOWNLOADING, i % 10);
      fake_node_touch_status (f->node, i);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_cmpuint (count_signals (&client, "Changed"), ==, 1);
  g_assert_cmpuint (count_signals (&client, "Changed"), ==, 0);

  g_variant_unref (raw_changes (&client, "downloads", 0, 0, 100));
  fake_node_set_download (f->node, id, FIL_DOWNLOAD_DONE, 10);
  fake_node_set_download (f->node, id, FIL_DOWNLOAD_DONE, 9);
  for (;;)
    {
      g_autoptr (GDBusMessage) message = raw_wait (&client);

      if (g_strcmp0 (g_dbus_message_get_member (message), "Changed") == 0)
        break;
    }
  raw_close (&client);
}

/* The hands of the clock stand still: after one announcement there is silence until 100 ms have gone. */
static void
test_rate (BusFixture *f,
           gconstpointer data)
{
  RawClient client = { 0 };
  gint64 id = fake_node_add_download (f->node, "one", 10);

  raw_open (&client, f, FIL_VERSION);
  g_variant_unref (raw_changes (&client, "downloads", 0, 0, 100));
  fake_node_set_download (f->node, id, FIL_DOWNLOAD_DOWNLOADING, 1);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (count_signals (&client, "Changed"), ==, 1);

  for (guint i = 0; i < 3; i++)
    {
      g_variant_unref (raw_changes (&client, "downloads", 0, 0, 100));
      fake_node_set_download (f->node, id, FIL_DOWNLOAD_DOWNLOADING, i);
      fil_clock_advance (f->clock, FIL_BUS_CHANGED_INTERVAL_US - 1);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_cmpuint (count_signals (&client, "Changed"), ==, 0);
      fil_clock_advance (f->clock, 1);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_cmpuint (count_signals (&client, "Changed"), ==, 1);
    }
  raw_close (&client);
}

/* Calls without ever reading an answer: the client is cut off, and others are served. */
static void
test_never_reads (BusFixture *f,
                  gconstpointer data)
{
  RawClient deaf = { 0 }, good = { 0 };

  for (guint i = 0; i < 500; i++)
    fake_node_add_download (f->node, "a download with a name of middling length", 1000);
  raw_open (&deaf, f, FIL_VERSION);
  raw_open (&good, f, FIL_VERSION);
  g_assert_cmpuint (fil_bus_n_clients (f->bus), ==, 2);
  while (fil_bus_n_clients (f->bus) == 2)
    {
      raw_call (&deaf, "Changes", g_variant_new ("(sxtu)", "downloads", (gint64) 0, (guint64) 0, 1000u));
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_cmpuint (deaf.serial, <, 100000);
  g_variant_unref (raw_changes (&good, "downloads", 0, 0, 10));
  raw_close (&deaf);
  raw_close (&good);
}

static void
test_too_many (BusFixture *f,
               gconstpointer data)
{
  RawClient clients[FIL_BUS_MAX_CLIENTS] = { 0 };
  RawClient last = { 0 };
  g_autofree char *path = socket_path (f);
  g_autoptr (GDBusMessage) reply = NULL;

  for (guint i = 0; i < FIL_BUS_MAX_CLIENTS; i++)
    raw_open (&clients[i], f, FIL_VERSION);
  raw_open (&last, f, NULL);
  while (raw_read (&last))
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (fil_bus_n_clients (f->bus), ==, FIL_BUS_MAX_CLIENTS);

  for (guint i = 0; i < FIL_BUS_MAX_SUBSCRIPTIONS; i++)
    {
      gint64 search = fil_node_search (f->node, "nothing", NULL, NULL);

      g_variant_unref (raw_changes (&clients[0], "results", search, 0, 1));
    }
  reply = raw_ask (&clients[0], "Changes", g_variant_new ("(sxtu)", "downloads", (gint64) 0, (guint64) 0, 1u));
  assert_error (reply, "org.filbert.Error.Failed");

  /* Closed searches make room. */
  fil_node_close_search (f->node, 4, NULL);
  g_variant_unref (raw_changes (&clients[0], "downloads", 0, 0, 1));
  for (guint i = 0; i < FIL_BUS_MAX_CLIENTS; i++)
    raw_close (&clients[i]);
  raw_close (&last);
}

static void
test_lock (BusFixture *f,
           gconstpointer data)
{
  g_autoptr (FilProfile) other = fil_profile_new (f->dir, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (fil_profile_is_locked (other));
  g_assert_false (fil_profile_lock (other, &error));
  g_assert_nonnull (strstr (error->message, "already running"));
  bus_fixture_stop (f);
  g_assert_false (fil_profile_is_locked (other));
  g_assert_true (fil_profile_lock (other, NULL));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, BusFixture, NULL, bus_fixture_set_up, func, bus_fixture_tear_down)
  ADD ("/bus/places", test_places);
  ADD ("/bus/stale-socket", test_stale_socket);
  ADD ("/bus/hello", test_hello);
  ADD ("/bus/download-map", test_download_map);
  ADD ("/bus/changes", test_changes);
  ADD ("/bus/wrong-calls", test_wrong_calls);
  ADD ("/bus/announced-once", test_announced_once);
  g_test_add ("/bus/rate", BusFixture, "virtual", bus_fixture_set_up, test_rate, bus_fixture_tear_down);
  ADD ("/bus/never-reads", test_never_reads);
  ADD ("/bus/too-many", test_too_many);
  ADD ("/bus/lock", test_lock);
  return g_test_run ();
}
