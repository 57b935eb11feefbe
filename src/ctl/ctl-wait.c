/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ctl-wait.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <signal.h>

static void
vanished_cb (FilClient *client,
             CtlWait *self)
{
  self->has_vanished = TRUE;
  g_main_loop_quit (self->loop);
}

static gboolean
time_is_up (gpointer data)
{
  CtlWait *self = data;

  self->timeout_id = 0;
  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
signalled (gpointer data)
{
  g_main_loop_quit (((CtlWait *) data)->loop);
  return G_SOURCE_CONTINUE;
}

/**
 * ctl_wait_init:
 * @seconds: longest time, or -1 for ever
 */
void
ctl_wait_init (CtlWait *self,
               FilClient *client,
               gint64 seconds)
{
  *self = (CtlWait){ .loop = g_main_loop_new (NULL, FALSE), .client = client };
  self->vanished_id = g_signal_connect (client, "vanished", G_CALLBACK (vanished_cb), self);
  self->signal_ids[0] = g_unix_signal_add (SIGINT, signalled, self);
  self->signal_ids[1] = g_unix_signal_add (SIGTERM, signalled, self);
  if (seconds >= 0)
    self->timeout_id = g_timeout_add_seconds ((guint) MIN (seconds, G_MAXINT / 1000), time_is_up, self);
}

/**
 * ctl_wait_run:
 *
 * Returns: FALSE when the node has gone meanwhile
 */
gboolean
ctl_wait_run (CtlWait *self,
              GError **error)
{
  if (fil_client_is_attached (self->client))
    g_main_loop_run (self->loop);
  if (!self->has_vanished)
    return TRUE;
  g_set_error_literal (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_UNAVAILABLE,
                       _("The node has ended; start it with: filbertctl start"));
  return FALSE;
}

/**
 * ctl_wait_end:
 *
 * Makes ctl_wait_run() return.
 */
void
ctl_wait_end (CtlWait *self)
{
  g_main_loop_quit (self->loop);
}

void
ctl_wait_clear (CtlWait *self)
{
  g_signal_handler_disconnect (self->client, self->vanished_id);
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  for (guint i = 0; i < G_N_ELEMENTS (self->signal_ids); i++)
    g_source_remove (self->signal_ids[i]);
  g_main_loop_unref (self->loop);
}
