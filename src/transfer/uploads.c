/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "uploads.h"

#include "giv.h"
#include "push.h"
#include "transfer-limits.h"
#include "upload-session.h"
#include "uploads-private.h"
#include "writer.h"

/**
 * fil_uploads_new:
 * @delegate: copied
 * @first_id: rows are numbered from here on
 *
 * Returns: (transfer full):
 */
FilUploads *
fil_uploads_new (const FilUploadsDelegate *delegate,
                 gpointer data,
                 const char *user_agent,
                 gint64 first_id)
{
  FilUploads *self = g_new0 (FilUploads, 1);

  self->delegate = *delegate;
  self->data = data;
  self->user_agent = g_strdup (user_agent);
  self->next_id = first_id;
  self->per_host = FIL_UPLOADS_PER_HOST;
  self->may_browse = TRUE;
  self->queue = fil_upload_queue_new (delegate->make_guid, data);
  self->wake_us = FIL_NEVER;
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) _fil_upload_free);
  self->sessions = g_ptr_array_new ();
  self->push_limit = fil_push_limit_new ();
  fil_token_bucket_init (&self->pages, FIL_UPLOAD_PAGES_PER_S, FIL_UPLOAD_PAGES_BURST, 0);
  return self;
}

/**
 * fil_uploads_free:
 *
 * Ends all uploads; their sessions stay the driver's to free.
 */
void
fil_uploads_free (FilUploads *self)
{
  if (self == NULL)
    return;
  while (self->sessions->len > 0)
    _fil_upload_session_orphan (g_ptr_array_index (self->sessions, self->sessions->len - 1), "the node stops");
  g_ptr_array_unref (self->sessions);
  g_ptr_array_unref (self->rows);
  fil_upload_queue_free (self->queue);
  fil_push_limit_free (self->push_limit);
  g_free (self->user_agent);
  g_free (self);
}

/**
 * fil_uploads_set_mesh:
 * @mesh: (nullable): outlives the uploads
 */
void
fil_uploads_set_mesh (FilUploads *self,
                      FilMesh *mesh)
{
  self->mesh = mesh;
}

/**
 * fil_uploads_set_slots:
 * @slots: connections that may be served a file at a time
 * @per_host: … of one address; 0: no limit, for private networks
 */
void
fil_uploads_set_slots (FilUploads *self,
                       guint slots,
                       guint per_host)
{
  self->per_host = per_host;
  fil_upload_queue_set_slots (self->queue, slots, per_host);
  _fil_uploads_look (self);
}

/* Whether replies say that all of what is shared can be looked at. */
void
fil_uploads_set_browse (FilUploads *self,
                        gboolean may_browse)
{
  self->may_browse = may_browse;
}

/* Our servent GUID, for GIV. */
void
fil_uploads_set_guid (FilUploads *self,
                      const FilGuid *guid)
{
  self->guid = *guid;
}

/* On a private network a PUSH may name any port. */
void
fil_uploads_set_private (FilUploads *self,
                         gboolean is_private)
{
  self->is_private = is_private;
}

/* Whether there are as many connections as there may be, of all or of peer. */
static gboolean
is_full (const FilUploads *self,
         const FilEndpoint *peer)
{
  guint n = 0;

  if (self->sessions->len >= FIL_UPLOADS_MAX_SESSIONS)
    return TRUE;
  for (guint i = 0; self->per_host != 0 && i < self->sessions->len; i++)
    n += fil_endpoint_same_address (_fil_upload_session_peer (g_ptr_array_index (self->sessions, i)), peer);
  return n >= FIL_UPLOADS_MAX_SESSIONS_PER_HOST;
}

guint
fil_uploads_used_slots (const FilUploads *self)
{
  return fil_upload_queue_used (self->queue);
}

/* How many wait for a slot. */
guint
fil_uploads_waiting (const FilUploads *self)
{
  return fil_upload_queue_waiting (self->queue);
}

/* A slot may have become free, or somebody waits for one. */
void
_fil_uploads_look (FilUploads *self)
{
  self->wake_us = self->now_us;
  if (self->delegate.reschedule != NULL)
    self->delegate.reschedule (self->data);
}

/* "QUEUE <id> <where we are>". */
static char *
call_text (const FilUploads *self,
           const FilUploadPlace *place)
{
  FilPushSelf us = { .is_firewalled = FALSE };
  FilQueueCall call = { .id = "" };
  g_auto (FilWriter) line;

  fil_writer_init (&line);
  if (self->delegate.describe != NULL)
    self->delegate.describe (self->data, &us);
  g_strlcpy (call.id, fil_upload_place_id (place), sizeof call.id);
  call.endpoint = us.listen;
  fil_queue_call_write (&call, &line);
  return g_strndup ((const char *) fil_writer_data (&line), line.len);
}

static void
call_back (FilUploads *self,
           FilUploadPlace *place,
           const FilEndpoint *to,
           gint64 now_us)
{
  g_autofree char *call = call_text (self, place);

  if (is_full (self, to) || !self->delegate.may_dial (self->data, to))
    fil_upload_queue_not_reached (self->queue, place);
  else
    self->delegate.dial (self->data, to, FALSE, _fil_upload_session_new_call (self, to, call, place, now_us));
}

/**
 * fil_uploads_wake:
 *
 * Returns: when fil_uploads_tick() wants to be called, or FIL_NEVER
 */
gint64
fil_uploads_wake (const FilUploads *self)
{
  return self->wake_us;
}

