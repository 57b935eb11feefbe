/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "world.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "giv.h"
#include "sha1.h"
#include "tiger-context.h"

/* The disk */

struct _FilPart
{
  GByteArray *bytes;
  GByteArray *pages; /* whether anything was written to each; a part file is sparse */
};

#define PAGE 4096

typedef struct
{
  FilStorageDone done;
  gpointer data;
  FilStorageReply reply;
} Answer;

static void
answer_late (World *self,
             FilStorageDone done,
             gpointer done_data,
             const FilStorageReply *reply)
{
  Answer *late = g_new0 (Answer, 1);

  *late = (Answer){ done, done_data, *reply };
  if (reply->held != NULL)
    late->reply.held = g_array_ref ((GArray *) reply->held);
  g_queue_push_tail (self->answers, late);
}

static void
answer (World *self,
        FilStorageDone done,
        gpointer done_data,
        const FilStorageReply *reply)
{
  if (self->disk_is_slow)
    answer_late (self, done, done_data, reply);
  else
    done (done_data, reply);
}

static void
run_answers (World *self)
{
  guint n = g_queue_get_length (self->answers);

  while (n-- > 0)
    {
      g_autofree Answer *late = g_queue_pop_head (self->answers);

      late->done (late->data, &late->reply);
      if (late->reply.held != NULL)
        g_array_unref ((GArray *) late->reply.held);
    }
}

static void
part_free (FilPart *part)
{
  g_byte_array_unref (part->bytes);
  g_byte_array_unref (part->pages);
  g_free (part);
}

static void
note_pages (FilPart *part,
            guint64 offset,
            gsize len)
{
  guint end = (guint) ((offset + len + PAGE - 1) / PAGE);

  if (part->pages->len < end)
    {
      guint old = part->pages->len;

      g_byte_array_set_size (part->pages, end);
      memset (part->pages->data + old, 0, end - old);
    }
  memset (part->pages->data + offset / PAGE, 1, end - offset / PAGE);
}

/* What a file system tells: whole pages. */
static GArray *
held_ranges (const FilPart *part)
{
  GArray *held = g_array_new (FALSE, FALSE, sizeof (FilRange));

  for (guint i = 0; i < part->pages->len; i++)
    {
      FilRange page = { (guint64) i * PAGE, MIN ((guint64) (i + 1) * PAGE, part->bytes->len) };
      FilRange *last = held->len > 0 ? &g_array_index (held, FilRange, held->len - 1) : NULL;

      if (part->pages->data[i] == 0)
        continue;
      if (last != NULL && last->end == page.start)
        last->end = page.end;
      else
        g_array_append_val (held, page);
    }
  return held;
}

static void
disk_open (gpointer data,
           const FilStorageSought *sought,
           FilStorageDone done,
           gpointer done_data)
{
  World *self = data;
  FilStorageReply reply = { .status = self->disk_status };
  FilPart *part = g_hash_table_lookup (self->disk, &sought->id);
  g_autofree char *path = g_strdup_printf ("/downloads/%s", sought->name);
  g_autoptr (GArray) held = part != NULL ? held_ranges (part) : NULL;

  if (reply.status == FIL_STORAGE_OK && part == NULL && sought->sha1 != NULL &&
      g_hash_table_contains (self->done, path))
    {
      reply.path = g_intern_string (path);
    }
  else if (reply.status == FIL_STORAGE_OK)
    {
      reply.held = held;
      reply.existed = part != NULL;
      if (part == NULL)
        {
          part = g_new0 (FilPart, 1);
          part->bytes = g_byte_array_new ();
          part->pages = g_byte_array_new ();
          g_hash_table_insert (self->disk, g_memdup2 (&sought->id, sizeof sought->id), part);
        }
      reply.part = part;
    }
  answer (self, done, done_data, &reply);
}

static void
disk_write (gpointer data,
            FilPart *part,
            guint64 offset,
            const guint8 *bytes,
            gsize len,
            FilStorageDone done,
            gpointer done_data)
{
  World *self = data;
  FilStorageReply reply = { .status = self->disk_status };

  g_assert_cmpuint (len, >, 0);
  g_assert_cmpuint (len, <=, FIL_BUFFER_SIZE);
  if (reply.status == FIL_STORAGE_OK)
    {
      if (part->bytes->len < offset + len)
        {
          guint old = part->bytes->len;

          g_byte_array_set_size (part->bytes, (guint) (offset + len));
          memset (part->bytes->data + old, 0, part->bytes->len - old);
        }
      memcpy (part->bytes->data + offset, bytes, len);
      note_pages (part, offset, len);
      self->writes++;
    }
  answer (self, done, done_data, &reply);
}

static void
disk_sync (gpointer data,
           FilPart *part,
           FilStorageDone done,
           gpointer done_data)
{
  World *self = data;
  FilStorageReply reply = { .status = FIL_STORAGE_OK };

  self->syncs++;
  answer (self, done, done_data, &reply);
}

