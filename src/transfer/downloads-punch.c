/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include <glib/gi18n-lib.h>

#include "fetch.h"
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

/* Nobody wants a way to @source any more, if one is being opened. */
void
_fil_downloads_stop_punch (FilDownloads *self,
                           FilFileSource *source)
{
  if (source->state != FIL_SOURCE_PUNCHING)
    return;
  fil_file_source_wait (source, 0, NULL);
  if (self->delegate.stop_punch != NULL)
    self->delegate.stop_punch (self->data, &source->guid);
}

/* The punches always tell; this is for when they do not come to an end. Returns when to look again. */
gint64
_fil_downloads_punch_tick (FilDownloads *self,
                           FilDownload *download,
                           gint64 now_us)
{
  gint64 wake = FIL_NEVER;

  for (guint i = 0; i < download->sources->len; i++)
    {
      FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (source->state != FIL_SOURCE_PUNCHING)
        continue;
      if (now_us < source->pushed_us + FIL_PUNCH_GIVE_UP_US)
        {
          wake = MIN (wake, source->pushed_us + FIL_PUNCH_GIVE_UP_US);
          continue;
        }
      _fil_downloads_stop_punch (self, source);
      fil_file_source_punch_failed (source, FALSE, NULL, now_us);
    }
  return wake;
}

/* Each source of that host whose way is being opened. */
static void
foreach_punching (FilDownloads *self,
                  const FilGuid *guid,
                  void (*func) (FilDownload *download, FilFileSource *source, gpointer data),
                  gpointer data)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      FilDownload *download = g_ptr_array_index (self->list, i);

      for (guint j = 0; j < download->sources->len; j++)
        {
          FilFileSource *source = g_ptr_array_index (download->sources, j);

          if (source->state == FIL_SOURCE_PUNCHING && fil_guid_equal (&source->guid, guid))
            func (download, source, data);
        }
    }
  _fil_downloads_soon (self);
}

static void
rest (FilDownload *download,
      FilFileSource *source,
      gpointer until_us)
{
  fil_file_source_wait (source, *(gint64 *) until_us, source->reason_code);
}

/**
 * fil_downloads_punched:
 * @guid: servent GUID of the other side
 * @index: as punch() was asked for
 * @from: where the other side is
 *
 * A way stands that punch() began. What comes over it begins with a GIV, as after a PUSH.
 *
 * Returns: (transfer full) (nullable): the session for the connection; NULL: nothing is to be fetched from there
 *   now, close it without a word
 */
FilSession *
fil_downloads_punched (FilDownloads *self,
                       const FilGuid *guid,
                       guint32 index,
                       const FilEndpoint *from,
                       gint64 now_us)
{
  FilFetch *fetch = _fil_downloads_take_giv (self, guid, index, from, now_us);
  gint64 until_us = now_us + FIL_SOURCE_RECONNECT_US;

  if (fetch == NULL)
    {
      foreach_punching (self, guid, rest, &until_us);
      return NULL;
    }
  /* It showed the nonce that only the source was told. */
  fetch->is_punched = fetch->is_proven = TRUE;
  return fetch->session;
}

/* The way stood, and nobody answered over it: the connection could not be encrypted, or it broke. */
void
_fil_downloads_way_broke (FilFetch *fetch,
                          gint64 now_us)
{
  fil_file_source_punch_failed (
      fetch->source, FALSE,
      _("A way through both routers stood, and the connection over it broke before the source answered."), now_us);
}

typedef struct
{
  gboolean is_hopeless;
  const char *sentence;
  gint64 now_us;
} Failure;

static void
fail (FilDownload *download,
      FilFileSource *source,
      gpointer data)
{
  const Failure *failure = data;

  fil_file_source_punch_failed (source, failure->is_hopeless, failure->sentence, failure->now_us);
  /* Its ultrapeers may be others by now: a new hit tells. */
  if (!failure->is_hopeless && source->failures >= FIL_PUSH_REFRESH_AFTER)
    download->work->wants_proxies = TRUE;
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
  Failure failure = { is_hopeless, sentence, now_us };

  foreach_punching (self, guid, fail, &failure);
}
