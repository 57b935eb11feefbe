/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include "transfer-limits.h"

/* What is on the list, in which order, and how it comes back after a restart. */

static int
compare_downloads (gconstpointer a,
                   gconstpointer b)
{
  const FilDownload *one = *(FilDownload *const *) a;
  const FilDownload *two = *(FilDownload *const *) b;

  if (one->priority != two->priority)
    return one->priority > two->priority ? -1 : 1;
  return one->work->order < two->work->order ? -1 : 1;
}

static void
insert_sorted (FilDownloads *self,
               FilDownload *download)
{
  guint at = self->list->len;

  while (at > 0 && compare_downloads (&download, &self->list->pdata[at - 1]) < 0)
    at--;
  g_ptr_array_insert (self->list, (gint) at, download);
}

/**
 * fil_downloads_add:
 *
 * Puts a file on the list. It is saved at once, and starts when it has a source and its turn.
 *
 * Returns: (transfer none) (nullable): NULL when the id is taken or the list is full
 */
FilDownload *
fil_downloads_add (FilDownloads *self,
                   const FilDownloadSpec *spec,
                   gint64 now_us)
{
  FilDownloadRecord record = { .spec = *spec, .state = FIL_DOWNLOAD_STATE_QUEUED };
  FilDownload *download = fil_downloads_restore (self, &record, now_us);

  if (download == NULL)
    return NULL;
  download->work->is_restored = FALSE;
  download->work->may_be_finished = FALSE;
  _fil_downloads_save (self, download);
  return download;
}

/* Blocks that were proved need not be looked at again; the whole hash has the last word anyway. */
static void
restore_tree (FilDownloads *self,
              FilDownload *download,
              const FilDownloadRecord *record)
{
  if (record->tree == NULL || fil_tiger_tree_file_size (record->tree) != download->size)
    return;
  fil_tree_trust_take (download->trust, record->tree);
  _fil_downloads_restart_checks (self, download);
  if (download->work->n_blocks > 0 && download->work->durable != NULL && record->verified != NULL &&
      fil_segment_map_mark_text (download->map, record->verified, FIL_SEGMENT_VERIFIED))
    download->work->durable_verified = g_strdup (record->verified);
}

static void
restore_map (FilDownloads *self,
             FilDownload *download,
             const FilDownloadRecord *record)
{
  if (record->received != NULL && fil_segment_map_mark_text (download->map, record->received, FIL_SEGMENT_WRITTEN))
    download->work->durable = g_strdup (record->received);
  restore_tree (self, download, record);
}

/**
 * fil_downloads_restore:
 * @record: what save() was given in an earlier life
 *
 * Takes up a download again; its sources are added after, by fil_downloads_add_source().
 *
 * Returns: (transfer none) (nullable): NULL when the id is taken or the list is full
 */
FilDownload *
fil_downloads_restore (FilDownloads *self,
                       const FilDownloadRecord *record,
                       gint64 now_us)
{
  FilDownload *download;

  self->now_us = MAX (self->now_us, now_us);
  if (g_hash_table_contains (self->by_id, &record->spec.id) || self->list->len >= FIL_DOWNLOADS_MAX)
    return NULL;
  download = fil_download_new (&record->spec);
  download->work = g_new0 (FilDownloadWork, 1);
  download->work->downloads = self;
  download->work->fetches = g_ptr_array_new ();
  download->work->suspects = g_ptr_array_new_with_free_func (g_free);
  download->work->wrong = g_array_new (FALSE, FALSE, sizeof (gsize));
  download->work->culprits = g_array_new (FALSE, FALSE, sizeof (guint32));
  download->work->order = ++self->last_order;
  download->work->disk_retry_us = FIL_NEVER;
  download->work->is_restored = TRUE;
  download->work->may_be_finished = TRUE;
  download->path = g_strdup (record->path);
  download->finished = record->finished;
  if (download->map != NULL)
    restore_map (self, download, record);
  if (record->state == FIL_DOWNLOAD_STATE_DONE || record->state == FIL_DOWNLOAD_STATE_PAUSED ||
      record->state == FIL_DOWNLOAD_STATE_FAILED)
    {
      download->state = record->state;
      fil_download_set_reason (download, record->reason_code, "%s", _fil_downloads_sentence (record->reason_code));
      if (record->state == FIL_DOWNLOAD_STATE_PAUSED && g_strcmp0 (record->reason_code, "paused") != 0)
        download->work->disk_retry_us = now_us;
    }
  g_hash_table_insert (self->by_id, &download->id, download);
  insert_sorted (self, download);
  _fil_downloads_changed (self, download);
  _fil_downloads_soon (self);
  return download;
}

/* (transfer none) (nullable) */
FilDownload *
fil_downloads_get (const FilDownloads *self,
                   gint64 id)
{
  return g_hash_table_lookup (self->by_id, &id);
}

/**
 * fil_downloads_find:
 *
 * Returns: (transfer none) (nullable): the download of that file that is furthest along in the list
 */
FilDownload *
fil_downloads_find (const FilDownloads *self,
                    const FilSha1 *sha1)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      FilDownload *download = g_ptr_array_index (self->list, i);

      if (download->has_sha1 && fil_sha1_equal (&download->sha1, sha1))
        return download;
    }
  return NULL;
}

/**
 * fil_downloads_find_part:
 * @part: (out): its part file, open
 *
 * Returns: (transfer none) (nullable): a download of that file of which enough is proved to give some to
 *   others
 */
const FilDownload *
fil_downloads_find_part (const FilDownloads *self,
                         const FilSha1 *sha1,
                         FilPart **part)
{
  const FilDownload *download = fil_downloads_find (self, sha1);

  if (download == NULL || fil_download_is_over (download) || download->work->part_state != FIL_PART_READY ||
      fil_download_verified_bytes (download) < FIL_PARTIAL_LEAST)
    return NULL;
  *part = download->work->part;
  return download;
}

/**
 * fil_downloads_list:
 *
 * Returns: (transfer none) (element-type FilDownload): in the order in which they may run
 */
GPtrArray *
fil_downloads_list (const FilDownloads *self)
{
  return self->list;
}

guint64
fil_downloads_bps (const FilDownloads *self,
                   gint64 now_us)
{
  guint64 bps = 0;

  for (guint i = 0; i < self->list->len; i++)
    bps += fil_download_bps (g_ptr_array_index (self->list, i), now_us);
  return bps;
}

void
_fil_downloads_resort (FilDownloads *self)
{
  g_ptr_array_sort (self->list, compare_downloads);
}