static void
disk_check (gpointer data,
            FilPart *part,
            FilRange range,
            FilStorageDone done,
            gpointer done_data)
{
  World *self = data;
  FilStorageReply reply = { .status = self->check_status };

  g_assert_nonnull (part);
  g_assert_cmpuint (part->bytes->len, >=, range.end);
  fil_tth_of (&reply.tth, part->bytes->data + range.start, fil_range_len (range));
  self->checks++;
  if (self->checks_are_stuck)
    answer_late (self, done, done_data, &reply);
  else
    answer (self, done, done_data, &reply);
}

static void
disk_follow (gpointer data,
             FilPart *part,
             guint64 end,
             guint64 size,
             gboolean with_tree)
{
  g_assert_cmpuint (part->bytes->len, >=, end);
  g_assert_cmpuint (end, <=, size);
}

static void
disk_hash (gpointer data,
           FilPart *part,
           guint64 size,
           gboolean with_tree,
           FilStorageDone done,
           gpointer done_data)
{
  FilStorageReply reply = { .status = FIL_STORAGE_OK };

  ((World *) data)->hashes++;
  g_assert_cmpuint (part->bytes->len, >=, size);
  fil_sha1_of (&reply.sha1, part->bytes->data, size);
  reply.has_tth = with_tree;
  if (with_tree)
    fil_tth_of (&reply.tth, part->bytes->data, size);
  answer (data, done, done_data, &reply);
}

static void
disk_finish (gpointer data,
             FilPart *part,
             guint64 size,
             const char *name,
             FilStorageDone done,
             gpointer done_data)
{
  World *self = data;
  FilStorageReply reply = { .status = self->disk_status };

  if (reply.status == FIL_STORAGE_OK)
    {
      g_autofree char *path = g_strdup_printf ("/downloads/%s", name);

      g_assert_false (g_hash_table_contains (self->done, path));
      g_hash_table_insert (self->done, g_strdup (path), g_bytes_new (part->bytes->data, size));
      reply.path = g_intern_string (path);
    }
  answer (self, done, done_data, &reply);
}

static void
disk_close (gpointer data,
            FilPart *part)
{
}

static void
disk_discard (gpointer data,
              gint64 id,
              FilPart *part)
{
  World *self = data;

  g_hash_table_remove (self->disk, &id);
}

static const FilStorage disk = {
  .open = disk_open,
  .write = disk_write,
  .sync = disk_sync,
  .check = disk_check,
  .follow = disk_follow,
  .hash = disk_hash,
  .finish = disk_finish,
  .close = disk_close,
  .discard = disk_discard,
};

/* The wire */

typedef struct
{
  FilSession *sessions[2]; /* 0: the downloads', 1: the host's */
  GByteArray *waiting[2];  /* bytes that the session did not take yet */
  FilShaperClient shaper;  /* of what comes to the downloads */
  Host *host;
  guint64 sent;            /* by the host */
} Link;

static void
link_free (Link *self)
{
  fil_shaper_client_clear (&self->shaper);
  for (guint i = 0; i < 2; i++)
    {
      fil_session_free (self->sessions[i]);
      g_byte_array_unref (self->waiting[i]);
    }
  g_free (self);
}

static void feed_waiting (Link *self, guint i, gint64 now_us);

static void
link_ready (gpointer data,
            FilWay way)
{
  Link *self = data;

  feed_waiting (self, 0, self->host->world->now_us);
}

static Link *
link_new (World *world,
          Host *host,
          FilSession *ours,
          FilSession *theirs)
{
  Link *self = g_new0 (Link, 1);

  self->sessions[0] = ours;
  self->sessions[1] = theirs;
  self->host = host;
  for (guint i = 0; i < 2; i++)
    self->waiting[i] = g_byte_array_new ();
  fil_shaper_client_init (&self->shaper, world->shaper, FIL_TRAFFIC_TRANSFER, link_ready, self);
  g_ptr_array_add (world->links, self);
  return self;
}

/* How much the limits let in to session i; as the pump, it asks for more than there is. */
static gsize
may_feed (Link *self,
          guint i,
          gint64 now_us)
{
  gsize most;

  if (self->waiting[i]->len == 0 || self->sessions[i]->is_closed)
    return 0;
  if (i == 1)
    return self->waiting[i]->len;
  fil_shaper_client_set_group (&self->shaper, self->sessions[0]->group);
  most = fil_shaper_ask (&self->shaper, FIL_WAY_IN, 64 * 1024, now_us);
  fil_session_set_held (self->sessions[0], most == 0, now_us);
  return MIN (most, self->waiting[i]->len);
}

static void
feed_waiting (Link *self,
              guint i,
              gint64 now_us)
{
  gsize most, used;

  while ((most = may_feed (self, i, now_us)) > 0)
    {
      used = fil_session_feed (self->sessions[i], self->waiting[i]->data, most, now_us);
      g_assert_cmpuint (used, <=, most);
      g_byte_array_remove_range (self->waiting[i], 0, (guint) used);
      if (i == 0)
        fil_shaper_spend (&self->shaper, FIL_WAY_IN, used, now_us);
      if (used < most)
        return;
    }
}

