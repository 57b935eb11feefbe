/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "download.h"

#include "sha1.h"

#include <string.h>

#define TO(state) (1u << FIL_DOWNLOAD_STATE_##state)

/* Which states may follow which. */
static const guint edges[] = {
  [FIL_DOWNLOAD_STATE_QUEUED] = TO (SEARCHING) | TO (CONNECTING) | TO (VERIFYING) | TO (PAUSED) | TO (FAILED),
  [FIL_DOWNLOAD_STATE_SEARCHING] = TO (QUEUED) | TO (CONNECTING) | TO (VERIFYING) | TO (PAUSED) | TO (FAILED),
  [FIL_DOWNLOAD_STATE_CONNECTING] = TO (QUEUED) | TO (SEARCHING) | TO (DOWNLOADING) | TO (VERIFYING) |
                                    TO (PAUSED) | TO (FAILED),
  [FIL_DOWNLOAD_STATE_DOWNLOADING] = TO (QUEUED) | TO (SEARCHING) | TO (CONNECTING) | TO (VERIFYING) |
                                     TO (PAUSED) | TO (FAILED),
  [FIL_DOWNLOAD_STATE_VERIFYING] = TO (QUEUED) | TO (DONE) | TO (PAUSED) | TO (FAILED),
  [FIL_DOWNLOAD_STATE_DONE] = 0,
  [FIL_DOWNLOAD_STATE_PAUSED] = TO (QUEUED) | TO (FAILED),
  [FIL_DOWNLOAD_STATE_FAILED] = TO (QUEUED),
};

static const char *const state_names[] = {
  "queued", "searching", "connecting", "downloading", "verifying", "done", "paused", "failed",
};

/* Only one hash is that of an empty file. */
static gboolean
can_be_empty (const FilDownload *self)
{
  FilSha1 nothing;

  fil_sha1_of (&nothing, "", 0);
  return !self->has_sha1 || fil_sha1_equal (&self->sha1, &nothing);
}

/**
 * fil_download_new:
 *
 * Returns: (transfer full): a download that is queued and has nothing yet
 */
FilDownload *
fil_download_new (const FilDownloadSpec *spec)
{
  FilDownload *self = g_new0 (FilDownload, 1);

  self->id = spec->id;
  self->name = g_strdup (spec->name != NULL ? spec->name : "");
  self->sha1 = spec->sha1;
  self->tth = spec->tth;
  self->has_sha1 = spec->has_sha1;
  self->has_tth = spec->has_tth;
  self->added = spec->added;
  self->priority = spec->priority;
  self->limit_bps = spec->limit_bps;
  self->trust = fil_tree_trust_new ();
  if (spec->has_tth)
    fil_tree_trust_bind (self->trust, &spec->tth, TRUE);
  self->sources = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_file_source_free);
  if (spec->has_size)
    (void) fil_download_set_size (self, spec->size);
  return self;
}

void
fil_download_free (FilDownload *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->sources);
  fil_segment_map_free (self->map);
  fil_tree_trust_free (self->trust);
  g_free (self->name);
  g_free (self->path);
  g_free (self->reason);
  g_free (self);
}

/**
 * fil_download_set_size:
 *
 * Tells how large the file is; every byte of it is missing then.
 *
 * Returns: FALSE when no file of that hash can be so large
 */
gboolean
fil_download_set_size (FilDownload *self,
                       guint64 size)
{
  if (size == 0 && !can_be_empty (self))
    return FALSE;
  g_clear_pointer (&self->map, fil_segment_map_free);
  self->size = size;
  self->has_size = TRUE;
  self->map = fil_segment_map_new (size);
  return TRUE;
}

/**
 * fil_download_forget_size:
 *
 * The size was wrong: the next source tells it.
 */
void
fil_download_forget_size (FilDownload *self)
{
  g_clear_pointer (&self->map, fil_segment_map_free);
  self->size = 0;
  self->has_size = FALSE;
}

gboolean
fil_download_may_become (const FilDownload *self,
                         FilDownloadState state)
{
  return (edges[self->state] & (1u << state)) != 0;
}

/**
 * fil_download_set_state:
 *
 * Goes to @state, along the legal edges only; a wrong edge is a bug and is warned about.
 *
 * Returns: whether the state changed
 */
gboolean
fil_download_set_state (FilDownload *self,
                        FilDownloadState state)
{
  if (self->state == state)
    return FALSE;
  if (!fil_download_may_become (self, state))
    {
      g_warning ("download %" G_GINT64_FORMAT " cannot go from %s to %s", self->id, state_names[self->state],
                 state_names[state]);
      return FALSE;
    }
  g_debug ("download %" G_GINT64_FORMAT ": %s -> %s", self->id, state_names[self->state], state_names[state]);
  self->state = state;
  return TRUE;
}

