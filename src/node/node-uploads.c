/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "uploads.h"

/* What others get from us: shared files, what is there of downloads, and connections to those who ask by PUSH. */

/* An open shared file, and what it was when it was opened. */
typedef struct
{
  FilShared shared;
  struct stat opened;
  gint64 download; /* 0: it is in the library */
} OpenFile;

/* Serving */

static guint32
find_wanted (FilNode *self,
             const FilSharedWanted *wanted)
{
  const char *name;

  if (wanted->urn.has_sha1)
    return fil_library_find (self->library, &wanted->urn.sha1);
  name = fil_library_display_name (self->library, wanted->index);
  return name != NULL && g_strcmp0 (name, wanted->name) == 0 ? wanted->index : 0;
}

static void
open_partial (FilNode *self,
              const FilUrn *urn,
              FilSharedOpened done,
              gpointer done_data)
{
  OpenFile *file = g_new0 (OpenFile, 1);

  if (urn->has_sha1 && _fil_node_partial_open (self, urn, &file->shared, &file->download))
    {
      done (done_data, FIL_SHARED_OK, &file->shared);
      return;
    }
  g_free (file);
  done (done_data, FIL_SHARED_NOT_FOUND, NULL);
}

static void
delegate_open (gpointer data,
               const FilSharedWanted *wanted,
               FilSharedOpened done,
               gpointer done_data)
{
  FilNode *self = data;
  guint32 index = self->is_sharing_paused ? 0 : find_wanted (self, wanted);
  const FilFileRow *row = index != 0 ? fil_library_get (self->library, index) : NULL;
  g_autoptr (GError) error = NULL;
  OpenFile *file;
  int fd;

  if (row == NULL)
    {
      open_partial (self, &wanted->urn, done, done_data);
      return;
    }
  if (wanted->urn.has_tth && !fil_tth_equal (&wanted->urn.tth, &row->tth))
    {
      done (done_data, FIL_SHARED_NOT_FOUND, NULL);
      return;
    }
  fd = fil_library_open (self->library, index, &error);
  if (fd < 0)
    {
      g_info ("%s", error->message);
      done (done_data, FIL_SHARED_NOT_FOUND, NULL);
      return;
    }

  file = g_new0 (OpenFile, 1);
  file->shared.fd = fd;
  file->shared.size = row->size;
  file->shared.name = g_strdup (fil_library_display_name (self->library, index));
  file->shared.sha1 = row->sha1;
  file->shared.tth = row->tth;
  file->shared.has_sha1 = TRUE;
  file->shared.has_tth = TRUE;
  file->shared.has_tree = TRUE;
  if (fstat (fd, &file->opened) != 0)
    g_warning ("fstat: %s", g_strerror (errno));
  done (done_data, FIL_SHARED_OK, &file->shared);
}

static gboolean
delegate_check (gpointer data,
                FilShared *shared)
{
  const OpenFile *file = (OpenFile *) shared;
  struct stat now;

  if (file->download != 0)
    return _fil_node_partial_check (data, file->download, shared);
  return fstat (shared->fd, &now) == 0 && now.st_size == file->opened.st_size &&
         now.st_ctim.tv_sec == file->opened.st_ctim.tv_sec && now.st_ctim.tv_nsec == file->opened.st_ctim.tv_nsec;
}

static void
delegate_close (gpointer data,
                FilShared *shared)
{
  close (shared->fd);
  g_clear_pointer (&shared->available, g_array_unref);
  g_free (shared->name);
  g_free (shared);
}

/* Comes back from the database with the tree. */
typedef struct
{
  FilSharedTree done;
  gpointer done_data;
} TreeAsked;

static void
tree_loaded (FilTigerTree *tree,
             gpointer data)
{
  g_autofree TreeAsked *asked = data;

  asked->done (asked->done_data, tree);
}

static void
delegate_tree (gpointer data,
               const FilUrn *urn,
               FilSharedTree done,
               gpointer done_data)
{
  FilNode *self = data;
  guint32 index = self->is_sharing_paused ? 0 : fil_library_find (self->library, &urn->sha1);
  TreeAsked *asked;

  if (index == 0)
    {
      done (done_data, NULL);
      return;
    }
  asked = g_new0 (TreeAsked, 1);
  *asked = (TreeAsked){ done, done_data };
  fil_library_load_tree (self->library, index, tree_loaded, asked);
}

