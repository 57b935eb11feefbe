/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fetch.h"

#include <string.h>

#include "download-session.h"
#include "fetch-private.h"
#include "transfer-limits.h"

#define lease_at(self, i) (&g_array_index ((self)->leases, FilFetchLease, (i)))

/* Sends what was collected to the disk. */
static void
flush (FilFetch *self)
{
  guint8 *buffer = g_steal_pointer (&self->buffer);
  gsize len = self->buffer_len;

  self->buffer_len = 0;
  if (buffer == NULL)
    return;
  self->pending++;
  _fil_downloads_write (self->downloads, self, self->buffer_offset, buffer, len);
}

/* So that little is lost when the node dies while a slow source fills a buffer. */
void
fil_fetch_flush_old (FilFetch *self,
                     gint64 now_us)
{
  if (self->buffer != NULL && now_us - self->buffer_us >= FIL_DOWNLOAD_SAVE_US)
    flush (self);
}

/* Whether it is to ask for nothing more, because another download waits for the connection. */
gboolean
_fil_fetch_is_claimed (const FilFetch *self,
                       gint64 now_us)
{
  return self->claimed_us > 0 && now_us - self->claimed_us < FIL_HOST_CLAIM_US;
}

static gboolean
fetch_next (gpointer data,
            FilDownloadAsk *ask,
            gint64 now_us)
{
  FilFetch *self = data;
  FilFetchLease lease;

  if (!_fil_downloads_may_fetch (self->download, self->source) || _fil_fetch_is_claimed (self, now_us))
    return FALSE;
  if (_fil_fetch_wants_tree (self))
    {
      /* What is under way comes first; then there is a gap, and in it the tree. */
      if (!ask->is_alone)
        return FALSE;
      self->download->work->tree_fetch = self->number;
      ask->page = self->tree_path;
      return TRUE;
    }
  if (self->source->asks_size)
    {
      /* Nothing is leased for it. */
      self->source->asks_size = !ask->is_alone;
      ask->range = (FilRange){ 0, 1 };
      return ask->is_alone;
    }
  if (!self->download->has_size)
    {
      /* The first reply will tell; until then there is nothing that others could share in. */
      if (self->download->work->fetches->len > 1 || self->leases->len > 0)
        return FALSE;
      lease.range = (FilRange){ 0, FIL_SEGMENT_LEAST };
    }
  else if (!_fil_fetch_lease_next (self, now_us, &lease.range))
    return FALSE;
  lease.position = lease.range.start;
  g_array_append_val (self->leases, lease);
  ask->range = lease.range;
  return TRUE;
}

static void
fetch_headers (gpointer data,
               FilWriter *out,
               gint64 now_us)
{
  FilFetch *self = data;

  fil_source_place_write (&self->source->place, out, now_us);
  _fil_fetch_write_mesh (self, out, now_us);
}

static void
fetch_page (gpointer data,
            const FilSlice *body,
            gint64 now_us)
{
  FilFetch *self = data;

  self->downloads->now_us = MAX (self->downloads->now_us, now_us);
  _fil_fetch_took_tree (self, body);
}

/* Whether a block of the file comes to its end in the buffer. It is worth something on the disk, where it is found
 * again after a crash; so no more than one block of each source is ever only in memory. */
static gboolean
ends_block (const FilFetch *self)
{
  const FilTigerTree *tree = fil_tree_trust_tree (self->download->trust);
  guint64 block = tree != NULL ? fil_tiger_tree_node_size (tree) : FIL_SEGMENT_ALIGN;

  return (self->buffer_offset + self->buffer_len) / block != self->buffer_offset / block;
}

