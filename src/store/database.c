/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "database-private.h"

#include "connection-private.h"
#include "worker.h"

#include <errno.h>
#include <glib/gstdio.h>

typedef struct
{
  FilDatabase *database;
  FilDatabaseFunc func;
  FilDatabaseDone done; /* or NULL */
  gpointer data;
  GDestroyNotify destroy;
  GError *error;
  gboolean is_alone;    /* outside of a transaction */
  gboolean is_removal;  /* needs no room on the disk, and was not tried again */
  GAsyncQueue *waiter;  /* of who called, or NULL */
} Request;

struct _FilDatabase
{
  FilWorker *worker;
  GAsyncQueue *requests;
  FilDatabaseFailed failed;
  gpointer failed_data;

  /* The store thread's. */
  FilConnection *connection;
  GQueue again; /* Request: removals for which there was no room */
  char *path;   /* or NULL; never changes */
  const FilSchema *schema;
};

static void
request_free (Request *request)
{
  if (request->destroy != NULL)
    request->destroy (request->data);
  g_clear_error (&request->error);
  g_free (request);
}

static void
request_done (gpointer data)
{
  Request *request = data;
  FilDatabase *self = request->database;

  if (request->done != NULL)
    request->done (request->data, request->error);
  else if (request->error != NULL && self->failed != NULL)
    self->failed (request->error, self->failed_data);
}

/* Tells each request how it ended; error takes precedence over what it found itself. */
static void
answer_all (FilDatabase *self,
            GPtrArray *batch,
            const GError *error)
{
  for (guint i = 0; i < batch->len; i++)
    {
      Request *request = batch->pdata[i];

      if (error != NULL && request->error == NULL)
        request->error = g_error_copy (error);
      if (request->is_removal && g_error_matches (request->error, FIL_STORE_ERROR, FIL_STORE_ERROR_FULL))
        {
          g_clear_error (&request->error);
          g_queue_push_tail (&self->again, request);
          continue;
        }
      if (request->waiter != NULL)
        g_async_queue_push (request->waiter, request);
      else
        fil_worker_report (self->worker, request_done, request, (GDestroyNotify) request_free);
    }
  g_ptr_array_set_size (batch, 0);
}

static void
run_request (FilDatabase *self,
             Request *request)
{
  static const char undo[] = "ROLLBACK TO request";

  if (!fil_connection_exec (self->connection, "SAVEPOINT request", &request->error))
    return;
  if (!request->func (self->connection, request->data, &request->error))
    {
      if (request->error == NULL)
        g_set_error_literal (&request->error, FIL_STORE_ERROR, FIL_STORE_ERROR_FAILED, "A request failed.");
      if (!_fil_connection_is_idle (self->connection))
        (void) fil_connection_exec (self->connection, undo, NULL);
    }
  if (!_fil_connection_is_idle (self->connection))
    (void) fil_connection_exec (self->connection, "RELEASE request", NULL);
}

static void
commit (FilDatabase *self,
        GPtrArray *batch)
{
  g_autoptr (GError) error = NULL;

  if (!fil_connection_exec (self->connection, "COMMIT", &error) && !_fil_connection_is_idle (self->connection))
    (void) fil_connection_exec (self->connection, "ROLLBACK", NULL);
  answer_all (self, batch, error);
}

/* Runs what waits in one transaction. A grave error (disk full) ends the transaction under us: then
 * all before it in the batch failed with it, and what comes after gets a new one. */
static void
run_batch (FilDatabase *self,
           Request *first)
{
  g_autoptr (GPtrArray) batch = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  if (!fil_connection_exec (self->connection, "BEGIN IMMEDIATE", &error))
    {
      g_ptr_array_add (batch, first);
      answer_all (self, batch, error);
      return;
    }
  for (Request *request = first; request != NULL;)
    {
      g_ptr_array_add (batch, request);
      run_request (self, request);
      if (_fil_connection_is_idle (self->connection))
        {
          answer_all (self, batch, request->error);
          return;
        }
      if (batch->len == FIL_DATABASE_MAX_BATCH)
        break;
      request = g_async_queue_try_pop (self->requests);
      if (request != NULL && request->is_alone)
        {
          g_async_queue_push_front (self->requests, request);
          break;
        }
    }
  commit (self, batch);
}

static void
run_alone (FilDatabase *self,
           Request *request)
{
  g_autoptr (GPtrArray) batch = g_ptr_array_new ();

  g_ptr_array_add (batch, request);
  (void) request->func (self->connection, request->data, &request->error);
  answer_all (self, batch, NULL);
}

