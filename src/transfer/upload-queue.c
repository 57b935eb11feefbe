/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "upload-queue-private.h"

#include "clock.h"
#include "transfer-limits.h"

#include <string.h>

/* Who has a place or a slot, who gives it up, and who is told that there is one. */

static void
host_free (FilQueueHost *host)
{
  g_ptr_array_unref (host->places);
  g_free (host);
}

/**
 * fil_upload_queue_new:
 * @make_id: makes ids that nobody can guess
 *
 * Returns: (transfer full):
 */
FilUploadQueue *
fil_upload_queue_new (FilQueueMakeId make_id,
                      gpointer data)
{
  FilUploadQueue *self = g_new0 (FilUploadQueue, 1);

  self->make_id = make_id;
  self->data = data;
  self->slots = FIL_UPLOADS_DEFAULT_SLOTS;
  self->per_host = FIL_UPLOADS_PER_HOST;
  self->slot_s = FIL_QUEUE_FIRST_SLOT_S;
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->hosts = g_hash_table_new_full (fil_endpoint_hash, fil_endpoint_equal, NULL, (GDestroyNotify) host_free);
  return self;
}

/* Whoever has an IPv6 address has all of its network. */
static FilEndpoint
address_of (const FilEndpoint *peer)
{
  FilEndpoint address = *peer;

  address.port = 0;
  if (address.family == 6)
    memset (address.addr + 8, 0, 8);
  return address;
}

/* The address of peer, which is remembered as long as it has places. */
FilQueueHost *
_fil_upload_queue_host (FilUploadQueue *self,
                        const FilEndpoint *peer)
{
  FilEndpoint address = address_of (peer);
  FilQueueHost *host;

  host = g_hash_table_lookup (self->hosts, &address);
  if (host != NULL)
    return host;
  host = g_new0 (FilQueueHost, 1);
  host->address = address;
  host->places = g_ptr_array_new ();
  host->called_us = -FIL_QUEUE_CALL_SPACING_US;
  g_hash_table_insert (self->hosts, &host->address, host);
  return host;
}

void
_fil_upload_queue_drop_unused (FilUploadQueue *self,
                               FilQueueHost *host)
{
  if (host->places->len == 0)
    g_hash_table_remove (self->hosts, &host->address);
}

void
_fil_upload_place_stop_calling (FilUploadQueue *self,
                                FilUploadPlace *place)
{
  if (place->is_called)
    self->calling--;
  place->is_called = FALSE;
}

/* The connection that had it does not any more. */
void
_fil_upload_place_take_away (FilUploadPlace *place)
{
  if (place->held_by != NULL)
    *place->held_by = NULL;
  place->held_by = NULL;
}

void
_fil_upload_place_free (FilUploadQueue *self,
                        FilUploadPlace *place)
{
  _fil_upload_place_take_away (place);
  _fil_upload_place_stop_calling (self, place);
  if (place->has_slot)
    {
      self->used--;
      place->host->slots--;
    }
  else
    g_queue_unlink (&self->waiting, &place->link);
  g_hash_table_remove (self->by_id, place->id);
  g_ptr_array_remove_fast (place->host->places, place);
  _fil_upload_queue_drop_unused (self, place->host);
  g_free (place);
}

/* At the end of the queue. */
FilUploadPlace *
_fil_upload_place_new (FilUploadQueue *self,
                       FilQueueHost *host,
                       const FilSha1 *file)
{
  FilUploadPlace *place = g_new0 (FilUploadPlace, 1);
  FilGuid id;

  self->make_id (self->data, &id);
  fil_guid_to_hex (&id, place->id);
  place->host = host;
  place->file = *file;
  place->link.data = place;
  g_queue_push_tail_link (&self->waiting, &place->link);
  g_hash_table_insert (self->by_id, place->id, place);
  g_ptr_array_add (host->places, place);
  return place;
}

/**
 * fil_upload_queue_free:
 *
 * Clears the pointers of the connections that have places.
 */
void
fil_upload_queue_free (FilUploadQueue *self)
{
  GHashTableIter iter;
  FilUploadPlace *place;

  if (self == NULL)
    return;
  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &place))
    {
      _fil_upload_place_take_away (place);
      g_free (place);
    }
  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->hosts);
  g_free (self);
}

