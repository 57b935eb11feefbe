/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "journal.h"

typedef struct
{
  gint64 id;
  guint64 seq;
  GList link; /* in by_seq */
} Entry;

typedef struct
{
  gint64 id;
  guint64 seq;
} Removal;

struct _FilJournal
{
  GHashTable *entries; /* &Entry.id → Entry, owned */
  GQueue by_seq;       /* oldest change first */
  GQueue removed;      /* of Removal, oldest first */
  guint64 seq;
  guint64 forgotten;   /* removals up to this number are no longer known */
};

/**
 * fil_journal_new:
 *
 * Returns: (transfer full): a journal of an empty list, at change number 0
 */
FilJournal *
fil_journal_new (void)
{
  FilJournal *self = g_new0 (FilJournal, 1);

  self->entries = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  g_queue_init (&self->by_seq);
  g_queue_init (&self->removed);
  return self;
}

void
fil_journal_free (FilJournal *self)
{
  g_hash_table_unref (self->entries);
  g_queue_clear_full (&self->removed, g_free);
  g_free (self);
}

/**
 * fil_journal_touch:
 *
 * Notes that the row @id is new or has changed.
 */
void
fil_journal_touch (FilJournal *self,
                   gint64 id)
{
  Entry *entry = g_hash_table_lookup (self->entries, &id);

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->id = id;
      entry->link.data = entry;
      g_hash_table_insert (self->entries, &entry->id, entry);
    }
  else
    {
      g_queue_unlink (&self->by_seq, &entry->link);
    }
  entry->seq = ++self->seq;
  g_queue_push_tail_link (&self->by_seq, &entry->link);
}

/* A client that is reading a long list page by page stands at the number of the last row it got, and
 * must not be sent back to the start for removals from before that row. So no row may be older than
 * the last removal that was forgotten: such rows count as changed. */
static void
renew_up_to (FilJournal *self,
             guint64 seq)
{
  for (GList *link = self->by_seq.head; link != NULL && ((Entry *) link->data)->seq <= seq;
       link = self->by_seq.head)
    {
      g_queue_unlink (&self->by_seq, link);
      ((Entry *) link->data)->seq = ++self->seq;
      g_queue_push_tail_link (&self->by_seq, link);
    }
}

/**
 * fil_journal_remove:
 *
 * Notes that the row @id is gone. One that comes back is new.
 */
void
fil_journal_remove (FilJournal *self,
                    gint64 id)
{
  Entry *entry = g_hash_table_lookup (self->entries, &id);
  Removal *removal;

  if (entry == NULL)
    return;
  g_queue_unlink (&self->by_seq, &entry->link);
  g_hash_table_remove (self->entries, &id);

  removal = g_new0 (Removal, 1);
  removal->id = id;
  removal->seq = ++self->seq;
  g_queue_push_tail (&self->removed, removal);
  while (self->removed.length > FIL_JOURNAL_MAX_REMOVED)
    {
      g_autofree Removal *oldest = g_queue_pop_head (&self->removed);

      self->forgotten = oldest->seq;
    }
  renew_up_to (self, self->forgotten);
}

guint64
fil_journal_seq (const FilJournal *self)
{
  return self->seq;
}

/* All removals since then: they are few, and a client must never show a ghost. */
static void
collect_removed (const FilJournal *self,
                 guint64 since,
                 FilChanges *changes)
{
  for (const GList *l = self->removed.tail; l != NULL; l = l->prev)
    {
      const Removal *removal = l->data;

      if (removal->seq <= since)
        break;
      g_array_append_val (changes->removed, removal->id);
    }
}

/**
 * fil_journal_changes:
 * @since: the change number that the client has; 0 for all
 * @max: most changed ids to return, at least 1
 *
 * Returns: (transfer full): what happened after @since
 */
FilChanges *
fil_journal_changes (const FilJournal *self,
                     guint64 since,
                     guint max)
{
  FilChanges *changes = g_new0 (FilChanges, 1);
  const GList *l;

  changes->changed = g_array_new (FALSE, FALSE, sizeof (gint64));
  changes->removed = g_array_new (FALSE, FALSE, sizeof (gint64));
  if (since > self->seq || (since > 0 && since < self->forgotten))
    {
      changes->reset = TRUE;
      since = 0;
    }
  if (since > 0)
    collect_removed (self, since, changes);

  l = self->by_seq.tail;
  while (l != NULL && l->prev != NULL && ((const Entry *) l->prev->data)->seq > since)
    l = l->prev;

  changes->seq = self->seq;
  for (; l != NULL; l = l->next)
    {
      const Entry *entry = l->data;

      if (entry->seq <= since)
        continue;
      if (changes->changed->len == max)
        {
          changes->more = TRUE;
          break;
        }
      g_array_append_val (changes->changed, entry->id);
      changes->seq = entry->seq;
    }
  if (!changes->more)
    changes->seq = self->seq;
  return changes;
}

void
fil_changes_free (FilChanges *self)
{
  g_array_unref (self->changed);
  g_array_unref (self->removed);
  g_free (self);
}
