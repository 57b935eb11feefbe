/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "upload-queue-private.h"

#include "clock.h"
#include "transfer-limits.h"

/* What becomes of one request: it is served, it waits, or it did not wait long enough. */

/* How many are before place, NULL: before a newcomer; and for how many of those a slot has to be left. */
static guint
count_ahead (const FilUploadQueue *self,
             const FilUploadPlace *place,
             gint64 now_us,
             guint *awaited)
{
  guint ahead = 0;

  *awaited = 0;
  for (GList *each = self->waiting.head; each != NULL && each->data != place; each = each->next)
    {
      const FilUploadPlace *other = each->data;

      if (_fil_upload_queue_is_frozen (self, other->host))
        continue;
      ahead++;
      *awaited += _fil_upload_place_comes_soon (other, now_us);
    }
  return ahead;
}

/* Id is secret, so whoever says it has the place, wherever it comes from by now. Others are known by their
 * address and what they want; never is one taken from a living connection on that account. */
static FilUploadPlace *
find (FilUploadQueue *self,
      const FilQueueAsk *ask,
      const FilQueueHost *host)
{
  FilUploadPlace *place = *ask->id != '\0' ? g_hash_table_lookup (self->by_id, ask->id) : NULL;

  if (place != NULL && !place->has_slot)
    return place;
  for (guint i = 0; i < host->places->len; i++)
    {
      place = g_ptr_array_index (host->places, i);
      if (!place->has_slot && place->held_by == NULL && fil_sha1_equal (&place->file, &ask->file))
        return place;
    }
  return NULL;
}

/* On its own connection it knows what it was told; who lost that may be wrong once; who was told nothing but
 * Retry-After may not have understood it. */
static gboolean
is_too_soon (FilUploadPlace *place,
             gint64 now_us)
{
  guint forgiven;

  if (now_us >= place->due_us - FIL_QUEUE_EARLY_US || place->is_called)
    return FALSE;
  if (place->kind == FIL_QUEUE_UNAWARE)
    forgiven = FIL_QUEUE_EARLY_UNAWARE;
  else
    forgiven = place->held_by != NULL ? 0 : 1;
  return ++place->early > forgiven;
}

/* The less is before it, the sooner it asks again (http-transfer.md §7). On an open connection often enough
 * for routers in between to remember it. */
static gint64
wait_s (const FilUploadQueue *self,
        const FilUploadPlace *place,
        guint ahead,
        gboolean is_kept)
{
  gint64 wait = FIL_QUEUE_POLL_FIRST_S + (gint64) ahead * FIL_QUEUE_POLL_EACH_S;

  if (_fil_upload_queue_is_frozen (self, place->host))
    wait = MAX (wait, FIL_QUEUE_POLL_FROZEN_S);
  return MIN (wait, is_kept ? FIL_QUEUE_POLL_KEPT_S : FIL_QUEUE_POLL_MOST_S);
}

/* Says when to come again, and until when the place is kept. */
static void
tell (FilUploadQueue *self,
      FilUploadPlace *place,
      guint ahead,
      FilQueueState *state,
      gint64 now_us)
{
  gboolean is_kept = place->held_by != NULL;
  gint64 wait;

  if (place->due_us < now_us + FIL_QUEUE_EARLY_US)
    {
      place->due_us = now_us + wait_s (self, place, ahead, is_kept) * FIL_SEC;
      place->until_us = place->due_us + (FIL_QUEUE_GRACE_S + FIL_QUEUE_SAFETY_S) * FIL_SEC;
      if (place->kind == FIL_QUEUE_UNAWARE)
        place->until_us = MAX (place->until_us, now_us + FIL_QUEUE_UNAWARE_S * FIL_SEC);
    }
  wait = (place->due_us - now_us) / FIL_SEC;
  *state = (FilQueueState){
    .position = ahead + 1,
    .length = self->waiting.length,
    .limit = self->slots,
    .poll_min_s = (guint) wait,
    .poll_max_s = (guint) wait + FIL_QUEUE_GRACE_S,
    .eta_s = (guint) MIN ((ahead + 1) * self->slot_s / MAX (self->slots, 1), FIL_QUEUE_MOST_ETA_S),
    .lifetime_s = (guint) wait + FIL_QUEUE_GRACE_S,
    .retry_after_s = (guint) wait,
  };
}

static void
tell_id (const FilUploadPlace *place,
         FilQueueState *state)
{
  if (place->kind == FIL_QUEUE_PARQ)
    g_strlcpy (state->id, place->id, sizeof state->id);
}

