/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include "transfer-limits.h"

/* How large a file is. A link, a hit or the first source says so, and nothing proves it but the hash of the whole file,
 * or blocks of a tree whose root is sure; a tree that one source brought along proves what that source likes. So every
 * source with the whole file has a voice, and those of one network have one together. The size that more networks name
 * is taken at once. Where one stands against one, each size gets a time to prove itself in turn, twice as long each
 * round: the right one wins, at the cost of some times what it needs alone. */

static gboolean
has_voice (const FilFileSource *source,
           guint64 size)
{
  return source->has_told_size && !source->is_blamed && source->told_size == size;
}

/* Networks that name @size. */
static guint
count_voices (const FilDownload *download,
              guint64 size)
{
  guint n = 0;

  for (guint i = 0; i < download->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);
      gboolean is_new = has_voice (source, size);

      for (guint j = 0; is_new && j < i; j++)
        {
          const FilFileSource *other = g_ptr_array_index (download->sources, j);

          is_new = !has_voice (other, size) || !fil_endpoint_maybe_one_person (&source->seen_at, &other->seen_at);
        }
      n += is_new;
    }
  return n;
}

/* Networks that name the size that most name besides the present one; 0: none does. */
static guint
find_rival (const FilDownload *download,
            guint64 *size)
{
  guint best = 0;

  for (guint i = 0; i < download->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);
      guint n;

      if (has_voice (source, download->size) || !has_voice (source, source->told_size) ||
          (best > 0 && source->told_size == *size))
        continue;
      n = count_voices (download, source->told_size);
      if (n > best)
        {
          best = n;
          *size = source->told_size;
        }
    }
  return best;
}

/* Whether who named the present size was a liar, and nobody else does. */
static gboolean
is_disproved (const FilDownload *download)
{
  gboolean was_named = FALSE;

  for (guint i = 0; i < download->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (has_voice (source, download->size))
        return FALSE;
      was_named = was_named || (source->has_told_size && source->told_size == download->size);
    }
  return was_named;
}

static gboolean
has_another_size (const FilFileSource *source)
{
  return source->state == FIL_SOURCE_BAD && !source->is_blamed && g_strcmp0 (source->reason_code, "other-size") == 0;
}

/* Whether nobody is left who has a file of the size that is believed, but somebody who has one of another size. */
static gboolean
is_nobodys_size (const FilDownload *download)
{
  gboolean has_other = FALSE;

  for (guint i = 0; i < download->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (source->state != FIL_SOURCE_BAD)
        return FALSE;
      has_other = has_other || has_another_size (source);
    }
  return has_other;
}

/* Blocks of a tree that one source brought along prove nothing. */
static gboolean
is_proved (const FilDownload *download)
{
  return fil_tree_trust_bound (download->trust) != NULL &&
         fil_segment_map_count (download->map, FIL_SEGMENT_VERIFIED) > 0;
}

/**
 * _fil_downloads_size_told:
 *
 * A source that has the whole file says how large it is.
 */
void
_fil_downloads_size_told (FilDownloads *self,
                          FilFileSource *source,
                          guint64 size)
{
  if (size == 0 || (source->has_told_size && source->told_size == size))
    return;
  source->has_told_size = TRUE;
  source->told_size = size;
  _fil_downloads_soon (self);
}

/* The size was wrong, and so is all that is known of its bytes; the next source tells another. */
void
_fil_downloads_forget_size (FilDownloads *self,
                            FilDownload *download)
{
  fil_download_forget_size (download);
  download->mismatches = 0;
  download->solo = 0;
  download->work->is_dirty = FALSE;
  g_clear_pointer (&download->work->durable, g_free);
  g_clear_pointer (&download->work->durable_verified, g_free);
  _fil_downloads_forget_trees (self, download);
}

/* Those who were turned away for their size are as good as others. */
static void
start_over (FilDownloads *self,
            FilDownload *download)
{
  for (guint i = 0; i < download->sources->len; i++)
    {
      FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (has_another_size (source))
        fil_file_source_revive (source);
    }
  _fil_downloads_forget_size (self, download);
}

/* Returns when to come back for the rest; FIL_NEVER: it is done. */
static gint64
change_size (FilDownloads *self,
             FilDownload *download,
             guint64 size,
             gint64 now_us)
{
  _fil_downloads_stop_fetches (self, download, "the file is of another size");
  if (_fil_downloads_is_disk_busy (download))
    {
      download->work->next_worker_us = now_us + FIL_SEC;
      return now_us + FIL_DOWNLOAD_QUICK_SPACING_US;
    }
  g_message ("download %" G_GINT64_FORMAT ": %" G_GUINT64_FORMAT " bytes are believed now, not %" G_GUINT64_FORMAT,
             download->id, size, download->size);
  start_over (self, download);
  if (fil_download_set_size (download, size))
    {
      download->size_is_hearsay = TRUE;
      _fil_downloads_restart_checks (self, download);
    }
  download->work->size_trial_us = 0;
  download->work->size_is_granted = FALSE;
  _fil_downloads_save (self, download);
  _fil_downloads_changed (self, download);
  return FIL_NEVER;
}

/* Nobody has told a size that others could be compared with: the next to answer tells it anew. */
static void
forget_nobodys (FilDownloads *self,
                FilDownload *download)
{
  if (download->work->fetches->len > 0 || _fil_downloads_is_disk_busy (download) ||
      download->work->n_size_doubts >= FIL_SIZE_DOUBTS_MAX ||
      fil_segment_map_count (download->map, FIL_SEGMENT_VERIFIED) > 0 || !is_nobodys_size (download))
    return;
  download->work->n_size_doubts++;
  start_over (self, download);
  _fil_downloads_changed (self, download);
}

/**
 * _fil_downloads_doubt_size:
 *
 * Takes another size where what the sources say speaks for it; only in tick().
 *
 * Returns: when to look again
 */
gint64
_fil_downloads_doubt_size (FilDownloads *self,
                           FilDownload *download,
                           gint64 now_us)
{
  FilDownloadWork *work = download->work;
  gint64 again_us;
  guint64 size = 0;
  guint n, own;

  if (download->map == NULL || !download->has_sha1 || is_proved (download))
    return FIL_NEVER;
  n = find_rival (download, &size);
  if (n == 0)
    {
      forget_nobodys (self, download);
      return FIL_NEVER;
    }
  own = count_voices (download, download->size);
  if ((n > own && n >= 2 && !work->size_is_granted) || is_disproved (download) || is_nobodys_size (download))
    return change_size (self, download, size, now_us);
  if (own > n && fil_download_received_bytes (download) >= FIL_SIZE_TRIAL_STAKE)
    {
      work->size_trial_us = 0;
      return FIL_NEVER;
    }
  if (work->size_trial_us == 0)
    {
      work->size_patience_us = MAX (2 * work->size_patience_us, FIL_SIZE_TRIAL_US);
      work->size_trial_us = now_us + work->size_patience_us;
    }
  if (now_us < work->size_trial_us)
    return work->size_trial_us;
  again_us = change_size (self, download, size, now_us);
  work->size_is_granted = again_us == FIL_NEVER && own > n;
  return again_us;
}
