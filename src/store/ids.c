/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ids.h"

typedef struct
{
  gint64 next;     /* to give out */
  gint64 reserved; /* all below are reserved, or will be as soon as the store gets to it */
  gint64 safe;     /* all below are reserved on disk */
} Counter;

struct _FilIds
{
  FilDatabase *database;
  guint n_refs; /* the owner, and each reservation on its way */
  Counter counters[FIL_N_ID_KINDS];
};

typedef struct
{
  FilIds *ids;
  FilIdKind kind;
  gint64 next;
} Reservation;

static gboolean
write_next (FilConnection *connection,
            FilIdKind kind,
            gint64 next,
            GError **error)
{
  FilStatement *statement;

  statement = fil_connection_prepare (connection, "INSERT OR REPLACE INTO ids (kind, next) VALUES (?1, ?2)", error);
  if (statement == NULL)
    return FALSE;
  fil_statement_bind_int (statement, 1, kind);
  fil_statement_bind_int (statement, 2, next);
  return fil_statement_run (statement, error);
}

/* Reads where each kind goes on and reserves its first block. */
static gboolean
load (FilConnection *connection,
      gpointer data,
      GError **error)
{
  FilIds *self = data;
  FilStatement *statement = fil_connection_prepare (connection, "SELECT kind, next FROM ids", error);
  gboolean has_row = TRUE;

  if (statement == NULL)
    return FALSE;
  while (has_row)
    {
      gint64 kind;

      if (!fil_statement_step (statement, &has_row, error))
        return FALSE;
      kind = has_row ? fil_statement_int (statement, 0) : -1;
      if (kind >= 0 && kind < FIL_N_ID_KINDS)
        self->counters[kind].next = MAX (fil_statement_int (statement, 1), 1);
    }
  for (guint i = 0; i < FIL_N_ID_KINDS; i++)
    {
      Counter *counter = &self->counters[i];

      counter->reserved = counter->safe = counter->next + FIL_IDS_RESERVE;
      if (!write_next (connection, i, counter->reserved, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
give_back (FilConnection *connection,
           gpointer data,
           GError **error)
{
  FilIds *self = data;

  for (guint i = 0; i < FIL_N_ID_KINDS; i++)
    {
      if (!write_next (connection, i, self->counters[i].next, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
reserve (FilConnection *connection,
         gpointer data,
         GError **error)
{
  Reservation *reservation = data;

  return write_next (connection, reservation->kind, reservation->next, error);
}

static void
unref (FilIds *self)
{
  if (--self->n_refs == 0)
    g_free (self);
}

static void
reservation_free (Reservation *reservation)
{
  unref (reservation->ids);
  g_free (reservation);
}

static void
reserved (gpointer data,
          const GError *error)
{
  Reservation *reservation = data;
  Counter *counter = &reservation->ids->counters[reservation->kind];

  if (error == NULL)
    counter->safe = MAX (counter->safe, reservation->next);
}

/**
 * fil_ids_new:
 * @database: must outlive the ids
 *
 * Waits for the database.
 *
 * Returns: (transfer full): the ids, or NULL with @error set
 */
FilIds *
fil_ids_new (FilDatabase *database,
             GError **error)
{
  FilIds *self = g_new0 (FilIds, 1);

  self->database = database;
  self->n_refs = 1;
  for (guint i = 0; i < FIL_N_ID_KINDS; i++)
    self->counters[i].next = 1;
  if (!fil_database_call (database, load, self, error))
    {
      g_free (self);
      return NULL;
    }
  return self;
}

/**
 * fil_ids_free:
 *
 * Gives back what was reserved and not used, so that numbers stay small.
 */
void
fil_ids_free (FilIds *self)
{
  if (self == NULL)
    return;
  fil_database_run (self->database, give_back, NULL, self, (GDestroyNotify) unref);
}

static void
extend (FilIds *self,
        FilIdKind kind)
{
  Counter *counter = &self->counters[kind];
  Reservation *reservation = g_new0 (Reservation, 1);

  counter->reserved = counter->next + FIL_IDS_RESERVE;
  self->n_refs++;
  *reservation = (Reservation){ self, kind, counter->reserved };
  fil_database_run (self->database, reserve, reserved, reservation, (GDestroyNotify) reservation_free);
}

/* The store did not keep up, or cannot write: wait for it. */
static void
catch_up (FilIds *self,
          FilIdKind kind)
{
  Counter *counter = &self->counters[kind];
  Reservation reservation = { self, kind, counter->next + FIL_IDS_RESERVE };

  if (fil_database_call (self->database, reserve, &reservation, NULL))
    counter->safe = counter->reserved = reservation.next;
}

/**
 * fil_ids_next:
 *
 * Waits for the database only when it is FIL_IDS_RESERVE / 2 ids behind. A database that cannot be
 * written any more does not stop the counting.
 *
 * Returns: an id that was never returned before in this profile
 */
gint64
fil_ids_next (FilIds *self,
              FilIdKind kind)
{
  Counter *counter = &self->counters[kind];

  if (counter->next + FIL_IDS_RESERVE / 2 >= counter->reserved)
    extend (self, kind);
  if (counter->next >= counter->safe)
    catch_up (self, kind);
  return counter->next++;
}

/**
 * fil_ids_skip:
 * @wall_s: unix seconds
 *
 * The database is older than the profile, because it came from a snapshot, or is new, because nothing was
 * left of the old one: leaves out whatever may have been given out since.
 */
void
fil_ids_skip (FilIds *self,
              gint64 wall_s)
{
  for (guint i = 0; i < FIL_N_ID_KINDS; i++)
    {
      Counter *counter = &self->counters[i];

      /* Without any memory, the time: nobody gives out an id a second for ever. */
      counter->next = counter->next > 1 ? counter->next + FIL_IDS_SKIP : MAX (wall_s, FIL_IDS_SKIP);
      catch_up (self, i);
    }
}
