/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node.h"

#include "journal.h"
#include "show-doctor.h"
#include "show-transfers.h"

#include <string.h>

/* A node of make-believe with something on every page, for pictures of the window and for tests that
 * drive it: the same content every time, no network, no disk. */

#define N_LISTS (FIL_LIST_EVENTS + 1)
#define FIRST_SHARE 100
#define FIRST_PEER 200
#define FIRST_UPLOAD 300
#define FIRST_DOWNLOAD 400
#define FIRST_SEARCH 1000
#define RESULTS_OF_SEARCH 100000 /* ids from search × this */
#define STEP_MS 60

typedef struct
{
  const char *name;
  const char *kind;
  guint64 size;
  const char *sha1;
  const char *address;
  const char *vendor;
  guint hops;
  FilReach reach;
  gboolean in_library;
  const char *reason;
} Found;

#define NO_PATHS                                                                                                   \
  "Neither of you can be called from outside, and its program opens no paths from both sides. An open port in "    \
  "your router or firewall would let it connect to you."

static const Found found[] = {
  { "Purple Hazel - Walnut Grove.ogg", "audio", 4213000, SHA1 ("A2"), "203.0.113.7:6346", "FLBT", 2, FIL_REACH_DIRECT, FALSE },
  { "hazel-walnut-grove.ogg", "audio", 4213000, SHA1 ("A2"), "198.51.100.24:23451", "GTKG", 3, FIL_REACH_UNREACHABLE, FALSE, NO_PATHS },
  { "Purple Hazel - 03 - Walnut Grove.ogg", "audio", 4213000, SHA1 ("A2"), "192.0.2.190:6346", "LIME", 3, FIL_REACH_PUNCH, FALSE },
  { "purple_hazel_field_notes.pdf", "document", 310400, SHA1 ("B2"), "198.51.100.77:6346", "GTKG", 4, FIL_REACH_DIRECT, TRUE },
  { "hazel-linux-12.1-amd64.iso", "archive", G_GUINT64_CONSTANT (2104000000), SHA1 ("C2"), "192.0.2.61:41211", "FLBT", 3, FIL_REACH_PUNCH, FALSE },
  { "hazel-linux-12.1-amd64.iso", "archive", G_GUINT64_CONSTANT (2104000000), SHA1 ("C2"), "203.0.113.99:6348", "FLBT", 2, FIL_REACH_DIRECT, FALSE },
  { "Hazel catkins in the March wind.webm", "video", 48120000, SHA1 ("D2"), "203.0.113.150:6346", "WSHR", 2, FIL_REACH_DIRECT, FALSE },
  { "hazelnut harvest 1931 (restored).mkv", "video", G_GUINT64_CONSTANT (731000000), SHA1 ("E2"), "192.0.2.8:6346", "GTKG", 4, FIL_REACH_UNREACHABLE, FALSE, NO_PATHS },
  { "purple hazel leaves, macro.jpg", "image", 2840000, SHA1 ("F2"), "198.51.100.3:6346", "FLBT", 3, FIL_REACH_DIRECT, FALSE },
  { "Corylus maxima Purpurea.jpg", "image", 1120000, SHA1 ("G2"), "198.51.100.3:6346", "FLBT", 3, FIL_REACH_DIRECT, FALSE },
  { "The Hazel Wood - a radio play.flac", "audio", 212400000, SHA1 ("H2"), "192.0.2.210:50122", "FLBT", 5, FIL_REACH_UNREACHABLE, FALSE, FORBIDDEN },
  { "hazel grafting handbook.epub", "document", 5310000, SHA1 ("I2"), "203.0.113.40:6346", "GTKG", 2, FIL_REACH_DIRECT, FALSE },
  { "hazel_setup.exe", "program", 912000, SHA1 ("J2"), "192.0.2.13:6346", "XXXX", 1, FIL_REACH_DIRECT, FALSE },
  { "seed-catalogue-hazels.zip", "archive", 18700000, SHA1 ("K2"), "203.0.113.201:6346", "FLBT", 3, FIL_REACH_PUNCH, FALSE },
};

