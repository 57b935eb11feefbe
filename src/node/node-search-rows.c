/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

/* What is told of searches and of what they found. */

gboolean
fil_node_get_search (FilNode *self,
                     gint64 id,
                     FilSearchInfo *info)
{
  const FilSearch *search = fil_searches_get (self->searches, id);

  if (search == NULL)
    return FALSE;
  *info = (FilSearchInfo){
    .id = search->id,
    .text = search->text,
    .kind = search->kind != FIL_N_KINDS ? fil_file_kind_name (search->kind) : NULL,
    .is_active = search->is_active,
    .results = search->results->len,
    .hosts_asked = search->hosts_asked,
    .started = search->started_s,
    .reason = search->reason,
  };
  return TRUE;
}

static FilReach
reach_of (const FilHit *hit,
          const FilOwnReach *own)
{
  if (!hit->needs_push && fil_endpoint_is_set (&hit->endpoint))
    return FIL_REACH_DIRECT;
  if (own->is_reachable)
    return FIL_REACH_PUSH;
  return hit->n_proxies > 0 && fil_own_reach_chance (own, &hit->punch) != FIL_NAT_CHANCE_NO ? FIL_REACH_PUNCH
                                                                                           : FIL_REACH_UNREACHABLE;
}

gboolean
fil_node_get_result (FilNode *self,
                     gint64 id,
                     FilResultInfo *info)
{
  const FilResult *result = fil_searches_get_result (self->searches, id);
  const GPtrArray *same;
  const FilHit *hit;
  FilOwnReach own;

  if (result == NULL)
    return FALSE;
  hit = &result->hit;
  _fil_node_own_reach (self, &own);
  same = fil_searches_same_file (self->searches, result);
  *info = (FilResultInfo){
    .id = id,
    .search = result->search,
    .name = hit->name,
    .size = hit->size,
    .kind = fil_file_kind_name (result->kind),
    .address = _fil_node_lend_endpoint (self, &hit->endpoint),
    .vendor = hit->vendor[0] != '\0' ? hit->vendor : NULL,
    .hops = hit->hops,
    .reach = reach_of (hit, &own),
    .sources = same != NULL ? same->len : 1,
    .needs_push = hit->needs_push,
  };
  if (info->reach == FIL_REACH_UNREACHABLE)
    info->reason = fil_own_reach_why (&own, &hit->punch, hit->n_proxies > 0);
  fil_guid_to_hex (&hit->guid, info->guid);
  if (hit->urn.has_sha1)
    {
      char *text = g_malloc (FIL_SHA1_TEXT_LEN + 1);
      const FilDownload *download = fil_downloads_find (self->downloads, &hit->urn.sha1);

      fil_sha1_to_text (&hit->urn.sha1, text);
      info->sha1 = _fil_node_lend (self, text);
      info->in_library = fil_library_find (self->library, &hit->urn.sha1) != 0 ||
                         (download != NULL && download->state == FIL_DOWNLOAD_STATE_DONE);
      info->download = download != NULL ? download->id : 0;
    }
  if (hit->urn.has_tth)
    {
      char *text = g_malloc (FIL_TTH_TEXT_LEN + 1);

      fil_tth_to_text (&hit->urn.tth, text);
      info->tth = _fil_node_lend (self, text);
    }
  return TRUE;
}

static void
touch_unreached (gpointer item,
                 gpointer data)
{
  FilSearch *search = item;

  if (fil_searches_touch_unreached (search))
    _fil_node_mark (data, FIL_LIST_RESULTS, search->id);
}

/**
 * _fil_node_results_reach_changed:
 *
 * To be called when others may come to us in other ways than before: then hosts that nobody can connect to are
 * reached in other ways, too.
 */
void
_fil_node_results_reach_changed (FilNode *self)
{
  FilOwnReach own;

  _fil_node_own_reach (self, &own);
  if (fil_own_reach_equal (&own, &self->told_reach))
    return;
  self->told_reach = own;
  fil_searches_foreach (self->searches, touch_unreached, self);
}

/* A file of which this machine has more or less than before. */
typedef struct
{
  FilNode *node;
  const FilSha1 *sha1;
} Change;

static void
touch_file (gpointer item,
            gpointer data)
{
  FilSearch *search = item;
  const Change *change = data;

  if (fil_searches_touch_file (change->node->searches, search, change->sha1))
    _fil_node_mark (change->node, FIL_LIST_RESULTS, search->id);
}

/**
 * _fil_node_results_file_changed:
 * @sha1: (nullable): NULL: of a file without a hash, which no result is known to be
 *
 * To be called when a download has begun, is done or has left the list: the results with that hash tell so.
 */
void
_fil_node_results_file_changed (FilNode *self,
                                const FilSha1 *sha1)
{
  Change change = { self, sha1 };

  if (sha1 != NULL)
    fil_searches_foreach (self->searches, touch_file, &change);
}
