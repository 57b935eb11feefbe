/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "part-hash.h"

#include "disk-private.h"
#include "io-buffer.h"
#include "sha1.h"
#include "tiger-context.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Small enough to be hashed out of the processor's second cache, and for malloc() to have it at hand: twice as much would
 * be mapped anew for each range, with a page fault for each page. */
#define CHUNK (64 * 1024)

/* A hash along the file; each belongs to one thread. */
typedef struct
{
  FilSha1Context *sha1;   /* the one or the other */
  FilTigerContext *tiger;
  guint64 at;             /* bytes that went in */
  guint64 size;           /* of the file, as the tree's row was chosen for */
} Line;

/* What both threads use; lives as long as any request. */
typedef struct
{
  gatomicrefcount refs;
  int fd;
  char *path;
  Line sha1;
  Line tree;
} Shared;

struct _FilPartHash
{
  FilDisk *disk;
  Shared *shared;
  guint64 followed; /* as the owner asked */
  gboolean follows_tree;
  guint n_refs;     /* the owner, and each request that is to be answered */
  gboolean is_freed;
};

typedef struct
{
  FilPartHash *file; /* NULL: nobody waits */
  Shared *shared;
  Line *line;
  guint64 start;
  guint64 end;
  guint64 size;
  FilTth hash;
  GError *error;
  FilPartChecked checked;
  gpointer data;
} Request;

/* Both halves of the end. */
typedef struct
{
  FilPartHash *file;
  Shared *shared;
  guint64 size;
  guint n_running;     /* halves that are not done */
  guint n_refs;        /* … or not forgotten */
  FilSha1 sha1;
  struct stat stat;
  FilTigerTree *tree;
  GError *errors[2]; /* one for each thread */
  FilPartHashesDone func;
  gpointer data;
} Finish;

static void
line_reset (Line *line)
{
  g_clear_pointer (&line->sha1, fil_sha1_context_free);
  g_clear_pointer (&line->tiger, fil_tiger_context_free);
  line->at = 0;
}

static Shared *
shared_ref (Shared *shared)
{
  g_atomic_ref_count_inc (&shared->refs);
  return shared;
}

static void
shared_unref (Shared *shared)
{
  if (!g_atomic_ref_count_dec (&shared->refs))
    return;
  line_reset (&shared->sha1);
  line_reset (&shared->tree);
  if (shared->fd >= 0)
    close (shared->fd);
  g_free (shared->path);
  g_free (shared);
}

static void
unref (FilPartHash *self)
{
  if (--self->n_refs == 0)
    g_free (self);
}

/**
 * fil_part_hash_new:
 * @fd: (transfer full): the file, to be read
 * @path: for messages
 *
 * Returns: (transfer full): hashes that have seen no byte
 */
FilPartHash *
fil_part_hash_new (FilDisk *disk,
                   int fd,
                   const char *path)
{
  FilPartHash *self = g_new0 (FilPartHash, 1);

  self->disk = disk;
  self->n_refs = 1;
  self->shared = g_new0 (Shared, 1);
  g_atomic_ref_count_init (&self->shared->refs);
  self->shared->fd = fd;
  self->shared->path = g_strdup (path);
  return self;
}

/**
 * fil_part_hash_free:
 *
 * What was asked is still worked out, but nobody is told. May be called from an answer.
 */
void
fil_part_hash_free (FilPartHash *self)
{
  if (self == NULL)
    return;
  self->is_freed = TRUE;
  shared_unref (g_steal_pointer (&self->shared));
  unref (self);
}

/**
 * fil_part_hash_dup:
 *
 * Returns: another descriptor of the file, or -1
 */
int
fil_part_hash_dup (FilPartHash *self)
{
  return fcntl (self->shared->fd, F_DUPFD_CLOEXEC, 3);
}

typedef void (*Take) (gpointer context, const void *bytes, gsize len);