static gsize
collect (FilFetch *self,
         guint64 offset,
         const guint8 *bytes,
         gsize len,
         gint64 now_us)
{
  if (self->buffer != NULL &&
      (self->buffer_len == FIL_BUFFER_SIZE || self->buffer_offset + self->buffer_len != offset))
    flush (self);
  if (self->buffer == NULL)
    {
      if (self->pending >= FIL_BUFFERS_PER_WORKER ||
          (self->buffer = _fil_downloads_take_buffer (self->downloads)) == NULL)
        return 0;
      self->buffer_offset = offset;
      self->buffer_len = 0;
      self->buffer_us = now_us;
    }
  len = MIN (len, FIL_BUFFER_SIZE - self->buffer_len);
  memcpy (self->buffer + self->buffer_len, bytes, len);
  self->buffer_len += len;
  if (ends_block (self))
    flush (self);
  return len;
}

static void
account (FilFetch *self,
         gsize len,
         gint64 now_us)
{
  self->delivered += len;
  self->source->delivered += len;
  self->source->failures = 0;
  self->source->is_alt = FALSE;
  self->last_byte_us = now_us;
  self->is_stalled = FALSE;
  self->download->received += len;
  self->download->work->has_progress = TRUE;
  fil_transfer_rate_add (&self->rate, len, now_us);
  fil_transfer_rate_add (&self->download->rate, len, now_us);
}

/* The lease in front came to its end; the buffer goes on only when the next one continues it. */
static void
lease_done (FilFetch *self)
{
  guint64 end = lease_at (self, 0)->range.end;

  self->near_offset = end;
  g_array_remove_index (self->leases, 0);
  if (self->leases->len == 0 || lease_at (self, 0)->range.start != end)
    flush (self);
}

static gsize
fetch_received (gpointer data,
                guint64 offset,
                const guint8 *bytes,
                gsize len,
                gboolean *enough,
                gint64 now_us)
{
  FilFetch *self = data;
  FilFetchLease *lease;
  gsize taken;

  self->downloads->now_us = MAX (self->downloads->now_us, now_us);
  /* Somebody faster took over what was left. */
  while (self->leases->len > 0 && lease_at (self, 0)->position >= lease_at (self, 0)->range.end)
    lease_done (self);
  lease = self->leases->len > 0 ? lease_at (self, 0) : NULL;
  if ((lease == NULL || lease->position != offset) && !_fil_fetch_extend (self, offset))
    {
      gsize dropped = (gsize) MIN ((guint64) len, _fil_fetch_pass_over (self, offset));

      *enough = dropped == 0;
      return dropped;
    }
  lease = lease_at (self, 0);
  taken = collect (self, offset, bytes, (gsize) MIN ((guint64) len, lease->range.end - offset), now_us);
  self->is_blocked = taken == 0;
  if (taken == 0)
    return 0;
  account (self, taken, now_us);
  lease->position += taken;
  if (lease->position == lease->range.end)
    lease_done (self);
  return taken;
}

static void
fetch_held (gpointer data,
            gint64 us,
            gint64 now_us)
{
  fil_transfer_rate_held (&((FilFetch *) data)->rate, us, now_us);
}

static void
fetch_stalled (gpointer data,
               gint64 now_us)
{
  FilFetch *self = data;

  self->is_stalled = TRUE;
  /* Two requests at the most are under way, so this stays short. */
  g_array_set_size (self->late, 0);
  for (guint i = 0; i < self->leases->len; i++)
    g_array_append_val (self->late, lease_at (self, i)->range);
  _fil_fetch_give_back_from (self, 0);
  flush (self);
  _fil_downloads_soon (self->downloads);
}

/**
 * fil_fetch_speed:
 *
 * Returns: bytes a second that the source brings, however little of that our own limits let in; G_MAXUINT64: they let
 *   in so little that nobody can say
 */
guint64
fil_fetch_speed (const FilFetch *self,
                 gint64 now_us)
{
  return fil_transfer_rate_unheld (&self->rate, self->session->held_since_us, now_us);
}

/**
 * fil_fetch_is_held:
 *
 * Returns: whether it is our own limits that say how fast it is
 */
gboolean
fil_fetch_is_held (const FilFetch *self,
                   gint64 now_us)
{
  return fil_transfer_rate_is_held (&self->rate, self->session->held_since_us, now_us);
}