/* Moves at most most bytes from session i to the other one. */
static gboolean
move_bytes (Link *self,
            guint i,
            guint64 *most,
            gint64 now_us)
{
  static guint8 block[256 * 1024];
  FilOutput out;

  feed_waiting (self, 1 - i, now_us);
  /* What does not fit into the other one's socket buffer stays here. */
  if (*most == 0 || self->waiting[1 - i]->len >= 64 * 1024 ||
      !fil_session_output (self->sessions[i], &out, now_us))
    return FALSE;
  out.len = MIN (MIN (out.len, sizeof block), *most);
  if (out.bytes != NULL)
    memcpy (block, out.bytes, out.len);
  else
    g_assert_cmpint (pread (out.fd, block, out.len, out.offset), ==, (gssize) out.len);
  fil_session_sent (self->sessions[i], out.len, now_us);
  *most -= out.len;
  if (i == 1)
    {
      self->sent += out.len;
      self->host->sent += out.len;
    }
  g_byte_array_append (self->waiting[1 - i], block, (guint) out.len);
  feed_waiting (self, 1 - i, now_us);
  return TRUE;
}

static guint64
host_may_send (const Link *self)
{
  guint64 most = self->host->bytes_per_step > 0 ? self->host->bytes_per_step : G_MAXUINT64;

  if (self->host->stall_after > 0)
    most = MIN (most, self->host->stall_after - MIN (self->sent, self->host->stall_after));
  if (self->host->cut_after > 0)
    most = MIN (most, self->host->cut_after - MIN (self->sent, self->host->cut_after));
  return most;
}

/* FALSE: the link is over. */
static gboolean
link_step (Link *self,
           gint64 now_us)
{
  guint64 from_us = G_MAXUINT64;
  guint64 from_host = host_may_send (self);
  gboolean moved = TRUE;

  for (guint i = 0; i < 2; i++)
    if (fil_session_wake (self->sessions[i]) <= now_us)
      fil_session_tick (self->sessions[i], now_us);
  while (moved)
    {
      moved = move_bytes (self, 0, &from_us, now_us);
      moved = move_bytes (self, 1, &from_host, now_us) || moved;
      if (self->sessions[0]->abort || self->sessions[1]->abort)
        break;
    }
  if (self->host->cut_after > 0 && self->sent >= self->host->cut_after)
    {
      fil_session_hung_up (self->sessions[0], "connection reset", now_us);
      fil_session_hung_up (self->sessions[1], "connection reset", now_us);
    }
  /* What is on its way arrives, before the end does. */
  if (self->sessions[1]->is_closed && !self->sessions[0]->is_closed && self->waiting[0]->len > 0 &&
      self->sessions[0]->held_since_us != FIL_NEVER)
    return TRUE;
  for (guint i = 0; i < 2; i++)
    if (self->sessions[i]->is_closed)
      {
        fil_session_hung_up (self->sessions[1 - i], NULL, now_us);
        return FALSE;
      }
  return TRUE;
}

/* A host that speaks for itself */

typedef struct
{
  FilSession session;
  Host *host;
  GString *request;
  GByteArray *out;
  gboolean closes;
} Raw;

static gsize
raw_feed (FilSession *session,
          const guint8 *bytes,
          gsize len,
          gint64 now_us)
{
  Raw *self = (Raw *) session;
  char *end;

  g_string_append_len (self->request, (const char *) bytes, (gssize) len);
  while (!self->closes && (end = strstr (self->request->str, "\r\n\r\n")) != NULL)
    {
      g_autofree char *head = g_strndup (self->request->str, (gsize) (end - self->request->str) + 4);

      g_string_erase (self->request, 0, (gssize) strlen (head));
      self->host->requests++;
      g_free (self->host->last_request);
      self->host->last_request = g_strdup (head);
      self->closes = !self->host->reply (self->host, head, self->out);
    }
  return len;
}

static gboolean
raw_output (FilSession *session,
            FilOutput *out,
            gint64 now_us)
{
  Raw *self = (Raw *) session;

  out->bytes = self->out->data;
  out->len = self->out->len;
  return out->len > 0;
}

static void
raw_sent (FilSession *session,
          gsize len,
          gint64 now_us)
{
  Raw *self = (Raw *) session;

  g_byte_array_remove_range (self->out, 0, (guint) len);
  if (self->out->len == 0 && self->closes)
    fil_session_close (session, "done");
}

static void
raw_free (FilSession *session)
{
  Raw *self = (Raw *) session;

  g_string_free (self->request, TRUE);
  g_byte_array_unref (self->out);
  g_free (self);
}

static FilSession *
raw_new (Host *host)
{
  static const FilSessionClass klass = {
    .name = "raw", .feed = raw_feed, .output = raw_output, .sent = raw_sent, .free = raw_free
  };
  Raw *self = g_new0 (Raw, 1);

  fil_session_init (&self->session, &klass);
  self->host = host;
  self->request = g_string_new (NULL);
  self->out = g_byte_array_new ();
  return &self->session;
}

/* Hosts */

static FilSession *
host_session (Host *host)
{
  host->connects++;
  if (host->reply != NULL)
    return raw_new (host);
  return fil_uploads_accept (host->uploads, &host->world->own, host->world->now_us);
}