/**
 * fil_upload_queue_set_slots:
 * @slots: how many may be served at a time
 * @per_host: … of one address; 0: no limit, for its places neither
 */
void
fil_upload_queue_set_slots (FilUploadQueue *self,
                            guint slots,
                            guint per_host)
{
  self->slots = slots;
  self->per_host = per_host;
}

guint
_fil_upload_queue_free_slots (const FilUploadQueue *self)
{
  return self->slots > self->used ? self->slots - self->used : 0;
}

/* Its host has all the slots that it may have: others go first until that changes. */
gboolean
_fil_upload_queue_is_frozen (const FilUploadQueue *self,
                             const FilQueueHost *host)
{
  return self->per_host != 0 && host->slots >= self->per_host;
}

void
_fil_upload_queue_drop_expired (FilUploadQueue *self,
                                gint64 now_us)
{
  GList *next;

  for (GList *each = self->waiting.head; each != NULL; each = next)
    {
      FilUploadPlace *place = each->data;

      next = each->next;
      if (now_us >= place->until_us && !place->is_called)
        _fil_upload_place_free (self, place);
    }
}

/* Whether it comes so soon that a free slot waits for it. */
gboolean
_fil_upload_place_comes_soon (const FilUploadPlace *place,
                              gint64 now_us)
{
  return place->held_by != NULL || place->due_us <= now_us + FIL_QUEUE_HOLD_US;
}

void
_fil_upload_place_move (FilUploadQueue *self,
                        FilUploadPlace *place,
                        FilQueueHost *host)
{
  FilQueueHost *before = place->host;

  if (before == host)
    return;
  g_ptr_array_remove_fast (before->places, place);
  g_ptr_array_add (host->places, place);
  place->host = host;
  _fil_upload_queue_drop_unused (self, before);
}

void
_fil_upload_place_grant (FilUploadQueue *self,
                         FilUploadPlace *place,
                         gint64 now_us)
{
  g_queue_unlink (&self->waiting, &place->link);
  place->has_slot = TRUE;
  place->granted_us = now_us;
  place->until_us = FIL_NEVER;
  place->host->slots++;
  self->used++;
}

/**
 * fil_upload_place_hold:
 * @held_by: the connection's pointer
 *
 * The place is that connection's from now on.
 */
void
fil_upload_place_hold (FilUploadPlace *place,
                       FilUploadPlace **held_by)
{
  if (place->held_by == held_by)
    return;
  _fil_upload_place_take_away (place);
  place->held_by = held_by;
  *held_by = place;
}

/* Its connection broke in the middle: whoever knows the id gets the slot back for a while. */
static void
guard (FilUploadQueue *self,
       FilUploadPlace *place,
       gint64 now_us)
{
  place->has_slot = FALSE;
  place->host->slots--;
  self->used--;
  place->due_us = now_us;
  place->until_us = now_us + FIL_QUEUE_GUARD_US;
  g_queue_push_head_link (&self->waiting, &place->link);
}

/**
 * fil_upload_queue_leave:
 * @place: (inout): the connection's pointer; cleared
 * @was_cut: the connection ended in the middle of what it was served
 *
 * The connection ended. A place with an id waits for another connection, other places are given up.
 */
void
fil_upload_queue_leave (FilUploadQueue *self,
                        FilUploadPlace **place,
                        gboolean was_cut,
                        gint64 now_us)
{
  FilUploadPlace *mine = *place;

  if (mine == NULL)
    return;
  if (mine->has_slot)
    self->slot_s += (MAX (now_us - mine->granted_us, 0) / FIL_SEC - self->slot_s) / 8;
  if (mine->is_called && ++mine->refused < FIL_QUEUE_REFUSED_MOST)
    _fil_upload_place_stop_calling (self, mine);
  _fil_upload_place_take_away (mine);
  if (mine->kind != FIL_QUEUE_PARQ || mine->is_called || (mine->has_slot && !was_cut))
    _fil_upload_place_free (self, mine);
  else if (mine->has_slot)
    guard (self, mine, now_us);
}

