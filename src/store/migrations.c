/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "migrations.h"

#include "schema-data.h"
#include "store-error.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

static const char *const steps[] = {
  schema_001,
  schema_002,
  schema_003,
};

const FilSchema fil_schema = { steps, G_N_ELEMENTS (steps) };

/* The tables as they were, for whoever has to go back. */
static gboolean
keep_copy (FilConnection *connection,
           const char *path,
           gint64 version,
           GError **error)
{
  g_autofree char *copy = g_strdup_printf ("%s.before-%" G_GINT64_FORMAT, path, version + 1);

  return fil_connection_copy_to (connection, copy, error);
}

static gboolean
take_step (FilConnection *connection,
           const char *sql,
           guint version,
           GError **error)
{
  g_autofree char *set_version = g_strdup_printf ("PRAGMA user_version = %u", version);

  if (!fil_connection_exec (connection, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (fil_connection_exec (connection, sql, error) && fil_connection_exec (connection, set_version, error) &&
      fil_connection_exec (connection, "COMMIT", error))
    return TRUE;
  (void) fil_connection_exec (connection, "ROLLBACK", NULL);
  return FALSE;
}

/**
 * fil_schema_migrate:
 * @path: (nullable): the database file, NULL in memory
 *
 * Brings the tables up to date, one transaction a step, with a copy of the file before each step
 * that changes tables which are there.
 *
 * Returns: FALSE with FIL_STORE_ERROR_NEWER when a newer program made the tables
 */
gboolean
fil_schema_migrate (const FilSchema *self,
                    FilConnection *connection,
                    const char *path,
                    GError **error)
{
  gint64 version;

  if (!fil_connection_get_int (connection, "PRAGMA user_version", &version, error))
    return FALSE;
  if (version < 0 || version > self->n_steps)
    {
      g_set_error (error, FIL_STORE_ERROR, FIL_STORE_ERROR_NEWER,
                   _ ("%s was written by a newer version of Filbert: use that version, or another profile."),
                   path != NULL ? path : ":memory:");
      return FALSE;
    }
  for (guint i = (guint) version; i < self->n_steps; i++)
    {
      if (version > 0 && path != NULL && !keep_copy (connection, path, i, error))
        return FALSE;
      if (!take_step (connection, self->steps[i], i + 1, error))
        return FALSE;
    }
  return TRUE;
}