/* One descriptor for all hosts that have the same bytes. */
static int
file_of (World *world,
         GBytes *content)
{
  gsize size;
  const void *bytes = g_bytes_get_data (content, &size);
  int fd = GPOINTER_TO_INT (g_hash_table_lookup (world->files, content)) - 1;

  if (fd >= 0)
    return fd;
  fd = memfd_create ("shared", MFD_CLOEXEC);
  g_assert_cmpint (write (fd, bytes, size), ==, (gssize) size);
  g_hash_table_insert (world->files, content, GINT_TO_POINTER (fd + 1));
  return fd;
}

static void
close_file (gpointer fd)
{
  close (GPOINTER_TO_INT (fd) - 1);
}

static FilTigerTree *
tree_of (GBytes *content)
{
  gsize size;
  const void *bytes = g_bytes_get_data (content, &size);
  g_autoptr (FilTigerContext) context = fil_tiger_context_new (FIL_TIGER_MIN_NODE_SIZE);

  fil_tiger_context_update (context, bytes, size);
  return fil_tiger_context_finish (context);
}

static void
host_tree (gpointer data,
           const FilUrn *urn,
           FilSharedTree done,
           gpointer done_data)
{
  Host *host = data;
  g_autoptr (FilTigerTree) tree = host->tree_of != NULL ? tree_of (host->tree_of) : NULL;

  host->trees++;
  done (done_data, tree);
}

static void
host_open (gpointer data,
           const FilSharedWanted *wanted,
           FilSharedOpened done,
           gpointer done_data)
{
  Host *host = data;
  FilShared *shared;

  host->requests++;
  shared = g_new0 (FilShared, 1);
  shared->fd = dup (file_of (host->world, host->content));
  g_assert_cmpint (shared->fd, >=, 0);
  shared->size = g_bytes_get_size (host->content);
  shared->name = g_strdup ("file");
  /* A host says what it was asked for: a liar would. */
  shared->sha1 = wanted->urn.sha1;
  shared->has_sha1 = wanted->urn.has_sha1;
  if (host->tree_of != NULL)
    {
      g_autoptr (FilTigerTree) tree = tree_of (host->tree_of);

      shared->tth = *fil_tiger_tree_root (tree);
      shared->has_tth = shared->has_tree = TRUE;
    }
  done (done_data, FIL_SHARED_OK, shared);
}

static gboolean
host_check (gpointer data,
            FilShared *shared)
{
  return !((Host *) data)->changed_on_disk;
}

static void
host_close (gpointer data,
            FilShared *shared)
{
  close (shared->fd);
  g_free (shared->name);
  g_free (shared);
}

static void
host_dial (gpointer data,
           const FilEndpoint *to,
           gboolean tls,
           FilSession *session)
{
  Host *host = data;
  World *world = host->world;
  g_autofree char *line = NULL;
  FilOutput out;
  FilQueueCall call;
  FilGiv giv;
  FilSession *ours;

  if (!fil_endpoint_equal (to, &world->own) && host->dialled != NULL)
    {
      g_ptr_array_add (host->dialled, session);
      return;
    }
  if (!fil_endpoint_equal (to, &world->own))
    {
      fil_session_hung_up (session, "connection refused", world->now_us);
      fil_session_free (session);
      return;
    }
  g_assert_true (fil_session_output (session, &out, world->now_us));
  line = g_strndup ((const char *) out.bytes, out.len);
  *strpbrk (line, "\r\n") = '\0';
  if (fil_queue_call_parse (&call, line))
    ours = fil_downloads_called (world->downloads, call.id, &host->endpoint, world->now_us);
  else
    {
      g_assert_true (fil_giv_parse (&giv, line));
      ours = fil_downloads_giv (world->downloads, &giv.guid, giv.index, &host->endpoint, world->now_us);
      host->givs += ours != NULL;
    }
  if (ours == NULL)
    {
      fil_session_hung_up (session, "closed", world->now_us);
      fil_session_free (session);
      return;
    }
  host->connects++;
  host->calls_by_tls = tls;
  link_new (world, host, ours, session);
}

static gboolean
host_may_dial (gpointer data,
               const FilEndpoint *to)
{
  return TRUE;
}

static void
host_make_guid (gpointer data,
                FilGuid *guid)
{
  fil_guid_random (guid, ((Host *) data)->world->random);
}

static void
host_row (gpointer data,
          gint64 id)
{
}

static void
host_served (gpointer data,
             const FilUploadRow *row)
{
}

static void
host_describe (gpointer data,
               FilPushSelf *self)
{
  *self = ((Host *) data)->self;
}

static const FilUploadsDelegate host_delegate = {
  .describe = host_describe,
  .open = host_open,
  .check = host_check,
  .close = host_close,
  .tree = host_tree,
  .make_guid = host_make_guid,
  .dial = host_dial,
  .may_dial = host_may_dial,
  .changed = host_row,
  .removed = host_row,
  .served = host_served,
};

static void
host_free (Host *host)
{
  g_clear_pointer (&host->dialled, g_ptr_array_unref);
  fil_uploads_free (host->uploads);
  g_bytes_unref (host->content);
  g_free (host->last_request);
  g_free (host);
}