/* What is no file */

/* A downloader asks us to pass a PUSH on to one of our leaves (push.md §2). */
static guint
pass_push (gpointer data,
           const FilPush *push)
{
  FilNode *self = data;

  switch (fil_overlay_proxy_push (self->overlay, push, _fil_node_now (self)))
    {
    case FIL_PUSH_SENT_DIRECT:
      return 202;
    case FIL_PUSH_SENT_ROUTED:
      return 203;
    case FIL_PUSH_SENT_NOT:
      return 410;
    case FIL_PUSH_SENT_REFUSED:
    default:
      return 503;
    }
}

static gboolean
delegate_page (gpointer data,
               const FilPageRequest *request,
               FilPageReply *reply)
{
  FilNode *self = data;

  if (strcmp (request->target, "/") != 0 && !g_str_has_prefix (request->target, "/?"))
    return FALSE;
  _fil_node_listing_page (self, request, reply);
  return TRUE;
}

static void
delegate_reschedule (gpointer data)
{
  FilNode *self = data;

  if (!self->is_stopped)
    fil_timer_set (self->uploads_timer, fil_uploads_wake (self->uploads));
}

static void
uploads_cb (gpointer data,
            gint64 now_us)
{
  FilNode *self = data;

  fil_uploads_tick (self->uploads, now_us);
  fil_timer_set (self->uploads_timer, fil_uploads_wake (self->uploads));
}

static void
delegate_dial (gpointer data,
               const FilEndpoint *to,
               gboolean tls,
               FilSession *session)
{
  _fil_node_dial (data, to, FIL_DIAL_PUSH, FIL_GATE_PUSH, tls, FIL_TRAFFIC_TRANSFER, session);
}

static gboolean
delegate_may_dial (gpointer data,
                   const FilEndpoint *to)
{
  FilNode *self = data;

  return fil_gate_judge (self->gate, to, FIL_GATE_PUSH) == FIL_GATE_OPEN;
}

static void
delegate_heard (gpointer data,
                const FilSha1 *file,
                const FilMeshPlace *place)
{
  _fil_node_partial_heard (data, file, place);
}

static void
delegate_changed (gpointer data,
                  gint64 number)
{
  FilNode *self = data;

  _fil_node_touch (self, FIL_LIST_UPLOADS, fil_id_map_add (self->upload_ids, number));
  _fil_node_mark_status (self);
}

static void
delegate_removed (gpointer data,
                  gint64 number)
{
  FilNode *self = data;
  gint64 id = fil_id_map_remove (self->upload_ids, number);

  if (id != 0)
    _fil_node_gone (self, FIL_LIST_UPLOADS, id);
  _fil_node_mark_status (self);
}

static void
delegate_limit (gpointer data,
                guint64 group,
                gint64 bytes_per_s)
{
  FilNode *self = data;

  fil_shaper_set_group_limit (self->shaper, group, FIL_WAY_OUT, bytes_per_s, _fil_node_now (self));
}

static void
delegate_served (gpointer data,
                 const FilUploadRow *row)
{
  FilNode *self = data;
  guint32 index = row->has_sha1 ? fil_library_find (self->library, &row->sha1) : 0;

  if (index != 0)
    fil_library_count (self->library, index, 0, 1);
  /* Whoever had us called took the file there: that address is no victim. */
  if (row->reach == FIL_SOURCE_PUSH)
    fil_gate_answered (self->gate, &row->peer);
}

static const FilUploadsDelegate uploads_delegate = {
  .open = delegate_open,
  .check = delegate_check,
  .close = delegate_close,
  .tree = delegate_tree,
  .page = delegate_page,
  .more = _fil_node_listing_more,
  .describe = _fil_node_push_describe,
  .make_guid = _fil_node_push_make_guid,
  .reschedule = delegate_reschedule,
  .dial = delegate_dial,
  .may_dial = delegate_may_dial,
  .heard = delegate_heard,
  .changed = delegate_changed,
  .removed = delegate_removed,
  .limit = delegate_limit,
  .served = delegate_served,
};

