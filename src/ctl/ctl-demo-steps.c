/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ctl-demo-private.h"
#include "ctl-table.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define WORDS "sample"
#define WAIT_US (30 * G_USEC_PER_SEC)

/* What the demo network shares, and the story tells of. */
#define MULTI_NAME "sample tone A.wav"
#define PUSHED_NAME "sample behind the router.png"
#define DOUBTFUL_NAME "sample chord to verify.wav"
#define N_FILES 10

/* Our node has both ultrapeers for neighbours before long. */
#define N_ULTRAPEERS 2

typedef struct
{
  FilRow *result; /* the one to get */
  const char *name;
  gint64 sources; /* so many are wanted before it is got */
} Wanted;

static gboolean
late (gint64 since_us,
      const char *what,
      GError **error)
{
  if (g_get_monotonic_time () - since_us <= WAIT_US)
    return FALSE;
  g_set_error_literal (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_TIMED_OUT, what);
  return TRUE;
}

/**
 * _ctl_demo_connect:
 *
 * Tells who our node is connected to.
 */
gboolean
_ctl_demo_connect (CtlDemo *self,
                   GError **error)
{
  gint64 begun = g_get_monotonic_time ();
  g_autoptr (GPtrArray) peers = NULL;
  g_autoptr (GPtrArray) addresses = g_ptr_array_new ();
  g_autoptr (GString) sentence = g_string_new (NULL);

  for (;;)
    {
      g_clear_pointer (&peers, g_ptr_array_unref);
      peers = fil_client_list (self->ctl->client, "peers", 0, error);
      if (peers == NULL || peers->len >= N_ULTRAPEERS)
        break;
      ctl_live_show (&self->live, _("Connecting…"));
      if (late (begun, _("Our node finds no ultrapeers."), error) || !_ctl_demo_pause (self, error))
        return FALSE;
    }
  if (peers == NULL)
    return FALSE;
  for (guint i = 0; i < peers->len; i++)
    {
      const char *address = fil_row_get_string (peers->pdata[i], "address");
      g_autofree char *name = _ctl_demo_name_hosts (self, address);

      g_ptr_array_add (addresses, (gpointer) address);
      g_string_append_printf (sentence, "%s%s (%s)", i > 0 ? ", " : "", name, address);
    }
  _ctl_demo_say (self, _("My node is a leaf and connected to %s."), sentence->str);
  if (self->ctl->json)
    {
      CtlStep *step = ctl_step_new ("connect");

      ctl_step_strings (step, "peers", addresses);
      ctl_step_print (step);
    }
  return TRUE;
}

static void
say_result (CtlDemo *self,
            FilRow *row)
{
  g_autofree char *size = ctl_cell_text (row, "size", CTL_CELL_SIZE);
  g_autofree char *name = ctl_cell_text (row, "name", CTL_CELL_TEXT);
  g_autofree char *host = _ctl_demo_name_hosts (self, fil_row_get_string (row, "address"));

  _ctl_demo_say (self, "  %10s  %-6s  %-5s  %s", size, fil_row_get_string (row, "reach"), host, name);
}

/* Prints the results that are new, and looks whether the wanted ones are there. */
static gboolean
look_at_results (CtlDemo *self,
                 GHashTable *told,
                 Wanted *wanted,
                 guint n_wanted,
                 GError **error)
{
  g_autoptr (GPtrArray) rows = fil_client_list (self->ctl->client, "results", self->search, error);
  guint n_there = 0;

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      FilRow *row = rows->pdata[i];

      if (g_hash_table_add (told, GINT_TO_POINTER ((int) fil_row_get_id (row))))
        say_result (self, row);
      for (guint w = 0; w < n_wanted; w++)
        if (strcmp (fil_row_get_string (row, "name"), wanted[w].name) == 0 &&
            fil_row_get_int (row, "sources") >= wanted[w].sources)
          g_set_object (&wanted[w].result, row);
    }
  for (guint w = 0; w < n_wanted; w++)
    n_there += wanted[w].result != NULL;
  return n_there == n_wanted && rows->len >= N_FILES;
}