static const FilPeerInfo peers[] = {
  { .id = 200, .address = "203.0.113.7:6346", .user_agent = "Filbert/0.1.0", .is_ultrapeer = TRUE, .is_outgoing = TRUE,
    .is_compressed = TRUE, .is_encrypted = TRUE, .is_established = TRUE, .uptime_s = 7440, .in_messages = 18204, .out_messages = 912 },
  { .id = 201, .address = "198.51.100.24:23451", .user_agent = "gtk-gnutella/1.2.3", .is_ultrapeer = TRUE, .is_outgoing = TRUE,
    .is_compressed = TRUE, .is_encrypted = TRUE, .is_established = TRUE, .uptime_s = 5100, .in_messages = 9120, .out_messages = 611 },
  { .id = 202, .address = "192.0.2.190:6346", .user_agent = "WireShare/6.0.2", .is_ultrapeer = TRUE, .is_outgoing = TRUE,
    .is_compressed = TRUE, .is_established = TRUE, .uptime_s = 1260, .in_messages = 3801, .out_messages = 204 },
  { .id = 203, .address = "203.0.113.99:6348", .user_agent = "Filbert/0.1.0", .is_ultrapeer = TRUE, .is_outgoing = FALSE,
    .is_compressed = TRUE, .is_encrypted = TRUE, .is_established = TRUE, .uptime_s = 340, .in_messages = 640, .out_messages = 71 },
};

static const FilLibraryInfo library[] = {
  { .id = 1, .name = "dawn chorus, oak wood.flac", .folder = "/home/ada/Music/Field recordings", .kind = "audio", .size = 148000000, .asked = 41, .sent = 6 },
  { .id = 2, .name = "rain on a tin roof.ogg", .folder = "/home/ada/Music/Field recordings", .kind = "audio", .size = 8210000, .asked = 18, .sent = 2 },
  { .id = 3, .name = "walking notes 2024.pdf", .folder = "/home/ada/Documents/Walks", .kind = "document", .size = 910000, .asked = 9, .sent = 3 },
  { .id = 4, .name = "map of the north wood.png", .folder = "/home/ada/Documents/Walks", .kind = "image", .size = 3410000, .asked = 7, .sent = 1 },
  { .id = 5, .name = "stars over the ridge.jpg", .folder = "/home/ada/Pictures/Nights", .kind = "image", .size = 5120000, .asked = 3, .sent = 0 },
  { .id = 6, .name = "timelapse, first frost.webm", .folder = "/home/ada/Pictures/Nights", .kind = "video", .size = 61200000, .asked = 2, .sent = 0 },
};

typedef struct
{
  gint64 id;
  char *text;
  guint results;
  guint wanted;
  gboolean is_active;
} Search;

struct _FilNode
{
  GObject parent_instance;

  FilJournal *journals[N_LISTS];
  GHashTable *result_journals; /* search → FilJournal */
  gboolean is_changed[N_LISTS];
  GArray *downloads; /* FilDownloadInfo, strings owned or static */
  guint n_old_downloads; /* that do not move */
  GHashTable *upload_limits; /* id → bytes a second, of those that were given one */
  GPtrArray *searches;
  GPtrArray *shares;
  GHashTable *changed_results;
  GHashTable *settings;
  gboolean is_history_cleared;
  guint emit_id;
  guint step_id;
  gboolean is_sharing_paused;
};

G_DEFINE_QUARK (fil-node-error-quark, fil_node_error)
G_DEFINE_FINAL_TYPE (FilNode, fil_node, G_TYPE_OBJECT)

static gboolean
emit_cb (gpointer data)
{
  FilNode *self = data;
  GHashTableIter iter;
  gpointer key;

  self->emit_id = 0;
  for (guint i = 0; i < N_LISTS; i++)
    if (self->is_changed[i])
      {
        self->is_changed[i] = FALSE;
        g_signal_emit_by_name (self, "changed", (int) i, (gint64) 0);
      }
  g_hash_table_iter_init (&iter, self->changed_results);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_signal_emit_by_name (self, "changed", (int) FIL_LIST_RESULTS, *(gint64 *) key);
  g_hash_table_remove_all (self->changed_results);
  g_signal_emit_by_name (self, "status-changed");
  return G_SOURCE_REMOVE;
}

static FilJournal *
journal_of (FilNode *self,
            FilList list,
            gint64 scope)
{
  FilJournal *journal;

  if (list != FIL_LIST_RESULTS)
    return self->journals[list];
  journal = g_hash_table_lookup (self->result_journals, &scope);
  if (journal == NULL)
    {
      journal = fil_journal_new ();
      g_hash_table_insert (self->result_journals, g_memdup2 (&scope, sizeof scope), journal);
    }
  return journal;
}

static void
touch (FilNode *self,
       FilList list,
       gint64 scope,
       gint64 id)
{
  fil_journal_touch (journal_of (self, list, scope), id);
  if (list == FIL_LIST_RESULTS)
    g_hash_table_add (self->changed_results, g_memdup2 (&scope, sizeof scope));
  else
    self->is_changed[list] = TRUE;
  if (self->emit_id == 0)
    self->emit_id = g_timeout_add (20, emit_cb, self);
}

