/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "connection.h"
#include "store-error.h"

G_BEGIN_DECLS

/* Requests that share one transaction. */
#define FIL_DATABASE_MAX_BATCH 512

/* Bytes of a database that is read through at every opening: a tenth of a second. */
#define FIL_DATABASE_SMALL (32 * 1024 * 1024)

/**
 * FilDatabase:
 *
 * The profile's database. One thread owns the connection; requests run there in the order they were
 * made, all that wait in one transaction. A request that fails undoes itself alone. Answers come in
 * the main context that was the thread's default at opening. Use it from that thread only.
 */
typedef struct _FilDatabase FilDatabase;

/* Runs on the store thread. It must not keep connection. FALSE with error set undoes what it did. */
typedef gboolean (*FilDatabaseFunc) (FilConnection *connection, gpointer data, GError **error);

/* Runs in the owner's context after the transaction is committed; error is NULL on success. */
typedef void (*FilDatabaseDone) (gpointer data, const GError *error);

/* Hears of requests without a FilDatabaseDone that failed. */
typedef void (*FilDatabaseFailed) (const GError *error, gpointer data);

FilDatabase *fil_database_open (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_database_free (FilDatabase *self);
void fil_database_set_failed_func (FilDatabase *self, FilDatabaseFailed func, gpointer data);

void fil_database_when_committed (FilDatabase *self, FilDatabaseDone done, gpointer data, GDestroyNotify destroy);
void fil_database_run (FilDatabase *self, FilDatabaseFunc func, FilDatabaseDone done, gpointer data,
                       GDestroyNotify destroy);
void fil_database_remove (FilDatabase *self, FilDatabaseFunc func, gpointer data, GDestroyNotify destroy);
gboolean fil_database_call (FilDatabase *self, FilDatabaseFunc func, gpointer data, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_database_flush (FilDatabase *self, GError **error);

char *fil_database_set_aside (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilDatabase, fil_database_free)

G_END_DECLS
