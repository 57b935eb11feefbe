/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hasher.h"

#include "io-buffer.h"
#include "safe-open.h"
#include "scanner.h"
#include "sha1.h"
#include "tiger-context.h"
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK (256 * 1024)
#define N_CHUNKS 4

/* A buffer that two threads pass to and fro; len 0 is the end. */
typedef struct
{
  gsize len;
  FilIoBuffer *bytes; /* owned; CHUNK of them */
} Chunk;

typedef struct
{
  FilTigerContext *context;
  GAsyncQueue *full;
  GAsyncQueue *empty;
} TreeThread;

typedef struct
{
  FilHasher *hasher;
  char *root;
  FilFileRow *row;
  FilTigerTree *tree;
  GError *error;
  gint is_cancelled; /* atomic */
  FilHashed func;
  gpointer data;
} Job;

struct _FilHasher
{
  FilWorker *worker;
  Job *current;     /* not owned: the worker's */
  guint64 progress; /* atomic; bytes of the current file that are hashed */
};

static Chunk *
chunk_new (void)
{
  Chunk *chunk = g_new0 (Chunk, 1);

  chunk->bytes = fil_io_buffer_new (CHUNK);
  return chunk;
}

static void
chunk_free (gpointer data)
{
  Chunk *chunk = data;

  fil_io_buffer_free (chunk->bytes);
  g_free (chunk);
}

static gpointer
tree_thread (gpointer data)
{
  TreeThread *tree = data;

  for (;;)
    {
      Chunk *chunk = g_async_queue_pop (tree->full);
      gsize len = chunk->len;

      fil_tiger_context_update (tree->context, chunk->bytes, len);
      g_async_queue_push (tree->empty, chunk);
      if (len == 0)
        return NULL;
    }
}

static gssize
read_chunk (int fd,
            Chunk *chunk)
{
  gssize n;

  do
    n = read (fd, chunk->bytes, CHUNK);
  while (n < 0 && errno == EINTR);
  chunk->len = n > 0 ? (gsize) n : 0;
  return n;
}

static gboolean
check_cancelled (const gint *is_cancelled,
                 GError **error)
{
  if (is_cancelled == NULL || g_atomic_int_get (is_cancelled) == 0)
    return FALSE;
  g_set_error_literal (error, FIL_FILES_ERROR, FIL_FILES_ERROR_CANCELLED, _ ("Hashing was stopped."));
  return TRUE;
}

/* Reads to the end. With a full queue each chunk goes to the other thread for the tree, and comes
 * back by the empty queue. */
static gboolean
read_all (int fd,
          const gint *is_cancelled,
          guint64 *progress,
          const char *name,
          FilSha1Context *sha1,
          TreeThread *tree,
          gboolean has_thread,
          GError **error)
{
  for (;;)
    {
      Chunk *chunk = g_async_queue_pop (tree->empty);
      gssize n = check_cancelled (is_cancelled, error) ? 0 : read_chunk (fd, chunk);
      int saved_errno = errno;

      if (n <= 0)
        {
          chunk->len = 0;
          g_async_queue_push (has_thread ? tree->full : tree->empty, chunk);
          if (n < 0)
            fil_files_set_error (error, saved_errno, name);
          return n == 0 && (is_cancelled == NULL || g_atomic_int_get (is_cancelled) == 0);
        }
      if (has_thread)
        {
          /* The other thread is at the tree of the chunk before. */
          fil_sha1_context_update (sha1, chunk->bytes, (gsize) n);
          g_async_queue_push (tree->full, chunk);
        }
      else
        {
          fil_sha1_context_update (sha1, chunk->bytes, (gsize) n);
          fil_tiger_context_update (tree->context, chunk->bytes, (gsize) n);
          g_async_queue_push (tree->empty, chunk);
        }
      if (progress != NULL)
        __atomic_fetch_add (progress, (guint64) n, __ATOMIC_RELAXED);
    }
}

/**
 * fil_hash_fd:
 * @fd: a regular file; read from where it stands to the end
 * @name: for messages
 * @is_cancelled: (nullable): looked at atomically
 * @progress: (nullable): bytes are added to it atomically
 * @sha1: (out):
 * @tree: (out) (transfer full):
 *
 * Computes both hashes in one pass over the file. Blocks; for a worker's thread.
 */