Host *
world_add_host (World *self,
                const char *address,
                GBytes *content)
{
  Host *host = g_new0 (Host, 1);

  host->world = self;
  g_assert_true (fil_endpoint_parse (&host->endpoint, address, -1, 0));
  memset (host->guid.bytes, (int) self->hosts->len + 1, sizeof host->guid.bytes);
  host->content = g_bytes_ref (content);
  host->uploads = fil_uploads_new (&host_delegate, host, "Test/1.0", 1);
  fil_uploads_set_guid (host->uploads, &host->guid);
  g_ptr_array_add (self->hosts, host);
  return host;
}

/* What the downloads ask of the node */

static Host *
find_host (World *self,
           const FilEndpoint *endpoint)
{
  for (guint i = 0; i < self->hosts->len; i++)
    {
      Host *host = g_ptr_array_index (self->hosts, i);

      if (fil_endpoint_equal (&host->endpoint, endpoint))
        return host;
    }
  return NULL;
}

static void
node_dial (gpointer data,
           const FilEndpoint *to,
           gboolean tls,
           FilSession *session)
{
  World *self = data;
  Host *host = find_host (self, to);
  FilSession *theirs = NULL;

  self->dials++;
  self->dialled_tls = tls;
  if (host != NULL && host->is_silent)
    {
      /* Never answers: kept, so that it can be dropped. */
      Link *link = link_new (self, host, session, raw_new (host));

      host->connects++;
      link->sent = G_MAXUINT64;
      return;
    }
  if (host != NULL && !host->is_firewalled && !host->is_away)
    theirs = host_session (host);
  if (theirs == NULL)
    {
      fil_session_hung_up (session, "connection refused", self->now_us);
      fil_session_free (session);
      return;
    }
  link_new (self, host, session, theirs);
}

static gboolean
node_push (gpointer data,
           const FilPush *push,
           const FilGuid *muid,
           FilPushWay way,
           const FilEndpoint *to)
{
  World *self = data;
  SentPush sent = { .push = *push, .muid = *muid, .way = way, .sent_us = self->now_us };

  if (way == FIL_PUSH_WAY_ROUTE && !self->has_route)
    return FALSE;
  if (to != NULL)
    sent.to = *to;
  g_array_append_val (self->pushes, sent);
  return TRUE;
}

static void
node_call_at (gpointer data,
              FilPush *push)
{
  World *self = data;

  push->endpoint = self->own;
  push->endpoint6 = self->own6;
  push->port = self->own.port;
}

static void
node_describe (gpointer data,
               FilPushSelf *self)
{
  *self = ((World *) data)->self;
}

static void
node_make_guid (gpointer data,
                FilGuid *guid)
{
  fil_guid_random (guid, ((World *) data)->random);
}

static void
node_push_step (gpointer data,
                const FilGuid *servent,
                const char *what,
                const FilEndpoint *peer,
                const char *detail)
{
  g_ptr_array_add (((World *) data)->steps, g_strdup_printf ("%s: %s", what, detail));
}

/* A host hears of each push once, whatever way it came. */
static gboolean
is_repeated (World *self,
             guint i)
{
  const SentPush *push = &g_array_index (self->pushes, SentPush, i);

  for (guint j = 0; j < i; j++)
    if (fil_guid_equal (&g_array_index (self->pushes, SentPush, j).muid, &push->muid))
      return TRUE;
  return FALSE;
}

static void
deliver_pushes (World *self)
{
  for (; self->delivered < self->pushes->len; self->delivered++)
    {
      FilPush push = g_array_index (self->pushes, SentPush, self->delivered).push;
      gboolean repeated = is_repeated (self, self->delivered);

      for (guint i = 0; i < self->hosts->len; i++)
        {
          Host *host = g_ptr_array_index (self->hosts, i);

          if (!fil_guid_equal (&host->guid, &push.target))
            continue;
          host->pushes++;
          if (host->is_firewalled && !host->is_away && !repeated && !self->loses_pushes)
            fil_uploads_push (host->uploads, &self->own, push.index, push.tls, self->now_us);
        }
    }
}

static gboolean
node_is_reachable (gpointer data)
{
  return ((World *) data)->is_reachable;
}

static const FilNatSide *
node_nat (gpointer data)
{
  static const FilNatSide side = { .udp = { FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_PORT, 0 } };

  return ((World *) data)->can_punch ? &side : NULL;
}

static gboolean
node_punch (gpointer data,
            const FilDownload *download,
            const FilFileSource *source)
{
  World *self = data;

  self->punches++;
  self->punched = source->guid;
  return TRUE;
}

static void
node_stop_punch (gpointer data,
                 const FilGuid *guid)
{
  World *self = data;

  g_assert_true (fil_guid_equal (guid, &self->punched));
  self->stopped_punches++;
}

static gboolean
node_may_dial (gpointer data,
               const FilEndpoint *to)
{
  return to->port >= 1024;
}

static void
node_quiet (gpointer data)
{
  ((World *) data)->n_quiet++;
}

