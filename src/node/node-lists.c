/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

/* The lists of the node, their change numbers, and who is told of them. */

static void
wake_notifier (FilNode *self)
{
  if (!self->is_stopped && fil_timer_due (self->notify_timer) == FIL_NEVER)
    fil_timer_set (self->notify_timer, _fil_node_now (self));
}

/**
 * _fil_node_mark:
 *
 * Notes that a list's change number moved, to be told once this turn.
 */
void
_fil_node_mark (FilNode *self,
                FilList list,
                gint64 scope)
{
  if (list == FIL_LIST_RESULTS)
    g_hash_table_add (self->dirty_scopes, g_memdup2 (&scope, sizeof scope));
  self->dirty |= 1u << list;
  wake_notifier (self);
}

void
_fil_node_mark_status (FilNode *self)
{
  self->is_status_dirty = TRUE;
  wake_notifier (self);
}

/**
 * _fil_node_touch:
 *
 * Notes that a row of a list whose journal the node keeps is new or changed.
 */
void
_fil_node_touch (FilNode *self,
                 FilList list,
                 gint64 id)
{
  fil_journal_touch (self->journals[list], id);
  _fil_node_mark (self, list, 0);
}

void
_fil_node_gone (FilNode *self,
                FilList list,
                gint64 id)
{
  fil_journal_remove (self->journals[list], id);
  _fil_node_mark (self, list, 0);
}

static void
notify_cb (gpointer data,
           gint64 now_us)
{
  FilNode *self = data;
  guint dirty = self->dirty;
  GHashTableIter iter;
  gpointer scope;
  g_autoptr (GHashTable) scopes = g_steal_pointer (&self->dirty_scopes);

  self->dirty = 0;
  self->dirty_scopes = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_ptr_array_set_size (self->borrowed, 0);

  for (guint list = 0; list < FIL_N_LISTS; list++)
    if ((dirty & (1u << list)) != 0 && list != FIL_LIST_RESULTS)
      g_signal_emit_by_name (self, "changed", list, (gint64) 0);
  g_hash_table_iter_init (&iter, scopes);
  while (g_hash_table_iter_next (&iter, &scope, NULL))
    g_signal_emit_by_name (self, "changed", FIL_LIST_RESULTS, *(gint64 *) scope);

  if (self->is_status_dirty)
    {
      self->is_status_dirty = FALSE;
      g_signal_emit_by_name (self, "status-changed");
    }
}

/**
 * _fil_node_event:
 *
 * Adds a line to the log of events.
 */
void
_fil_node_event (FilNode *self,
                 const char *kind,
                 gint64 subject,
                 const char *format,
                 ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_message ("%s", text);
  fil_event_log_add (self->events, _fil_node_wall_s (self), kind, subject, text);
  _fil_node_mark (self, FIL_LIST_EVENTS, 0);
}

/**
 * _fil_node_lend:
 * @text: (transfer full) (nullable): text for a row
 *
 * Returns: (transfer none): @text, kept until the main loop turns
 */
const char *
_fil_node_lend (FilNode *self,
                char *text)
{
  if (text != NULL)
    {
      g_ptr_array_add (self->borrowed, text);
      wake_notifier (self);
    }
  return text;
}

const char *
_fil_node_lend_endpoint (FilNode *self,
                         const FilEndpoint *endpoint)
{
  char text[FIL_ENDPOINT_TEXT_LEN];

  if (!fil_endpoint_is_set (endpoint))
    return NULL;
  return _fil_node_lend (self, g_strdup (fil_endpoint_to_text (endpoint, text)));
}

gboolean
_fil_node_not_found (GError **error,
                     const char *format,
                     gint64 id)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, id);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_NOT_FOUND, format, number);
#pragma GCC diagnostic pop
  return FALSE;
}

/**
 * _fil_node_lists_start:
 *
 * Makes the lists that others follow, all empty.
 */
void
_fil_node_lists_start (FilNode *self)
{
  self->notify_timer = fil_timer_new (fil_reactor_timers (self->reactor), notify_cb, self);
  self->borrowed = g_ptr_array_new_with_free_func (g_free);
  self->dirty_scopes = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->events = fil_event_log_new (self->ids);
  self->searches = fil_searches_new (self->ids);
  self->peer_ids = fil_id_map_new (self->ids, FIL_ID_PEER);
  self->upload_ids = fil_id_map_new (self->ids, FIL_ID_UPLOAD);
  self->journals[FIL_LIST_DOWNLOADS] = fil_journal_new ();
  self->journals[FIL_LIST_UPLOADS] = fil_journal_new ();
  self->journals[FIL_LIST_SHARES] = fil_journal_new ();
  self->journals[FIL_LIST_PEERS] = fil_journal_new ();
}

/**
 * _fil_node_lists_stop:
 *
 * Tells nothing any more.
 */
void
_fil_node_lists_stop (FilNode *self)
{
  if (self->notify_timer != NULL)
    fil_timer_clear (self->notify_timer);
}

void
_fil_node_lists_free (FilNode *self)
{
  g_clear_pointer (&self->notify_timer, fil_timer_free);
  g_clear_pointer (&self->searches, fil_searches_free);
  g_clear_pointer (&self->events, fil_event_log_free);
  g_clear_pointer (&self->peer_ids, fil_id_map_free);
  g_clear_pointer (&self->upload_ids, fil_id_map_free);
  for (guint i = 0; i < FIL_N_LISTS; i++)
    g_clear_pointer (&self->journals[i], fil_journal_free);
  g_clear_pointer (&self->dirty_scopes, g_hash_table_unref);
  g_clear_pointer (&self->borrowed, g_ptr_array_unref);
}

static FilJournal *
journal_of (FilNode *self,
            FilList list,
            gint64 scope)
{
  FilSearch *search;

  switch (list)
    {
    case FIL_LIST_SEARCHES:
      return fil_searches_journal (self->searches);
    case FIL_LIST_RESULTS:
      search = fil_searches_get (self->searches, scope);
      return search != NULL ? search->journal : NULL;
    case FIL_LIST_EVENTS:
      return fil_event_log_journal (self->events);
    case FIL_LIST_DOWNLOADS:
    case FIL_LIST_UPLOADS:
    case FIL_LIST_SHARES:
    case FIL_LIST_PEERS:
      return self->journals[list];
    default:
      return NULL;
    }
}

/**
 * fil_node_changes:
 * @scope: the search for FIL_LIST_RESULTS, else 0
 *
 * Returns: (transfer full) (nullable): what happened in the list since change number @since; NULL when
 *   there is no such list
 */
FilChanges *
fil_node_changes (FilNode *self,
                  FilList list,
                  gint64 scope,
                  guint64 since,
                  guint max)
{
  FilJournal *journal = journal_of (self, list, scope);

  return journal != NULL ? fil_journal_changes (journal, since, max) : NULL;
}

guint64
fil_node_list_seq (FilNode *self,
                   FilList list,
                   gint64 scope)
{
  FilJournal *journal = journal_of (self, list, scope);

  return journal != NULL ? fil_journal_seq (journal) : 0;
}

gboolean
fil_node_get_event (FilNode *self,
                    gint64 id,
                    FilEventInfo *info)
{
  return fil_event_log_get (self->events, id, info);
}
