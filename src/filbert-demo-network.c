/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "demo-network.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>

/* Runs the demo network for filbertctl and the window: says "ready PROFILE", or one sentence, and ends
 * with everything it made when its standard input does. */

#define EXIT_CANNOT_START 4

/* While the network is being made the main thread is busy with it, so another one watches for the end. */
typedef struct
{
  GMainContext *context;
  GMainLoop *loop;
  GCancellable *end;
  GThread *thread;
} Watch;

static gboolean
signalled (gpointer end)
{
  g_cancellable_cancel (end);
  return G_SOURCE_CONTINUE;
}

static gboolean
input_ended (int fd,
             GIOCondition condition,
             gpointer end)
{
  g_cancellable_cancel (end);
  return G_SOURCE_REMOVE;
}

static void
attach (Watch *self,
        GSource *source,
        GSourceFunc func)
{
  g_source_set_callback (source, func, self->end, NULL);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

static gpointer
watch_thread (gpointer data)
{
  Watch *self = data;

  g_main_loop_run (self->loop);
  return NULL;
}

static void
watch_init (Watch *self)
{
  static const int signals[] = { SIGHUP, SIGINT, SIGTERM };

  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->end = g_cancellable_new ();
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    attach (self, g_unix_signal_source_new (signals[i]), signalled);
  attach (self, g_unix_fd_source_new (0, G_IO_IN | G_IO_HUP | G_IO_ERR), G_SOURCE_FUNC (input_ended));
  self->thread = g_thread_new ("watch", watch_thread, self);
}

static void
watch_clear (Watch *self)
{
  g_main_loop_quit (self->loop);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_object_unref (self->end);
}

static gboolean
quit (GCancellable *end,
      gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/* Until the end comes; meanwhile the clients of the nodes are served. */
static void
wait_for_end (Watch *watch)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GSource) source = g_cancellable_source_new (watch->end);

  g_source_set_callback (source, G_SOURCE_FUNC (quit), loop, NULL);
  g_source_attach (source, NULL);
  g_main_loop_run (loop);
  g_source_destroy (source);
}

int
main (int argc,
      char *argv[])
{
  g_autoptr (GError) error = NULL;
  FilDemoNetwork *network;
  int status = 0;
  Watch watch;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("FILBERT_LOCALEDIR") != NULL ? g_getenv ("FILBERT_LOCALEDIR") : FIL_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  signal (SIGPIPE, SIG_IGN);

  watch_init (&watch);
  network = fil_demo_network_new (watch.end, &error);
  if (network != NULL)
    {
      printf ("ready %s\n", fil_demo_network_profile (network));
      fflush (stdout);
      wait_for_end (&watch);
      fil_demo_network_free (network);
    }
  else
    {
      printf ("%s\n", error->message);
      status = EXIT_CANNOT_START;
    }
  watch_clear (&watch);
  return status;
}