/* A connection is kept for the first in the queue; who cannot come again by itself has it easier. */
static gboolean
may_be_kept (const FilQueueAsk *ask,
             guint ahead)
{
  return ask->can_be_kept && ask->kind != FIL_QUEUE_UNAWARE &&
         ahead < (ask->is_pushed ? FIL_QUEUE_KEPT_PUSHED : FIL_QUEUE_KEPT);
}

static gboolean
has_room (const FilUploadQueue *self,
          const FilQueueHost *host)
{
  return self->slots > 0 && self->waiting.length < FIL_QUEUE_MAX &&
         (self->per_host == 0 || host->places->len - host->slots < FIL_QUEUE_PER_HOST);
}

/* One who has no place yet. */
static FilQueueVerdict
come_in (FilUploadQueue *self,
         const FilQueueAsk *ask,
         FilQueueHost *host,
         gint64 now_us,
         FilUploadPlace **place)
{
  guint awaited;

  count_ahead (self, NULL, now_us, &awaited);
  if (_fil_upload_queue_free_slots (self) > awaited && !_fil_upload_queue_is_frozen (self, host))
    {
      *place = _fil_upload_place_new (self, host, &ask->file);
      _fil_upload_place_grant (self, *place, now_us);
      return FIL_QUEUE_GRANTED;
    }
  if (!has_room (self, host))
    {
      _fil_upload_queue_drop_unused (self, host);
      return FIL_QUEUE_FULL;
    }
  *place = _fil_upload_place_new (self, host, &ask->file);
  return FIL_QUEUE_WAITS;
}

/* One who comes again. */
static FilQueueVerdict
come_again (FilUploadQueue *self,
            FilUploadPlace *place,
            gint64 now_us)
{
  guint awaited;

  if (is_too_soon (place, now_us))
    {
      _fil_upload_place_free (self, place);
      return FIL_QUEUE_TOO_SOON;
    }
  _fil_upload_place_stop_calling (self, place);
  place->refused = 0;
  count_ahead (self, place, now_us, &awaited);
  if (_fil_upload_queue_free_slots (self) <= awaited || _fil_upload_queue_is_frozen (self, place->host))
    return FIL_QUEUE_WAITS;
  _fil_upload_place_grant (self, place, now_us);
  return FIL_QUEUE_GRANTED;
}

/**
 * fil_upload_queue_ask:
 * @place: (inout): the connection's pointer; its address stays the same while it is not NULL
 * @state: (out): what to tell the one who asks; only the id, if any, when it is granted. Times are 0 when
 *   there is no place
 *
 * Somebody asks for a file. When it waits and *@place is set, the connection is to be kept for the next
 * time; when it is NULL, the connection is to be closed.
 */
FilQueueVerdict
fil_upload_queue_ask (FilUploadQueue *self,
                      const FilQueueAsk *ask,
                      FilUploadPlace **place,
                      FilQueueState *state,
                      gint64 now_us)
{
  FilQueueVerdict verdict;
  FilUploadPlace *mine = *place;
  FilQueueHost *host;
  guint ahead, awaited;

  *state = (FilQueueState){ 0 };
  if (mine != NULL && mine->has_slot)
    {
      tell_id (mine, state);
      return FIL_QUEUE_GRANTED;
    }
  _fil_upload_queue_drop_expired (self, now_us);
  mine = *place;
  host = _fil_upload_queue_host (self, &ask->peer);
  if (mine == NULL)
    mine = find (self, ask, host);
  if (mine == NULL)
    verdict = come_in (self, ask, host, now_us, &mine);
  else
    {
      _fil_upload_place_move (self, mine, host);
      verdict = come_again (self, mine, now_us);
    }
  if (verdict == FIL_QUEUE_TOO_SOON || verdict == FIL_QUEUE_FULL)
    return verdict;

  mine->kind = ask->kind;
  mine->file = ask->file;
  if (fil_endpoint_is_set (&ask->listen))
    mine->listen = ask->listen;
  ahead = count_ahead (self, mine, now_us, &awaited);
  if (verdict == FIL_QUEUE_GRANTED || may_be_kept (ask, ahead))
    fil_upload_place_hold (mine, place);
  else
    _fil_upload_place_take_away (mine);
  if (verdict == FIL_QUEUE_WAITS)
    tell (self, mine, ahead, state, now_us);
  tell_id (mine, state);
  return verdict;
}

