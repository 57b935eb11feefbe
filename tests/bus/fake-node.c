/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fake-node.h"

#include "journal.h"

#include <string.h>

#define N_LISTS (FIL_LIST_EVENTS + 1)

typedef struct
{
  FilList list;
  gint64 scope;
  FilJournal *journal;
  gboolean is_changed;
} List;

typedef struct
{
  gint64 id;
  gint64 search;
  guint64 size;
  guint64 verified;
  char *name;
  FilDownloadStage state;
  gboolean is_active;
  gboolean was_told; /* somebody has read it as it is */
  int priority;
  gint64 limit_bps;
} Thing;

struct _FilNode
{
  GObject parent_instance;

  GPtrArray *lists;
  GHashTable *things; /* &Thing.id → Thing: searches, results, downloads */
  GPtrArray *shares;  /* paths */
  gint64 last_id;
  gint64 upload_limit;
  guint peers;
  guint emit_id;
  guint work_id;
  gboolean is_status_changed;
  gboolean is_sharing_paused;
  gboolean is_history_cleared;
  char *listen;
  char *role;
};

G_DEFINE_QUARK (fil-node-error-quark, fil_node_error)
G_DEFINE_FINAL_TYPE (FilNode, fil_node, G_TYPE_OBJECT)

static void
list_free (gpointer data)
{
  List *list = data;

  fil_journal_free (list->journal);
  g_free (list);
}

static void
thing_free (gpointer data)
{
  Thing *thing = data;

  g_free (thing->name);
  g_free (thing);
}

static List *
list_of (FilNode *self,
         FilList kind,
         gint64 scope)
{
  List *list;

  for (guint i = 0; i < self->lists->len; i++)
    {
      list = self->lists->pdata[i];
      if (list->list == kind && list->scope == scope)
        return list;
    }
  list = g_new0 (List, 1);
  list->list = kind;
  list->scope = scope;
  list->journal = fil_journal_new ();
  g_ptr_array_add (self->lists, list);
  return list;
}

static gboolean
emit (gpointer data)
{
  FilNode *self = data;

  self->emit_id = 0;
  for (guint i = 0; i < self->lists->len; i++)
    {
      List *list = self->lists->pdata[i];

      if (list->is_changed)
        {
          list->is_changed = FALSE;
          g_signal_emit_by_name (self, "changed", list->list, list->scope);
        }
    }
  if (self->is_status_changed)
    {
      self->is_status_changed = FALSE;
      g_signal_emit_by_name (self, "status-changed");
    }
  return G_SOURCE_REMOVE;
}

static void
emit_later (FilNode *self)
{
  if (self->emit_id == 0)
    self->emit_id = g_idle_add (emit, self);
}

static void
touch (FilNode *self,
       FilList kind,
       gint64 scope,
       gint64 id)
{
  List *list = list_of (self, kind, scope);

  fil_journal_touch (list->journal, id);
  list->is_changed = TRUE;
  emit_later (self);
}

static void
forget (FilNode *self,
        FilList kind,
        gint64 scope,
        gint64 id)
{
  List *list = list_of (self, kind, scope);

  fil_journal_remove (list->journal, id);
  list->is_changed = TRUE;
  g_hash_table_remove (self->things, &id);
  emit_later (self);
}

static Thing *
add (FilNode *self,
     const char *name,
     guint64 size)
{
  Thing *thing = g_new0 (Thing, 1);

  thing->id = ++self->last_id;
  thing->name = g_strdup (name);
  thing->size = size;
  g_hash_table_insert (self->things, &thing->id, thing);
  return thing;
}

static Thing *
thing_in (FilNode *self,
          FilList kind,
          gint64 id,
          GError **error)
{
  Thing *thing = g_hash_table_lookup (self->things, &id);
  gboolean is_it = thing != NULL;

  if (is_it && kind == FIL_LIST_RESULTS)
    is_it = thing->search != 0;
  else if (is_it && kind == FIL_LIST_SEARCHES)
    is_it = thing->search == 0 && thing->size == 0;
  else if (is_it)
    is_it = thing->search == 0 && thing->size > 0;
  if (is_it)
    return thing;
  g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_NOT_FOUND, "There is no %s %" G_GINT64_FORMAT,
               kind == FIL_LIST_RESULTS    ? "result"
               : kind == FIL_LIST_SEARCHES ? "search"
                                           : "download",
               id);
  return NULL;
}

