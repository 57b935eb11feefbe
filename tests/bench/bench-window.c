/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "application.h"
#include "results-feed.h"
#include "results-table.h"
#include "schema.h"
#include "window.h"

#include <adwaita.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long the first frame takes, from the start of the process to the end of its drawing, beside a bare
 * window in the same run; and the longest turn of the main loop, drawing included, while
 * 10,000 results arrive. Each window is
 * in a process of its own, the two kinds by turns, and the median counts. */

#define RUNS 7
#define N_RESULTS 10000
#define BATCH 200

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

typedef struct
{
  FilResultsModel *model;
  gint64 next;
} Flood;

static gboolean
batch_cb (gpointer data)
{
  Flood *flood = data;

  for (guint i = 0; i < BATCH && flood->next < N_RESULTS; i++, flood->next++)
    {
      g_autofree char *name = g_strdup_printf ("%05d hazel %d.ogg", (int) (flood->next * 7919 % 100000), (int) flood->next);
      g_autofree char *sha1 = g_strdup_printf ("%d", (int) (flood->next * 31 % (N_RESULTS * 3 / 4)));
      g_autoptr (GVariant) row = g_variant_ref_sink (
          g_variant_new ("(xxsxsssssxsxbsbx)", flood->next, (gint64) 1, name, flood->next * 1000, sha1, "", "10.0.0.1:6346",
                         "", "FLBT", (gint64) 2, "push", (gint64) 1, TRUE, "audio", FALSE, FIL_NULL_INT));

      fil_results_model_put (flood->model, row);
    }
  return flood->next < N_RESULTS ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* As FilResultsFeed does. */
static gboolean
commit_cb (gpointer data)
{
  Flood *flood = data;

  if (!fil_results_model_commit_some (flood->model, FIL_RESULTS_FEED_FILES_A_TURN))
    g_usleep (200);
  return G_SOURCE_CONTINUE;
}

static gboolean
wake_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
run_results (void)
{
  Flood flood = { .model = fil_results_model_new () };
  GtkWidget *window, *table;
  gboolean is_ready = FALSE;
  gint64 worst_us = 0;

  adw_init ();
  fil_ui_init ();
  table = g_object_new (FIL_TYPE_RESULTS_TABLE, NULL);
  fil_results_table_set_model (FIL_RESULTS_TABLE (table), flood.model);
  window = g_object_new (GTK_TYPE_WINDOW, "default-width", 980, "default-height", 680, "child", table, NULL);
  gtk_window_present (GTK_WINDOW (window));
  /* The first rows make the cells; what counts is how it goes on from there. */
  batch_cb (&flood);
  fil_results_model_commit (flood.model);
  g_timeout_add (500, wake_cb, &is_ready);
  while (!is_ready)
    g_main_context_iteration (NULL, TRUE);
  g_timeout_add_full (200, 10, batch_cb, &flood, NULL);
  g_idle_add_full (200, commit_cb, &flood, NULL);
  while (fil_results_model_get_n_results (flood.model) < N_RESULTS ||
         fil_results_model_get_n_hidden (flood.model) > 0)
    {
      gint64 before_us = g_get_monotonic_time ();

      /* One turn is at most one batch and one frame with all its drawing. */
      if (g_main_context_iteration (NULL, FALSE))
        worst_us = MAX (worst_us, g_get_monotonic_time () - before_us);
      else
        g_usleep (500);
    }
  printf ("%.1f\n", (double) worst_us / 1000.0);
  fflush (stdout);
  _exit (0);
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
  if (argc > 1 && strcmp (argv[1], "--results") == 0)
    run_results ();

  for (guint i = 0; i < RUNS; i++)
    {
      bare[i] = measure (argv[0], "--bare");
      whole[i] = measure (argv[0], "--whole");
    }
  qsort (bare, RUNS, sizeof (double), compare);
  qsort (whole, RUNS, sizeof (double), compare);
  printf ("bench window-first-frame %.1f ms\n", whole[RUNS / 2]);
  printf ("bench window-bare-frame %.1f ms\n", bare[RUNS / 2]);
  printf ("bench results-worst-frame %.1f ms\n", measure (argv[0], "--results"));
  return 0;
}
