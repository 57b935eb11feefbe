/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attach.h"

#include "find-program.h"
#include "schema.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* A node opens its database and perhaps migrates it before it is ready. */
#define READY_TIMEOUT_US (60 * G_USEC_PER_SEC)
#define HELLO_TIMEOUT_MS (10 * 1000)
/* A node that ends saves first and may take 5 s; one that starts beside us is given as long as ours. */
#define GONE_TIMEOUT_US (10 * G_USEC_PER_SEC)
#define POLL_PAUSE_US (20 * 1000)
#define READY_FD 3
#define MAX_SENTENCE 1024

void
fil_attachment_free (FilAttachment *self)
{
  g_clear_object (&self->connection);
  g_free (self->node_version);
  g_free (self);
}

static gboolean
say_hello (FilAttachment *self,
           GCancellable *cancellable,
           GError **error)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      self->connection, NULL, FIL_API_PATH, FIL_API_INTERFACE, "Hello", g_variant_new ("(s)", FIL_VERSION),
      G_VARIANT_TYPE ("(sa{sv})"), G_DBUS_CALL_FLAGS_NONE, HELLO_TIMEOUT_MS, cancellable, error);

  if (reply == NULL)
    return FALSE;
  g_variant_get_child (reply, 0, "s", &self->node_version);
  return TRUE;
}