gint64
fake_node_add_download (FilNode *self,
                        const char *name,
                        guint64 size)
{
  Thing *thing = add (self, name, size);

  touch (self, FIL_LIST_DOWNLOADS, 0, thing->id);
  return thing->id;
}

void
fake_node_set_download (FilNode *self,
                        gint64 id,
                        FilDownloadStage state,
                        guint64 verified)
{
  Thing *thing = thing_in (self, FIL_LIST_DOWNLOADS, id, NULL);

  thing->state = state;
  thing->verified = verified;
  touch (self, FIL_LIST_DOWNLOADS, 0, id);
}

void
fake_node_remove_download (FilNode *self,
                           gint64 id)
{
  forget (self, FIL_LIST_DOWNLOADS, 0, id);
}

gint64
fake_node_add_result (FilNode *self,
                      gint64 search,
                      const char *name)
{
  Thing *thing = add (self, name, 4200000);

  thing->search = search;
  touch (self, FIL_LIST_RESULTS, search, thing->id);
  return thing->id;
}

void
fake_node_touch_status (FilNode *self,
                        guint peers)
{
  self->peers = peers;
  self->is_status_changed = TRUE;
  emit_later (self);
}

/* Downloads go one step on with each turn, but never before somebody has seen the last one: who is slow would
 * miss it. */
static gboolean
work (gpointer data)
{
  FilNode *self = data;
  GHashTableIter iter;
  gpointer value;
  gboolean is_more = FALSE;

  g_hash_table_iter_init (&iter, self->things);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Thing *thing = value;

      if (thing->search != 0 || thing->size == 0 || thing->state >= FIL_DOWNLOAD_DONE)
        continue;
      is_more = TRUE;
      if (!thing->was_told)
        continue;
      thing->was_told = FALSE;
      if (thing->state == FIL_DOWNLOAD_VERIFYING && strstr (thing->name, "bad") != NULL)
        thing->state = FIL_DOWNLOAD_FAILED;
      else
        thing->state++;
      if (thing->state == FIL_DOWNLOAD_DONE)
        thing->verified = thing->size;
      touch (self, FIL_LIST_DOWNLOADS, 0, thing->id);
    }
  if (!is_more)
    self->work_id = 0;
  return is_more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
fil_node_finalize (GObject *object)
{
  FilNode *self = FIL_NODE (object);

  g_clear_handle_id (&self->emit_id, g_source_remove);
  g_clear_handle_id (&self->work_id, g_source_remove);
  g_ptr_array_unref (self->lists);
  g_hash_table_unref (self->things);
  g_ptr_array_unref (self->shares);
  g_free (self->listen);
  g_free (self->role);
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
  self->lists = g_ptr_array_new_with_free_func (list_free);
  self->things = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, thing_free);
  self->shares = g_ptr_array_new_with_free_func (g_free);
  self->peers = 4;
  self->role = g_strdup ("auto");
  for (guint i = 0; i < N_LISTS; i++)
    if (i != FIL_LIST_RESULTS)
      list_of (self, (FilList) i, 0);
}

FilNode *
fil_node_new (const FilNodeOptions *options,
              GError **error)
{
  FilNode *self;

  if (g_strcmp0 (options->listen, "127.0.0.1:1") == 0)
    {
      g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_UNAVAILABLE, "Port 1 is in use; choose another with --listen");
      return NULL;
    }
  self = g_object_new (FIL_TYPE_NODE, NULL);
  self->listen = g_strdup (options->listen != NULL ? options->listen : "0.0.0.0:23451");
  touch (self, FIL_LIST_PEERS, 0, ++self->last_id);
  touch (self, FIL_LIST_UPLOADS, 0, ++self->last_id);
  touch (self, FIL_LIST_EVENTS, 0, ++self->last_id);
  return self;
}

void
fil_node_stop (FilNode *self)
{
}