/**
 * fil_uploads_tick:
 *
 * Calls those who wait without a connection when there is a slot for them (http-transfer.md §7); the rows of
 * all who wait say where they are by now.
 */
void
fil_uploads_tick (FilUploads *self,
                  gint64 now_us)
{
  FilUploadPlace *place;
  FilEndpoint to;

  self->now_us = MAX (self->now_us, now_us);
  while ((place = fil_upload_queue_next_call (self->queue, &to, now_us)) != NULL)
    call_back (self, place, &to, now_us);
  _fil_uploads_rows_follow_queue (self);
  self->wake_us = fil_upload_queue_wake (self->queue, now_us);
}

/* Many who say nothing would keep everybody else out: the one that has done so for longest goes. */
static void
make_room (FilUploads *self)
{
  FilSession *oldest = NULL;
  gint64 oldest_us = FIL_NEVER;

  for (guint i = 0; i < self->sessions->len; i++)
    {
      FilSession *session = g_ptr_array_index (self->sessions, i);
      gint64 since_us = _fil_upload_session_useless_since (session);

      if (since_us < oldest_us)
        {
          oldest = session;
          oldest_us = since_us;
        }
    }
  if (oldest != NULL)
    _fil_upload_session_orphan (oldest, "others want to ask");
}

/**
 * fil_uploads_accept:
 *
 * Somebody connected and speaks HTTP. When there are as many as there may be, the connection on which nothing has moved
 * for longest makes room, unless it has a slot or a place in the queue.
 *
 * Returns: (transfer full) (nullable): the session for the connection, to be fed from its first byte;
 *   NULL when there are too many that have one, or too many of one host
 */
FilSession *
fil_uploads_accept (FilUploads *self,
                    const FilEndpoint *peer,
                    gint64 now_us)
{
  self->now_us = MAX (self->now_us, now_us);
  if (self->sessions->len >= FIL_UPLOADS_MAX_SESSIONS)
    make_room (self);
  if (is_full (self, peer))
    return NULL;
  return fil_upload_session_new (self, peer, NULL, now_us);
}

/* The same wish comes on several ways: one call answers them all. */
static gboolean
is_calling (const FilUploads *self,
            const FilEndpoint *to)
{
  for (guint i = 0; i < self->sessions->len; i++)
    if (_fil_upload_session_is_calling (g_ptr_array_index (self->sessions, i), to))
      return TRUE;
  return FALSE;
}

/* Who must not be called is judged before anything is counted: it costs nobody else his turn. */
static gboolean
may_call (FilUploads *self,
          const FilEndpoint *to,
          gint64 now_us)
{
  return self->delegate.may_dial (self->data, to) && self->opening < FIL_PUSH_MAX_OPEN &&
         self->sessions->len < FIL_UPLOADS_MAX_SESSIONS &&
         fil_push_limit_admit (self->push_limit, to, self->is_private, now_us) == FIL_PUSH_ADMITTED;
}

static char *
giv_text (const FilUploads *self,
          guint32 index)
{
  FilGiv giv = { .index = index, .guid = self->guid, .name = fil_slice_text ("file") };
  g_auto (FilWriter) line;

  fil_writer_init (&line);
  fil_giv_write (&giv, &line);
  return g_strndup ((const char *) fil_writer_data (&line), line.len);
}

/**
 * fil_uploads_punched:
 * @peer: where its packets come from
 *
 * A way stands that both sides opened: we begin on it with GIV.
 *
 * Returns: (transfer full) (nullable): the session for it; NULL when there are too many
 */
FilSession *
fil_uploads_punched (FilUploads *self,
                     const FilEndpoint *peer,
                     gint64 now_us)
{
  g_autofree char *giv = NULL;

  if (is_full (self, peer))
    return NULL;
  giv = giv_text (self, FIL_PUSH_ANY_FILE);
  return _fil_upload_session_new_punched (self, peer, giv, now_us);
}

/**
 * fil_uploads_push:
 * @to: where the PUSH wants us to connect to
 * @index: of the PUSH
 *
 * Answers a PUSH for us, if the limits and the gate allow: dials, and offers the connection with GIV.
 *
 * Returns: whether a connection is on its way
 */
gboolean
fil_uploads_push (FilUploads *self,
                  const FilEndpoint *to,
                  guint32 index,
                  gboolean tls,
                  gint64 now_us)
{
  g_autofree char *giv = NULL;

  if (is_calling (self, to))
    return FALSE;
  if (!may_call (self, to, now_us))
    {
      self->pushes_refused++;
      return FALSE;
    }
  self->pushes_answered++;
  giv = giv_text (self, index);
  self->opening++;
  self->delegate.dial (self->data, to, tls, _fil_upload_session_new_push (self, to, giv, now_us));
  return TRUE;
}

/**
 * fil_uploads_pushes:
 * @answered: (out): PUSHes that made us call somebody, since the start
 * @refused: (out): … that came too often or named whom nobody should call
 */
void
fil_uploads_pushes (const FilUploads *self,
                    guint64 *answered,
                    guint64 *refused)
{
  *answered = self->pushes_answered;
  *refused = self->pushes_refused;
}

/**
 * fil_uploads_stop_all:
 * @reason: one sentence
 *
 * Ends all connections, for example when sharing is paused.
 */
void
fil_uploads_stop_all (FilUploads *self,
                      const char *reason)
{
  for (guint i = self->sessions->len; i > 0; i--)
    fil_session_abort (g_ptr_array_index (self->sessions, i - 1), "%s", reason);
}
