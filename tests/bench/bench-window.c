/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "application.h"
#include "window.h"

#include <adwaita.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* bench-window NODE: how long the first frame takes, from the start of the process to the end of its drawing,
 * beside a bare window in the same run; and the longest turn of the main loop, drawing included, while 10,000
 * results arrive from NODE, the one of make-believe. Each window is in a process of its own, the two kinds by
 * turns, and the median counts. */

#define RUNS 7
#define RESULT_RUNS 5
#define SETTLE_US G_USEC_PER_SEC

/* Of 10,000 results this many are files of their own whose kind is shown. */
#define N_LINES 9270

static gint64 started_us;

static void
first_frame_cb (GdkFrameClock *clock,
                GtkWindow *window)
{
  printf ("%.1f\n", (double) (g_get_monotonic_time () - started_us) / 1000.0);
  fflush (stdout);
  _exit (0);
}

static void
map_cb (GtkWidget *window)
{
  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (first_frame_cb), window);
}

static void
run_window (gboolean is_bare)
{
  g_autoptr (FilClient) client = NULL;
  g_autofree char *dir = NULL;
  GtkWidget *window;

  adw_init ();
  if (is_bare)
    {
      window = g_object_new (ADW_TYPE_APPLICATION_WINDOW, "default-width", 980, "default-height", 680, NULL);
    }
  else
    {
      fil_ui_init ();
      dir = g_build_filename (g_get_tmp_dir (), "filbert-bench-no-such-profile", NULL);
      client = fil_client_new (dir);
      window = GTK_WIDGET (fil_window_new (NULL, client));
    }
  g_signal_connect_after (window, "map", G_CALLBACK (map_cb), NULL);
  gtk_window_present (GTK_WINDOW (window));
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

static double
measure (const char *program,
         const char *what)
{
  const char *arguments[] = { program, what, NULL };
  g_autofree char *output = NULL;

  if (!g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, NULL, NULL))
    return -1;
  return g_ascii_strtod (output, NULL);
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  double first = *(const double *) a, second = *(const double *) b;

  return (first > second) - (first < second);
}

/* Results */

/* The lines of the list that is in sight. */
static guint
count_lines (GtkWidget *widget)
{
  guint n = 0;

  if (GTK_IS_COLUMN_VIEW (widget) && gtk_widget_get_mapped (widget))
    return g_list_model_get_n_items (G_LIST_MODEL (gtk_column_view_get_model (GTK_COLUMN_VIEW (widget))));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && n == 0;
       child = gtk_widget_get_next_sibling (child))
    n = count_lines (child);
  return n;
}

static gint64
get_cpu_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

typedef struct
{
  gint64 wall_us, cpu_us;
} Turn;

/* One turn of the main loop: at most one batch, or one frame with all its layout and drawing. The processor
 * time tells what the program takes of it; the rest is other programs. */
static gboolean
take_turn (Turn *worst)
{
  gint64 wall_us = g_get_monotonic_time (), cpu_us = get_cpu_us ();

  if (!g_main_context_iteration (NULL, FALSE))
    {
      g_usleep (300);
      return FALSE;
    }
  worst->wall_us = MAX (worst->wall_us, g_get_monotonic_time () - wall_us);
  worst->cpu_us = MAX (worst->cpu_us, get_cpu_us () - cpu_us);
  return TRUE;
}

/* The real window, a node in a process of its own that finds 10,000 files as fast as they are taken. */
static void
run_results (const char *node)
{
  g_autofree char *dir = g_dir_make_tmp ("filbert-bench-XXXXXX", NULL);
  g_autoptr (FilClient) client = NULL;
  Turn start = { 0 }, worst = { 0 };
  gint64 settled_us, before_us, cpu_before_us;
  FilWindow *window;
  guint n_lines = 0;

  adw_init ();
  fil_ui_init ();
  g_setenv ("FILBERTD", node, TRUE);
  client = fil_client_new (dir);
  window = fil_window_new (NULL, client);
  gtk_window_present (GTK_WINDOW (window));
  fil_window_attach (window);
  while (!fil_client_is_attached (client) || !gtk_widget_get_mapped (GTK_WIDGET (window)))
    take_turn (&start);
  /* The other pages are made after the first frame; that is no part of what is measured. */
  settled_us = g_get_monotonic_time () + SETTLE_US;
  while (g_get_monotonic_time () < settled_us)
    take_turn (&start);
  before_us = g_get_monotonic_time ();
  cpu_before_us = get_cpu_us ();
  g_action_group_activate_action (G_ACTION_GROUP (window), "search", g_variant_new_string ("many"));
  while (n_lines < N_LINES)
    {
      if (take_turn (&worst))
        n_lines = count_lines (GTK_WIDGET (window));
    }
  printf ("%.1f %.1f %.1f %.1f\n", (double) worst.wall_us / 1000.0, (double) worst.cpu_us / 1000.0,
          (double) (g_get_monotonic_time () - before_us) / 1000.0, (double) (get_cpu_us () - cpu_before_us) / 1000.0);
  fflush (stdout);
  fil_client_quit (client, NULL);
  _exit (0);
}

static void
bench_results (const char *program,
               const char *node)
{
  static const char *const names[] = { "results-worst-turn", "results-worst-turn-cpu", "results-all-there",
                                       "results-all-there-cpu" };
  double figures[G_N_ELEMENTS (names)][RESULT_RUNS];

  for (guint run = 0; run < RESULT_RUNS; run++)
    {
      const char *arguments[] = { program, "--results", node, NULL };
      g_autofree char *output = NULL;
      g_auto (GStrv) words = NULL;

      g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, NULL, NULL);
      words = g_strsplit (output != NULL ? output : "", " ", -1);
      for (guint i = 0; i < G_N_ELEMENTS (names); i++)
        figures[i][run] = i < g_strv_length (words) ? g_ascii_strtod (words[i], NULL) : -1;
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      qsort (figures[i], RESULT_RUNS, sizeof (double), compare);
      printf ("bench %s %.1f ms\n", names[i], figures[i][RESULT_RUNS / 2]);
      printf ("bench %s-best %.1f ms\n", names[i], figures[i][0]);
    }
}

int
main (int argc,
      char **argv)
{
  double whole[RUNS], bare[RUNS];

  started_us = g_get_monotonic_time ();
  if (argc > 1 && strcmp (argv[1], "--bare") == 0)
    run_window (TRUE);
  if (argc > 1 && strcmp (argv[1], "--whole") == 0)
    run_window (FALSE);
  if (argc > 2 && strcmp (argv[1], "--results") == 0)
    run_results (argv[2]);

  for (guint i = 0; i < RUNS; i++)
    {
      bare[i] = measure (argv[0], "--bare");
      whole[i] = measure (argv[0], "--whole");
    }
  qsort (bare, RUNS, sizeof (double), compare);
  qsort (whole, RUNS, sizeof (double), compare);
  printf ("bench window-first-frame %.1f ms\n", whole[RUNS / 2]);
  printf ("bench window-bare-frame %.1f ms\n", bare[RUNS / 2]);
  if (argc > 1)
    bench_results (argv[0], argv[1]);
  return 0;
}