void
fil_node_get_status (FilNode *self,
                     FilStatusInfo *info)
{
  info->state = FIL_STATE_ONLINE;
  strcpy (info->guid, "00112233445566778899aabbccddeeff");
  info->listen = self->listen;
  info->peers = self->peers;
  info->tcp_reachable = FIL_VERDICT_NO;
  info->udp_reachable = FIL_VERDICT_UNKNOWN;
  info->shared_files = self->shares->len * 3;
  info->shared_bytes = 1234567;
  info->down_bps = 2400000;
}

FilChanges *
fil_node_changes (FilNode *self,
                  FilList list,
                  gint64 scope,
                  guint64 since,
                  guint max)
{
  return fil_journal_changes (list_of (self, list, scope)->journal, since, max);
}

guint64
fil_node_list_seq (FilNode *self,
                   FilList list,
                   gint64 scope)
{
  return fil_journal_seq (list_of (self, list, scope)->journal);
}

gboolean
fil_node_get_search (FilNode *self,
                     gint64 id,
                     FilSearchInfo *info)
{
  Thing *thing = thing_in (self, FIL_LIST_SEARCHES, id, NULL);

  if (thing == NULL)
    return FALSE;
  *info = (FilSearchInfo){ .id = id, .text = thing->name, .is_active = thing->is_active, .results = 3,
                           .hosts_asked = 240, .started = 1700000000,
                           .reason = g_str_has_prefix (thing->name, "refuses") ? "It shows its list to nobody." : NULL };
  return TRUE;
}

gboolean
fil_node_get_result (FilNode *self,
                     gint64 id,
                     FilResultInfo *info)
{
  Thing *thing = thing_in (self, FIL_LIST_RESULTS, id, NULL);

  if (thing == NULL)
    return FALSE;
  *info = (FilResultInfo){ .id = id,
                           .search = thing->search,
                           .name = thing->name,
                           .size = thing->size,
                           .kind = "audio",
                           .sha1 = FAKE_SHA1,
                           .address = "10.0.0.7:6346",
                           .guid = "ffeeddccbbaa99887766554433221100",
                           .vendor = "FLBT",
                           .hops = 2,
                           .reach = FIL_REACH_PUSH,
                           .sources = 1,
                           .needs_push = TRUE };
  if (g_str_has_prefix (thing->name, "bad"))
    {
      info->reach = FIL_REACH_UNREACHABLE;
      info->reason = "Both routers use another port for each connection.";
    }
  return TRUE;
}

gboolean
fil_node_get_download (FilNode *self,
                       gint64 id,
                       FilDownloadInfo *info)
{
  Thing *thing = thing_in (self, FIL_LIST_DOWNLOADS, id, NULL);

  if (thing == NULL)
    return FALSE;
  thing->was_told = TRUE;
  *info = (FilDownloadInfo){ .id = id,
                             .name = thing->name,
                             .size = thing->size,
                             .sha1 = FAKE_SHA1,
                             .tth = FAKE_TTH,
                             .state = thing->state,
                             .verified_bytes = thing->verified,
                             .received_bytes = thing->verified,
                             .eta_s = -1,
                             .sources = 1,
                             .reach = FIL_REACH_DIRECT,
                             .added = 1700000000,
                             .priority = thing->priority,
                             .limit_bps = thing->limit_bps };
  if (thing->state == FIL_DOWNLOAD_FAILED)
    {
      info->reason = "Every source sent wrong bytes.";
      info->reason_code = "hash-mismatch";
    }
  if (thing->state == FIL_DOWNLOAD_DONE)
    {
      info->path = "/downloads/walnut.ogg";
      info->finished = 1700000060;
    }
  return TRUE;
}

gboolean
fil_node_get_upload (FilNode *self,
                     gint64 id,
                     FilUploadInfo *info)
{
  *info = (FilUploadInfo){ .id = id, .name = "a\"b\\c.pdf", .peer = "10.0.0.9:6346", .state = "sending",
                           .sent_bytes = 1000, .size = 310000, .bps = 180000, .reach = FIL_REACH_PUNCH,
                           .limit_bps = self->upload_limit };
  return id == 2;
}

gboolean
fil_node_get_share (FilNode *self,
                    gint64 id,
                    FilShareInfo *info)
{
  guint index = (guint) (id - 1000);

  if (index >= self->shares->len)
    return FALSE;
  *info = (FilShareInfo){ .id = id, .path = self->shares->pdata[index], .files = 3, .bytes = 1234567,
                          .state = "watching" };
  return TRUE;
}

