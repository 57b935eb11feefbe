/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include "fetch.h"
#include "transfer-limits.h"

/* Having hosts behind firewalls connect to us. */

guint
_fil_download_n_pushing (const FilDownload *download)
{
  guint n = 0;

  for (guint i = 0; i < download->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);

      n += source->state == FIL_SOURCE_PUSHING || source->state == FIL_SOURCE_PUNCHING;
    }
  return n;
}

/* Whether the host of source is being asked to connect, for whatever file: once is enough. */
gboolean
_fil_downloads_is_pushing_to (const FilDownloads *self,
                              const FilFileSource *source)
{
  for (guint i = 0; i < self->tries->len; i++)
    if (fil_guid_equal (fil_push_try_servent (g_ptr_array_index (self->tries, i)), &source->guid))
      return TRUE;
  return FALSE;
}

static gboolean
try_send (gpointer data,
          const FilPush *push,
          const FilGuid *muid,
          FilPushWay way,
          const FilEndpoint *to)
{
  FilDownloads *self = data;

  return self->delegate.push (self->data, push, muid, way, to);
}

static void
try_dial (gpointer data,
          const FilEndpoint *proxy,
          gboolean tls,
          FilSession *session)
{
  FilDownloads *self = data;

  self->delegate.dial_proxy (self->data, proxy, tls, session);
}

/* Something to be told in a trace; what and detail are constants. */
void
_fil_downloads_push_step (FilDownloads *self,
                          const FilGuid *servent,
                          const char *what,
                          const FilEndpoint *peer,
                          const char *detail)
{
  if (self->delegate.push_step != NULL)
    self->delegate.push_step (self->data, servent, what, peer, detail);
}

static void
try_step (gpointer data,
          const FilGuid *servent,
          const char *what,
          const FilEndpoint *peer,
          const char *detail)
{
  _fil_downloads_push_step (data, servent, what, peer, detail);
}

static void
try_answered (gpointer data,
              const FilEndpoint *proxy)
{
  FilDownloads *self = data;

  if (self->delegate.answered != NULL)
    self->delegate.answered (self->data, proxy);
}

static void
try_forget (gpointer data,
            const FilGuid *servent,
            const FilEndpoint *proxy)
{
  FilDownloads *self = data;

  for (guint i = 0; i < self->list->len; i++)
    {
      const FilDownload *download = g_ptr_array_index (self->list, i);

      for (guint j = 0; j < download->sources->len; j++)
        {
          FilFileSource *source = g_ptr_array_index (download->sources, j);

          if (!fil_guid_equal (&source->guid, servent))
            continue;
          fil_file_source_forget_proxy (source, proxy);
          if (source->n_proxies == 0)
            download->work->wants_proxies = TRUE;
        }
    }
}

static void
try_changed (gpointer data)
{
  _fil_downloads_soon (data);
}

static void
try_gone (gpointer data,
          FilPushTry *try)
{
  g_ptr_array_remove_fast (((FilDownloads *) data)->tries, try);
}

static const FilPushTryDelegate try_delegate = {
  .send = try_send,
  .dial = try_dial,
  .step = try_step,
  .answered = try_answered,
  .forget = try_forget,
  .changed = try_changed,
  .gone = try_gone,
};

/**
 * _fil_downloads_push:
 *
 * Begins to ask @source to connect to us, unless too many are being asked.
 */
void
_fil_downloads_push (FilDownloads *self,
                     FilFileSource *source,
                     gint64 now_us)
{
  FilPushTarget target = {
    /* Those who cannot do TLS after all are asked without it next time. */
    .push = { .target = source->guid, .index = source->index, .tls = source->tls && source->failures % 2 == 0 },
    .host = source->endpoint,
    .proxies = source->proxies,
    .n_proxies = source->n_proxies,
    .user_agent = self->user_agent,
  };

  if (self->tries->len >= FIL_PUSH_TRIES_MAX)
    {
      fil_file_source_wait (source, now_us + FIL_SOURCE_RECONNECT_US, source->reason_code);
      return;
    }
  self->delegate.call_at (self->data, &target.push);
  self->delegate.make_guid (self->data, &target.muid);
  source->push_try = fil_push_try_new (&target, &try_delegate, self, now_us);
  g_ptr_array_add (self->tries, source->push_try);
  source->pushed_us = MAX (now_us, 1);
  fil_file_source_set_state (source, FIL_SOURCE_PUSHING);
  _fil_downloads_soon (self);
}

/* It has delivered, and does not answer: its connections broke, and its ultrapeers are others by now. */
static gboolean
has_lost_its_proxies (const FilFileSource *source,
                      gint64 now_us)
{
  return source->state == FIL_SOURCE_PUSHING && source->delivered > 0 &&
         now_us >= source->pushed_us + FIL_PUSH_LOST_US;
}

/**
 * _fil_downloads_new_proxies:
 * @had_others: whether there were proxies that had not refused
 *
 * A hit named push proxies of @source that were not known: those it was asked through before did not help,
 * so these are tried at once. A flood of hits gains little: what still has proxies to be asked goes on with
 * those, at least for a while.
 */
void
_fil_downloads_new_proxies (FilFileSource *source,
                            gboolean had_others,
                            gint64 now_us)
{
  if (source->state == FIL_SOURCE_PUSHING && (!had_others || has_lost_its_proxies (source, now_us)))
    fil_file_source_wait (source, now_us, source->reason_code);
  else if (source->state == FIL_SOURCE_IDLE && source->failures < FIL_SOURCE_MAX_FAILURES &&
           g_strcmp0 (source->reason_code, "no-push-answer") == 0)
    source->retry_us = MIN (source->retry_us, now_us);
}

static void
give_up (FilDownloads *self,
         FilDownload *download,
         FilFileSource *source,
         gint64 now_us)
{
  _fil_downloads_push_step (self, &source->guid, "push-unanswered", NULL, "nobody connected");
  source->direct_failed = FALSE;
  fil_file_source_push_failed (source, now_us);
  /* Its ultrapeers may be others by now: a new hit tells. */
  if (source->failures >= FIL_PUSH_REFRESH_AFTER || source->n_proxies == 0)
    download->work->wants_proxies = TRUE;
}

/* Goes on with the pushes of one download. Returns when the next step is due. */
gint64
_fil_downloads_push_tick (FilDownloads *self,
                          FilDownload *download,
                          gint64 now_us)
{
  gint64 wake = FIL_NEVER;

  for (guint i = 0; i < download->sources->len; i++)
    {
      FilFileSource *source = g_ptr_array_index (download->sources, i);
      gint64 due;

      if (source->state != FIL_SOURCE_PUSHING)
        continue;
      due = fil_push_try_tick (source->push_try, now_us);
      /* Who has called in its name may yet show the file. */
      if (fil_push_try_is_over (source->push_try, now_us) && fil_fetch_find (download, source) != NULL)
        wake = MIN (wake, now_us + FIL_SEC);
      else if (fil_push_try_is_over (source->push_try, now_us))
        give_up (self, download, source, now_us);
      else if (source->delivered > 0 && !has_lost_its_proxies (source, now_us))
        wake = MIN (wake, MIN (due, source->pushed_us + FIL_PUSH_LOST_US));
      else
        wake = MIN (wake, due);
      if (has_lost_its_proxies (source, now_us))
        download->work->wants_proxies = TRUE;
    }
  return wake;
}
