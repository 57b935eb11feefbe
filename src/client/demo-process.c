/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "demo-process.h"

#include "client.h"
#include "find-program.h"

#include <glib/gi18n.h>
#include <string.h>

#define PROGRAM "filbert-demo-network"
#define READY "ready "

struct _FilDemoProcess
{
  GSubprocess *process;
  char *profile;
};

/* Starts the demo network and waits until it is there, which takes some seconds. When it is cancelled, what was made
 * so far is removed first. */
static FilDemoProcess *
start (GCancellable *cancellable,
       GError **error)
{
  g_autoptr (FilDemoProcess) self = g_new0 (FilDemoProcess, 1);
  g_autofree char *program = fil_find_program (PROGRAM, FIL_LIBEXECDIR);
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *line = NULL;

  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &local, program,
                                    NULL);
  if (self->process == NULL)
    {
      g_set_error (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_UNAVAILABLE, _("The demo network cannot start: %s"),
                   local->message);
      return NULL;
    }
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  line = g_data_input_stream_read_line_utf8 (output, NULL, cancellable, &local);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (line == NULL || !g_str_has_prefix (line, READY))
    {
      g_set_error (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_UNAVAILABLE, _("The demo network cannot start: %s"),
                   line != NULL ? line : local != NULL ? local->message : _("it ended at once"));
      return NULL;
    }
  self->profile = g_strdup (line + strlen (READY));
  return g_steal_pointer (&self);
}

static void
start_in_thread (GTask *task,
                 gpointer source,
                 gpointer task_data,
                 GCancellable *cancellable)
{
  GError *error = NULL;
  FilDemoProcess *self = start (cancellable, &error);

  if (self != NULL)
    g_task_return_pointer (task, self, (GDestroyNotify) fil_demo_process_free);
  else
    g_task_return_error (task, error);
}

/**
 * fil_demo_process_start_async:
 *
 * Starts the demo network without waiting.
 */
void
fil_demo_process_start_async (GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);

  g_task_set_source_tag (task, fil_demo_process_start_async);
  g_task_run_in_thread (task, start_in_thread);
}

FilDemoProcess *
fil_demo_process_start_finish (GAsyncResult *result,
                               GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * fil_demo_process_profile:
 *
 * Returns: the profile of the node that looks at the network from inside
 */
const char *
fil_demo_process_profile (const FilDemoProcess *self)
{
  return self->profile;
}

/**
 * fil_demo_process_host_profile:
 * @host: "oak", "elm", "anna", "bea", "carl" or "dora"
 *
 * Returns: (transfer full): the profile of another node of the network
 */
char *
fil_demo_process_host_profile (const FilDemoProcess *self,
                               const char *host)
{
  g_autofree char *me = g_path_get_dirname (self->profile);
  g_autofree char *top = g_path_get_dirname (me);

  return g_build_filename (top, host, "profile", NULL);
}

/**
 * fil_demo_process_free:
 *
 * Ends the network and waits until everything it made is removed.
 */
void
fil_demo_process_free (FilDemoProcess *self)
{
  if (self->process != NULL)
    {
      g_output_stream_close (g_subprocess_get_stdin_pipe (self->process), NULL, NULL);
      g_subprocess_wait (self->process, NULL, NULL);
    }
  g_clear_object (&self->process);
  g_free (self->profile);
  g_free (self);
}