static gboolean
search_for (CtlDemo *self,
            Wanted *wanted,
            guint n_wanted,
            GError **error)
{
  g_autoptr (GHashTable) told = g_hash_table_new (NULL, NULL);
  g_autoptr (GError) cause = NULL;
  gint64 begun = g_get_monotonic_time ();

  self->search = ctl_make (self->ctl, "Search", g_variant_new ("(ss)", WORDS, ""), error);
  if (self->search < 0)
    return FALSE;
  _ctl_demo_say (self, _("I search for “%s”:"), WORDS);
  while (!look_at_results (self, told, wanted, n_wanted, &cause))
    {
      if (cause != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      ctl_live_show (&self->live, _("  %u results so far…"), g_hash_table_size (told));
      if (late (begun, _("The search does not find what the demo network shares."), error) ||
          !_ctl_demo_pause (self, error))
        return FALSE;
    }
  _ctl_demo_say (self, _("%u results. Files are known by their hash, not by their name: one of them has three names."),
                 g_hash_table_size (told));
  if (self->ctl->json)
    {
      CtlStep *step = ctl_step_new ("search");

      ctl_step_string (step, "words", WORDS);
      ctl_step_int (step, "results", g_hash_table_size (told));
      ctl_step_print (step);
    }
  return TRUE;
}

/* Base32 of the SHA-1, as the network writes it. */
static char *
hash_of_file (const char *path,
              GError **error)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, error);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 hash[20];
  gsize len = sizeof hash;
  GString *text;

  if (file == NULL)
    return NULL;
  g_checksum_update (checksum, (const guchar *) g_mapped_file_get_contents (file),
                     (gssize) g_mapped_file_get_length (file));
  g_checksum_get_digest (checksum, hash, &len);
  text = g_string_new (NULL);
  for (guint bit = 0; bit < 8 * len; bit += 5)
    {
      guint pair = (guint) hash[bit / 8] << 8 | (bit / 8 + 1 < len ? hash[bit / 8 + 1] : 0);

      g_string_append_c (text, digits[pair >> (11 - bit % 8) & 31]);
    }
  return g_string_free (text, FALSE);
}

/* The file that is here now is hashed by this program too, and not only by the node. */
static gboolean
verify (CtlDemo *self,
        FilRow *row,
        const char *wanted,
        GError **error)
{
  const char *path = fil_row_get_string (row, "path");
  g_autofree char *hash = path != NULL ? hash_of_file (path, error) : NULL;
  gboolean is_right = g_strcmp0 (hash, wanted) == 0;

  if (self->ctl->json)
    {
      CtlStep *step = ctl_step_new ("verify");

      ctl_step_string (step, "name", fil_row_get_string (row, "name"));
      ctl_step_string (step, "sha1", hash);
      ctl_step_bool (step, "right", is_right);
      ctl_step_print (step);
    }
  if (is_right)
    {
      _ctl_demo_say (self, _("    It is here and its SHA-1 is the one that was searched: %s"), hash);
      return TRUE;
    }
  if (error == NULL || *error == NULL)
    g_set_error (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_FAILED, _("%s does not have the hash it should have."),
                 fil_row_get_string (row, "name"));
  return FALSE;
}

/* One download on its way. */
typedef struct
{
  gint64 id;
  gint64 begun;
  gint64 max_sources;   /* that delivered at the same time */
  int told_percent;     /* where no line can change in place */
  gint64 last_event;
  guint n_liars;
  char *reach;
} Progress;

