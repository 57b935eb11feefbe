/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>

#include "store-error.h"

#define CLOCK_JUMP_S 600          /* beyond this it is no mere correction */
#define CLOCK_LIKELY_S (14 * 86400) /* that a node was not run */

/* A database that is beyond repair is kept aside for a person to look at, and the newest snapshot takes its
 * place; without one, everything begins anew. */
static FilDatabase *
replace_damaged (FilNode *self,
                 const char *path,
                 const char *snapshots,
                 GError **error)
{
  g_autofree char *aside = fil_database_set_aside (path, error);
  gint64 taken_s;

  if (aside == NULL)
    return NULL;
  if (fil_snapshots_restore (snapshots, path, _fil_node_wall_s (self), &taken_s))
    {
      g_autoptr (GDateTime) taken = g_date_time_new_from_unix_local (taken_s);
      g_autofree char *when = g_date_time_format (taken, "%c");

      self->database_story = g_strdup_printf (
          _("The list of files and downloads was damaged. It is as it was on %s; the damaged one was kept as %s."), when,
          aside);
    }
  else
    {
      self->database_story = g_strdup_printf (
          _("The list of files and downloads was damaged and begins anew; the damaged one was kept as %s."), aside);
    }
  return fil_database_open (path, error);
}

/**
 * _fil_node_database_open:
 *
 * Opens the database, or what can be had of a damaged one.
 */
gboolean
_fil_node_database_open (FilNode *self,
                         GError **error)
{
  g_autofree char *path = g_build_filename (self->profile, "filbert.db", NULL);
  g_autofree char *snapshots = g_build_filename (self->profile, "snapshots", NULL);
  g_autoptr (GError) local = NULL;

  self->database = fil_database_open (path, &local);
  if (self->database == NULL && g_error_matches (local, FIL_STORE_ERROR, FIL_STORE_ERROR_DAMAGED))
    {
      g_clear_error (&local);
      self->database = replace_damaged (self, path, snapshots, &local);
    }
  if (self->database != NULL)
    self->ids = fil_ids_new (self->database, &local);
  if (self->ids == NULL)
    {
      g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_UNAVAILABLE, local->message);
      return FALSE;
    }
  if (self->database_story != NULL)
    fil_ids_skip (self->ids, _fil_node_wall_s (self));
  self->snapshots = fil_snapshots_new (self->database, snapshots, _fil_node_wall_s (self));
  return TRUE;
}

void
_fil_node_database_free (FilNode *self)
{
  g_clear_pointer (&self->snapshots, fil_snapshots_free);
  g_clear_pointer (&self->ids, fil_ids_free);
  g_clear_pointer (&self->database, fil_database_free);
  g_clear_pointer (&self->database_story, g_free);
}

/* Who waits for the database. */
typedef struct
{
  FilSavedFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Waiter;

/* Also when the database takes nothing: the node has told of that already. */
static void
waited (gpointer data,
        const GError *error)
{
  const Waiter *waiter = data;

  waiter->func (waiter->data);
}

static void
waiter_free (Waiter *waiter)
{
  waiter->destroy (waiter->data);
  g_free (waiter);
}

/**
 * fil_node_when_saved:
 * @func: not called any more when the node stops
 * @destroy: for @data, after that
 *
 * Calls back once all that was asked before is in the database, where neither a crash nor a power cut undoes it.
 */
void
fil_node_when_saved (FilNode *self,
                     FilSavedFunc func,
                     gpointer data,
                     GDestroyNotify destroy)
{
  Waiter *waiter = g_new0 (Waiter, 1);

  *waiter = (Waiter){ func, data, destroy };
  fil_database_when_committed (self->database, waited, waiter, (GDestroyNotify) waiter_free);
}

static void
snapshot_taken (gpointer data,
                const GError *error)
{
  FilNode *self = data;

  if (error == NULL)
    return;
  g_warning ("no snapshot of the database: %s", error->message);
  if (g_error_matches (error, FIL_STORE_ERROR, FIL_STORE_ERROR_DAMAGED))
    _fil_node_event (self, "database-damaged", 0,
                     _("%s Copies of the last hours and days are in the folder snapshots of the profile."),
                     error->message);
}

/* Notes when the clock jumps against the one that only counts. */
static void
watch_clock (FilNode *self)
{
  gint64 offset_s = _fil_node_wall_s (self) - _fil_node_now (self) / FIL_SEC;

  if (self->steady_since_us != 0 && ABS (offset_s - self->clock_offset_s) < CLOCK_JUMP_S)
    return;
  self->clock_offset_s = offset_s;
  self->steady_since_us = _fil_node_now (self);
}

/**
 * _fil_node_clock_is_sure:
 *
 * Returns: whether the clock can be trusted with deleting what is old: it has not jumped for an hour, or, at the
 *   start, says no more than is likely since the last snapshot, if there is one
 */
gboolean
_fil_node_clock_is_sure (const FilNode *self)
{
  gint64 last_s = fil_snapshots_last (self->snapshots);

  if (self->steady_since_us != 0)
    return fil_reactor_now (self->reactor) - self->steady_since_us >= FIL_HOUR;
  return last_s != 0 && ABS (_fil_node_wall_s ((FilNode *) self) - last_s) < CLOCK_LIKELY_S;
}

/**
 * _fil_node_database_tidy:
 *
 * Once an hour: lets go of cancelled downloads that were kept for long enough, and takes a copy of the database. To
 * be called every minute.
 */
void
_fil_node_database_tidy (FilNode *self)
{
  gint64 wall_s = _fil_node_wall_s (self);

  watch_clock (self);
  if (!fil_snapshots_is_due (self->snapshots, wall_s))
    return;
  _fil_node_removed_expire (self, _fil_node_clock_is_sure (self));
  fil_snapshots_take (self->snapshots, wall_s, snapshot_taken, self);
}

/* Told once until the next look; what is told of again and again is not read. */
static void
failed_cb (const GError *error,
           gpointer data)
{
  FilNode *self = data;

  if (!self->has_unsaved)
    {
      g_warning ("%s", error->message);
      _fil_node_event (self, "database-failed", 0, "%s", error->message);
    }
  self->has_unsaved = TRUE;
}

/**
 * _fil_node_database_retry:
 *
 * Saves again what the database refused, when it did: the disk may have room by now.
 */
void
_fil_node_database_retry (FilNode *self)
{
  if (!self->has_unsaved)
    return;
  self->has_unsaved = FALSE;
  fil_downloads_save_all (self->downloads);
}

/**
 * _fil_node_database_tell:
 *
 * Tells the person what became of a damaged database, now that there is a log of events, and from now on what
 * it refuses.
 */
void
_fil_node_database_tell (FilNode *self)
{
  fil_database_set_failed_func (self->database, failed_cb, self);
  if (self->database_story != NULL)
    _fil_node_event (self, "database-restored", 0, "%s", self->database_story);
}