/* Fails with FIL_CLIENT_ERROR_UNAVAILABLE when nobody is there. */
static FilAttachment *
connect_to_node (FilProfile *profile,
                 FilAttachFlags flags,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autoptr (FilAttachment) self = g_new0 (FilAttachment, 1);
  g_autofree char *address = NULL;
  g_autofree char *version = NULL;
  g_autoptr (GError) cause = NULL;

  if (fil_profile_read_address (profile, &address, &version, &cause))
    self->connection = g_dbus_connection_new_for_address_sync (
        address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL, cancellable, &cause);
  if (self->connection == NULL || !say_hello (self, cancellable, &cause))
    {
      if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return NULL;
        }
      g_debug ("no node at %s: %s", fil_profile_dir (profile), cause->message);
      g_set_error (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_UNAVAILABLE,
                   _("No node is running with the profile %s; start it with: filbertctl start"),
                   fil_profile_dir (profile));
      return NULL;
    }
  if (!g_str_equal (self->node_version, FIL_VERSION) && !(flags & FIL_ATTACH_ANY_VERSION))
    {
      g_set_error (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_MISMATCH,
                   _("The running node is version %s and this program is %s; restart the node with: "
                     "filbertctl stop, then filbertctl start"),
                   self->node_version, FIL_VERSION);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/* What FILBERTD names, else the node of the same build. */
static char *
find_node_program (void)
{
  const char *named = g_getenv ("FILBERTD");

  return named != NULL && *named != '\0' ? g_strdup (named) : fil_find_program ("filbertd", FIL_BINDIR);
}

/* Returns what the node said of its start: "ready", a sentence, or nothing when it died. */
static char *
read_sentence (int fd,
               GCancellable *cancellable,
               GError **error)
{
  gint64 deadline = g_get_monotonic_time () + READY_TIMEOUT_US;
  char text[MAX_SENTENCE + 1];
  gsize len = 0;

  while (len < MAX_SENTENCE && memchr (text, '\n', len) == NULL)
    {
      struct pollfd poller = { .fd = fd, .events = POLLIN };
      gssize n;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      if (g_get_monotonic_time () > deadline)
        {
          g_set_error_literal (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_TIMED_OUT,
                               _("The node has started but does not get ready; look at the profile's log"));
          return NULL;
        }
      if (poll (&poller, 1, 100) <= 0)
        continue;
      n = read (fd, text + len, MAX_SENTENCE - len);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      len += (gsize) n;
    }
  return g_strstrip (g_strndup (text, len));
}

/* Returns whether the node got ready; otherwise why not. */
static gboolean
start_node (FilProfile *profile,
            const char *const *start_arguments,
            GCancellable *cancellable,
            GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *program = find_node_program ();
  g_autofree char *ready_fd = g_strdup_printf ("%d", READY_FD);
  g_autofree char *sentence = NULL;
  g_autoptr (GError) cause = NULL;
  int pipe_fds[2];
  int target = READY_FD;
  gboolean is_started;

  g_ptr_array_add (argv, program);
  g_ptr_array_add (argv, (gpointer) "--profile");
  g_ptr_array_add (argv, (gpointer) fil_profile_dir (profile));
  g_ptr_array_add (argv, (gpointer) "--ready-fd");
  g_ptr_array_add (argv, ready_fd);
  for (; start_arguments != NULL && *start_arguments != NULL; start_arguments++)
    g_ptr_array_add (argv, (gpointer) *start_arguments);
  g_ptr_array_add (argv, NULL);

  if (!g_unix_open_pipe (pipe_fds, FD_CLOEXEC, error))
    return FALSE;
  is_started = g_spawn_async_with_pipes_and_fds (
      NULL, (const char *const *) argv->pdata, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
      NULL, -1, -1, -1, &pipe_fds[1], &target, 1, NULL, NULL, NULL, NULL, &cause);
  g_close (pipe_fds[1], NULL);
  if (!is_started)
    {
      g_set_error (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_UNAVAILABLE, _("Cannot start the node: %s"),
                   cause->message);
      g_close (pipe_fds[0], NULL);
      return FALSE;
    }

  sentence = read_sentence (pipe_fds[0], cancellable, error);
  g_close (pipe_fds[0], NULL);
  if (sentence == NULL)
    return FALSE;
  if (g_str_equal (sentence, "ready"))
    return TRUE;
  g_set_error (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_UNAVAILABLE, "%s",
               *sentence != '\0' ? sentence : _("The node ended at once; look at the profile's log"));
  return FALSE;
}

/* Somebody has the lock: a node that another program starts at the same moment and that does not listen yet,
 * or one that is just ending. Waits until it answers or is gone; NULL without an error when it is gone. */
static FilAttachment *
connect_to_holder (FilProfile *profile,
                   FilAttachFlags flags,
                   GCancellable *cancellable,
                   GError **error)
{
  gint64 deadline = g_get_monotonic_time () + READY_TIMEOUT_US;

  while (fil_profile_is_locked (profile) && g_get_monotonic_time () < deadline &&
         !g_cancellable_is_cancelled (cancellable))
    {
      g_autoptr (GError) cause = NULL;
      FilAttachment *self = connect_to_node (profile, flags, cancellable, &cause);

      if (self != NULL || !g_error_matches (cause, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_UNAVAILABLE))
        {
          if (self == NULL)
            g_propagate_error (error, g_steal_pointer (&cause));
          return self;
        }
      g_usleep (POLL_PAUSE_US);
    }
  return NULL;
}

/**
 * fil_attach:
 * @start_arguments: (nullable): for a node that has to be started
 *
 * Connects to the profile's node, starting one first when none runs and @flags say so. Blocks.
 *
 * Returns: (transfer full) (nullable): the connection, on which Hello has been said
 */
FilAttachment *
fil_attach (FilProfile *profile,
            FilAttachFlags flags,
            const char *const *start_arguments,
            GCancellable *cancellable,
            GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GError) start_cause = NULL;
  FilAttachment *self = connect_to_node (profile, flags, cancellable, &cause);

  if (self != NULL || !(flags & FIL_ATTACH_START) ||
      !g_error_matches (cause, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_UNAVAILABLE))
    {
      if (self == NULL)
        g_propagate_error (error, g_steal_pointer (&cause));
      return self;
    }

  /* One that ends is given the time to, since no other can start before it has. */
  self = connect_to_holder (profile, flags, cancellable, &start_cause);
  if (self == NULL && start_cause == NULL && !g_cancellable_set_error_if_cancelled (cancellable, &start_cause))
    {
      if (start_node (profile, start_arguments, cancellable, &start_cause))
        {
          self = connect_to_node (profile, flags, cancellable, error);
          if (self != NULL)
            self->has_started = TRUE;
          return self;
        }
      if (!g_error_matches (start_cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        self = connect_to_holder (profile, flags, cancellable, error);
    }
  if (self == NULL && (error == NULL || *error == NULL))
    g_propagate_error (error, g_steal_pointer (&start_cause));
  return self;
}

/**
 * fil_attach_wait_until_gone:
 *
 * Blocks until a node that was asked to end has saved and given up its lock.
 */
gboolean
fil_attach_wait_until_gone (FilProfile *profile,
                            GError **error)
{
  gint64 deadline = g_get_monotonic_time () + GONE_TIMEOUT_US;

  while (fil_profile_is_locked (profile))
    {
      if (g_get_monotonic_time () > deadline)
        {
          g_set_error_literal (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_TIMED_OUT,
                               _("The node still saves its state; look again in a moment"));
          return FALSE;
        }
      g_usleep (POLL_PAUSE_US);
    }
  return TRUE;
}