gboolean
fil_hash_fd (int fd,
             const char *name,
             const gint *is_cancelled,
             guint64 *progress,
             FilSha1 *sha1,
             FilTigerTree **tree,
             GError **error)
{
  g_autoptr (FilSha1Context) sha1_context = fil_sha1_context_new ();
  TreeThread tree_state = { .full = g_async_queue_new (), .empty = g_async_queue_new_full (chunk_free) };
  GThread *thread = NULL;
  struct stat st;
  gboolean is_ok;

  *tree = NULL;
  if (fstat (fd, &st) != 0)
    st.st_size = 0;
  tree_state.context = fil_tiger_context_new (fil_tiger_kept_node_size ((guint64) st.st_size));
  (void) posix_fadvise (fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  for (guint i = 0; i < (st.st_size > CHUNK ? N_CHUNKS : 1); i++)
    g_async_queue_push (tree_state.empty, chunk_new ());
  if (st.st_size >= FIL_HASHER_TWO_THREADS && g_get_num_processors () > 1)
    thread = g_thread_try_new ("fil-hash-tree", tree_thread, &tree_state, NULL);

  is_ok = read_all (fd, is_cancelled, progress, name, sha1_context, &tree_state, thread != NULL, error);
  if (thread != NULL)
    g_thread_join (thread);
  if (is_ok)
    {
      fil_sha1_context_finish (sha1_context, sha1);
      *tree = fil_tiger_context_finish (tree_state.context);
    }
  fil_tiger_context_free (tree_state.context);
  g_async_queue_unref (tree_state.full);
  g_async_queue_unref (tree_state.empty);
  return is_ok;
}

static void
job_free (Job *job)
{
  g_free (job->root);
  g_free (job->row);
  g_clear_pointer (&job->tree, fil_tiger_tree_unref);
  g_clear_error (&job->error);
  g_free (job);
}

/* Whether the file stayed as it was while it was read. */
static gboolean
try_once (Job *job,
          gboolean *has_changed,
          GError **error)
{
  int fd = fil_open_beneath (job->root, job->row->path, error);
  gboolean is_ok = FALSE;
  struct stat st;

  *has_changed = FALSE;
  if (fd < 0)
    return FALSE;
  if (fstat (fd, &st) == 0)
    {
      fil_file_row_set_stat (job->row, &st);
      __atomic_store_n (&job->hasher->progress, 0, __ATOMIC_RELAXED);
      is_ok = fil_hash_fd (fd, job->row->path, &job->is_cancelled, &job->hasher->progress, &job->row->sha1,
                           &job->tree, error);
      *has_changed = is_ok && (!fil_check_same_file (fd, job->row, NULL) ||
                               fil_tiger_tree_file_size (job->tree) != job->row->size);
      /* What was read once is not read again soon: leave the memory to others. */
      (void) posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED);
    }
  else
    fil_files_set_error (error, errno, job->row->path);
  close (fd);
  return is_ok;
}

static void
run (gpointer data)
{
  Job *job = data;
  gboolean has_changed = TRUE;

  g_assert (fil_worker_is_current (job->hasher->worker));
  for (guint i = 0; i < FIL_HASHER_MAX_TRIES && has_changed; i++)
    {
      g_clear_pointer (&job->tree, fil_tiger_tree_unref);
      if (!try_once (job, &has_changed, &job->error))
        return;
    }
  if (has_changed)
    {
      g_clear_pointer (&job->tree, fil_tiger_tree_unref);
      fil_files_set_error (&job->error, ELOOP, job->row->path);
      return;
    }
  job->row->tth = *fil_tiger_tree_root (job->tree);
}

static void
done (gpointer data)
{
  Job *job = data;

  job->hasher->current = NULL;
  job->func (job->row, job->tree, job->error, job->data);
}

/**
 * fil_hasher_new:
 *
 * Returns: (transfer full): a hasher with nothing to do
 */
FilHasher *
fil_hasher_new (void)
{
  FilHasher *self = g_new0 (FilHasher, 1);

  self->worker = fil_worker_new ("fil-hash", TRUE);
  return self;
}

/**
 * fil_hasher_free:
 *
 * Stops within one read of the disk; nobody is told.
 */
void
fil_hasher_free (FilHasher *self)
{
  if (self == NULL)
    return;
  fil_hasher_cancel (self);
  fil_worker_free (self->worker);
  g_free (self);
}

/**
 * fil_hasher_start:
 * @root: the shared folder
 * @row: copied; only its path counts
 * @func: told of the end
 *
 * Hashes a file. Only one at a time: see fil_hasher_is_busy().
 */
void
fil_hasher_start (FilHasher *self,
                  const char *root,
                  const FilFileRow *row,
                  FilHashed func,
                  gpointer data)
{
  Job *job = g_new0 (Job, 1);

  g_return_if_fail (self->current == NULL);
  job->hasher = self;
  job->root = g_strdup (root);
  job->row = fil_file_row_copy (row);
  job->func = func;
  job->data = data;
  self->current = job;
  fil_worker_push (self->worker, run, done, job, (GDestroyNotify) job_free);
}

/**
 * fil_hasher_cancel:
 *
 * Stops the file that is hashed now; its func is told of FIL_FILES_ERROR_CANCELLED.
 */
void
fil_hasher_cancel (FilHasher *self)
{
  if (self->current != NULL)
    g_atomic_int_set (&self->current->is_cancelled, 1);
}

gboolean
fil_hasher_is_busy (const FilHasher *self)
{
  return self->current != NULL;
}

/**
 * fil_hasher_progress:
 *
 * Returns: bytes of the current file that are hashed
 */
guint64
fil_hasher_progress (const FilHasher *self)
{
  return self->current != NULL ? __atomic_load_n (&self->progress, __ATOMIC_RELAXED) : 0;
}
