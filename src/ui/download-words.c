/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "download-words.h"

#include "formatting.h"
#include "reach.h"

#include <glib/gi18n.h>

FilDownloadPhase
fil_download_phase (FilRow *download)
{
  const char *state = fil_row_get_string (download, "state");

  if (g_strcmp0 (state, "done") == 0)
    return FIL_DOWNLOAD_IS_DONE;
  if (g_strcmp0 (state, "failed") == 0)
    return FIL_DOWNLOAD_HAS_FAILED;
  return g_strcmp0 (state, "paused") == 0 ? FIL_DOWNLOAD_IS_PAUSED : FIL_DOWNLOAD_IS_MOVING;
}

/**
 * fil_download_has_changed:
 *
 * Returns: whether the file was finished and is not what it was any more
 */
gboolean
fil_download_has_changed (FilRow *download)
{
  return fil_download_phase (download) == FIL_DOWNLOAD_IS_DONE &&
         g_strcmp0 (fil_row_get_string (download, "reason_code"), "changed") == 0;
}

static const char *
state_word (const char *state)
{
  static const struct
  {
    const char *state;
    const char *word;
  } words[] = {
    { "queued", N_("Waiting") },           { "searching", N_("Looking for sources") },
    { "connecting", N_("Connecting") },    { "downloading", NULL },
    { "verifying", N_("Checking every byte") }, { "paused", N_("Paused") },
    { "failed", N_("Failed") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (words[i].state, state) == 0)
      return words[i].word != NULL ? _(words[i].word) : NULL;
  return NULL;
}

/* In the queue of a source. */
static gboolean
is_waiting (FilRow *download)
{
  return g_strcmp0 (fil_row_get_string (download, "reason_code"), "remote-queue") == 0 &&
         fil_download_phase (download) == FIL_DOWNLOAD_IS_MOVING;
}

static char *
describe_sources (FilRow *download)
{
  int n = (int) fil_row_get_int (download, "sources");
  int n_active = (int) fil_row_get_int (download, "active_sources");
  const char *way = fil_reach_to_word (fil_reach_from_text (fil_row_get_string (download, "reach")));

  if (n == 0)
    return g_strdup (_("no source yet"));
  if (n_active == 0)
    return g_strdup_printf (ngettext ("%d source", "%d sources", (gulong) n), n);
  /* Translators: "2 of 3 sources, push": how many send, how many there are, how the bytes get here */
  return g_strdup_printf (ngettext ("%d of %d source, %s", "%d of %d sources, %s", (gulong) n), n_active, n, way);
}

static char *
describe_amount (FilRow *download)
{
  gint64 received = MAX (fil_row_get_int (download, "received_bytes"), fil_row_get_int (download, "verified_bytes"));
  gint64 size = fil_row_get_int (download, "size");
  g_autofree char *part = fil_format_size (received);
  g_autofree char *whole = NULL;

  if (size == FIL_ROW_UNKNOWN || size <= 0)
    return g_steal_pointer (&part);
  whole = fil_format_size (size);
  if (received == 0)
    return g_steal_pointer (&whole);
  return g_strdup_printf (_("%s of %s"), part, whole);
}

/* The speed while bytes come, and the limit of its own. */
static void
add_speed (FilRow *download,
           gboolean is_moving,
           GString *line)
{
  g_autofree char *limit = fil_format_limit (fil_row_get_int (download, "limit_bps"));
  g_autofree char *speed = NULL;

  if (is_moving)
    {
      speed = fil_format_speed (fil_row_get_int (download, "bps"));
      fil_format_join (line, speed);
    }
  fil_format_join (line, limit);
}

static void
add_time_left (FilRow *download,
               GString *line)
{
  gint64 eta = fil_row_get_int (download, "eta_s");
  g_autofree char *time = NULL;
  g_autofree char *left = NULL;

  if (eta == FIL_ROW_UNKNOWN || eta < 0)
    return;
  time = fil_format_duration (eta);
  left = g_strdup_printf (_("%s left"), time);
  fil_format_join (line, left);
}

/**
 * fil_download_progress_line:
 *
 * Returns: (transfer full): how far it is, in numbers with units
 */
char *
fil_download_progress_line (FilRow *download)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *amount = NULL;
  g_autofree char *sources = NULL;
  g_autofree char *percent = NULL;
  gboolean is_moving;
  gint64 size = fil_row_get_int (download, "size");
  gint64 received = MAX (fil_row_get_int (download, "received_bytes"), fil_row_get_int (download, "verified_bytes"));

  if (fil_download_phase (download) == FIL_DOWNLOAD_IS_DONE)
    {
      amount = fil_format_size (size);
      fil_format_join (line, amount);
      /* There is a reason when that is in doubt. */
      if (fil_row_get_string (download, "reason") == NULL)
        fil_format_join (line, _("✓ every byte checked"));
      return g_string_free (g_steal_pointer (&line), FALSE);
    }
  if (size > 0 && received > 0)
    percent = fil_format_percent (received, size);
  amount = describe_amount (download);
  fil_format_join (line, is_waiting (download) ? _("Waiting") : state_word (fil_row_get_string (download, "state")));
  fil_format_join (line, percent);
  fil_format_join (line, amount);
  is_moving = g_strcmp0 (fil_row_get_string (download, "state"), "downloading") == 0 && fil_row_get_int (download, "bps") > 0;
  add_speed (download, is_moving, line);
  if (is_moving)
    add_time_left (download, line);
  if (fil_download_phase (download) == FIL_DOWNLOAD_IS_MOVING)
    {
      sources = describe_sources (download);
      fil_format_join (line, sources);
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

/**
 * fil_download_retry_in:
 * @now_s: unix seconds
 *
 * Returns: in how many seconds something is tried next while nothing moves, -1 when nothing waits
 */
gint64
fil_download_retry_in (FilRow *download,
                       gint64 now_s)
{
  gint64 retry = fil_row_get_int (download, "retry");
  FilDownloadPhase phase = fil_download_phase (download);

  if (retry == FIL_ROW_UNKNOWN || retry <= now_s || phase != FIL_DOWNLOAD_IS_MOVING)
    return -1;
  return retry - now_s;
}

/**
 * fil_download_retry_line:
 * @seconds: of fil_download_retry_in()
 *
 * Returns: (transfer full): what is done then
 */
char *
fil_download_retry_line (FilRow *download,
                         gint64 seconds)
{
  g_autofree char *time = fil_format_duration (seconds);

  if (is_waiting (download))
    return g_strdup_printf (_("It is asked again in %s."), time);
  return g_strdup_printf (_("Next try in %s."), time);
}

/**
 * fil_download_why_line:
 *
 * Returns: (transfer full) (nullable): one sentence when nothing moves or the finished file is not what it was, NULL when
 * there is nothing to explain
 */
char *
fil_download_why_line (FilRow *download)
{
  const char *reason = fil_row_get_string (download, "reason");
  FilDownloadPhase phase = fil_download_phase (download);

  if (g_strcmp0 (fil_row_get_string (download, "state"), "downloading") == 0)
    return NULL;
  /* The state says that much. */
  if (g_strcmp0 (fil_row_get_string (download, "reason_code"), "paused") == 0)
    return NULL;
  if (reason != NULL)
    return g_strdup (reason);
  if (phase == FIL_DOWNLOAD_HAS_FAILED)
    return g_strdup (_("It could not be finished."));
  return NULL;
}

/**
 * fil_download_spoken:
 *
 * Returns: (transfer full): the whole row for a screen reader
 */
char *
fil_download_spoken (FilRow *download)
{
  g_autofree char *progress = fil_download_progress_line (download);
  g_autofree char *why = fil_download_why_line (download);

  return g_strdup_printf ("%s, %s%s%s", fil_row_get_string (download, "name"), progress, why != NULL ? ". " : "",
                          why != NULL ? why : "");
}
