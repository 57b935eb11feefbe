/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ctl-demo-private.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* The demo network in the terminal: a story in plain sentences, each of which is checked. */

#define PAUSE_MS 200

static const char *const host_names[CTL_DEMO_N_HOSTS] = { "me", "oak", "elm", "anna", "bea", "carl", "dora" };

const char *
_ctl_demo_host_name (CtlDemoHost host)
{
  return host_names[host];
}

/**
 * _ctl_demo_name_hosts:
 *
 * Returns: (transfer full): @text with the addresses of the network's nodes as names
 */
char *
_ctl_demo_name_hosts (const CtlDemo *self,
                      const char *text)
{
  g_autoptr (GRegex) address = g_regex_new ("(127\\.0\\.0\\.\\d+)(:\\d+)?", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  GString *named = g_string_new (NULL);
  int done = 0, start, end;

  for (g_regex_match (address, text, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_autofree char *found = g_match_info_fetch (match, 1);
      const char *name = host_names[CTL_DEMO_CARL]; /* whoever has no address of its own */

      for (guint i = 0; i < CTL_DEMO_N_HOSTS; i++)
        if (g_strcmp0 (self->addresses[i], found) == 0)
          name = host_names[i];
      g_match_info_fetch_pos (match, 0, &start, &end);
      g_string_append_len (named, text + done, start - done);
      g_string_append (named, name);
      done = end;
    }
  g_string_append (named, text + done);
  return g_string_free (named, FALSE);
}

/**
 * _ctl_demo_say:
 *
 * Prints a line of the story; with --json nothing.
 */
void
_ctl_demo_say (CtlDemo *self,
               const char *format,
               ...)
{
  g_autofree char *text = NULL;
  va_list list;

  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  ctl_live_clear (&self->live);
  ctl_say (self->ctl, "%s", text);
  fflush (stdout);
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/**
 * _ctl_demo_pause:
 *
 * Waits a moment between two looks.
 *
 * Returns: FALSE after Ctrl+C, or when the node has gone
 */
gboolean
_ctl_demo_pause (CtlDemo *self,
                 GError **error)
{
  if (!g_cancellable_is_cancelled (self->interrupt))
    {
      guint id = g_timeout_add (PAUSE_MS, quit, self->loop);

      g_main_loop_run (self->loop);
      if (g_cancellable_is_cancelled (self->interrupt))
        g_source_remove (id);
    }
  if (g_cancellable_set_error_if_cancelled (self->interrupt, error))
    return FALSE;
  if (fil_client_is_attached (self->ctl->client))
    return TRUE;
  g_set_error_literal (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_FAILED, _("A node of the demo network has ended."));
  return FALSE;
}

typedef struct
{
  CtlDemo *demo;
  GAsyncResult *result;
} Start;

static void
started_cb (GObject *source,
            GAsyncResult *result,
            gpointer data)
{
  Start *start = data;

  start->result = g_object_ref (result);
  g_main_loop_quit (start->demo->loop);
}

static gboolean
start_network (CtlDemo *self,
               GError **error)
{
  Start start = { .demo = self };
  gint64 begun = g_get_monotonic_time ();
  int seconds;

  ctl_live_show (&self->live, _("Starting seven nodes on this computer…"));
  fil_demo_process_start_async (self->interrupt, started_cb, &start);
  while (start.result == NULL)
    g_main_loop_run (self->loop);
  self->network = fil_demo_process_start_finish (start.result, error);
  g_object_unref (start.result);
  if (self->network == NULL)
    return FALSE;
  seconds = (int) ((g_get_monotonic_time () - begun + G_USEC_PER_SEC / 2) / G_USEC_PER_SEC);
  _ctl_demo_say (self,
                 _("Seven throw-away nodes run on this computer (%d s): the ultrapeers oak and elm, the leaves anna, "
                   "bea, carl and dora, and me. Nothing leaves this computer."),
                 seconds);
  if (self->ctl->json)
    {
      CtlStep *step = ctl_step_new ("start");

      ctl_step_int (step, "nodes", CTL_DEMO_N_HOSTS);
      ctl_step_string (step, "profile", fil_demo_process_profile (self->network));
      ctl_step_print (step);
    }
  return TRUE;
}

static gboolean
attach_hosts (CtlDemo *self,
              GError **error)
{
  for (guint i = 0; i < CTL_DEMO_N_HOSTS; i++)
    {
      g_autofree char *profile = fil_demo_process_host_profile (self->network, host_names[i]);
      g_autoptr (FilRow) status = NULL;
      const char *listen;

      self->hosts[i] = fil_client_new (profile);
      if (!fil_client_attach (self->hosts[i], FIL_ATTACH_DEFAULT, error))
        return FALSE;
      status = fil_client_call_row (self->hosts[i], "Status", NULL, error);
      if (status == NULL)
        return FALSE;
      listen = fil_row_get_string (status, "listen");
      if (listen != NULL && strrchr (listen, ':') != NULL)
        self->addresses[i] = g_strndup (listen, (gsize) (strrchr (listen, ':') - listen));
    }
  g_set_object (&self->ctl->client, self->hosts[CTL_DEMO_ME]);
  return TRUE;
}

static gboolean
tell_story (CtlDemo *self,
            GError **error)
{
  return start_network (self, error) && attach_hosts (self, error) && _ctl_demo_connect (self, error) &&
         _ctl_demo_search_and_get (self, error);
}

static gboolean
interrupted (gpointer data)
{
  CtlDemo *self = data;

  g_cancellable_cancel (self->interrupt);
  g_main_loop_quit (self->loop);
  return G_SOURCE_CONTINUE;
}

static void
demo_init (CtlDemo *self,
           Ctl *ctl)
{
  static const int signals[] = { SIGHUP, SIGINT, SIGTERM };

  *self = (CtlDemo){ .ctl = ctl };
  ctl_live_init (&self->live, ctl->json);
  self->loop = g_main_loop_new (NULL, FALSE);
  self->interrupt = g_cancellable_new ();
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    self->signal_ids[i] = g_unix_signal_add (signals[i], interrupted, self);
}

/* Ends the network; Ctrl+C no longer interrupts, or something would stay behind. */
static void
demo_clear (CtlDemo *self)
{
  ctl_live_clear (&self->live);
  for (guint i = 0; i < CTL_DEMO_N_HOSTS; i++)
    {
      g_clear_object (&self->hosts[i]);
      g_free (self->addresses[i]);
    }
  g_clear_object (&self->ctl->client);
  g_clear_pointer (&self->network, fil_demo_process_free);
  for (guint i = 0; i < G_N_ELEMENTS (self->signal_ids); i++)
    g_source_remove (self->signal_ids[i]);
  g_main_loop_unref (self->loop);
  g_object_unref (self->interrupt);
}

static gboolean
is_removed (const char *profile)
{
  g_autofree char *host = g_path_get_dirname (profile);
  g_autofree char *top = g_path_get_dirname (host);

  return !g_file_test (top, G_FILE_TEST_EXISTS);
}

/* The last step: nothing is left. */
static CtlExit
end_story (Ctl *ctl,
           const char *profile,
           GError **error)
{
  if (!is_removed (profile))
    {
      g_set_error (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_FAILED, _("The demo could not remove %s"), profile);
      return CTL_EXIT_FAILED;
    }
  ctl_say (ctl, _("The nodes have ended and everything they made is removed. All was right."));
  if (ctl->json)
    {
      CtlStep *step = ctl_step_new ("end");

      ctl_step_bool (step, "removed", TRUE);
      ctl_step_print (step);
    }
  return CTL_EXIT_DONE;
}

/**
 * ctl_run_demo:
 *
 * Tells the whole way from a search to a verified file in a network of throw-away nodes: by several
 * sources, by push, and in spite of a liar.
 */
CtlExit
ctl_run_demo (Ctl *ctl,
              GError **error)
{
  g_autofree char *profile = NULL;
  g_autoptr (GError) cause = NULL;
  gboolean is_right;
  CtlDemo self;

  demo_init (&self, ctl);
  is_right = tell_story (&self, &cause);
  if (self.network != NULL)
    profile = g_strdup (fil_demo_process_profile (self.network));
  if (is_right)
    ctl_live_show (&self.live, _("Ending the nodes…"));
  demo_clear (&self);
  if (is_right)
    return end_story (ctl, profile, error);
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_set_error_literal (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_FAILED,
                         _("Interrupted; the demo network has ended and is removed"));
  else
    g_propagate_error (error, g_steal_pointer (&cause));
  return error != NULL && *error != NULL && (*error)->domain == FIL_CLIENT_ERROR ? (CtlExit) (*error)->code
                                                                                : CTL_EXIT_FAILED;
}