/* What lies in the log goes to where it belongs, which needs no room; then the log is written from its beginning
 * again, where it has room. */
static void
run_again (FilDatabase *self)
{
  Request *request;

  if (self->again.length > 0)
    (void) fil_connection_exec (self->connection, "PRAGMA wal_checkpoint(RESTART)", NULL);
  while ((request = g_queue_pop_head (&self->again)) != NULL)
    {
      request->is_removal = FALSE;
      run_batch (self, request);
    }
}

/* One of these is pushed for each request, and the first takes all. */
static void
drain (gpointer data)
{
  FilDatabase *self = data;
  Request *request = g_async_queue_try_pop (self->requests);

  g_assert (fil_worker_is_current (self->worker));
  if (request == NULL)
    return;
  if (request->is_alone)
    run_alone (self, request);
  else
    run_batch (self, request);
  run_again (self);
}

static void
push (FilDatabase *self,
      Request *request)
{
  g_async_queue_push (self->requests, request);
  fil_worker_push (self->worker, drain, NULL, self, NULL);
}

static gboolean
push_and_wait (FilDatabase *self,
               Request *request,
               GError **error)
{
  g_autoptr (GAsyncQueue) waiter = g_async_queue_new ();
  gboolean is_ok;

  request->waiter = waiter;
  push (self, request);
  g_async_queue_pop (waiter);
  is_ok = request->error == NULL;
  if (!is_ok)
    g_propagate_error (error, g_steal_pointer (&request->error));
  request_free (request);
  return is_ok;
}

static Request *
request_new (FilDatabase *self,
             FilDatabaseFunc func,
             gpointer data)
{
  Request *request = g_new0 (Request, 1);

  request->database = self;
  request->func = func;
  request->data = data;
  return request;
}

/* Whether the file is to be read through: it is small, or a log is still there because the program ended
 * without closing the database. */
static gboolean
wants_check (const char *path)
{
  g_autofree char *wal = path != NULL ? g_strconcat (path, "-wal", NULL) : NULL;
  GStatBuf st;

  if (path == NULL)
    return FALSE;
  return (g_stat (path, &st) == 0 && st.st_size <= FIL_DATABASE_SMALL) || (g_stat (wal, &st) == 0 && st.st_size > 0);
}

static gboolean
open_connection (FilConnection *none,
                 gpointer data,
                 GError **error)
{
  FilDatabase *self = data;
  gboolean is_doubtful = wants_check (self->path);
  g_autoptr (FilConnection) connection = fil_connection_open (self->path, error);

  if (connection == NULL || (is_doubtful && !fil_connection_check (connection, error)) ||
      !fil_schema_migrate (self->schema, connection, self->path, error))
    return FALSE;
  self->connection = g_steal_pointer (&connection);
  return TRUE;
}

static gboolean
close_connection (FilConnection *connection,
                  gpointer data,
                  GError **error)
{
  FilDatabase *self = data;

  g_clear_pointer (&self->connection, fil_connection_free);
  return TRUE;
}

FilDatabase *
_fil_database_open_schema (const char *path,
                           const FilSchema *schema,
                           GError **error)
{
  FilDatabase *self = g_new0 (FilDatabase, 1);
  Request *request;

  self->path = g_strdup (path);
  self->schema = schema;
  self->requests = g_async_queue_new ();
  self->worker = fil_worker_new ("fil-store", FALSE);
  request = request_new (self, open_connection, self);
  request->is_alone = TRUE;
  if (!push_and_wait (self, request, error))
    g_clear_pointer (&self, fil_database_free);
  return self;
}

/**
 * fil_database_open:
 * @path: (nullable): the file, made when missing; NULL for a database in memory
 *
 * Opens the database, reads it through when it is small or was not closed the last time, and brings its
 * tables up to date, waiting for all that. FIL_STORE_ERROR_NEWER and
 * FIL_STORE_ERROR_DAMAGED leave the file as it was.
 *
 * Returns: (transfer full): the database, or NULL with @error set
 */
FilDatabase *
fil_database_open (const char *path,
                   GError **error)
{
  return _fil_database_open_schema (path, &fil_schema, error);
}

/**
 * fil_database_free:
 *
 * Does what waits, closes the file and waits for that. Nothing is answered any more.
 */