static void
forget (FilFetch *self)
{
  FilDownloads *downloads = self->downloads;
  guint64 speed = fil_fetch_speed (self, downloads->now_us);

  self->session = NULL;
  _fil_fetch_give_back_from (self, 0);
  g_ptr_array_remove_fast (self->download->work->fetches, self);
  g_ptr_array_remove_fast (downloads->fetches, self);
  if (self->source->state != FIL_SOURCE_BAD && !_fil_fetch_is_waited_on (self))
    fil_file_source_set_state (self->source, FIL_SOURCE_IDLE);
  if (!_fil_fetch_is_waited_on (self))
    fil_source_place_disconnected (&self->source->place, downloads->now_us);
  if (speed < G_MAXUINT64)
    self->source->bps = MAX (self->source->bps, speed);
  /* The last bytes still count; a full disk may stop the download here. */
  flush (self);
  _fil_downloads_soon (downloads);
  if (self->download->work->tree_fetch == self->number)
    {
      /* Nobody else could be asked meanwhile; a connection that broke by accident is forgiven. */
      self->download->work->tree_fetch = 0;
      if (++self->source->lost_trees >= FIL_SOURCE_MAX_LOST_TREES)
        self->source->no_tree = TRUE;
    }
  g_array_unref (self->leases);
  g_array_unref (self->late);
  g_free (self->tree_path);
  g_free (self);
}

static FilDownloadVerdict
fetch_reply (gpointer data,
             const FilDownloadReply *reply,
             FilRange asked,
             FilRange *range,
             gint64 now_us)
{
  FilFetch *self = data;
  FilDownloadVerdict verdict;

  self->downloads->now_us = MAX (self->downloads->now_us, now_us);
  self->has_reply = TRUE;
  if (reply->status != 200 && reply->status != 206)
    _fil_fetch_give_back_from (self, 0);
  verdict = _fil_fetch_judge (self, reply, asked, range, now_us);
  if (self->is_delivering != (verdict == FIL_DOWNLOAD_TAKE))
    self->turn_us = now_us;
  self->is_delivering = verdict == FIL_DOWNLOAD_TAKE;
  if (!self->is_delivering)
    _fil_fetch_give_back_from (self, 0);
  _fil_downloads_soon (self->downloads);
  return verdict;
}

static void
fetch_ended (gpointer data,
             FilDownloadEnd end,
             const char *sentence,
             gint64 now_us)
{
  FilFetch *self = data;

  g_debug ("download %" G_GINT64_FORMAT ", source %u: %s", self->download->id, self->source->id, sentence);
  if (!self->is_settled)
    _fil_fetch_settle (self, end, now_us);
  forget (self);
}

static const FilDownloadSessionDelegate session_delegate = {
  .next = fetch_next,
  .headers = fetch_headers,
  .page = fetch_page,
  .reply = fetch_reply,
  .received = fetch_received,
  .held = fetch_held,
  .quiet = _fil_downloads_fetch_quiet,
  .stalled = fetch_stalled,
  .ended = fetch_ended,
};

static FilFetch *
begin (FilDownloads *downloads,
       FilDownload *download,
       FilFileSource *source,
       gboolean is_push,
       gint64 now_us)
{
  FilFetch *self = g_new0 (FilFetch, 1);

  self->number = ++downloads->last_number;
  self->downloads = downloads;
  self->download = download;
  self->source = source;
  self->is_push = is_push;
  self->started_us = now_us;
  self->turn_us = now_us;
  self->leases = g_array_new (FALSE, FALSE, sizeof (FilFetchLease));
  self->late = g_array_new (FALSE, FALSE, sizeof (FilRange));
  g_ptr_array_add (downloads->fetches, self);
  g_ptr_array_add (download->work->fetches, self);
  return self;
}

/**
 * fil_fetch_new:
 *
 * Returns: (transfer none): belongs to the downloads; its session is for the driver
 */