gboolean
fil_node_get_peer (FilNode *self,
                   gint64 id,
                   FilPeerInfo *info)
{
  *info = (FilPeerInfo){ .id = id,
                         .address = "10.0.0.1:6346",
                         .user_agent = "Filbert/0.1.0",
                         .is_ultrapeer = TRUE,
                         .is_outgoing = TRUE,
                         .is_compressed = TRUE,
                         .is_established = TRUE,
                         .uptime_s = 3725,
                         .in_messages = 17,
                         .out_messages = 4 };
  return id == 1;
}

gboolean
fil_node_get_event (FilNode *self,
                    gint64 id,
                    FilEventInfo *info)
{
  *info = (FilEventInfo){ .id = id, .time = 1700000000, .kind = "started", .text = "The node has started." };
  return id == 3;
}

void
fil_node_library (FilNode *self,
                  const char *words,
                  guint offset,
                  guint max,
                  FilLibraryFunc func,
                  gpointer data)
{
  const FilLibraryInfo info = { .id = 1, .name = "caf\xe9.ogg", .folder = "/music", .kind = "audio",
                                .size = 4200000, .sha1 = FAKE_SHA1, .asked = 5, .sent = 1 };

  if (offset == 0 && max > 0 && (words == NULL || strstr (info.name, words) != NULL))
    func (&info, data);
}

void
fil_node_history (FilNode *self,
                  const char *words,
                  guint max,
                  FilHistoryFunc func,
                  gpointer data)
{
  const FilHistoryInfo info = { .id = 9, .name = "walnut.ogg", .size = 4200000, .sha1 = FAKE_SHA1,
                                .path = "/downloads/walnut.ogg", .finished = 1700000060 };

  if (!self->is_history_cleared && (words == NULL || strstr (info.name, words) != NULL))
    func (&info, data);
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
  const FilTraceStep step = { .time_us = G_GINT64_CONSTANT (1700000000123456), .what = "query-sent",
                              .peer = "10.0.0.1:6346", .ttl = 4, .text = "Asked an ultrapeer." };

  if (thing_in (self, FIL_LIST_SEARCHES, g_ascii_strtoll (id_or_muid, NULL, 10), error) == NULL)
    return FALSE;
  func (&step, data);
  return TRUE;
}

gboolean
fil_node_download_sources (FilNode *self,
                           gint64 id,
                           FilDownloadSourceFunc func,
                           gpointer data,
                           GError **error)
{
  static const char *const via[] = { "10.0.0.1:6346", NULL };
  const FilDownloadSourceInfo source = { .id = 1, .address = "10.0.0.9:6346", .vendor = "FLBT", .state = "active",
                                         .reach = FIL_REACH_PUNCH, .hops = 3, .bps = 1000, .delivered_bytes = 4096,
                                         .nat = "port-restricted", .transport = "udp", .is_encrypted = TRUE,
                                         .rtt_us = 34200, .via = via };

  if (thing_in (self, FIL_LIST_DOWNLOADS, id, error) == NULL)
    return FALSE;
  func (&source, data);
  return TRUE;
}

guint8 *
fil_node_download_map (FilNode *self,
                       gint64 id,
                       guint n_cells,
                       GError **error)
{
  guint8 *cells;

  if (thing_in (self, FIL_LIST_DOWNLOADS, id, error) == NULL)
    return NULL;
  cells = g_malloc (n_cells);
  for (guint i = 0; i < n_cells; i++)
    cells[i] = (guint8) (i % 4);
  return cells;
}

void
fil_node_doctor (FilNode *self,
                 FilDoctorFunc func,
                 gpointer data)
{
  const FilDoctorLine tcp = { "tcp", FIL_VERDICT_NO, "Nobody could connect to you.", "Let Filbert ask your router.",
                              "port-mapping", "true", "Ask the Router" };
  const FilDoctorLine udp = { "udp", FIL_VERDICT_UNKNOWN, "Not known yet.", NULL };

  func (&tcp, data);
  func (&udp, data);
}