static void
drop (FilNode *self,
      FilList list,
      gint64 id)
{
  fil_journal_remove (journal_of (self, list, 0), id);
  self->is_changed[list] = TRUE;
  if (self->emit_id == 0)
    self->emit_id = g_timeout_add (20, emit_cb, self);
}

static Search *
find_search (FilNode *self,
             gint64 id,
             GError **error)
{
  for (guint i = 0; i < self->searches->len; i++)
    if (((Search *) self->searches->pdata[i])->id == id)
      return self->searches->pdata[i];
  g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_NOT_FOUND, "There is no search %" G_GINT64_FORMAT, id);
  return NULL;
}

static FilDownloadInfo *
find_download (FilNode *self,
               gint64 id,
               GError **error)
{
  for (guint i = 0; i < self->downloads->len; i++)
    if (g_array_index (self->downloads, FilDownloadInfo, i).id == id)
      return &g_array_index (self->downloads, FilDownloadInfo, i);
  g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_NOT_FOUND, "There is no download %" G_GINT64_FORMAT, id);
  return NULL;
}

/* New downloads get there in a few steps, results come a handful at a time. */
static gboolean
step_cb (gpointer data)
{
  FilNode *self = data;
  gboolean is_more = FALSE;

  for (guint i = 0; i < self->searches->len; i++)
    {
      Search *search = self->searches->pdata[i];

      for (guint n = 0; n < 500 && search->is_active && search->results < search->wanted; n++)
        touch (self, FIL_LIST_RESULTS, search->id, search->id * RESULTS_OF_SEARCH + search->results++);
      touch (self, FIL_LIST_SEARCHES, 0, search->id);
      is_more |= search->is_active && search->results < search->wanted;
    }
  for (guint i = 0; i < self->downloads->len; i++)
    {
      FilDownloadInfo *download = &g_array_index (self->downloads, FilDownloadInfo, i);

      if (download->id < FIRST_DOWNLOAD + (gint64) self->n_old_downloads || download->state != FIL_DOWNLOAD_DOWNLOADING)
        continue;
      download->received_bytes = MIN (download->size, download->received_bytes + download->size / 20 + 1);
      if (download->received_bytes == download->size)
        {
          download->state = FIL_DOWNLOAD_DONE;
          download->verified_bytes = download->size;
          download->path = "/tmp/finished";
          download->finished = 1700001000 + download->id;
        }
      touch (self, FIL_LIST_DOWNLOADS, 0, download->id);
      is_more |= download->state == FIL_DOWNLOAD_DOWNLOADING;
    }
  if (!is_more)
    self->step_id = 0;
  return is_more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
step_soon (FilNode *self)
{
  if (self->step_id == 0)
    self->step_id = g_timeout_add (STEP_MS, step_cb, self);
}

static void
fil_node_finalize (GObject *object)
{
  FilNode *self = FIL_NODE (object);

  g_clear_handle_id (&self->emit_id, g_source_remove);
  g_clear_handle_id (&self->step_id, g_source_remove);
  for (guint i = 0; i < N_LISTS; i++)
    fil_journal_free (self->journals[i]);
  g_hash_table_unref (self->result_journals);
  g_hash_table_unref (self->changed_results);
  g_hash_table_unref (self->settings);
  g_array_unref (self->downloads);
  g_hash_table_unref (self->upload_limits);
  g_ptr_array_unref (self->searches);
  g_ptr_array_unref (self->shares);
  G_OBJECT_CLASS (fil_node_parent_class)->finalize (object);
}

static void
fil_node_class_init (FilNodeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fil_node_finalize;
  g_signal_new ("changed", FIL_TYPE_NODE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT,
                G_TYPE_INT64);
  g_signal_new ("status-changed", FIL_TYPE_NODE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
fil_node_init (FilNode *self)
{
  static const char *const settings[][2] = {
    { "download-limit", "0" }, { "upload-limit", "500000" }, { "upload-slots", "8" }, { "max-downloads", "10" },
    { "downloads-dir", "/home/ada/Downloads/Filbert" }, { "incomplete-dir", "/home/ada/.local/share/filbert/incomplete" },
    { "listen-port", "23451" }, { "role", "auto" }, { "bind-interface", "" }, { "port-mapping", "false" },
    { "share-finished", "false" },
    { "share-partial", "false" },
    { "browse-host", "true" }, { "download-limit-each", "0" }, { "upload-limit-each", "0" },
  };

  for (guint i = 0; i < N_LISTS; i++)
    self->journals[i] = fil_journal_new ();
  self->result_journals = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) fil_journal_free);
  self->changed_results = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    g_hash_table_insert (self->settings, g_strdup (settings[i][0]), g_strdup (settings[i][1]));
  self->downloads = g_array_new (FALSE, TRUE, sizeof (FilDownloadInfo));
  self->upload_limits = g_hash_table_new (NULL, NULL);
  self->searches = g_ptr_array_new_with_free_func (g_free);
  self->shares = g_ptr_array_new_with_free_func (g_free);
}

FilNode *
fil_node_new (const FilNodeOptions *options,
              GError **error)
{
  FilNode *self = g_object_new (FIL_TYPE_NODE, NULL);
  const FilUploadInfo *uploads;
  guint n_uploads;

  /* An empty house, for pictures of the empty pages. */
  if (g_getenv ("FILBERT_SHOW_NOTHING") != NULL)
    return self;
  g_array_unref (self->downloads);
  self->downloads = show_transfers_downloads ();
  self->n_old_downloads = self->downloads->len;
  for (guint i = 0; i < self->n_old_downloads; i++)
    touch (self, FIL_LIST_DOWNLOADS, 0, g_array_index (self->downloads, FilDownloadInfo, i).id);
  uploads = show_transfers_uploads (&n_uploads);
  for (guint i = 0; i < n_uploads; i++)
    touch (self, FIL_LIST_UPLOADS, 0, uploads[i].id);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    touch (self, FIL_LIST_PEERS, 0, peers[i].id);
  fil_node_share_add (self, "/home/ada/Music/Field recordings", FALSE, NULL);
  fil_node_share_add (self, "/home/ada/Documents/Walks", FALSE, NULL);
  fil_node_share_add (self, "/home/ada/Pictures/Nights", FALSE, NULL);
  return self;
}

void
fil_node_stop (FilNode *self)
{
}

gboolean
fil_node_is_settled (FilNode *self)
{
  return TRUE;
}

void
fil_node_get_status (FilNode *self,
                     FilStatusInfo *info)
{
  gboolean is_empty = self->shares->len == 0;
  FilDoctorFacts facts;

  show_doctor_facts (&facts);
  *info = (FilStatusInfo){ .state = FIL_STATE_ONLINE, .guid = "00112233445566778899aabbccddeeff", .listen = "0.0.0.0:23451" };
  info->external = "203.0.113.18:23451";
  info->peers = is_empty ? 3 : G_N_ELEMENTS (peers);
  info->tcp_reachable = facts.tcp;
  info->udp_reachable = facts.udp;
  info->nat = facts.udp_passes == FIL_VERDICT_NO ? "udp-blocked" : fil_nat_name (&facts.nat);
  info->shared_files = is_empty ? 0 : 1204;
  info->shared_bytes = is_empty ? 0 : G_GUINT64_CONSTANT (48200000000);
  info->hashing = is_empty ? 0 : 187;
  info->down_bps = is_empty ? 0 : 2400000;
  info->up_bps = is_empty ? 0 : 180000;
}

struct _FilChanges *
fil_node_changes (FilNode *self,
                  FilList list,
                  gint64 scope,
                  guint64 since,
                  guint max)
{
  return fil_journal_changes (journal_of (self, list, scope), since, max);
}

guint64
fil_node_list_seq (FilNode *self,
                   FilList list,
                   gint64 scope)
{
  return fil_journal_seq (journal_of (self, list, scope));
}

gboolean
fil_node_get_search (FilNode *self,
                     gint64 id,
                     FilSearchInfo *info)
{
  Search *search = find_search (self, id, NULL);

  if (search == NULL)
    return FALSE;
  *info = (FilSearchInfo){ .id = id, .text = search->text, .is_active = search->is_active, .results = search->results,
                           .hosts_asked = 240, .started = 1700000000 };
  return TRUE;
}

gboolean
fil_node_get_result (FilNode *self,
                     gint64 id,
                     FilResultInfo *info)
{
  gint64 index = id % RESULTS_OF_SEARCH;
  const Found *row = &found[index % G_N_ELEMENTS (found)];
  static char sha1[48], name[128];

  if (find_search (self, id / RESULTS_OF_SEARCH, NULL) == NULL)
    return FALSE;
  g_strlcpy (sha1, row->sha1, sizeof sha1);
  g_strlcpy (name, row->name, sizeof name);
  if (index >= (gint64) G_N_ELEMENTS (found))
    {
      g_snprintf (sha1, sizeof sha1, "%032d", (int) index);
      g_snprintf (name, sizeof name, "%04d %s", (int) (index * 7919 % 10000), row->name);
    }
  *info = (FilResultInfo){ .id = id, .search = id / RESULTS_OF_SEARCH, .name = name, .size = row->size, .kind = row->kind,
                           .sha1 = sha1, .address = row->address, .guid = "ffeeddccbbaa99887766554433221100", .vendor = row->vendor,
                           .hops = row->hops, .reach = row->reach, .reason = row->reason, .sources = 1, .needs_push = row->reach != FIL_REACH_DIRECT,
                           .in_library = row->in_library };
  for (guint i = 0; i < self->downloads->len; i++)
    {
      const FilDownloadInfo *download = &g_array_index (self->downloads, FilDownloadInfo, i);

      if (g_strcmp0 (download->sha1, sha1) != 0)
        continue;
      info->download = download->id;
      info->in_library |= download->state == FIL_DOWNLOAD_DONE;
    }
  return TRUE;
}

gboolean
fil_node_get_download (FilNode *self,
                       gint64 id,
                       FilDownloadInfo *info)
{
  FilDownloadInfo *download = find_download (self, id, NULL);

  if (download == NULL)
    return FALSE;
  *info = *download;
  return TRUE;
}

gboolean
fil_node_get_upload (FilNode *self,
                     gint64 id,
                     FilUploadInfo *info)
{
  guint n_uploads;
  const FilUploadInfo *uploads = show_transfers_uploads (&n_uploads);

  *info = uploads[(id - FIRST_UPLOAD) % (gint64) n_uploads];
  if (g_hash_table_contains (self->upload_limits, GINT_TO_POINTER ((int) id)))
    info->limit_bps = GPOINTER_TO_INT (g_hash_table_lookup (self->upload_limits, GINT_TO_POINTER ((int) id)));
  return TRUE;
}

gboolean
fil_node_get_share (FilNode *self,
                    gint64 id,
                    FilShareInfo *info)
{
  guint index = (guint) (id - FIRST_SHARE);

  if (index >= self->shares->len || self->shares->pdata[index] == NULL)
    return FALSE;
  *info = (FilShareInfo){ .id = id, .path = self->shares->pdata[index], .files = index == 0 ? 312 : 446, .bytes = index == 0 ? 31000000000 : 8600000000,
                          .state = index == 1 ? "hashing" : index == 2 ? "away" : "watching", .to_hash = index == 1 ? 187 : 0 };
  return TRUE;
}

gboolean
fil_node_get_peer (FilNode *self,
                   gint64 id,
                   FilPeerInfo *info)
{
  *info = peers[(id - FIRST_PEER) % (gint64) G_N_ELEMENTS (peers)];
  return TRUE;
}

gboolean
fil_node_get_event (FilNode *self,
                    gint64 id,
                    FilEventInfo *info)
{
  return FALSE;
}

void
fil_node_library (FilNode *self,
                  const char *words,
                  guint offset,
                  guint max,
                  FilLibraryFunc func,
                  gpointer data)
{
  for (guint i = offset; i < MIN (G_N_ELEMENTS (library), offset + max); i++)
    if (words == NULL || strstr (library[i].name, words) != NULL)
      func (&library[i], data);
}

void
fil_node_history (FilNode *self,
                  const char *words,
                  guint max,
                  FilHistoryFunc func,
                  gpointer data)
{
  static const FilHistoryInfo history[] = {
    { .id = 91, .name = "purple_hazel_field_notes.pdf", .size = 310400, .finished = 1750000000 },
    { .id = 90, .name = "hazel grafting handbook.epub", .size = 5310000, .finished = 1749900000 },
    { .id = 88, .name = "nightingale, two hours before dawn.flac", .size = 212400000, .finished = 1749000000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (history) && !self->is_history_cleared; i++)
    if (words == NULL || strstr (history[i].name, words) != NULL)
      func (&history[i], data);
}

void
fil_node_clear_history (FilNode *self)
{
  self->is_history_cleared = TRUE;
}

gboolean
fil_node_trace (FilNode *self,
                const char *id_or_muid,
                FilTraceFunc func,
                gpointer data,
                GError **error)
{
  return TRUE;
}

/* The image comes over a path that both sides opened and from a host that is reached; a third waits. */
gboolean
fil_node_download_sources (FilNode *self,
                           gint64 id,
                           FilDownloadSourceFunc func,
                           gpointer data,
                           GError **error)
{
  static const char *const nobody[] = { NULL };
  static const char *const via[] = { "198.51.100.24:23451", "192.0.2.190:6346", NULL };
  const FilDownloadSourceInfo sources[] = {
    { .id = 1, .address = "192.0.2.61:41211", .vendor = "FLBT", .state = "active", .reach = FIL_REACH_PUNCH, .hops = 3,
      .bps = 1600000, .delivered_bytes = 812000000, .nat = "symmetric-sequential", .transport = "udp", .is_encrypted = TRUE,
      .rtt_us = 47300, .via = via },
    { .id = 2, .address = "203.0.113.99:6348", .vendor = "FLBT", .state = "active", .reach = FIL_REACH_DIRECT, .hops = 2,
      .bps = 800000, .delivered_bytes = 478000000, .transport = "tcp", .is_encrypted = TRUE, .rtt_us = 21800, .via = nobody },
    { .id = 3, .address = "203.0.113.150:6346", .vendor = "GTKG", .state = "queued", .reach = FIL_REACH_DIRECT, .hops = 4,
      .queue_position = 4, .transport = "tcp", .rtt_us = 88000, .via = nobody },
  };

  const FilDownloadSourceInfo unreachable = { .id = 1, .address = "192.0.2.210:50122", .vendor = "FLBT", .state = "idle",
                                              .reach = FIL_REACH_UNREACHABLE, .reason = FORBIDDEN, .hops = 5,
                                              .nat = "symmetric-random", .via = nobody };
  FilDownloadInfo *download = find_download (self, id, error);

  if (download == NULL)
    return FALSE;
  if (download->reach == FIL_REACH_UNREACHABLE)
    func (&unreachable, data);
  else
    for (guint i = 0; i < (id == FIRST_DOWNLOAD ? G_N_ELEMENTS (sources) : 1); i++)
      func (&sources[i], data);
  return TRUE;
}

guint8 *
fil_node_download_map (FilNode *self,
                       gint64 id,
                       guint n_cells,
                       GError **error)
{
  FilDownloadInfo *download = find_download (self, id, error);
  guint8 *cells;

  if (download == NULL)
    return NULL;
  cells = g_malloc (n_cells);
  for (guint i = 0; i < n_cells; i++)
    {
      guint place = i * 100 / n_cells;

      cells[i] = place < 48 || (place > 70 && place < 84) ? FIL_CELL_VERIFIED
                 : place < 50 || place == 84              ? FIL_CELL_RECEIVED
                 : place < 52 || place == 85              ? FIL_CELL_ASKED
                                                          : FIL_CELL_MISSING;
    }
  return cells;
}

void
fil_node_doctor (FilNode *self,
                 FilDoctorFunc func,
                 gpointer data)
{
  FilDiagnosis diagnoses[FIL_DIAGNOSES];
  FilDoctorFacts facts;

  show_doctor_facts (&facts);
  /* The router is slow to answer. */
  if (facts.router == FIL_ROUTER_OFF && g_strcmp0 (g_hash_table_lookup (self->settings, "port-mapping"), "true") == 0)
    facts.router = FIL_ROUTER_UNKNOWN;
  fil_doctor_examine (&facts, diagnoses);
  for (guint i = 0; i < FIL_DIAGNOSES; i++)
    {
      const FilDiagnosis *said = &diagnoses[i];
      const FilDoctorLine line = { said->name, said->verdict, said->text, said->help, said->setting, said->value, said->action };

      if (said->name != NULL)
        func (&line, data);
      fil_diagnosis_clear (&diagnoses[i]);
    }
}

gint64
fil_node_search (FilNode *self,
                 const char *words,
                 const char *kind,
                 GError **error)
{
  Search *search = g_new0 (Search, 1);

  search->id = FIRST_SEARCH + (gint64) self->searches->len;
  search->text = g_strdup (words);
  search->is_active = TRUE;
  search->wanted = g_str_equal (words, "nothing") ? 0 : g_str_equal (words, "many") ? 10000 : G_N_ELEMENTS (found);
  g_ptr_array_add (self->searches, search);
  touch (self, FIL_LIST_SEARCHES, 0, search->id);
  step_soon (self);
  return search->id;
}

gint64
fil_node_browse (FilNode *self,
                 const char *host,
                 GError **error)
{
  return fil_node_search (self, host, NULL, error);
}

gboolean
fil_node_stop_search (FilNode *self,
                      gint64 id,
                      GError **error)
{
  Search *search = find_search (self, id, error);

  if (search == NULL)
    return FALSE;
  search->is_active = FALSE;
  touch (self, FIL_LIST_SEARCHES, 0, id);
  return TRUE;
}

gboolean
fil_node_close_search (FilNode *self,
                       gint64 id,
                       GError **error)
{
  if (!fil_node_stop_search (self, id, error))
    return FALSE;
  drop (self, FIL_LIST_SEARCHES, id);
  return TRUE;
}

static gint64
begin_download (FilNode *self,
                const char *name,
                guint64 size,
                const char *sha1)
{
  FilDownloadInfo download = { .id = FIRST_DOWNLOAD + 50 + (gint64) self->downloads->len, .name = g_strdup (name),
                               .size = size, .sha1 = g_strdup (sha1), .state = FIL_DOWNLOAD_DOWNLOADING, .bps = 1200000,
                               .eta_s = 12, .sources = 1, .active_sources = 1, .reach = FIL_REACH_DIRECT };

  g_array_append_val (self->downloads, download);
  touch (self, FIL_LIST_DOWNLOADS, 0, download.id);
  step_soon (self);
  return download.id;
}

gint64
fil_node_get (FilNode *self,
              gint64 result,
              GError **error)
{
  FilResultInfo info;
  gint64 id;

  if (!fil_node_get_result (self, result, &info))
    {
      g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_NOT_FOUND, "There is no such result");
      return -1;
    }
  id = begin_download (self, info.name, info.size, info.sha1);
  touch (self, FIL_LIST_RESULTS, info.search, result);
  return id;
}

void
fil_node_when_saved (FilNode *self,
                     FilSavedFunc func,
                     gpointer data,
                     GDestroyNotify destroy)
{
  func (data);
  destroy (data);
}

gint64
fil_node_get_magnet (FilNode *self,
                     const char *magnet,
                     GError **error)
{
  return begin_download (self, "from a link.ogg", 4200000, SHA1 ("M2"));
}

static gboolean
set_state (FilNode *self,
           gint64 id,
           FilDownloadStage state,
           GError **error)
{
  FilDownloadInfo *download = find_download (self, id, error);

  if (download == NULL)
    return FALSE;
  download->state = state;
  touch (self, FIL_LIST_DOWNLOADS, 0, id);
  step_soon (self);
  return TRUE;
}

gboolean
fil_node_pause (FilNode *self,
                gint64 id,
                GError **error)
{
  return id == -1 || set_state (self, id, FIL_DOWNLOAD_PAUSED, error);
}

gboolean
fil_node_resume (FilNode *self,
                 gint64 id,
                 GError **error)
{
  return id == -1 || set_state (self, id, FIL_DOWNLOAD_DOWNLOADING, error);
}

gboolean
fil_node_retry (FilNode *self,
                gint64 id,
                GError **error)
{
  return set_state (self, id, FIL_DOWNLOAD_DOWNLOADING, error);
}

gboolean
fil_node_verify (FilNode *self,
                 gint64 id,
                 GError **error)
{
  return find_download (self, id, error) != NULL;
}

gboolean
fil_node_cancel (FilNode *self,
                 gint64 id,
                 GError **error)
{
  FilDownloadInfo *download = find_download (self, id, error);

  if (download == NULL)
    return FALSE;
  download->id = -download->id;
  drop (self, FIL_LIST_DOWNLOADS, id);
  return TRUE;
}

/* Those that were cancelled have the negative of their number. */
void
fil_node_removed (FilNode *self,
                  FilRemovedFunc func,
                  gpointer data)
{
  g_autoptr (GArray) infos = g_array_new (FALSE, FALSE, sizeof (FilRemovedInfo));

  for (guint i = 0; i < self->downloads->len; i++)
    {
      const FilDownloadInfo *download = &g_array_index (self->downloads, FilDownloadInfo, i);
      const FilRemovedInfo info = { .id = -download->id, .name = download->name, .size = download->size,
                                    .received_bytes = download->received_bytes, .removed = 1750000000,
                                    .kept_until = 1752592000 };

      if (download->id < 0)
        g_array_append_val (infos, info);
    }
  func ((const FilRemovedInfo *) infos->data, infos->len, NULL, data);
}

void
fil_node_restore (FilNode *self,
                  gint64 id,
                  FilDoneFunc func,
                  gpointer data)
{
  g_autoptr (GError) error = NULL;
  FilDownloadInfo *download = find_download (self, -id, &error);

  if (download != NULL)
    {
      download->id = id;
      touch (self, FIL_LIST_DOWNLOADS, 0, id);
    }
  func (error, data);
}

void
fil_node_forget (FilNode *self,
                 gint64 id,
                 FilDoneFunc func,
                 gpointer data)
{
  for (guint i = self->downloads->len; i-- > 0;)
    {
      gint64 removed = -g_array_index (self->downloads, FilDownloadInfo, i).id;

      if (removed > 0 && (id == -1 || id == removed))
        g_array_remove_index (self->downloads, i);
    }
  func (NULL, data);
}

void
fil_node_preview (FilNode *self,
                  gint64 id,
                  FilPreviewedFunc func,
                  gpointer data)
{
  func (id, "/downloads/hazel.iso", NULL, data);
}

gboolean
fil_node_set_priority (FilNode *self,
                       gint64 id,
                       int priority,
                       GError **error)
{
  FilDownloadInfo *download = find_download (self, id, error);

  if (download == NULL)
    return FALSE;
  download->priority = priority;
  touch (self, FIL_LIST_DOWNLOADS, 0, id);
  return TRUE;
}

gboolean
fil_node_set_limit (FilNode *self,
                    gint64 id,
                    gint64 bytes_per_s,
                    GError **error)
{
  FilDownloadInfo *download = find_download (self, id, error);

  if (download == NULL)
    return FALSE;
  download->limit_bps = bytes_per_s;
  touch (self, FIL_LIST_DOWNLOADS, 0, id);
  return TRUE;
}

gboolean
fil_node_set_upload_limit (FilNode *self,
                           gint64 id,
                           gint64 bytes_per_s,
                           GError **error)
{
  g_hash_table_insert (self->upload_limits, GINT_TO_POINTER ((int) id), GINT_TO_POINTER ((int) bytes_per_s));
  touch (self, FIL_LIST_UPLOADS, 0, id);
  return TRUE;
}

void
fil_node_clear_finished (FilNode *self)
{
  for (guint i = 0; i < self->downloads->len; i++)
    {
      const FilDownloadInfo *download = &g_array_index (self->downloads, FilDownloadInfo, i);

      if (download->id > 0 && download->state == FIL_DOWNLOAD_DONE)
        fil_node_cancel (self, download->id, NULL);
    }
}

void
fil_node_share_check (FilNode *self,
                      const char *path,
                      FilPreviewFunc func,
                      gpointer data)
{
  static const char *const names[] = { "Field recordings/dawn chorus.flac", "Field recordings/rain on a tin roof.ogg",
                                       "Walks/map of the north wood.png", "Walks/walking notes 2024.pdf", NULL };
  static const char *const private_names[] = { "Letters/bank statement 2023.pdf", "passwords.kdbx", "scan of passport.png", NULL };
  const FilSharePreview preview = { .path = path,
                                    .refusal = g_str_equal (path, "/") ? "The whole disk is never shared: choose a folder inside it." : NULL,
                                    .files = 309,
                                    .bytes = G_GUINT64_CONSTANT (4120000000),
                                    .kinds = { 280, 4, 12, 11, 2, 0, 0 },
                                    .names = (GStrv) names,
                                    .private_names = (GStrv) private_names,
                                    .private_files = 3 };

  func (&preview, NULL, data);
}

gint64
fil_node_share_add (FilNode *self,
                    const char *path,
                    gboolean include_private,
                    GError **error)
{
  gint64 id = FIRST_SHARE + (gint64) self->shares->len;

  g_ptr_array_add (self->shares, g_strdup (path));
  touch (self, FIL_LIST_SHARES, 0, id);
  return id;
}

gboolean
fil_node_share_remove (FilNode *self,
                       const char *path,
                       GError **error)
{
  for (guint i = 0; i < self->shares->len; i++)
    if (g_strcmp0 (self->shares->pdata[i], path) == 0)
      {
        g_clear_pointer (&self->shares->pdata[i], g_free);
        drop (self, FIL_LIST_SHARES, FIRST_SHARE + i);
        return TRUE;
      }
  g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_NOT_FOUND, "This folder is not shared");
  return FALSE;
}

void
fil_node_set_sharing_paused (FilNode *self,
                             gboolean paused)
{
  self->is_sharing_paused = paused;
  g_signal_emit_by_name (self, "status-changed");
}

gboolean
fil_node_get_sharing_paused (FilNode *self)
{
  return self->is_sharing_paused;
}

gboolean
fil_node_connect (FilNode *self,
                  const char *host,
                  GError **error)
{
  g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_FAILED, "Nobody answers there");
  return FALSE;
}

gboolean
fil_node_disconnect (FilNode *self,
                     gint64 peer,
                     GError **error)
{
  return TRUE;
}

gboolean
fil_node_ban (FilNode *self,
              const char *address,
              GError **error)
{
  return TRUE;
}

void
fil_node_network_changed (FilNode *self,
                          gboolean available)
{
}

void
fil_node_settings (FilNode *self,
                   FilSettingFunc func,
                   gpointer data)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->settings);
  while (g_hash_table_iter_next (&iter, &key, &value))
    func (key, value, data);
}

gboolean
fil_node_set (FilNode *self,
              const char *key,
              const char *value,
              GError **error)
{
  g_hash_table_insert (self->settings, g_strdup (key), g_strdup (value));
  return TRUE;
}
