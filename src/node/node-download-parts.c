/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>
#include <string.h>

/* Neighbours and proxies that are told of, for each source. */
#define VIA_MAX 4

/* The hops of the nearest hit of a servent. */
typedef struct
{
  const FilGuid *guid;
  int hops;
} Nearest;

static void
look_for_hops (gpointer item,
               gpointer data)
{
  const FilSearch *search = item;
  Nearest *nearest = data;

  for (guint i = 0; i < search->results->len; i++)
    {
      const FilResult *result = g_ptr_array_index (search->results, i);

      if (fil_guid_equal (&result->hit.guid, nearest->guid) &&
          (nearest->hops < 0 || result->hit.hops < (guint) nearest->hops))
        nearest->hops = (int) result->hit.hops;
    }
}

static int
find_hops (FilNode *self,
           const FilFileSource *source)
{
  Nearest nearest = { .guid = &source->guid, .hops = -1 };

  if (!fil_guid_is_zero (&source->guid))
    fil_searches_foreach (self->searches, look_for_hops, &nearest);
  return nearest.hops;
}

/* Whether a step of a trace went through an ultrapeer, on the way of a push or of the offers of a punch. */
static gboolean
is_signalling (const FilTraceRecord *record,
               const FilFileSource *source)
{
  static const char *const steps[] = { "push-sent", "push-forwarded", "push-proxy-answered",
                                       "punch-asked", "punch-pushed", "punch-answered", NULL };

  return g_strv_contains (steps, record->what) && fil_endpoint_is_set (&record->peer) &&
         !fil_endpoint_equal (&record->peer, &source->endpoint);
}

/* Those that carried the signalling for the source, the last first, each once. */
static void
find_via (FilNode *self,
          const FilFileSource *source,
          const char *via[VIA_MAX + 1])
{
  const FilTraceRecord *records;
  guint n_records = 0, n = 0;

  via[0] = NULL;
  if (fil_guid_is_zero (&source->guid))
    return;
  records = fil_overlay_trace (self->overlay, &source->guid, &n_records);
  for (guint i = n_records; i > 0 && n < VIA_MAX; i--)
    {
      const FilTraceRecord *record = &records[i - 1];
      const char *peer;

      if (!is_signalling (record, source))
        continue;
      peer = _fil_node_lend_endpoint (self, &record->peer);
      if (g_strv_contains (via, peer))
        continue;
      via[n++] = peer;
      via[n] = NULL;
    }
}

/* What the source says of the NAT before it. */
static const char *
find_nat (const FilFileSource *source)
{
  const FilNat nat = { .mapping = source->punch.nat.udp.mapping, .filter = source->punch.nat.udp.filter };

  return source->punch.knows_offers ? fil_nat_name (&nat) : NULL;
}

static const char *
state_name (FilSourceState state)
{
  static const char *const names[] = {
    [FIL_SOURCE_IDLE] = "idle",         [FIL_SOURCE_DIALING] = "dialing", [FIL_SOURCE_PUSHING] = "pushing",
    [FIL_SOURCE_PUNCHING] = "punching", [FIL_SOURCE_ACTIVE] = "active",   [FIL_SOURCE_QUEUED] = "queued",
    [FIL_SOURCE_BAD] = "bad",
  };

  return names[state];
}

static const FilDownload *
find (FilNode *self,
      gint64 id,
      GError **error)
{
  const FilDownload *download = fil_downloads_get (self->downloads, id);

  if (download == NULL)
    _fil_node_not_found (error, _("There is no download %s."), id);
  return download;
}

/**
 * fil_node_download_sources:
 *
 * Tells where a download can be had, and the way there.
 *
 * Returns: FALSE and an error when there is no such download
 */
gboolean
fil_node_download_sources (FilNode *self,
                           gint64 id,
                           FilDownloadSourceFunc func,
                           gpointer data,
                           GError **error)
{
  const FilDownload *download = find (self, id, error);
  FilOwnReach own;

  if (download == NULL)
    return FALSE;
  _fil_node_own_reach (self, &own);
  for (guint i = 0; i < download->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);
      const char *via[VIA_MAX + 1];
      FilCarrier carrier;
      FilDownloadSourceInfo info = {
        .id = source->id,
        .address = fil_endpoint_is_set (&source->endpoint) ? _fil_node_lend_endpoint (self, &source->endpoint) : NULL,
        .vendor = source->vendor,
        .state = state_name (source->state),
        .reach = (FilReach) fil_file_source_reach (source, &own),
        .hops = find_hops (self, source),
        .bps = source->state == FIL_SOURCE_ACTIVE ? source->bps : 0,
        .delivered_bytes = source->delivered,
        .queue_position = source->place.position,
        .queue_length = source->place.length,
        .reason_code = source->reason_code,
        .reason = fil_file_source_why (source, &own),
        .nat = find_nat (source),
        .via = via,
      };

      fil_download_get_carrier (download, source, &carrier);
      info.transport = carrier.name;
      info.is_encrypted = carrier.is_encrypted;
      info.rtt_us = carrier.round_trip_us;
      find_via (self, source, via);
      func (&info, data);
    }
  return TRUE;
}

/**
 * fil_node_download_map:
 * @n_cells: how many pieces of equal size to tell of
 *
 * Returns: (transfer full) (array length=n_cells): a #FilMapCell for each piece, the start of the file first; all
 * missing while the size is not known. NULL and an error when there is no such download
 */
guint8 *
fil_node_download_map (FilNode *self,
                       gint64 id,
                       guint n_cells,
                       GError **error)
{
  const FilDownload *download = find (self, id, error);
  guint8 *cells;

  G_STATIC_ASSERT ((int) FIL_CELL_MISSING == (int) FIL_SEGMENT_FREE);
  G_STATIC_ASSERT ((int) FIL_CELL_ASKED == (int) FIL_SEGMENT_LEASED);
  G_STATIC_ASSERT ((int) FIL_CELL_RECEIVED == (int) FIL_SEGMENT_WRITTEN);
  G_STATIC_ASSERT ((int) FIL_CELL_VERIFIED == (int) FIL_SEGMENT_VERIFIED);
  if (download == NULL)
    return NULL;
  cells = g_malloc (MAX (n_cells, 1));
  memset (cells, download->state == FIL_DOWNLOAD_STATE_DONE ? FIL_CELL_VERIFIED : FIL_CELL_MISSING, MAX (n_cells, 1));
  if (download->map != NULL && download->state != FIL_DOWNLOAD_STATE_DONE)
    fil_segment_map_sample (download->map, cells, n_cells);
  return cells;
}
