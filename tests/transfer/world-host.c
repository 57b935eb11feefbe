/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "world-private.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "giv.h"
#include "sha1.h"
#include "tiger-context.h"

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

FilSession *
_host_raw_new (Host *host)
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

/* The range that is asked for, with its last byte. */
void
host_asked (const char *request,
            guint64 *first,
            guint64 *last)
{
  const char *range = strstr (request, "\r\nRange: bytes=");

  g_assert_nonnull (range);
  g_assert_cmpint (sscanf (range, "\r\nRange: bytes=%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, first, last), ==, 2);
}

void
host_say (GByteArray *out,
          const char *text)
{
  g_byte_array_append (out, (const guint8 *) text, (guint) strlen (text));
}

static void
replace_number (GString *text,
                const char *place,
                guint64 number)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, number);

  g_string_replace (text, place, digits, 0);
}

/* A head, and the bytes that it names. Of the head {a} and {b} are the first and the last byte, {l} is how many there
 * are, and {n} is the size of the file. */
void
host_say_bytes (Host *host,
                GByteArray *out,
                const char *head,
                guint64 first,
                guint64 last)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (host->content, &size);
  g_autoptr (GString) text = g_string_new (head);

  replace_number (text, "{a}", first);
  replace_number (text, "{b}", last);
  replace_number (text, "{l}", last - first + 1);
  replace_number (text, "{n}", size);
  g_byte_array_append (out, (const guint8 *) text->str, (guint) text->len);
  g_byte_array_append (out, bytes + first, (guint) (last - first + 1));
}

/* As it should be, with more headers. */
void
host_say_part (Host *host,
               GByteArray *out,
               const char *headers,
               guint64 first,
               guint64 last)
{
  static const char begin[] = "HTTP/1.1 206 OK\r\nContent-Length: {l}\r\nContent-Range: bytes {a}-{b}/{n}\r\n";
  g_autofree char *head = g_strconcat (begin, headers, "\r\n", NULL);

  host_say_bytes (host, out, head, first, last);
}

/* What was asked for. */
void
host_serve (Host *host,
            const char *request,
            GByteArray *out,
            const char *headers)
{
  guint64 first, last;

  host_asked (request, &first, &last);
  host_say_part (host, out, headers, first, last);
}

/* One that keeps the rules */

FilSession *
_host_session (Host *host)
{
  host->connects++;
  if (host->reply != NULL)
    return _host_raw_new (host);
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

void
_world_close_file (gpointer fd)
{
  close (GPOINTER_TO_INT (fd) - 1);
}

/* Hashed once, however often it is asked for. */
static FilTigerTree *
tree_of (World *world,
         GBytes *content)
{
  FilTigerTree *tree = g_hash_table_lookup (world->hashed, content);
  g_autoptr (FilTigerContext) context = NULL;
  gsize size;
  const void *bytes = g_bytes_get_data (content, &size);

  if (tree != NULL)
    return tree;
  context = fil_tiger_context_new (FIL_TIGER_MIN_NODE_SIZE);
  fil_tiger_context_update (context, bytes, size);
  tree = fil_tiger_context_finish (context);
  g_hash_table_insert (world->hashed, g_bytes_ref (content), tree);
  return tree;
}

static void
host_tree (gpointer data,
           const FilUrn *urn,
           FilSharedTree done,
           gpointer done_data)
{
  Host *host = data;

  host->trees++;
  done (done_data, host->tree_of != NULL ? tree_of (host->world, host->tree_of) : NULL);
}

static GBytes *
content_of (const Host *host,
            const FilSharedWanted *wanted)
{
  FilSha1 sha1;
  gsize size;
  const void *bytes;

  if (host->second == NULL)
    return host->content;
  bytes = g_bytes_get_data (host->second, &size);
  fil_sha1_of (&sha1, bytes, size);
  return fil_sha1_equal (&sha1, &wanted->urn.sha1) ? host->second : host->content;
}

static void
host_open (gpointer data,
           const FilSharedWanted *wanted,
           FilSharedOpened done,
           gpointer done_data)
{
  Host *host = data;
  GBytes *content = content_of (host, wanted);
  FilShared *shared;

  host->requests++;
  shared = g_new0 (FilShared, 1);
  shared->fd = dup (file_of (host->world, content));
  g_assert_cmpint (shared->fd, >=, 0);
  shared->size = g_bytes_get_size (content);
  shared->name = g_strdup ("file");
  /* A host says what it was asked for: a liar would. */
  shared->sha1 = wanted->urn.sha1;
  shared->has_sha1 = wanted->urn.has_sha1;
  if (host->tree_of != NULL)
    {
      shared->tth = *fil_tiger_tree_root (tree_of (host->world, host->tree_of));
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
  _world_connect (world, host, ours, session);
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

void
_host_free (gpointer data)
{
  Host *host = data;

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
