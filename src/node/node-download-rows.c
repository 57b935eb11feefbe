/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include "history-table.h"

/* What is told of downloads, and of those that are history. */

static const char *
lend_sha1 (FilNode *self,
           const FilSha1 *sha1)
{
  char *text = g_malloc (FIL_SHA1_TEXT_LEN + 1);

  fil_sha1_to_text (sha1, text);
  return _fil_node_lend (self, text);
}

static const char *
lend_tth (FilNode *self,
          const FilTth *tth)
{
  char *text = g_malloc (FIL_TTH_TEXT_LEN + 1);

  fil_tth_to_text (tth, text);
  return _fil_node_lend (self, text);
}

gboolean
fil_node_get_download (FilNode *self,
                       gint64 id,
                       FilDownloadInfo *info)
{
  const FilDownload *download = fil_downloads_get (self->downloads, id);
  gint64 now_us = _fil_node_now (self);
  FilOwnReach own;

  if (download == NULL)
    return FALSE;
  _fil_node_own_reach (self, &own);
  G_STATIC_ASSERT ((int) FIL_DOWNLOAD_FAILED == (int) FIL_DOWNLOAD_STATE_FAILED);
  G_STATIC_ASSERT ((int) FIL_REACH_UNREACHABLE == (int) FIL_SOURCE_UNREACHABLE);
  *info = (FilDownloadInfo){
    .id = id,
    .name = download->name,
    .size = download->size,
    .sha1 = download->has_sha1 ? lend_sha1 (self, &download->sha1) : NULL,
    .tth = download->has_tth ? lend_tth (self, &download->tth) : NULL,
    .state = (FilDownloadStage) download->state,
    .reason = download->reason,
    .reason_code = download->reason_code,
    .verified_bytes = fil_download_verified_bytes (download),
    .received_bytes = fil_download_received_bytes (download),
    .bps = fil_download_bps (download, now_us),
    .eta_s = fil_download_eta_s (download, now_us),
    .sources = fil_download_usable_sources (download),
    .active_sources = download->active_sources,
    .reach = (FilReach) fil_download_reach (download, &own),
    .path = download->path,
    .added = download->added,
    .finished = download->finished,
    .priority = download->priority,
    .limit_bps = download->state != FIL_DOWNLOAD_STATE_DONE ? download->limit_bps : 0,
    .queue_position = download->state == FIL_DOWNLOAD_STATE_CONNECTING ? download->place.position : 0,
    .queue_length = download->state == FIL_DOWNLOAD_STATE_CONNECTING ? download->place.length : 0,
    .retry = (download->state == FIL_DOWNLOAD_STATE_SEARCHING || download->state == FIL_DOWNLOAD_STATE_CONNECTING) &&
                     download->retry_us != 0
                 ? _fil_node_wall_s (self) + MAX (download->retry_us - now_us, 0) / FIL_SEC
                 : 0,
  };
  if (download->state == FIL_DOWNLOAD_STATE_DONE)
    info->reason = _fil_node_verify_reason (self, download, &info->reason_code);
  return TRUE;
}

/**
 * fil_node_history:
 * @words: (nullable): only files whose names have these words
 *
 * Tells what was downloaded, the newest first.
 */
void
fil_node_history (FilNode *self,
                  const char *words,
                  guint max,
                  FilHistoryFunc func,
                  gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = fil_history_table_search (self->database, words, max, &error);

  if (rows == NULL)
    {
      g_warning ("%s", error->message);
      return;
    }
  for (guint i = 0; i < rows->len; i++)
    {
      const FilHistoryRow *row = g_ptr_array_index (rows, i);
      char sha1[FIL_SHA1_TEXT_LEN + 1];
      FilHistoryInfo info = {
        .id = row->id, .name = row->name, .size = row->size, .sha1 = sha1, .path = row->path, .finished = row->finished
      };

      fil_sha1_to_text (&row->sha1, sha1);
      func (&info, data);
    }
}

/**
 * fil_node_clear_history:
 *
 * Forgets what was downloaded, also in the copies of the database; the files and the rows of downloads stay.
 */
void
fil_node_clear_history (FilNode *self)
{
  fil_history_table_clear (self->database);
  fil_snapshots_clear_history (self->snapshots);
}