static void
node_seen_as (gpointer data,
              const FilEndpoint *by,
              const FilEndpoint *address)
{
  World *self = data;

  self->told_address++;
  self->seen_as = *address;
}

static void
node_answered (gpointer data,
               const FilEndpoint *from)
{
  World *self = data;

  self->answered++;
  self->last_answered = *from;
}

/* An answer to a HEAD ping, a step later. */
typedef struct
{
  FilGuid ping;
  Host *host;
} Pong;

static gboolean
node_ping (gpointer data,
           const FilEndpoint *to,
           const FilSha1 *sha1,
           FilGuid *muid)
{
  World *self = data;
  Host *host = find_host (self, to);
  Pong pong = { .host = host };

  memset (muid->bytes, 0x99, sizeof muid->bytes);
  memcpy (muid->bytes, &self->n_pings, sizeof self->n_pings);
  self->n_pings++;
  if (host == NULL)
    return TRUE;
  host->pings++;
  pong.ping = *muid;
  if (host->answers_pings)
    g_array_append_val (self->pongs, pong);
  return TRUE;
}

static void
run_pongs (World *self)
{
  g_autoptr (GArray) pongs = g_array_copy (self->pongs);

  g_array_set_size (self->pongs, 0);
  for (guint i = 0; i < pongs->len; i++)
    {
      const Pong *pong = &g_array_index (pongs, Pong, i);
      FilEndpoint other = pong->host->endpoint;

      /* Nobody else can answer for it. */
      other.port++;
      g_assert_true (fil_downloads_pong (self->downloads, &pong->ping, &other, &(FilHeadPong){ 0 }, self->now_us));
      g_assert_true (fil_downloads_pong (self->downloads, &pong->ping, &pong->host->endpoint, &pong->host->pong,
                                         self->now_us));
      g_assert_false (fil_downloads_pong (self->downloads, &pong->ping, &pong->host->endpoint, &pong->host->pong,
                                          self->now_us));
    }
}

static gboolean
node_own_place (gpointer data,
                const FilDownload *download,
                FilHost *place)
{
  World *self = data;

  *place = (FilHost){ .endpoint = self->own };
  return self->shares_parts;
}

static gboolean
node_search (gpointer data,
             const FilDownload *download)
{
  ((World *) data)->searches++;
  return TRUE;
}

static void
node_changed (gpointer data,
              const FilDownload *download)
{
  if (download->state == FIL_DOWNLOAD_STATE_SEARCHING || download->state == FIL_DOWNLOAD_STATE_PAUSED ||
      download->state == FIL_DOWNLOAD_STATE_FAILED)
    g_assert_cmpstr (download->reason, >, "");
}

static void
saved_free (Saved *saved)
{
  g_free (saved->name);
  g_free (saved->reason_code);
  g_free (saved->received);
  g_free (saved->verified);
  g_free (saved->path);
  g_free (saved);
}

static void
node_save (gpointer data,
           const FilDownloadRecord *record)
{
  World *self = data;
  const Saved *before = g_hash_table_lookup (self->records, &record->spec.id);
  Saved *saved;

  if (self->forgets_done && record->state == FIL_DOWNLOAD_STATE_DONE)
    return;
  saved = g_new0 (Saved, 1);
  saved->spec = record->spec;
  saved->name = g_strdup (record->spec.name);
  saved->spec.name = saved->name;
  saved->state = record->state;
  saved->reason_code = g_strdup (record->reason_code);
  saved->received = g_strdup (record->received);
  saved->verified = g_strdup (record->verified);
  saved->path = g_strdup (record->path);
  saved->saves = before != NULL ? before->saves + 1 : 1;
  saved->n_sources = record->n_sources;
  saved->n_proxies = record->n_sources > 0 ? record->sources[0]->n_proxies : 0;
  g_hash_table_replace (self->records, g_memdup2 (&record->spec.id, sizeof (gint64)), saved);
}

static void
node_save_tree (gpointer data,
                const FilDownload *download,
                const FilTigerTree *tree)
{
  World *self = data;

  if (tree != NULL)
    g_hash_table_replace (self->trees, g_memdup2 (&download->id, sizeof (gint64)),
                          fil_tiger_tree_ref ((FilTigerTree *) tree));
  else
    g_hash_table_remove (self->trees, &download->id);
}

static void
node_wrong_bytes (gpointer data,
                  const FilDownload *download,
                  const FilFileSource *source,
                  gboolean is_liar)
{
  if (is_liar)
    ((World *) data)->liars++;
}

static void
node_finished (gpointer data,
               const FilDownload *download)
{
  g_assert_nonnull (download->path);
  ((World *) data)->finished++;
}

static gboolean
node_make_room (gpointer data,
                const FilDownload *download)
{
  World *self = data;

  if (self->spare == 0)
    return FALSE;
  self->spare--;
  self->disk_status = FIL_STORAGE_OK;
  return TRUE;
}

static void
node_reschedule (gpointer data)
{
}

static gint64
node_wall (gpointer data)
{
  return 1700000000;
}