/* Gives the bytes of a range to a hash. */
static gboolean
read_range (const Shared *shared,
            guint64 start,
            guint64 end,
            Take take,
            gpointer context,
            GError **error)
{
  g_autoptr (FilIoBuffer) buffer = fil_io_buffer_new ((gsize) MIN (CHUNK, MAX (end - start, 1)));

  while (start < end)
    {
      gssize n = pread (shared->fd, buffer, (gsize) MIN (CHUNK, end - start), (goffset) start);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          fil_files_set_error (error, n < 0 ? errno : ELOOP, shared->path);
          return FALSE;
        }
      take (context, buffer, (gsize) n);
      start += (guint64) n;
    }
  return TRUE;
}

/* Takes a line up to end. */
static gboolean
line_advance (Line *line,
              const Shared *shared,
              guint64 end,
              guint64 size,
              GError **error)
{
  gboolean is_tree = line == &shared->tree;
  gboolean is_ok;

  if (line->at > end || (is_tree && line->size != size))
    line_reset (line);
  line->size = size;
  if (is_tree && line->tiger == NULL)
    line->tiger = fil_tiger_context_new (fil_tiger_kept_node_size (size));
  if (!is_tree && line->sha1 == NULL)
    line->sha1 = fil_sha1_context_new ();
  if (is_tree)
    is_ok = read_range (shared, line->at, end, (Take) fil_tiger_context_update, line->tiger, error);
  else
    is_ok = read_range (shared, line->at, end, (Take) fil_sha1_context_update, line->sha1, error);
  if (is_ok)
    line->at = end;
  else
    line_reset (line);
  return is_ok;
}

static Request *
request_new (FilPartHash *self,
             Line *line)
{
  Request *request = g_new0 (Request, 1);

  request->shared = shared_ref (self->shared);
  request->line = line;
  return request;
}

static void
request_free (Request *request)
{
  if (request->file != NULL)
    unref (request->file);
  shared_unref (request->shared);
  g_clear_error (&request->error);
  g_free (request);
}

/* Trouble shows again when the end is asked for. */
static void
run_follow (gpointer data)
{
  Request *request = data;

  (void) !line_advance (request->line, request->shared, request->end, request->size, NULL);
}

static void
push_follow (FilPartHash *self,
             FilWorker *worker,
             Line *line,
             guint64 end,
             guint64 size)
{
  Request *request = request_new (self, line);

  request->end = end;
  request->size = size;
  fil_worker_push (worker, run_follow, NULL, request, (GDestroyNotify) request_free);
}

/**
 * fil_part_hash_follow:
 * @end: the bytes before this are there and, as far as is known, right
 * @size: of the whole file
 * @with_tree: whether the tree is wanted too; the last word counts
 *
 * Hashes ahead, so that little is left to do at the end.
 */
void
fil_part_hash_follow (FilPartHash *self,
                      guint64 end,
                      guint64 size,
                      gboolean with_tree)
{
  if (end <= self->followed && with_tree == self->follows_tree)
    return;
  self->followed = MAX (self->followed, end);
  self->follows_tree = with_tree;
  push_follow (self, _fil_disk_sha1_worker (self->disk), &self->shared->sha1, self->followed, size);
  if (with_tree)
    push_follow (self, _fil_disk_tree_worker (self->disk), &self->shared->tree, self->followed, size);
}

static void
run_reset (gpointer data)
{
  line_reset (((Request *) data)->line);
}

/**
 * fil_part_hash_rewritten:
 *
 * A byte at @offset is about to change: what was hashed ahead of it is worth nothing.
 */
void
fil_part_hash_rewritten (FilPartHash *self,
                         guint64 offset)
{
  if (offset >= self->followed)
    return;
  self->followed = 0;
  fil_worker_push (_fil_disk_sha1_worker (self->disk), run_reset, NULL, request_new (self, &self->shared->sha1),
                   (GDestroyNotify) request_free);
  fil_worker_push (_fil_disk_tree_worker (self->disk), run_reset, NULL, request_new (self, &self->shared->tree),
                   (GDestroyNotify) request_free);
}

