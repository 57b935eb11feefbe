/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "downloads-table.h"
#include "history-table.h"
#include "source-row.h"

/* The delegate */

static void
delegate_dial (gpointer data,
               const FilEndpoint *to,
               gboolean tls,
               FilSession *session)
{
  _fil_node_dial (data, to, FIL_DIAL_TRANSFER, FIL_GATE_SOURCE, tls, FIL_TRAFFIC_TRANSFER, session);
}

static gboolean
delegate_is_reachable (gpointer data)
{
  return _fil_node_is_reachable (data);
}

static gboolean
delegate_may_dial (gpointer data,
                   const FilEndpoint *to)
{
  FilNode *self = data;

  return fil_gate_judge (self->gate, to, FIL_GATE_SOURCE) == FIL_GATE_OPEN;
}

static void
delegate_quiet (gpointer data)
{
  _fil_node_doubt_network (data);
}

static void
delegate_seen_as (gpointer data,
                  const FilEndpoint *by,
                  const FilEndpoint *address)
{
  FilNode *self = data;

  fil_overlay_noted_address (self->overlay, by, address, _fil_node_now (self));
}

static void
delegate_answered (gpointer data,
                   const FilEndpoint *from)
{
  fil_gate_answered (((FilNode *) data)->gate, from);
}

static gboolean
delegate_ping (gpointer data,
               const FilEndpoint *to,
               const FilSha1 *sha1,
               FilGuid *muid)
{
  return _fil_node_ping (data, to, sha1, muid);
}

static gboolean
delegate_own_place (gpointer data,
                    const FilDownload *download,
                    FilHost *place)
{
  return _fil_node_partial_place (data, download, place);
}

static gboolean
delegate_search (gpointer data,
                 const FilDownload *download)
{
  return _fil_node_search_sources (data, download);
}

static void
delegate_changed (gpointer data,
                  const FilDownload *download)
{
  _fil_node_touch (data, FIL_LIST_DOWNLOADS, download->id);
  _fil_node_mark_status (data);
}

static void
delegate_save (gpointer data,
               const FilDownloadRecord *record)
{
  FilNode *self = data;
  g_autoptr (FilDownloadRow) row = fil_download_row_new ();

  row->id = record->spec.id;
  row->name = g_strdup (record->spec.name);
  row->size = record->spec.size;
  row->has_size = record->spec.has_size;
  row->has_sha1 = record->spec.has_sha1;
  row->has_tth = record->spec.has_tth;
  row->sha1 = record->spec.sha1;
  row->tth = record->spec.tth;
  row->state = (int) record->state;
  row->reason_code = g_strdup (record->reason_code);
  row->path = g_strdup (record->path);
  row->verified = g_strdup (record->verified);
  row->received = g_strdup (record->received);
  row->added = record->spec.added;
  row->finished = record->finished;
  row->priority = record->spec.priority;
  row->limit_bps = record->spec.limit_bps;
  for (guint i = 0; i < record->n_sources; i++)
    fil_source_row_add (row, record->sources[i], _fil_node_wall_s (self));
  fil_downloads_table_save (self->database, row);
  if (record->state == FIL_DOWNLOAD_STATE_DONE)
    _fil_node_results_file_changed (self, record->spec.has_sha1 ? &record->spec.sha1 : NULL);
}

static void
delegate_save_tree (gpointer data,
                    const FilDownload *download,
                    const FilTigerTree *tree)
{
  g_autoptr (GBytes) nodes = tree != NULL ? fil_tiger_tree_to_bytes (tree) : NULL;

  fil_downloads_table_save_tree (((FilNode *) data)->database, download->id, nodes);
}

static void
delegate_finished (gpointer data,
                   const FilDownload *download)
{
  FilNode *self = data;
  g_autofree char *size = g_format_size (download->size);
  FilHistoryRow row = {
    .id = download->id,
    .name = download->name,
    .size = download->size,
    .has_tth = download->has_tth,
    .sha1 = download->sha1,
    .tth = download->tth,
    .path = download->path,
    .finished = download->finished,
  };

  _fil_node_limit_download (self, download->id, 0);
  fil_history_table_add (self->database, &row);
  _fil_node_event (self, "download-done", download->id, _("%s is here, every byte checked (%s)."), download->name, size);
}

static void
delegate_wrong_bytes (gpointer data,
                      const FilDownload *download,
                      const FilFileSource *source,
                      gboolean is_liar)
{
  char text[FIL_ENDPOINT_TEXT_LEN];
  const char *who = fil_endpoint_is_set (&source->endpoint) ? fil_endpoint_to_text (&source->endpoint, text)
                                                            : _("a source behind a firewall");

  if (is_liar)
    _fil_node_event (data, "wrong-bytes-from", download->id, _("Wrong bytes of %s came from %s, which is not asked again."),
                     download->name, who);
  else
    _fil_node_event (data, "fetched-again-from", download->id,
                     _("What was received of %s is not the file; what came from others is fetched again from %s."),
                     download->name, who);
}

static void
delegate_reschedule (gpointer data)
{
  FilNode *self = data;

  if (!self->is_stopped)
    fil_timer_set (self->downloads_timer, fil_downloads_wake (self->downloads));
}

static gint64
delegate_wall (gpointer data)
{
  return _fil_node_wall_s (data);
}

