/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-private.h"

#include "route-table-msg.h"

/* Query route tables: those of neighbours are taken in, ours is sent (messages.md §8). A leaf tells its
 * ultrapeers of its own files; an ultrapeer tells other ultrapeers of its files and its leaves'. */

#define CHUNK 4096
#define EMPTY_BITS 4 /* an empty library still has a table: without one a leaf gets no query */

static void
refuse (FilOverlay *self,
        FilNeighbour *from,
        const char *reason,
        gint64 now_us)
{
  _fil_overlay_drop (self, FIL_DROP_MALFORMED);
  fil_link_close (from->link, FIL_BYE_QRP, reason, now_us);
}

/* Frees what a neighbour's tables take, and has ours made anew without them. */
void
_fil_overlay_forget_routes (FilOverlay *self,
                            FilNeighbour *neighbour)
{
  self->qrp_slots -= neighbour->slots;
  neighbour->slots = 0;
  if (neighbour->table != NULL)
    {
      g_clear_pointer (&neighbour->table, fil_route_table_unref);
      if (neighbour->is_leaf)
        self->routes_dirty = TRUE;
    }
}

static void
take_reset (FilOverlay *self,
            FilNeighbour *from,
            const FilRouteTableMsg *message,
            gint64 now_us)
{
  const char *reason = NULL;

  if (from->receiver == NULL)
    from->receiver = fil_route_receiver_new ();
  g_clear_pointer (&from->patch, fil_inflate_free);
  if (self->qrp_slots - from->slots > FIL_QRP_SLOTS_ALL - MIN (message->slots, FIL_QRP_SLOTS_ALL))
    {
      refuse (self, from, "No room for your route table", now_us);
      return;
    }
  if (!fil_route_receiver_reset (from->receiver, message->slots, message->infinity, &reason))
    {
      refuse (self, from, reason, now_us);
      return;
    }
  self->qrp_slots += message->slots - from->slots;
  from->slots = message->slots;
}

/* Inflates one message's part of the stream, no further than the table can take. */
static gboolean
take_deflated (FilNeighbour *from,
               FilSlice data,
               const char **reason,
               gint64 now_us)
{
  guint8 chunk[CHUNK];
  FilInflateStatus status;

  if (from->patch == NULL)
    from->patch = fil_inflate_new ();
  do
    {
      gsize room = MIN (sizeof chunk, fil_route_receiver_missing (from->receiver) + 1);
      gsize len = 0;

      status = fil_inflate_read (from->patch, &data, chunk, room, &len, NULL);
      if (status == FIL_INFLATE_ERROR || (status == FIL_INFLATE_END && data.len > 0))
        {
          *reason = "Your route table is not a zlib stream";
          return FALSE;
        }
      if (!fil_token_bucket_take (&from->patches, (gint64) len, now_us))
        {
          *reason = "Too many route table updates";
          return FALSE;
        }
      if (len > 0 && !fil_route_receiver_data (from->receiver, chunk, len, reason))
        return FALSE;
    }
  while (status == FIL_INFLATE_FULL);
  return TRUE;
}

static gboolean
take_patch (FilNeighbour *from,
            const FilRouteTableMsg *message,
            gboolean *is_complete,
            const char **reason,
            gint64 now_us)
{
  if (from->receiver == NULL)
    {
      *reason = "PATCH before RESET";
      return FALSE;
    }
  if (!fil_route_receiver_begin_patch (from->receiver, message->number, message->count, message->compressor,
                                       message->bits, reason))
    return FALSE;
  if (message->compressor == FIL_ROUTE_PATCH_DEFLATE)
    {
      if (!take_deflated (from, message->data, reason, now_us))
        return FALSE;
    }
  else if (!fil_token_bucket_take (&from->patches, (gint64) message->data.len, now_us))
    {
      *reason = "Too many route table updates";
      return FALSE;
    }
  else if (!fil_route_receiver_data (from->receiver, message->data.data, message->data.len, reason))
    return FALSE;
  return fil_route_receiver_end_patch (from->receiver, is_complete, reason);
}

