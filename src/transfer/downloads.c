/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads.h"

#include "downloads-private.h"
#include "fetch.h"
#include "transfer-limits.h"

/**
 * fil_downloads_new:
 * @delegate: copied
 * @storage: copied; it answers what was asked even after fil_downloads_free()
 *
 * Returns: (transfer full):
 */
FilDownloads *
fil_downloads_new (const FilDownloadsDelegate *delegate,
                   gpointer data,
                   const FilStorage *storage,
                   gpointer storage_data,
                   const char *user_agent)
{
  FilDownloads *self = g_new0 (FilDownloads, 1);

  self->delegate = *delegate;
  self->storage = *storage;
  self->data = data;
  self->storage_data = storage_data;
  self->user_agent = g_strdup (user_agent);
  self->by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->list = g_ptr_array_new ();
  self->fetches = g_ptr_array_new ();
  self->tries = g_ptr_array_new ();
  self->idle = fil_idle_links_new ();
  self->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->buffers = g_ptr_array_new_with_free_func (g_free);
  self->max_active = FIL_DOWNLOADS_DEFAULT_ACTIVE;
  self->wake_us = FIL_NEVER;
  return self;
}

static void
work_free (FilDownloadWork *work)
{
  g_ptr_array_unref (work->fetches);
  g_ptr_array_unref (work->suspects);
  g_array_unref (work->wrong);
  g_array_unref (work->culprits);
  g_clear_pointer (&work->held, g_array_unref);
  g_free (work->blocks);
  g_free (work->durable_verified);
  g_free (work->durable);
  g_free (work->found_path);
  g_free (work->disk_detail);
  g_free (work);
}

/* Frees a download; the part file stays. */
void
_fil_downloads_forget (FilDownloads *self,
                       FilDownload *download)
{
  /* Closed first: what is still in buffers is lost. */
  _fil_downloads_close (self, download);
  _fil_downloads_stop_fetches (self, download, "the download ended");
  g_hash_table_remove (self->by_id, &download->id);
  g_ptr_array_remove (self->list, download);
  work_free (download->work);
  fil_download_free (download);
}

/**
 * fil_downloads_free:
 *
 * Drops everything at once; call fil_downloads_shutdown() before and wait, to lose nothing.
 */
void
fil_downloads_free (FilDownloads *self)
{
  if (self == NULL)
    return;
  self->is_shut = TRUE;
  while (self->list->len > 0)
    _fil_downloads_forget (self, g_ptr_array_index (self->list, self->list->len - 1));
  _fil_downloads_orphan_ops (self);
  g_ptr_array_unref (self->list);
  g_ptr_array_unref (self->fetches);
  fil_idle_links_free (self->idle);
  g_hash_table_unref (self->places);
  g_ptr_array_unref (self->tries);
  g_ptr_array_unref (self->buffers);
  g_hash_table_unref (self->by_id);
  g_free (self->user_agent);
  g_free (self);
}

static void
note_time (FilDownloads *self,
           gint64 now_us)
{
  self->now_us = MAX (self->now_us, now_us);
}

/* Something may be due: tick() is to be called at once. */
void
_fil_downloads_soon (FilDownloads *self)
{
  if (self->wake_us == 0)
    return;
  self->wake_us = 0;
  if (!self->in_tick)
    self->delegate.reschedule (self->data);
}

void
_fil_downloads_changed (FilDownloads *self,
                        FilDownload *download)
{
  self->delegate.changed (self->data, download);
}

void
_fil_downloads_state (FilDownloads *self,
                      FilDownload *download,
                      FilDownloadState state)
{
  if (fil_download_set_state (download, state))
    _fil_downloads_changed (self, download);
}

void
_fil_downloads_stop_fetches (FilDownloads *self,
                             FilDownload *download,
                             const char *reason)
{
  GPtrArray *fetches = download->work->fetches;

  while (fetches->len > 0)
    {
      FilFetch *fetch = g_ptr_array_index (fetches, fetches->len - 1);
      FilFileSource *source = fetch->source;

      fil_fetch_drop (fetch, reason);
      fil_file_source_wait (source, 0, NULL);
    }
  for (guint i = 0; i < download->sources->len; i++)
    {
      FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (source->state == FIL_SOURCE_PUSHING)
        fil_file_source_wait (source, 0, NULL);
      _fil_downloads_stop_punch (self, source);
    }
}

