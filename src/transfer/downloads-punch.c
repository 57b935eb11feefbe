/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include "transfer-limits.h"

/* Sources that nobody can connect to, while nobody can connect to us either: the punches open a way, and then
 * the source comes with its GIV as after a PUSH. */

/* (element-type const): how others can come to us now. */
FilOwnReach
_fil_downloads_own_reach (const FilDownloads *self)
{
  const FilNatSide *nat = self->delegate.nat != NULL ? self->delegate.nat (self->data) : NULL;
  FilOwnReach own = { .is_reachable = self->delegate.is_reachable (self->data), .can_punch = nat != NULL };

  if (nat != NULL)
    own.nat = *nat;
  return own;
}

/* Begins to open a way to @source. */
void
_fil_downloads_punch (FilDownloads *self,
                      FilDownload *download,
                      FilFileSource *source,
                      gint64 now_us)
{
  if (self->delegate.punch == NULL || !self->delegate.punch (self->data, download, source))
    {
      fil_file_source_punch_failed (source, FALSE, NULL, now_us);
      return;
    }
  source->pushed_us = MAX (now_us, 1);
  fil_file_source_set_state (source, FIL_SOURCE_PUNCHING);
}

/* Whether a way to the host of @source is being opened, for whatever file. */
gboolean
_fil_downloads_is_punching_to (const FilDownloads *self,
                               const FilFileSource *source)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      const FilDownload *download = g_ptr_array_index (self->list, i);

      for (guint j = 0; j < download->sources->len; j++)
        {
          const FilFileSource *other = g_ptr_array_index (download->sources, j);

          if (other->state == FIL_SOURCE_PUNCHING && fil_guid_equal (&other->guid, &source->guid))
            return TRUE;
        }
    }
  return FALSE;
}

/* The punches always tell; this is for when what they brought did not come. Returns when to look again. */
gint64
_fil_downloads_punch_tick (FilDownload *download,
                           gint64 now_us)
{
  gint64 wake = FIL_NEVER;

  for (guint i = 0; i < download->sources->len; i++)
    {
      FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (source->state != FIL_SOURCE_PUNCHING)
        continue;
      if (now_us >= source->pushed_us + FIL_PUNCH_GIVE_UP_US)
        fil_file_source_punch_failed (source, FALSE, NULL, now_us);
      else
        wake = MIN (wake, source->pushed_us + FIL_PUNCH_GIVE_UP_US);
    }
  return wake;
}

/**
 * fil_downloads_punch_failed:
 * @guid: servent GUID of the other side
 * @is_hopeless: the routers forbid it
 * @sentence: (nullable): why, static
 *
 * What punch() began came to nothing.
 */
void
fil_downloads_punch_failed (FilDownloads *self,
                            const FilGuid *guid,
                            gboolean is_hopeless,
                            const char *sentence,
                            gint64 now_us)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      FilDownload *download = g_ptr_array_index (self->list, i);

      for (guint j = 0; j < download->sources->len; j++)
        {
          FilFileSource *source = g_ptr_array_index (download->sources, j);

          if (source->state != FIL_SOURCE_PUNCHING || !fil_guid_equal (&source->guid, guid))
            continue;
          fil_file_source_punch_failed (source, is_hopeless, sentence, now_us);
          /* Its ultrapeers may be others by now: a new hit tells. */
          if (!is_hopeless && source->failures >= FIL_PUSH_REFRESH_AFTER)
            download->work->wants_proxies = TRUE;
        }
    }
  _fil_downloads_soon (self);
}