void
_fil_overlay_take_route_message (FilOverlay *self,
                                 FilNeighbour *from,
                                 const FilFrame *frame,
                                 gint64 now_us)
{
  gboolean is_complete = FALSE;
  const char *reason = NULL;
  FilRouteTableMsg message;

  /* Only upwards from leaves, or between ultrapeers that agreed on it. */
  if (self->mode != FIL_MODE_ULTRAPEER || (from->is_ultrapeer && !fil_link_peer (from->link)->last_hop_qrp))
    {
      _fil_overlay_drop (self, FIL_DROP_MISPLACED);
      return;
    }
  if (!fil_route_table_msg_decode (&message, frame->payload))
    {
      refuse (self, from, "Broken route table message", now_us);
      return;
    }
  if (message.variant == FIL_ROUTE_TABLE_RESET)
    {
      take_reset (self, from, &message, now_us);
      return;
    }
  if (!take_patch (from, &message, &is_complete, &reason, now_us))
    {
      refuse (self, from, reason, now_us);
      return;
    }
  if (!is_complete)
    return;
  g_clear_pointer (&from->patch, fil_inflate_free);
  g_clear_pointer (&from->table, fil_route_table_unref);
  from->table = fil_route_table_ref (fil_route_receiver_table (from->receiver));
  g_debug ("[%s] its route table has %u of %u slots set", fil_link_text (from->link),
           fil_route_table_n_set (from->table), fil_route_table_slots (from->table));
  if (from->is_leaf)
    {
      self->routes_dirty = TRUE;
      _fil_overlay_wake_at (self, now_us + FIL_SEC);
    }
}

static FilRouteTable *
own_table (FilOverlay *self)
{
  return self->library != NULL ? fil_route_table_ref (self->library) : fil_route_table_new_empty (EMPTY_BITS);
}

static FilRouteTable *
merge (FilOverlay *self)
{
  g_autoptr (GPtrArray) tables = g_ptr_array_new ();
  g_autoptr (FilRouteTable) own = own_table (self);

  g_ptr_array_add (tables, own);
  for (guint i = 0; i < self->leaves->len; i++)
    {
      FilNeighbour *leaf = self->leaves->pdata[i];

      if (leaf->table != NULL)
        g_ptr_array_add (tables, leaf->table);
    }
  return fil_route_table_new_merged ((const FilRouteTable *const *) tables->pdata, tables->len,
                                     FIL_ROUTE_MERGED_MAX_BITS);
}

/* Makes our table anew when files or leaves changed; merging costs time, so not often for long while leaves
 * come and go. */
static void
refresh (FilOverlay *self,
         gint64 now_us)
{
  if (!self->routes_dirty && self->merged != NULL)
    return;
  if (self->merged != NULL && self->mode == FIL_MODE_ULTRAPEER &&
      !fil_token_bucket_take (&self->merges, FIL_QRP_INTERVAL_S, now_us))
    return;
  g_clear_pointer (&self->merged, fil_route_table_unref);
  self->merged = self->mode == FIL_MODE_ULTRAPEER ? merge (self) : own_table (self);
  self->routes_dirty = FALSE;
}

/* Sends our table to every neighbour that wants it and has an older one. */
void
_fil_overlay_send_routes (FilOverlay *self,
                          gint64 now_us)
{
  if (self->ultrapeers->len == 0)
    return;
  refresh (self, now_us);
  for (guint i = 0; i < self->ultrapeers->len; i++)
    {
      FilNeighbour *to = self->ultrapeers->pdata[i];
      FilGuid muid;

      if (self->mode == FIL_MODE_ULTRAPEER && !fil_link_peer (to->link)->last_hop_qrp)
        continue;
      if (to->sent_table != NULL &&
          (to->sent_table == self->merged || fil_link_is_sending_route_table (to->link) ||
           !fil_token_bucket_take (&to->updates, FIL_QRP_INTERVAL_S, now_us)))
        continue;
      if (to->sent_table == NULL || !fil_route_table_equal (to->sent_table, self->merged))
        {
          fil_guid_random (&muid, self->random);
          fil_link_send_route_table (to->link, self->merged, to->sent_table, &muid);
          self->stats.out_kinds[FIL_KIND_QRP]++;
        }
      g_clear_pointer (&to->sent_table, fil_route_table_unref);
      to->sent_table = fil_route_table_ref (self->merged);
    }
}

/**
 * fil_overlay_set_route_table:
 * @table: (nullable) (transfer none): what our own files answer to; NULL for no files
 *
 * Tells the ultrapeers of a changed library, soon.
 */
void
fil_overlay_set_route_table (FilOverlay *self,
                             FilRouteTable *table,
                             gint64 now_us)
{
  if (table != NULL)
    fil_route_table_ref (table);
  g_clear_pointer (&self->library, fil_route_table_unref);
  self->library = table;
  self->routes_dirty = TRUE;
  _fil_overlay_wake_at (self, now_us);
}

/**
 * fil_overlay_set_library:
 *
 * Says how much we share, for pongs.
 */
void
fil_overlay_set_library (FilOverlay *self,
                         guint files,
                         guint64 bytes)
{
  self->n_files = files;
  self->n_bytes = bytes;
}