/* What outlives the node: only bytes that are safely on disk are named. */
void
_fil_downloads_save (FilDownloads *self,
                     FilDownload *download)
{
  gboolean lasts = fil_download_is_over (download) || download->state == FIL_DOWNLOAD_STATE_PAUSED;
  FilDownloadRecord record = {
    .spec = {
      .id = download->id,
      .name = download->name,
      .size = download->size,
      .has_size = download->has_size && !download->size_is_hearsay,
      .sha1 = download->sha1,
      .tth = download->tth,
      .has_sha1 = download->has_sha1,
      .has_tth = download->has_tth && (fil_tree_trust_is_by_person (download->trust) || download->work->is_hashed),
      .added = download->added,
      .priority = download->priority,
    },
    .state = lasts ? download->state : FIL_DOWNLOAD_STATE_QUEUED,
    .reason_code = lasts ? download->reason_code : NULL,
    .reason = lasts ? download->reason : NULL,
    .verified = download->work->durable_verified,
    .received = download->work->durable,
    .mismatches = download->mismatches,
    .path = download->path,
    .finished = download->finished,
    .received_bytes = download->received,
    .sources = (FilFileSource *const *) download->sources->pdata,
    .n_sources = download->sources->len,
  };

  /* A size that was only heard of is kept with the bytes that came with it. */
  if (download->size_is_hearsay && download->work->durable != NULL)
    record.spec.has_size = TRUE;
  self->delegate.save (self->data, &record);
}

/**
 * fil_downloads_save_all:
 *
 * Saves every download once more, because an earlier save may have been lost.
 */
void
fil_downloads_save_all (FilDownloads *self)
{
  for (guint i = 0; i < self->list->len; i++)
    _fil_downloads_save (self, g_ptr_array_index (self->list, i));
}

/**
 * fil_downloads_wake:
 *
 * Returns: when fil_downloads_tick() wants to be called; 0: at once
 */
gint64
fil_downloads_wake (const FilDownloads *self)
{
  return self->wake_us;
}

/**
 * fil_downloads_tick:
 *
 * Does what is due: all decisions are made here, and none inside a session.
 */
void
fil_downloads_tick (FilDownloads *self,
                    gint64 now_us)
{
  gint64 wake = FIL_NEVER;
  guint running = 0;

  note_time (self, now_us);
  self->in_tick = TRUE;
  self->wake_us = FIL_NEVER;
  for (guint i = 0; i < self->list->len; i++)
    running += _fil_download_is_running (g_ptr_array_index (self->list, i));
  for (guint i = 0; i < self->list->len; i++)
    {
      FilDownload *download = g_ptr_array_index (self->list, i);
      gboolean was_running = _fil_download_is_running (download);
      gint64 due = _fil_downloads_advance (self, download, was_running || running < self->max_active, now_us);

      if (!was_running && _fil_download_is_running (download))
        running++;
      else if (was_running && !_fil_download_is_running (download))
        {
          running--;
          _fil_downloads_soon (self);
        }
      wake = MIN (wake, due);
    }
  wake = MIN (wake, fil_idle_links_tick (self->idle, now_us));
  self->in_tick = FALSE;
  /* Said meanwhile that something is due: that stays. */
  if (self->wake_us != 0)
    self->wake_us = wake;
  self->delegate.reschedule (self->data);
}

/**
 * fil_downloads_set_mesh:
 * @mesh: (nullable): outlives the downloads
 *
 * Where the downloads tell what they found, and learn what others have.
 */
void
fil_downloads_set_mesh (FilDownloads *self,
                        FilMesh *mesh)
{
  self->mesh = mesh;
}

/* Chance, so that not everybody fetches the same piece of a file first. */
void
fil_downloads_set_salt (FilDownloads *self,
                        guint32 salt)
{
  self->salt = salt;
}

void
fil_downloads_set_max_active (FilDownloads *self,
                              guint max,
                              gint64 now_us)
{
  note_time (self, now_us);
  self->max_active = MAX (max, 1);
  _fil_downloads_soon (self);
}

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

  note_time (self, now_us);
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
  download->mismatches = record->mismatches;
  download->path = g_strdup (record->path);
  download->finished = record->finished;
  download->received = record->received_bytes;
  if (download->map != NULL)
    restore_map (self, download, record);
  if (record->state == FIL_DOWNLOAD_STATE_DONE || record->state == FIL_DOWNLOAD_STATE_PAUSED ||
      record->state == FIL_DOWNLOAD_STATE_FAILED)
    {
      download->state = record->state;
      fil_download_set_reason (download, record->reason_code, "%s",
                               record->reason != NULL ? record->reason : "");
      if (record->state == FIL_DOWNLOAD_STATE_PAUSED && g_strcmp0 (record->reason_code, "paused") != 0)
        download->work->disk_retry_us = now_us;
    }
  g_hash_table_insert (self->by_id, &download->id, download);
  insert_sorted (self, download);
  _fil_downloads_changed (self, download);
  _fil_downloads_soon (self);
  return download;
}