gint64
fil_node_search (FilNode *self,
                 const char *words,
                 const char *kind,
                 GError **error)
{
  Thing *search;
  static const char *const found[] = { "Purple Hazel - Walnut.ogg", "purple_hazel.pdf", "bad-hazel.iso" };

  if (*words == '\0')
    {
      g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE, "Say what to search for");
      return -1;
    }
  search = add (self, words, 0);
  search->is_active = TRUE;
  touch (self, FIL_LIST_SEARCHES, 0, search->id);
  list_of (self, FIL_LIST_RESULTS, search->id);
  if (!g_str_equal (words, "nothing"))
    for (guint i = 0; i < G_N_ELEMENTS (found); i++)
      fake_node_add_result (self, search->id, found[i]);
  return search->id;
}

gint64
fil_node_browse (FilNode *self,
                 const char *host,
                 GError **error)
{
  gint64 id = fil_node_search (self, g_str_has_prefix (host, "refuses") ? "refuses" : host, NULL, error);

  /* The list came at once. */
  if (id > 0 && !g_str_has_prefix (host, "slow"))
    fil_node_stop_search (self, id, NULL);
  return id;
}

gboolean
fil_node_stop_search (FilNode *self,
                      gint64 id,
                      GError **error)
{
  Thing *search = thing_in (self, FIL_LIST_SEARCHES, id, error);

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
  if (thing_in (self, FIL_LIST_SEARCHES, id, error) == NULL)
    return FALSE;
  forget (self, FIL_LIST_SEARCHES, 0, id);
  list_of (self, FIL_LIST_RESULTS, id)->is_changed = TRUE;
  fil_journal_remove (list_of (self, FIL_LIST_RESULTS, id)->journal, id + 1);
  return TRUE;
}

static gint64
begin_download (FilNode *self,
                const char *name)
{
  gint64 id = fake_node_add_download (self, name, 4200000);

  if (self->work_id == 0)
    self->work_id = g_timeout_add (120, work, self);
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
fil_node_get (FilNode *self,
              gint64 result,
              GError **error)
{
  Thing *thing = thing_in (self, FIL_LIST_RESULTS, result, error);

  return thing != NULL ? begin_download (self, thing->name) : -1;
}

gint64
fil_node_get_magnet (FilNode *self,
                     const char *magnet,
                     GError **error)
{
  if (g_ascii_strncasecmp (magnet, "magnet:?", 8) == 0)
    return begin_download (self, "from-magnet.ogg");
  g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE, "That is no magnet link");
  return -1;
}

static gboolean
set_state (FilNode *self,
           gint64 id,
           FilDownloadStage state,
           GError **error)
{
  if (id == -1)
    return TRUE;
  if (thing_in (self, FIL_LIST_DOWNLOADS, id, error) == NULL)
    return FALSE;
  fake_node_set_download (self, id, state, 0);
  return TRUE;
}

gboolean
fil_node_pause (FilNode *self,
                gint64 id,
                GError **error)
{
  return set_state (self, id, FIL_DOWNLOAD_PAUSED, error);
}

gboolean
fil_node_resume (FilNode *self,
                 gint64 id,
                 GError **error)
{
  return set_state (self, id, FIL_DOWNLOAD_QUEUED, error);
}

gboolean
fil_node_retry (FilNode *self,
                gint64 id,
                GError **error)
{
  return set_state (self, id, FIL_DOWNLOAD_QUEUED, error);
}

gboolean
fil_node_verify (FilNode *self,
                 gint64 id,
                 GError **error)
{
  return set_state (self, id, FIL_DOWNLOAD_VERIFYING, error);
}

gboolean
fil_node_cancel (FilNode *self,
                 gint64 id,
                 GError **error)
{
  if (thing_in (self, FIL_LIST_DOWNLOADS, id, error) == NULL)
    return FALSE;
  fake_node_remove_download (self, id);
  return TRUE;
}

void
fil_node_removed (FilNode *self,
                  FilRemovedFunc func,
                  gpointer data)
{
  const FilRemovedInfo info = { .id = 3, .name = "hazel.iso", .size = 4200000, .received_bytes = 1000000,
                                .removed = 1700000000, .kept_until = 1702592000 };

  func (&info, 1, NULL, data);
}