/**
 * _fil_node_uploads_start:
 *
 * Prepares to serve shared files.
 */
void
_fil_node_uploads_start (FilNode *self)
{
  self->uploads = fil_uploads_new (&uploads_delegate, self, self->user_agent, 1);
  self->uploads_timer = fil_timer_new (fil_reactor_timers (self->reactor), uploads_cb, self);
  self->push_proxy = fil_push_proxy_new (pass_push, self, self->user_agent);
  fil_uploads_set_mesh (self->uploads, self->mesh);
  fil_uploads_set_guid (self->uploads, &self->guid);
  fil_uploads_set_private (self->uploads, self->is_private);
}

gboolean
fil_node_get_upload (FilNode *self,
                     gint64 id,
                     FilUploadInfo *info)
{
  static const char *const states[] = {
    [FIL_UPLOAD_QUEUED] = "queued",
    [FIL_UPLOAD_WAITING] = "waiting",
    [FIL_UPLOAD_SENDING] = "sending",
    [FIL_UPLOAD_DONE] = "done",
    [FIL_UPLOAD_FAILED] = "failed",
  };
  FilUploadRow row;
  gint64 number;

  if (!fil_id_map_number (self->upload_ids, id, &number) ||
      !fil_uploads_get (self->uploads, number, _fil_node_now (self), &row))
    return FALSE;
  *info = (FilUploadInfo){
    .id = id,
    .name = row.name,
    .peer = _fil_node_lend_endpoint (self, &row.peer),
    .state = states[row.state],
    .sent_bytes = row.sent_bytes,
    .size = row.size,
    .bps = row.bps,
    .reach = (FilReach) row.reach,
    .queue_position = row.queue_position,
    .limit_bps = row.limit_bps,
  };
  return TRUE;
}

/**
 * fil_node_set_upload_limit:
 * @id: of an upload
 * @bytes_per_s: beside the limit for all uploads and instead of the one of each transfer; 0: none of its own
 *
 * Limits how fast that file goes to that host, over all its connections, as long as the list has a row of the two.
 */
gboolean
fil_node_set_upload_limit (FilNode *self,
                           gint64 id,
                           gint64 bytes_per_s,
                           GError **error)
{
  gint64 number;

  if (!_fil_node_check_limit (bytes_per_s, error))
    return FALSE;
  if (!fil_id_map_number (self->upload_ids, id, &number) ||
      !fil_uploads_set_limit (self->uploads, number, bytes_per_s))
    return _fil_node_not_found (error, _("There is no upload %s."), id);
  return TRUE;
}

/* A PUSH for us */

static void
follow_push (FilNode *self,
             const FilPush *push,
             const FilEndpoint *to)
{
  char text[FIL_ENDPOINT_TEXT_LEN];

  g_info ("push for us: connect to %s", fil_endpoint_to_text (to, text));
  fil_uploads_push (self->uploads, to, push->index, push->tls, _fil_node_now (self));
}

/**
 * _fil_node_handle_push:
 *
 * Somebody wants a file and cannot connect to us: we connect to him, if the limits let us.
 */
void
_fil_node_handle_push (FilNode *self,
                       const FilPush *push,
                       const FilSource *source)
{
  FilEndpoint own6 = fil_overlay_own_ipv6 (self->overlay);

  /* Who cannot be called either: that is a matter of punching, not of connecting. */
  if (push->index == FIL_PUSH_INDEX_FW)
    {
      _fil_node_punch_push (self, push);
      return;
    }
  if (self->is_sharing_paused)
    return;
  /* Who has both addresses may be reached at one of them only: whoever answers first is served. */
  if (fil_endpoint_is_set (&push->endpoint))
    follow_push (self, push, &push->endpoint);
  if (fil_endpoint_is_set (&push->endpoint6) && (fil_endpoint_is_set (&own6) || !fil_endpoint_is_set (&push->endpoint)))
    follow_push (self, push, &push->endpoint6);
}