static void
show_progress (CtlDemo *self,
               Progress *progress,
               FilRow *row)
{
  g_autofree char *speed = ctl_cell_text (row, "bps", CTL_CELL_SPEED);
  gint64 size = fil_row_is_known (row, "size") ? fil_row_get_int (row, "size") : 0;
  gint64 received = MAX (fil_row_get_int (row, "received_bytes"), fil_row_get_int (row, "verified_bytes"));
  int percent = size > 0 ? (int) (100.0 * (double) received / (double) size) : 0;
  gint64 sources = fil_row_get_int (row, "active_sources");

  progress->max_sources = MAX (progress->max_sources, sources);
  if (strcmp (fil_row_get_string (row, "state"), "downloading") != 0)
    {
      ctl_live_show (&self->live, "    %3d %%  %s", percent, fil_row_get_string (row, "state"));
      return;
    }
  ctl_live_show (&self->live, _("    %3d %%  %10s  sources: %d"), percent, speed, (int) sources);
  if (!self->live.is_terminal && (percent >= progress->told_percent + 25 || percent < progress->told_percent))
    {
      progress->told_percent = percent;
      _ctl_demo_say (self, _("    %3d %%  %10s  sources: %d"), percent, speed, (int) sources);
    }
}

/* What the node has noted of this download: wrong bytes, and who sends them again. */
static gboolean
tell_events (CtlDemo *self,
             Progress *progress,
             GError **error)
{
  g_autoptr (GPtrArray) rows = fil_client_list (self->ctl->client, "events", 0, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      FilRow *row = rows->pdata[i];
      const char *kind = fil_row_get_string (row, "kind");
      g_autofree char *text = NULL;
      gboolean is_liar = strcmp (kind, "wrong-bytes-from") == 0;

      if (fil_row_get_id (row) <= progress->last_event)
        continue;
      progress->last_event = fil_row_get_id (row);
      if (!fil_row_is_known (row, "subject") || fil_row_get_int (row, "subject") != progress->id ||
          (!is_liar && strcmp (kind, "fetched-again-from") != 0))
        continue;
      progress->n_liars += is_liar;
      text = _ctl_demo_name_hosts (self, fil_row_get_string (row, "text"));
      _ctl_demo_say (self, "    %s", text);
      if (self->ctl->json)
        {
          CtlStep *step = ctl_step_new (kind);

          ctl_step_int (step, "download", progress->id);
          ctl_step_string (step, "text", text);
          ctl_step_print (step);
        }
    }
  return TRUE;
}

/* Follows the download until it is done; NULL when it is not. */
static FilRow *
follow (CtlDemo *self,
        Progress *progress,
        GError **error)
{
  for (;;)
    {
      g_autoptr (FilRow) row = fil_client_call_row (self->ctl->client, "Row",
                                                    g_variant_new ("(sx)", "downloads", progress->id), error);
      const char *state, *reach;

      if (row == NULL || !tell_events (self, progress, error))
        return NULL;
      state = fil_row_get_string (row, "state");
      reach = fil_row_get_string (row, "reach");
      if (fil_row_get_int (row, "active_sources") > 0 || progress->reach == NULL)
        {
          g_free (progress->reach);
          progress->reach = g_strdup (reach);
        }
      show_progress (self, progress, row);
      if (strcmp (state, "done") == 0)
        return g_steal_pointer (&row);
      if (strcmp (state, "failed") == 0)
        {
          g_set_error_literal (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_FAILED, fil_row_get_string (row, "reason"));
          return NULL;
        }
      if (late (progress->begun, _("The download takes too long."), error) || !_ctl_demo_pause (self, error))
        return NULL;
    }
}

static void
print_download (CtlDemo *self,
                const Progress *progress,
                FilRow *row)
{
  CtlStep *step;

  if (!self->ctl->json)
    return;
  step = ctl_step_new ("download");
  ctl_step_int (step, "id", progress->id);
  ctl_step_string (step, "name", fil_row_get_string (row, "name"));
  ctl_step_int (step, "size", fil_row_get_int (row, "size"));
  ctl_step_int (step, "sources", fil_row_get_int (row, "sources"));
  ctl_step_int (step, "active_sources", progress->max_sources);
  ctl_step_string (step, "reach", progress->reach);
  ctl_step_int (step, "milliseconds", (g_get_monotonic_time () - progress->begun) / 1000);
  ctl_step_print (step);
}