/**
 * fil_download_set_reason:
 * @code: (nullable): stable name of why nothing moves; NULL: it moves
 * @format: one sentence, or NULL
 *
 * Returns: whether anything changed
 */
gboolean
fil_download_set_reason (FilDownload *self,
                         const char *code,
                         const char *format,
                         ...)
{
  g_autofree char *reason = NULL;
  const char *interned = g_intern_string (code);

  if (code != NULL && format != NULL)
    {
      va_list args;

      va_start (args, format);
      reason = g_strdup_vprintf (format, args);
      va_end (args);
    }
  if (interned == self->reason_code && g_strcmp0 (reason, self->reason) == 0)
    return FALSE;
  self->reason_code = interned;
  g_free (self->reason);
  self->reason = g_steal_pointer (&reason);
  return TRUE;
}

/**
 * fil_download_is_over:
 *
 * Returns: whether it is done or failed
 */
gboolean
fil_download_is_over (const FilDownload *self)
{
  return self->state == FIL_DOWNLOAD_STATE_DONE || self->state == FIL_DOWNLOAD_STATE_FAILED;
}

/**
 * fil_download_verified_bytes:
 *
 * Returns: bytes that a hash has proved
 */
guint64
fil_download_verified_bytes (const FilDownload *self)
{
  if (self->state == FIL_DOWNLOAD_STATE_DONE)
    return self->size;
  return self->map != NULL ? fil_segment_map_count (self->map, FIL_SEGMENT_VERIFIED) : 0;
}

/**
 * fil_download_proved_ranges:
 *
 * Returns: (transfer full) (element-type FilRange): what a hash has proved, in order
 */
GArray *
fil_download_proved_ranges (const FilDownload *self)
{
  GArray *ranges = g_array_new (FALSE, FALSE, sizeof (FilRange));
  const FilSegment *segments;
  guint n = 0;

  segments = self->map != NULL ? fil_segment_map_segments (self->map, &n) : NULL;
  for (guint i = 0; i < n; i++)
    if (segments[i].state == FIL_SEGMENT_VERIFIED)
      g_array_append_val (ranges, segments[i].range);
  return ranges;
}

/**
 * fil_download_received_bytes:
 *
 * Returns: bytes of the file that are on disk, proved or not
 */
guint64
fil_download_received_bytes (const FilDownload *self)
{
  if (self->state == FIL_DOWNLOAD_STATE_DONE)
    return self->size;
  return self->map != NULL ? self->size - fil_segment_map_missing (self->map) : 0;
}

guint64
fil_download_bps (const FilDownload *self,
                  gint64 now_us)
{
  return self->state == FIL_DOWNLOAD_STATE_DOWNLOADING ? fil_transfer_rate_get (&self->rate, now_us) : 0;
}

/**
 * fil_download_eta_s:
 *
 * Returns: seconds until the last byte arrives at the speed of now, or -1
 */
gint64
fil_download_eta_s (const FilDownload *self,
                    gint64 now_us)
{
  guint64 bps = fil_download_bps (self, now_us);

  if (self->map == NULL || bps == 0)
    return -1;
  return (gint64) MIN ((fil_segment_map_missing (self->map) + bps - 1) / bps, G_MAXINT64);
}

guint
fil_download_usable_sources (const FilDownload *self)
{
  guint n = 0;

  for (guint i = 0; i < self->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (self->sources, i);

      n += source->state != FIL_SOURCE_BAD;
    }
  return n;
}

/**
 * fil_download_reach:
 *
 * Returns: the best way that any source offers
 */
FilSourceReach
fil_download_reach (const FilDownload *self,
                    const FilOwnReach *own)
{
  FilSourceReach best = FIL_SOURCE_UNREACHABLE;

  for (guint i = 0; i < self->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (self->sources, i);

      if (source->state != FIL_SOURCE_BAD)
        best = MIN (best, fil_file_source_reach (source, own));
    }
  return best;
}

/**
 * fil_download_find_source:
 *
 * Returns: (transfer none) (nullable):
 */
FilFileSource *
fil_download_find_source (const FilDownload *self,
                          guint32 id)
{
  for (guint i = 0; i < self->sources->len; i++)
    {
      FilFileSource *source = g_ptr_array_index (self->sources, i);

      if (source->id == id)
        return source;
    }
  return NULL;
}