static const FilDownloadsDelegate node = {
  .dial = node_dial,
  .push = node_push,
  .call_at = node_call_at,
  .describe = node_describe,
  .make_guid = node_make_guid,
  .dial_proxy = node_dial,
  .push_step = node_push_step,
  .is_reachable = node_is_reachable,
  .nat = node_nat,
  .punch = node_punch,
  .stop_punch = node_stop_punch,
  .may_dial = node_may_dial,
  .answered = node_answered,
  .ping = node_ping,
  .own_place = node_own_place,
  .quiet = node_quiet,
  .seen_as = node_seen_as,
  .search = node_search,
  .changed = node_changed,
  .save = node_save,
  .save_tree = node_save_tree,
  .wrong_bytes = node_wrong_bytes,
  .finished = node_finished,
  .make_room = node_make_room,
  .reschedule = node_reschedule,
  .wall = node_wall,
};

World *
world_new (void)
{
  World *self = g_new0 (World, 1);

  self->now_us = 1000 * FIL_SEC;
  self->timers = fil_timer_queue_new ();
  self->shaper = fil_shaper_new (self->timers);
  g_assert_true (fil_endpoint_parse (&self->own, "24.0.0.1:6346", -1, 0));
  self->is_reachable = TRUE;
  self->has_route = TRUE;
  self->pushes = g_array_new (FALSE, FALSE, sizeof (SentPush));
  self->steps = g_ptr_array_new_with_free_func (g_free);
  self->random = fil_random_new_seeded ((guint64) g_test_rand_int ());
  self->hosts = g_ptr_array_new_with_free_func ((GDestroyNotify) host_free);
  self->links = g_ptr_array_new_with_free_func ((GDestroyNotify) link_free);
  self->disk = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) part_free);
  self->done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->records = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) saved_free);
  self->trees = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) fil_tiger_tree_unref);
  self->answers = g_queue_new ();
  self->files = g_hash_table_new_full (NULL, NULL, NULL, close_file);
  self->mesh = fil_mesh_new ();
  self->pongs = g_array_new (FALSE, FALSE, sizeof (Pong));
  self->downloads = fil_downloads_new (&node, self, &disk, self, "Filbert/test");
  fil_downloads_set_mesh (self->downloads, self->mesh);
  return self;
}

void
world_free (World *self)
{
  fil_downloads_free (self->downloads);
  while (!g_queue_is_empty (self->answers))
    run_answers (self);
  fil_mesh_free (self->mesh);
  g_array_unref (self->pongs);
  g_ptr_array_unref (self->links);
  g_ptr_array_unref (self->hosts);
  fil_shaper_free (self->shaper);
  fil_timer_queue_free (self->timers);
  g_hash_table_unref (self->files);
  g_hash_table_unref (self->disk);
  g_hash_table_unref (self->done);
  g_hash_table_unref (self->records);
  g_hash_table_unref (self->trees);
  g_queue_free (self->answers);
  g_array_unref (self->pushes);
  g_ptr_array_unref (self->steps);
  fil_random_free (self->random);
  g_free (self);
}

gint64
world_add (World *self,
           gint64 id,
           GBytes *content)
{
  gsize size;
  const void *bytes = g_bytes_get_data (content, &size);
  g_autofree char *name = g_strdup_printf ("file %d", (int) id);
  FilDownloadSpec spec = { .id = id, .name = name, .size = size, .has_size = TRUE, .has_sha1 = TRUE };

  fil_sha1_of (&spec.sha1, bytes, size);
  g_assert_nonnull (fil_downloads_add (self->downloads, &spec, self->now_us));
  return id;
}

void
world_add_source (World *self,
                  gint64 id,
                  Host *host)
{
  FilSourceSpec spec = {
    .endpoint = host->endpoint,
    .guid = host->guid,
    .needs_push = host->is_firewalled,
  };

  fil_downloads_add_source (self->downloads, id, &spec, self->now_us);
}

/* A source of which only the GUID and the push proxies are known. */
void
world_add_pushed (World *self,
                  gint64 id,
                  Host *host,
                  const FilHost *proxies,
                  guint n_proxies)
{
  FilSourceSpec spec = {
    .guid = host->guid,
    .proxies = proxies,
    .n_proxies = n_proxies,
    .needs_push = TRUE,
  };

  fil_downloads_add_source (self->downloads, id, &spec, self->now_us);
}

/* Nobody can connect to the host, and it takes our offers. */
void
world_add_punched (World *self,
                   gint64 id,
                   Host *host)
{
  FilHost proxy = { .endpoint = fil_endpoint_v4 ((const guint8[]){ 27, 0, 0, 1 }, 6346) };
  FilSourceSpec spec = { .guid = host->guid, .proxies = &proxy, .n_proxies = 1, .needs_push = TRUE };

  spec.punch = (FilPunchHint){ .can_punch = TRUE, .knows_offers = TRUE };
  spec.punch.nat.udp = (FilNatClass){ FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_PORT, 0 };
  fil_downloads_add_source (self->downloads, id, &spec, self->now_us);
}

/* A way to the host stands. Returns whether anything is to be fetched over it. */
gboolean
world_open_way (World *self,
                Host *host)
{
  FilSession *ours = fil_downloads_punched (self->downloads, &host->guid, 0, &host->endpoint, self->now_us);

  if (ours == NULL)
    return FALSE;
  link_new (self, host, ours, fil_uploads_punched (host->uploads, &self->own, self->now_us));
  return TRUE;
}