/* Gets and verifies one file; @progress keeps what was seen, to be cleared in any case. */
static gboolean
download (CtlDemo *self,
          const Wanted *wanted,
          Progress *progress,
          GError **error)
{
  g_autoptr (FilRow) row = NULL;

  *progress = (Progress){ .begun = g_get_monotonic_time () };
  progress->id =
      ctl_make (self->ctl, "Get", g_variant_new ("(x)", fil_row_get_id (wanted->result)), error);
  if (progress->id < 0)
    return FALSE;
  row = follow (self, progress, error);
  if (row == NULL)
    return FALSE;
  print_download (self, progress, row);
  return verify (self, row, fil_row_get_string (wanted->result, "sha1"), error);
}

static gboolean
expect (gboolean is_so,
        const char *what,
        GError **error)
{
  if (!is_so)
    g_set_error_literal (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_FAILED, what);
  return is_so;
}

/* Bytes that a host of the network has sent of a file. */
static gint64
sent_by (CtlDemo *self,
         CtlDemoHost host,
         const char *name)
{
  g_autoptr (GPtrArray) uploads = fil_client_list (self->hosts[host], "uploads", 0, NULL);
  gint64 sent = 0;

  for (guint i = 0; uploads != NULL && i < uploads->len; i++)
    if (name == NULL || strcmp (fil_row_get_string (uploads->pdata[i], "name"), name) == 0)
      sent += fil_row_get_int (uploads->pdata[i], "sent_bytes");
  return sent;
}

static gboolean
get_multi (CtlDemo *self,
           const Wanted *wanted,
           GError **error)
{
  Progress progress;
  gboolean is_right;

  _ctl_demo_say (self, _("1. I get “%s” from two hosts at once, anna and bea, who call it by different names."),
                 wanted->name);
  is_right = download (self, wanted, &progress, error) &&
             expect (progress.max_sources >= 2 && sent_by (self, CTL_DEMO_ANNA, NULL) > 0 &&
                         sent_by (self, CTL_DEMO_BEA, NULL) > 0,
                     _("Only one host sent the file that two have."), error);
  g_free (progress.reach);
  return is_right;
}

static gboolean
get_pushed (CtlDemo *self,
            const Wanted *wanted,
            GError **error)
{
  Progress progress;
  gboolean is_right;

  _ctl_demo_say (self, _("2. I get “%s” from carl, whom nobody can connect to: he is asked to connect to me."),
                 wanted->name);
  is_right = download (self, wanted, &progress, error) &&
             expect (self->addresses[CTL_DEMO_CARL] == NULL && g_strcmp0 (progress.reach, "push") == 0,
                     _("The file did not come by push."), error) &&
             _ctl_demo_trace_push (self, fil_row_get_string (wanted->result, "guid"), error);
  g_free (progress.reach);
  return is_right;
}

static gboolean
get_doubtful (CtlDemo *self,
              const Wanted *wanted,
              GError **error)
{
  Progress progress;
  gboolean is_right;

  _ctl_demo_say (self, _("3. I get “%s” from bea and dora. Dora says that she has it, and sends wrong bytes."),
                 wanted->name);
  is_right = download (self, wanted, &progress, error) &&
             expect (sent_by (self, CTL_DEMO_DORA, NULL) > 0 && progress.n_liars > 0,
                     _("The host that sends wrong bytes was not noticed."), error);
  g_free (progress.reach);
  return is_right;
}

/**
 * _ctl_demo_search_and_get:
 *
 * Searches, shows the results as they come, and gets three of them.
 */
gboolean
_ctl_demo_search_and_get (CtlDemo *self,
                          GError **error)
{
  Wanted wanted[] = {
    { .name = MULTI_NAME, .sources = 2 },
    { .name = PUSHED_NAME, .sources = 1 },
    { .name = DOUBTFUL_NAME, .sources = 2 },
  };
  gboolean is_right = search_for (self, wanted, G_N_ELEMENTS (wanted), error) &&
                      get_multi (self, &wanted[0], error) && get_pushed (self, &wanted[1], error) &&
                      get_doubtful (self, &wanted[2], error);

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_clear_object (&wanted[i].result);
  return is_right;
}
