/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib-unix.h>
#include <glib.h>
#include <locale.h>
#include <stdio.h>

#include "demo-network.h"

/* Runs the demo network for filbertctl and the window: says "ready PROFILE", or one sentence, and ends
 * with everything it made when its standard input does. */

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static gboolean
input_ended (int fd,
             GIOCondition condition,
             gpointer loop)
{
  return quit (loop);
}

int
main (int argc,
      char *argv[])
{
  g_autoptr (GMainLoop) loop = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FilDemoNetwork) network = NULL;

  setlocale (LC_ALL, "");
  network = fil_demo_network_new (&error);
  if (network == NULL)
    {
      printf ("%s\n", error->message);
      return 4;
    }
  printf ("ready %s\n", fil_demo_network_profile (network));
  fflush (stdout);

  loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, quit, loop);
  g_unix_signal_add (SIGINT, quit, loop);
  g_unix_fd_add (0, G_IO_IN | G_IO_HUP | G_IO_ERR, input_ended, loop);
  g_main_loop_run (loop);
  return 0;
}