/* Room for a new source: the least promising one that is not in use goes. */
static gboolean
make_room (FilDownload *download)
{
  guint worst = G_MAXUINT;

  if (download->sources->len < FIL_DOWNLOAD_MAX_SOURCES)
    return TRUE;
  for (guint i = 0; i < download->sources->len; i++)
    {
      FilFileSource *source = g_ptr_array_index (download->sources, i);
      FilFileSource *other = worst != G_MAXUINT ? g_ptr_array_index (download->sources, worst) : NULL;

      /* Who lied is remembered: it would only come back. */
      if (source->is_blamed || source->delivered > 0 || source->id == download->solo ||
          (source->state != FIL_SOURCE_IDLE && source->state != FIL_SOURCE_BAD))
        continue;
      if (other == NULL || (source->state == FIL_SOURCE_BAD) > (other->state == FIL_SOURCE_BAD) ||
          ((source->state == FIL_SOURCE_BAD) == (other->state == FIL_SOURCE_BAD) &&
           fil_file_source_compare (source, other) > 0))
        worst = i;
    }
  if (worst == G_MAXUINT)
    return FALSE;
  g_ptr_array_remove_index (download->sources, worst);
  return TRUE;
}

/* A liar under another port or a GUID that is known stays a liar. */
static gboolean
is_known_liar (const FilDownload *download,
               const FilFileSource *source)
{
  for (guint i = 0; i < download->sources->len; i++)
    {
      const FilFileSource *other = g_ptr_array_index (download->sources, i);

      if (other->is_blamed && fil_file_source_same_host (other, source))
        return TRUE;
    }
  return FALSE;
}

/* Whether @spec says of a host that has to be pushed that it can be connected to. Anybody can say so, and a hit with
 * a GUID that is known would lead us away from the host that it belongs to. */
static gboolean
is_hearsay (const FilDownload *download,
            const FilSourceSpec *spec)
{
  for (guint i = 0; !spec->needs_push && fil_endpoint_is_set (&spec->endpoint) && i < download->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (source->needs_push && !fil_guid_is_zero (&spec->guid) && fil_guid_equal (&source->guid, &spec->guid))
        return TRUE;
    }
  return FALSE;
}

/**
 * fil_downloads_add_source:
 *
 * Tells of a place where the file can be had; one that is known only learns. An address at which a host is said
 * to be that needs a PUSH is a place of its own, so that the way to the host stays what it is.
 *
 * Returns: whether it is new
 */
gboolean
fil_downloads_add_source (FilDownloads *self,
                          gint64 id,
                          const FilSourceSpec *spec,
                          gint64 now_us)
{
  FilDownload *download = fil_downloads_get (self, id);
  FilFileSource *source;
  FilSourceSpec place;
  gboolean had_proxies;

  note_time (self, now_us);
  if (download == NULL || download->state == FIL_DOWNLOAD_STATE_DONE ||
      (!fil_endpoint_is_set (&spec->endpoint) && fil_guid_is_zero (&spec->guid)))
    return FALSE;
  if (is_hearsay (download, spec))
    {
      place = (FilSourceSpec){
        .endpoint = spec->endpoint, .other = spec->other, .tls = spec->tls, .index = spec->index, .name = spec->name,
        .vendor = spec->vendor
      };
      spec = &place;
    }
  for (guint i = 0; i < download->sources->len; i++)
    {
      source = g_ptr_array_index (download->sources, i);
      if (fil_file_source_is_same (source, spec))
        {
          had_proxies = source->n_proxies > 0;
          if (fil_file_source_learn (source, spec))
            {
              download->work->has_new_sources = !download->work->is_restored;
              _fil_downloads_new_proxies (self, source, had_proxies, now_us);
            }
          _fil_downloads_soon (self);
          return FALSE;
        }
    }
  if (!make_room (download))
    return FALSE;
  source = fil_file_source_new (++download->work->last_source_id, spec);
  if (is_known_liar (download, source))
    {
      source->is_blamed = TRUE;
      fil_file_source_bad (source, "corrupt");
    }
  download->work->has_new_sources = !download->work->is_restored;
  g_ptr_array_add (download->sources, source);
  _fil_downloads_changed (self, download);
  _fil_downloads_soon (self);
  return TRUE;
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