void
fil_node_restore (FilNode *self,
                  gint64 id,
                  FilDoneFunc func,
                  gpointer data)
{
  func (NULL, data);
}

void
fil_node_forget (FilNode *self,
                 gint64 id,
                 FilDoneFunc func,
                 gpointer data)
{
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
  Thing *thing = thing_in (self, FIL_LIST_DOWNLOADS, id, error);

  if (thing == NULL)
    return FALSE;
  thing->priority = priority;
  touch (self, FIL_LIST_DOWNLOADS, 0, id);
  return TRUE;
}

gboolean
fil_node_set_limit (FilNode *self,
                    gint64 id,
                    gint64 bytes_per_s,
                    GError **error)
{
  Thing *thing = thing_in (self, FIL_LIST_DOWNLOADS, id, error);

  if (thing == NULL)
    return FALSE;
  thing->limit_bps = bytes_per_s;
  touch (self, FIL_LIST_DOWNLOADS, 0, id);
  return TRUE;
}

gboolean
fil_node_set_upload_limit (FilNode *self,
                           gint64 id,
                           gint64 bytes_per_s,
                           GError **error)
{
  FilUploadInfo upload;

  if (!fil_node_get_upload (self, id, &upload))
    {
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_NOT_FOUND, "There is no upload %" G_GINT64_FORMAT ".", id);
      return FALSE;
    }
  self->upload_limit = bytes_per_s;
  touch (self, FIL_LIST_UPLOADS, 0, id);
  return TRUE;
}

void
fil_node_clear_finished (FilNode *self)
{
}

void
fil_node_share_check (FilNode *self,
                      const char *path,
                      FilPreviewFunc func,
                      gpointer data)
{
  static const char *const names[] = { "walnut.ogg", "hazel.pdf", NULL };
  static const char *const private_names[] = { "passwords.kdbx", NULL };
  const FilSharePreview preview = { .path = path,
                                    .refusal = g_str_equal (path, "/") ? "The whole disk is never shared" : NULL,
                                    .files = 2,
                                    .bytes = 4510000,
                                    .kinds = { 1, 0, 0, 1, 0, 0, 0 },
                                    .names = (GStrv) names,
                                    .private_names = (GStrv) private_names,
                                    .private_files = 1 };

  func (&preview, NULL, data);
}

gint64
fil_node_share_add (FilNode *self,
                    const char *path,
                    gboolean include_private,
                    GError **error)
{
  gint64 id = 1000 + self->shares->len;

  if (g_str_equal (path, "/"))
    {
      g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_FAILED, "The whole disk is never shared");
      return -1;
    }
  g_ptr_array_add (self->shares, g_strdup (path));
  touch (self, FIL_LIST_SHARES, 0, id);
  return id;
}

gboolean
fil_node_share_remove (FilNode *self,
                       const char *path,
                       GError **error)
{
  if (self->shares->len > 0 && g_str_equal (self->shares->pdata[self->shares->len - 1], path))
    {
      forget (self, FIL_LIST_SHARES, 0, 1000 + self->shares->len - 1);
      g_ptr_array_set_size (self->shares, (int) self->shares->len - 1);
      return TRUE;
    }
  g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_NOT_FOUND, "%s is not shared", path);
  return FALSE;
}

void
fil_node_set_sharing_paused (FilNode *self,
                             gboolean paused)
{
  self->is_sharing_paused = paused;
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
  if (strchr (host, ':') != NULL)
    return TRUE;
  g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE, "%s has no port", host);
  return FALSE;
}

gboolean
fil_node_disconnect (FilNode *self,
                     gint64 peer,
                     GError **error)
{
  if (peer == 1)
    return TRUE;
  g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_NOT_FOUND, "There is no such peer");
  return FALSE;
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
  func ("download-limit", "0", data);
  func ("role", self->role, data);
}

gboolean
fil_node_set (FilNode *self,
              const char *key,
              const char *value,
              GError **error)
{
  if (g_str_equal (key, "role"))
    {
      g_free (self->role);
      self->role = g_strdup (value);
      return TRUE;
    }
  g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE, "There is no setting %s; see: filbertctl settings", key);
  return FALSE;
}

gboolean
fil_node_is_settled (FilNode *self)
{
  return TRUE;
}