FilFetch *
fil_fetch_new (FilDownloads *downloads,
               FilDownload *download,
               FilFileSource *source,
               FilFetchOpening opening,
               gint64 now_us)
{
  FilFetch *self = begin (downloads, download, source, opening != FIL_FETCH_DIALLED, now_us);
  g_autofree char *target = _fil_fetch_target (download, source);
  g_autofree char *host = _fil_fetch_host (source);
  FilPushSelf us = { .is_firewalled = FALSE };
  FilDownloadRequest request = {
    .host = host,
    .user_agent = downloads->user_agent,
    .target = target,
    .downloaded = fil_download_received_bytes (download),
    .us = &us,
    .is_giv = opening == FIL_FETCH_GIVEN,
    .is_call = opening == FIL_FETCH_CALLED,
  };

  if (downloads->delegate.describe != NULL)
    downloads->delegate.describe (downloads->data, &us);

  /* Who knows the id of our place in its queue is the source; who knows its GUID may be anybody. */
  self->is_proven = opening != FIL_FETCH_GIVEN;
  self->session = fil_download_session_new (&request, &session_delegate, self, now_us);
  self->session->group = (guint64) download->id;
  if (opening != FIL_FETCH_GIVEN)
    source->came_by = opening == FIL_FETCH_DIALLED ? FIL_SOURCE_DIRECT : FIL_SOURCE_PUSH;
  if (!self->is_push)
    fil_file_source_set_state (source, FIL_SOURCE_DIALING);
  else if (source->state != FIL_SOURCE_PUSHING)
    /* Else it is asked on, until somebody has shown the file. */
    fil_file_source_set_state (source, FIL_SOURCE_ACTIVE);
  fil_file_source_connecting (source, now_us);
  return self;
}

/**
 * fil_fetch_adopt:
 * @session: a connection of that source that is idle and belongs to nobody
 *
 * Goes on with a connection that fetched another file before.
 *
 * Returns: (transfer none): belongs to the downloads
 */
FilFetch *
fil_fetch_adopt (FilDownloads *downloads,
                 FilDownload *download,
                 FilFileSource *source,
                 FilSession *session,
                 gint64 now_us)
{
  FilFetch *self = begin (downloads, download, source, TRUE, now_us);
  g_autofree char *target = _fil_fetch_target (download, source);
  FilDownloadRequest request = { .target = target, .downloaded = fil_download_received_bytes (download) };

  self->session = session;
  self->is_proven = TRUE;
  self->peer = source->seen_at;
  session->group = (guint64) download->id;
  fil_download_session_reassign (session, &request, &session_delegate, self);
  fil_file_source_set_state (source, FIL_SOURCE_ACTIVE);
  source->failures = 0;
  fil_download_session_resume (session, now_us);
  return self;
}

/**
 * fil_fetch_find:
 *
 * Returns: (transfer none) (nullable): a connection with @source, or an attempt at one; there may be several while it is
 *   not known who of those that called in its name is the source
 */
FilFetch *
fil_fetch_find (const FilDownload *download,
                const FilFileSource *source)
{
  const GPtrArray *fetches = download->work->fetches;

  for (guint i = 0; i < fetches->len; i++)
    {
      FilFetch *fetch = g_ptr_array_index (fetches, i);

      if (fetch->source == source)
        return fetch;
    }
  return NULL;
}

/**
 * fil_fetch_let_go:
 *
 * Ends the fetch and leaves the connection as it is.
 *
 * Returns: (transfer none): the session, to be given to somebody else at once
 */
FilSession *
fil_fetch_let_go (FilFetch *self)
{
  FilSession *session = self->session;

  forget (self);
  return session;
}

/**
 * fil_fetch_drop:
 *
 * Ends the connection from our side and frees @self. Whoever calls says what becomes of the source.
 */
void
fil_fetch_drop (FilFetch *self,
                const char *reason)
{
  fil_download_session_disown (self->session, reason);
  forget (self);
}

/**
 * fil_fetch_resume:
 *
 * There may be something to fetch again, or buffers to fill.
 */
void
fil_fetch_resume (FilFetch *self,
                  gint64 now_us)
{
  self->is_blocked = FALSE;
  fil_download_session_resume (self->session, now_us);
}