static void
run_check (gpointer data)
{
  Request *request = data;
  g_autoptr (FilTigerContext) context = fil_tiger_context_new (FIL_TIGER_MIN_NODE_SIZE);

  if (read_range (request->shared, request->start, request->end, (Take) fil_tiger_context_update, context,
                  &request->error))
    fil_tiger_context_finish_root (context, &request->hash);
}

static void
check_done (gpointer data)
{
  Request *request = data;

  if (!request->file->is_freed)
    request->checked (request->data, request->error == NULL ? &request->hash : NULL, request->error);
}

/**
 * fil_part_hash_check:
 * @start: first byte under a node of a tree
 * @end: the byte after the last under that node
 *
 * Tells the hash of what lies there.
 */
void
fil_part_hash_check (FilPartHash *self,
                     guint64 start,
                     guint64 end,
                     FilPartChecked func,
                     gpointer data)
{
  Request *request = request_new (self, NULL);

  request->file = self;
  self->n_refs++;
  request->start = start;
  request->end = end;
  request->checked = func;
  request->data = data;
  fil_worker_push (_fil_disk_tree_worker (self->disk), run_check, check_done, request,
                   (GDestroyNotify) request_free);
}

static void
finish_half (gpointer data)
{
  Finish *finish = data;
  FilPartHashes hashes;
  const GError *error;

  if (--finish->n_running > 0)
    return;
  error = finish->errors[0] != NULL ? finish->errors[0] : finish->errors[1];
  hashes = (FilPartHashes){ .sha1 = finish->sha1, .tree = finish->tree, .stat = finish->stat };
  if (!finish->file->is_freed)
    finish->func (finish->data, error == NULL ? &hashes : NULL, error);
}

static void
finish_half_free (gpointer data)
{
  Finish *finish = data;

  if (--finish->n_refs > 0)
    return;
  unref (finish->file);
  shared_unref (finish->shared);
  g_clear_pointer (&finish->tree, fil_tiger_tree_unref);
  g_clear_error (&finish->errors[0]);
  g_clear_error (&finish->errors[1]);
  g_free (finish);
}

static void
run_finish_sha1 (gpointer data)
{
  Finish *finish = data;
  Line *line = &finish->shared->sha1;

  if (!line_advance (line, finish->shared, finish->size, finish->size, &finish->errors[0]))
    return;
  fil_sha1_context_finish (line->sha1, &finish->sha1);
  line_reset (line);
  if (fstat (finish->shared->fd, &finish->stat) != 0)
    fil_files_set_error (&finish->errors[0], errno, finish->shared->path);
}

static void
run_finish_tree (gpointer data)
{
  Finish *finish = data;
  Line *line = &finish->shared->tree;

  if (!line_advance (line, finish->shared, finish->size, finish->size, &finish->errors[1]))
    return;
  finish->tree = fil_tiger_context_finish (line->tiger);
  line_reset (line);
}

/**
 * fil_part_hash_finish:
 * @size: of the whole file, which is all there
 * @with_tree: whether the tree is wanted
 *
 * Hashes what is not hashed yet, and tells.
 */
void
fil_part_hash_finish (FilPartHash *self,
                      guint64 size,
                      gboolean with_tree,
                      FilPartHashesDone func,
                      gpointer data)
{
  Finish *finish = g_new0 (Finish, 1);

  finish->file = self;
  self->n_refs++;
  self->followed = 0;
  finish->shared = shared_ref (self->shared);
  finish->size = size;
  finish->n_running = finish->n_refs = with_tree ? 2 : 1;
  finish->func = func;
  finish->data = data;
  if (with_tree)
    fil_worker_push (_fil_disk_tree_worker (self->disk), run_finish_tree, finish_half, finish, finish_half_free);
  fil_worker_push (_fil_disk_sha1_worker (self->disk), run_finish_sha1, finish_half, finish, finish_half_free);
}