/**
 * fil_upload_queue_next_call:
 * @to: (out): where to connect to
 *
 * Finds out whether there is a slot for somebody who has no connection with us and can be called.
 *
 * Returns: (transfer none) (nullable): the place; its id is what to say, and the connection that is made
 *   holds it with fil_upload_place_hold() at once, or it is fil_upload_queue_not_reached()
 */
FilUploadPlace *
fil_upload_queue_next_call (FilUploadQueue *self,
                            FilEndpoint *to,
                            gint64 now_us)
{
  guint left = _fil_upload_queue_free_slots (self);

  _fil_upload_queue_drop_expired (self, now_us);
  if (self->calling >= FIL_QUEUE_CALLS_MOST)
    return NULL;
  for (GList *each = self->waiting.head; each != NULL && left > 0; each = each->next)
    {
      FilUploadPlace *candidate = each->data;

      if (_fil_upload_queue_is_frozen (self, candidate->host))
        continue;
      if (candidate->held_by != NULL || !fil_endpoint_is_set (&candidate->listen) ||
          now_us < candidate->host->called_us + FIL_QUEUE_CALL_SPACING_US)
        {
          left -= _fil_upload_place_comes_soon (candidate, now_us);
          continue;
        }
      candidate->is_called = TRUE;
      candidate->host->called_us = now_us;
      self->calling++;
      *to = candidate->listen;
      return candidate;
    }
  return NULL;
}

/**
 * fil_upload_queue_not_reached:
 *
 * The one that was called cannot be connected to: it has to come by itself, as long as its place lasts.
 */
void
fil_upload_queue_not_reached (FilUploadQueue *self,
                              FilUploadPlace *place)
{
  _fil_upload_place_stop_calling (self, place);
  place->listen = (FilEndpoint){ 0 };
}

/**
 * fil_upload_queue_wake:
 *
 * Returns: when to look with fil_upload_queue_next_call() whether somebody is to be called or has lost a place,
 *   or FIL_NEVER
 */
gint64
fil_upload_queue_wake (const FilUploadQueue *self,
                       gint64 now_us)
{
  gboolean has_slots = _fil_upload_queue_free_slots (self) > 0;
  gint64 wake_us = FIL_NEVER;

  for (GList *each = self->waiting.head; each != NULL; each = each->next)
    {
      const FilUploadPlace *place = each->data;

      if (has_slots && place->held_by == NULL && fil_endpoint_is_set (&place->listen))
        wake_us = MIN (wake_us, now_us + FIL_QUEUE_LOOK_US);
      if (!place->is_called)
        wake_us = MIN (wake_us, MAX (place->until_us, now_us + FIL_SEC));
    }
  return wake_us;
}

/**
 * fil_upload_queue_position:
 *
 * Returns: where one of that address who wants that file waits, 1: it is the next, as it was told; 0: not
 *   among the first FIL_QUEUE_SHOWN
 */
guint
fil_upload_queue_position (const FilUploadQueue *self,
                           const FilEndpoint *peer,
                           const FilSha1 *file)
{
  FilEndpoint address = address_of (peer);
  GList *each = self->waiting.head;
  guint ahead = 0;

  for (guint i = 0; each != NULL && i < FIL_QUEUE_SHOWN; i++, each = each->next)
    {
      const FilUploadPlace *place = each->data;

      if (fil_endpoint_equal (&place->host->address, &address) && fil_sha1_equal (&place->file, file))
        return ahead + 1;
      ahead += !_fil_upload_queue_is_frozen (self, place->host);
    }
  return 0;
}

gboolean
fil_upload_place_has_slot (const FilUploadPlace *place)
{
  return place != NULL && place->has_slot;
}

/* Whether we connected to say that a slot is free, and it has not asked yet. */
gboolean
fil_upload_place_is_called (const FilUploadPlace *place)
{
  return place != NULL && place->is_called;
}

/* When it is lost if nobody asks again. */
gint64
fil_upload_place_until (const FilUploadPlace *place)
{
  return place->until_us;
}

const char *
fil_upload_place_id (const FilUploadPlace *place)
{
  return place->id;
}

/* How many are served. */
guint
fil_upload_queue_used (const FilUploadQueue *self)
{
  return self->used;
}

guint
fil_upload_queue_waiting (const FilUploadQueue *self)
{
  return self->waiting.length;
}
