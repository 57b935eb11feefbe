/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "world-private.h"

#include <string.h>

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
      host->connects++;
      _world_connect_silent (self, host, session);
      return;
    }
  if (host != NULL && !host->is_firewalled && !host->is_away)
    theirs = _host_session (host);
  if (theirs == NULL)
    {
      fil_session_hung_up (session, "connection refused", self->now_us);
      fil_session_free (session);
      return;
    }
  _world_connect (self, host, session, theirs);
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

void
_world_deliver_pushes (World *self)
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

void
_world_run_pongs (World *self)
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

void
_world_saved_free (gpointer data)
{
  Saved *saved = data;

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
  if (record->state != FIL_DOWNLOAD_STATE_DONE)
    {
      _world_disk_assert_safe (self, record->spec.id, record->received);
      _world_disk_assert_safe (self, record->spec.id, record->verified);
    }
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

const FilDownloadsDelegate _world_node = {
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