/* Connections that share the limit of that group. */
guint
world_count_links (World *self,
                   guint64 group)
{
  guint n = 0;

  for (guint i = 0; i < self->links->len; i++)
    n += ((const Link *) g_ptr_array_index (self->links, i))->sessions[0]->group == group;
  return n;
}

/* How often that happened on the way of pushes. */
guint
world_count_steps (World *self,
                   const char *step)
{
  guint n = 0;

  for (guint i = 0; i < self->steps->len; i++)
    n += g_str_has_prefix (self->steps->pdata[i], step);
  return n;
}

void
world_step (World *self)
{
  self->now_us += WORLD_STEP_US;
  fil_timer_queue_run (self->timers, self->now_us);
  run_pongs (self);
  deliver_pushes (self);
  for (guint i = self->links->len; i > 0; i--)
    {
      Link *link = g_ptr_array_index (self->links, i - 1);
      gboolean lives;

      if (link->sent == G_MAXUINT64)
        lives = !link->sessions[0]->is_closed;
      else
        lives = link_step (link, self->now_us);
      if (!lives)
        g_ptr_array_remove_index (self->links, i - 1);
    }
  if (!self->disk_is_stuck && !self->checks_are_stuck)
    run_answers (self);
  for (guint i = 0; i < self->hosts->len; i++)
    {
      FilUploads *uploads = ((Host *) g_ptr_array_index (self->hosts, i))->uploads;

      if (fil_uploads_wake (uploads) <= self->now_us)
        fil_uploads_tick (uploads, self->now_us);
    }
  for (guint i = 0; i < 100 && fil_downloads_wake (self->downloads) <= self->now_us; i++)
    {
      g_assert_cmpuint (i, <, 99);
      fil_downloads_tick (self->downloads, self->now_us);
    }
  for (guint i = self->links->len; i > 0; i--)
    if (((Link *) g_ptr_array_index (self->links, i - 1))->sessions[0]->is_closed)
      g_ptr_array_remove_index (self->links, i - 1);
}

gboolean
world_run_until (World *self,
                 FilDownload *download,
                 FilDownloadState state,
                 guint seconds)
{
  for (guint i = 0; i < seconds * 10 && download->state != state; i++)
    world_step (self);
  return download->state == state;
}

void
world_run (World *self,
           guint seconds)
{
  for (guint i = 0; i < seconds * 10; i++)
    world_step (self);
}

/* The node ends, killed or not, and a new one takes up what was saved. */
void
world_restart (World *self,
               gboolean orderly)
{
  GHashTableIter iter;
  gpointer value;

  if (orderly)
    {
      fil_downloads_shutdown (self->downloads, self->now_us);
      while (!fil_downloads_is_settled (self->downloads))
        run_answers (self);
    }
  fil_downloads_free (self->downloads);
  while (!g_queue_is_empty (self->answers))
    run_answers (self);
  g_ptr_array_set_size (self->links, 0);
  self->downloads = fil_downloads_new (&node, self, &disk, self, "Filbert/test");
  fil_downloads_set_mesh (self->downloads, self->mesh);
  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Saved *saved = value;
      FilDownloadRecord record = {
        .spec = saved->spec,
        .state = saved->state,
        .reason_code = saved->reason_code,
        .received = saved->received,
        .verified = saved->verified,
        .tree = g_hash_table_lookup (self->trees, &saved->spec.id),
        .path = saved->path,
      };

      g_assert_nonnull (fil_downloads_restore (self->downloads, &record, self->now_us));
    }
}

/* Somebody changes a byte of the part file. */
void
world_spoil (World *self,
             gint64 id,
             gsize at)
{
  FilPart *part = g_hash_table_lookup (self->disk, &id);

  /* What was never written is nothing that could change. */
  if (at < part->bytes->len)
    part->bytes->data[at] ^= 1;
}

void
world_assert_done (World *self,
                   gint64 id,
                   GBytes *content)
{
  FilDownload *download = fil_downloads_get (self->downloads, id);
  GBytes *file;

  g_assert_nonnull (download);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_DONE);
  file = g_hash_table_lookup (self->done, download->path);
  g_assert_nonnull (file);
  g_assert_true (g_bytes_equal (file, content));
  g_assert_cmpuint (fil_download_verified_bytes (download), ==, g_bytes_get_size (content));
}

GBytes *
test_content (gsize len,
              guint64 seed)
{
  g_autoptr (FilRandom) chance = fil_random_new_seeded (seed);
  guint8 *bytes = g_malloc (MAX (len, 1));

  fil_random_bytes (chance, bytes, len);
  return g_bytes_new_take (bytes, len);
}

GBytes *
test_corrupted (GBytes *content,
                gsize at)
{
  gsize size;
  const void *bytes = g_bytes_get_data (content, &size);
  guint8 *copy = g_memdup2 (bytes, size);

  copy[at] ^= 1;
  return g_bytes_new_take (copy, size);
}