static const FilDownloadsDelegate downloads_delegate = {
  .dial = delegate_dial,
  .push = _fil_node_push_send,
  .call_at = _fil_node_push_call_at,
  .describe = _fil_node_push_describe,
  .make_guid = _fil_node_push_make_guid,
  .dial_proxy = _fil_node_push_dial_proxy,
  .push_step = _fil_node_push_step,
  .is_reachable = delegate_is_reachable,
  .nat = _fil_node_punch_nat,
  .punch = _fil_node_punch,
  .stop_punch = _fil_node_punch_cancel,
  .may_dial = delegate_may_dial,
  .answered = delegate_answered,
  .ping = delegate_ping,
  .own_place = delegate_own_place,
  .quiet = delegate_quiet,
  .seen_as = delegate_seen_as,
  .search = delegate_search,
  .changed = delegate_changed,
  .save = delegate_save,
  .save_tree = delegate_save_tree,
  .finished = delegate_finished,
  .wrong_bytes = delegate_wrong_bytes,
  .make_room = _fil_node_removed_make_room,
  .reschedule = delegate_reschedule,
  .wall = delegate_wall,
};

static void
downloads_cb (gpointer data,
              gint64 now_us)
{
  FilNode *self = data;

  fil_downloads_tick (self->downloads, now_us);
  fil_timer_set (self->downloads_timer, fil_downloads_wake (self->downloads));
}

/**
 * _fil_node_downloads_start:
 *
 * Prepares for downloads; those of the last run come back with _fil_node_restore_downloads().
 */
void
_fil_node_downloads_start (FilNode *self)
{
  self->source_searches = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->forgotten = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->downloads_timer = fil_timer_new (fil_reactor_timers (self->reactor), downloads_cb, self);
  self->downloads = fil_downloads_new (&downloads_delegate, self, &fil_disk_storage, self->storage, self->user_agent);
  fil_downloads_set_mesh (self->downloads, self->mesh);
  fil_downloads_set_salt (self->downloads, fil_random_u32 (self->random));
}

/**
 * _fil_node_restore_source:
 *
 * Tells a download of a source as the store kept it.
 */
void
_fil_node_restore_source (FilNode *self,
                          gint64 download,
                          const FilSourceRow *row)
{
  FilHost proxies[FIL_SOURCE_MAX_PROXIES];
  FilSourceSpec spec;

  if (fil_source_row_read (row, &spec, proxies))
    fil_downloads_add_source (self->downloads, download, &spec, _fil_node_now (self));
}

/**
 * _fil_node_restore_download:
 *
 * Goes on with a download as the store kept it.
 *
 * Returns: FALSE when the list is full or has such a file
 */
gboolean
_fil_node_restore_download (FilNode *self,
                            const FilDownloadRow *row)
{
  g_autoptr (FilTigerTree) tree = row->tree != NULL ? fil_tiger_tree_new_from_bytes (row->size, row->tree) : NULL;
  FilDownloadRecord record = {
    .spec = {
      .id = row->id,
      .name = row->name,
      .size = row->size,
      .has_size = row->has_size,
      .sha1 = row->sha1,
      .tth = row->tth,
      .has_sha1 = row->has_sha1,
      .has_tth = row->has_tth,
      .added = row->added,
      .priority = row->priority,
      .limit_bps = row->limit_bps,
    },
    .state = (FilDownloadState) row->state,
    .reason_code = row->reason_code,
    .verified = row->verified,
    .tree = tree,
    .received = row->received,
    .path = row->path,
    .finished = row->finished,
  };

  if (fil_downloads_restore (self->downloads, &record, _fil_node_now (self)) == NULL)
    return FALSE;
  for (guint i = 0; row->sources != NULL && i < row->sources->len; i++)
    _fil_node_restore_source (self, row->id, g_ptr_array_index (row->sources, i));
  if (row->state != FIL_DOWNLOAD_DONE)
    _fil_node_limit_download (self, row->id, row->limit_bps);
  _fil_node_touch (self, FIL_LIST_DOWNLOADS, row->id);
  _fil_node_results_file_changed (self, row->has_sha1 ? &row->sha1 : NULL);
  return TRUE;
}

/**
 * _fil_node_restore_downloads:
 *
 * Goes on with what the last run left.
 */
gboolean
_fil_node_restore_downloads (FilNode *self,
                             GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GPtrArray) rows = fil_downloads_table_load (self->database, &local);

  if (rows == NULL)
    {
      g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_UNAVAILABLE, local->message);
      return FALSE;
    }
  for (guint i = 0; i < rows->len; i++)
    (void) _fil_node_restore_download (self, g_ptr_array_index (rows, i));
  _fil_node_removed_expire (self, _fil_node_clock_is_sure (self));
  return TRUE;
}

/**
 * _fil_node_add_source:
 *
 * Tells a download of one more host that has its file, and of the others that its hit names.
 */
void
_fil_node_add_source (FilNode *self,
                      gint64 download,
                      const FilHit *hit)
{
  FilSourceSpec spec = {
    .endpoint = hit->endpoint,
    .other = hit->other,
    .guid = hit->guid,
    .proxies = hit->proxies,
    .n_proxies = hit->n_proxies,
    .index = hit->index,
    .name = hit->name,
    .vendor = hit->vendor[0] != '\0' ? hit->vendor : NULL,
    .needs_push = hit->needs_push,
    .tls = hit->is_tls,
    .punch = hit->punch,
  };

  fil_downloads_add_source (self->downloads, download, &spec, _fil_node_now (self));
  fil_downloads_add_alts (self->downloads, download, hit->alts, hit->n_alts, _fil_node_now (self));
}
