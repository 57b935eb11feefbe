/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "event-log.h"

typedef struct
{
  gint64 id;
  gint64 time_s;
  gint64 subject;
  const char *kind; /* interned */
  char *text;
} Event;

struct _FilEventLog
{
  FilIds *ids;        /* not owned */
  GQueue order;       /* of Event, oldest first */
  GHashTable *events; /* &Event.id → Event, owned */
  FilJournal *journal;
};

static void
event_free (Event *event)
{
  g_free (event->text);
  g_free (event);
}

/**
 * fil_event_log_new:
 * @ids: gives each event its id; outlives the log
 *
 * Returns: (transfer full): an empty log
 */
FilEventLog *
fil_event_log_new (FilIds *ids)
{
  FilEventLog *self = g_new0 (FilEventLog, 1);

  self->ids = ids;
  g_queue_init (&self->order);
  self->events = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) event_free);
  self->journal = fil_journal_new ();
  return self;
}

void
fil_event_log_free (FilEventLog *self)
{
  g_queue_clear (&self->order);
  g_hash_table_unref (self->events);
  fil_journal_free (self->journal);
  g_free (self);
}

FilJournal *
fil_event_log_journal (FilEventLog *self)
{
  return self->journal;
}

/**
 * fil_event_log_add:
 * @time_s: unix time
 * @kind: a stable name, see #FilEventInfo
 * @subject: id of what it is about, 0 for none
 */
void
fil_event_log_add (FilEventLog *self,
                   gint64 time_s,
                   const char *kind,
                   gint64 subject,
                   const char *text)
{
  Event *event = g_new0 (Event, 1);

  event->id = fil_ids_next (self->ids, FIL_ID_EVENT);
  event->time_s = time_s;
  event->subject = subject;
  event->kind = g_intern_string (kind);
  event->text = g_strdup (text);
  g_queue_push_tail (&self->order, event);
  g_hash_table_insert (self->events, &event->id, event);
  fil_journal_touch (self->journal, event->id);

  if (self->order.length > FIL_EVENT_LOG_MAX)
    {
      Event *oldest = g_queue_pop_head (&self->order);

      fil_journal_remove (self->journal, oldest->id);
      g_hash_table_remove (self->events, &oldest->id);
    }
}

/**
 * fil_event_log_get:
 *
 * Returns: whether the event is still kept
 */
gboolean
fil_event_log_get (FilEventLog *self,
                   gint64 id,
                   FilEventInfo *info)
{
  const Event *event = g_hash_table_lookup (self->events, &id);

  if (event == NULL)
    return FALSE;
  *info = (FilEventInfo){
    .id = id, .time = event->time_s, .kind = event->kind, .text = event->text, .subject = event->subject
  };
  return TRUE;
}