void
fil_database_free (FilDatabase *self)
{
  Request *request;

  if (self == NULL)
    return;
  request = request_new (self, close_connection, self);
  request->is_alone = TRUE;
  (void) push_and_wait (self, request, NULL);
  fil_worker_free (self->worker);
  g_async_queue_unref (self->requests);
  g_free (self->path);
  g_free (self);
}

/**
 * fil_database_set_failed_func:
 * @func: (nullable): hears of every failed request that has no FilDatabaseDone
 */
void
fil_database_set_failed_func (FilDatabase *self,
                              FilDatabaseFailed func,
                              gpointer data)
{
  self->failed = func;
  self->failed_data = data;
}

/**
 * fil_database_run:
 * @func: runs on the store thread
 * @done: (nullable): runs in the owner's context once the transaction is committed or has failed
 * @data: for @func, then @done, then @destroy in the owner's context
 * @destroy: (nullable):
 */
void
fil_database_run (FilDatabase *self,
                  FilDatabaseFunc func,
                  FilDatabaseDone done,
                  gpointer data,
                  GDestroyNotify destroy)
{
  Request *request = request_new (self, func, data);

  request->done = done;
  request->destroy = destroy;
  push (self, request);
}

static gboolean
change_nothing (FilConnection *connection,
                gpointer data,
                GError **error)
{
  return TRUE;
}

/**
 * fil_database_when_committed:
 * @done: is called once all that was asked before is committed, or has failed; not after fil_database_free()
 * @destroy: for @data, in any case
 */
void
fil_database_when_committed (FilDatabase *self,
                             FilDatabaseDone done,
                             gpointer data,
                             GDestroyNotify destroy)
{
  fil_database_run (self, change_nothing, done, data, destroy);
}

/**
 * fil_database_remove:
 * @func: deletes rows, or changes some in their place
 *
 * The same as fil_database_run(), on a full disk too.
 */
void
fil_database_remove (FilDatabase *self,
                     FilDatabaseFunc func,
                     gpointer data,
                     GDestroyNotify destroy)
{
  Request *request = request_new (self, func, data);

  request->destroy = destroy;
  request->is_removal = TRUE;
  push (self, request);
}

/**
 * fil_database_call:
 *
 * Runs @func on the store thread after all that waits, and waits for it: for starting and stopping.
 */
gboolean
fil_database_call (FilDatabase *self,
                   FilDatabaseFunc func,
                   gpointer data,
                   GError **error)
{
  return push_and_wait (self, request_new (self, func, data), error);
}

static gboolean
checkpoint (FilConnection *connection,
            gpointer data,
            GError **error)
{
  return fil_connection_exec (connection, "PRAGMA wal_checkpoint(PASSIVE)", error);
}

/**
 * fil_database_flush:
 *
 * Waits until all that was asked is committed and on the disk.
 */
gboolean
fil_database_flush (FilDatabase *self,
                    GError **error)
{
  Request *request = request_new (self, checkpoint, NULL);

  request->is_alone = TRUE;
  return push_and_wait (self, request, error);
}

/* The same as fil_database_run(), outside of a transaction. */
void
_fil_database_run_alone (FilDatabase *self,
                         FilDatabaseFunc func,
                         FilDatabaseDone done,
                         gpointer data,
                         GDestroyNotify destroy)
{
  Request *request = request_new (self, func, data);

  request->done = done;
  request->destroy = destroy;
  request->is_alone = TRUE;
  push (self, request);
}

/**
 * fil_database_set_aside:
 * @path: a database that is not open
 *
 * Moves a damaged database and its log out of the way, overwriting nothing, so that a new one can
 * be made while a person decides.
 *
 * Returns: (transfer full): where it is now
 */
char *
fil_database_set_aside (const char *path,
                        GError **error)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };
  g_autofree char *aside = NULL;
  guint n = 0;

  do
    {
      g_free (aside);
      aside = g_strdup_printf ("%s.damaged-%u", path, ++n);
    }
  while (g_file_test (aside, G_FILE_TEST_EXISTS));
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *from = g_strconcat (path, suffixes[i], NULL);
      g_autofree char *to = g_strconcat (aside, suffixes[i], NULL);

      if (g_rename (from, to) != 0 && i == 0)
        {
          int saved_errno = errno;

          g_set_error (error, FIL_STORE_ERROR, FIL_STORE_ERROR_FAILED, "%s: %s", path, g_strerror (saved_errno));
          return NULL;
        }
    }
  return g_steal_pointer (&aside);
}
