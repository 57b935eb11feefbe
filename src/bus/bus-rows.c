/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bus-rows.h"

#include "row-builder.h"

typedef GVariant *(*RowFunc) (FilNode *node, gint64 id);

static const char *const state_names[] = { "offline", "connecting", "online" };
static const char *const reach_names[] = { "direct", "push", "punch", "unreachable" };
static const char *const download_state_names[] = { "queued",    "searching", "connecting", "downloading",
                                                    "verifying", "done",      "paused",     "failed" };

/* What a node has found out, as it travels. */
FilTri
fil_bus_tri (FilVerdict verdict)
{
  switch (verdict)
    {
    case FIL_VERDICT_YES:
      return FIL_TRI_YES;
    case FIL_VERDICT_NO:
      return FIL_TRI_NO;
    case FIL_VERDICT_UNKNOWN:
    default:
      return FIL_TRI_UNKNOWN;
    }
}

const char *
fil_bus_reach_name (FilReach reach)
{
  return reach_names[reach];
}

static GVariant *
search_row (FilNode *node,
            gint64 id)
{
  FilSearchInfo info = { 0 };
  FilRowBuilder row;

  if (!fil_node_get_search (node, id, &info))
    return NULL;
  fil_row_builder_init (&row, &fil_schema_search);
  fil_row_builder_int (&row, "id", info.id);
  fil_row_builder_string (&row, "text", info.text);
  fil_row_builder_string (&row, "kind", info.kind);
  fil_row_builder_bool (&row, "active", info.is_active);
  fil_row_builder_int (&row, "results", info.results);
  fil_row_builder_int (&row, "hosts_asked", info.hosts_asked);
  fil_row_builder_known (&row, "started", info.started);
  fil_row_builder_string (&row, "reason", info.reason);
  return fil_row_builder_end (&row);
}

static GVariant *
result_row (FilNode *node,
            gint64 id)
{
  FilResultInfo info = { 0 };
  FilRowBuilder row;

  if (!fil_node_get_result (node, id, &info))
    return NULL;
  fil_row_builder_init (&row, &fil_schema_result);
  fil_row_builder_int (&row, "id", info.id);
  fil_row_builder_int (&row, "search", info.search);
  fil_row_builder_string (&row, "name", info.name);
  fil_row_builder_size (&row, "size", info.size);
  fil_row_builder_string (&row, "sha1", info.sha1);
  fil_row_builder_string (&row, "tth", info.tth);
  fil_row_builder_string (&row, "address", info.address);
  fil_row_builder_string (&row, "guid", info.guid);
  fil_row_builder_string (&row, "vendor", info.vendor);
  fil_row_builder_int (&row, "hops", info.hops);
  fil_row_builder_string (&row, "reach", reach_names[info.reach]);
  fil_row_builder_int (&row, "sources", info.sources);
  fil_row_builder_bool (&row, "needs_push", info.needs_push);
  fil_row_builder_string (&row, "kind", info.kind);
  fil_row_builder_bool (&row, "in_library", info.in_library);
  fil_row_builder_known (&row, "download", info.download);
  fil_row_builder_string (&row, "reason", info.reason);
  return fil_row_builder_end (&row);
}

static GVariant *
download_row (FilNode *node,
              gint64 id)
{
  FilDownloadInfo info = { 0 };
  FilRowBuilder row;

  if (!fil_node_get_download (node, id, &info))
    return NULL;
  fil_row_builder_init (&row, &fil_schema_download);
  fil_row_builder_int (&row, "id", info.id);
  fil_row_builder_string (&row, "name", info.name);
  fil_row_builder_known (&row, "size", (gint64) MIN (info.size, (guint64) G_MAXINT64));
  fil_row_builder_string (&row, "sha1", info.sha1);
  fil_row_builder_string (&row, "tth", info.tth);
  fil_row_builder_string (&row, "state", download_state_names[info.state]);
  fil_row_builder_string (&row, "reason", info.reason);
  fil_row_builder_string (&row, "reason_code", info.reason_code);
  fil_row_builder_size (&row, "verified_bytes", info.verified_bytes);
  fil_row_builder_size (&row, "received_bytes", info.received_bytes);
  fil_row_builder_size (&row, "bps", info.bps);
  fil_row_builder_int (&row, "eta_s", info.eta_s >= 0 ? info.eta_s : FIL_NULL_INT);
  fil_row_builder_int (&row, "sources", info.sources);
  fil_row_builder_string (&row, "reach", reach_names[info.reach]);
  fil_row_builder_string (&row, "path", info.path);
  fil_row_builder_known (&row, "added", info.added);
  fil_row_builder_known (&row, "finished", info.finished);
  fil_row_builder_int (&row, "active_sources", info.active_sources);
  fil_row_builder_int (&row, "priority", info.priority);
  fil_row_builder_known (&row, "retry", info.retry);
  fil_row_builder_known (&row, "queue_position", info.queue_position);
  fil_row_builder_known (&row, "queue_length", info.queue_length);
  fil_row_builder_known (&row, "limit_bps", info.limit_bps);
  return fil_row_builder_end (&row);
}

static GVariant *
upload_row (FilNode *node,
            gint64 id)
{
  FilUploadInfo info = { 0 };
  FilRowBuilder row;

  if (!fil_node_get_upload (node, id, &info))
    return NULL;
  fil_row_builder_init (&row, &fil_schema_upload);
  fil_row_builder_int (&row, "id", info.id);
  fil_row_builder_string (&row, "name", info.name);
  fil_row_builder_string (&row, "peer", info.peer);
  fil_row_builder_string (&row, "state", info.state);
  fil_row_builder_size (&row, "sent_bytes", info.sent_bytes);
  fil_row_builder_size (&row, "bps", info.bps);
  fil_row_builder_string (&row, "reach", reach_names[info.reach]);
  fil_row_builder_size (&row, "size", info.size);
  fil_row_builder_known (&row, "queue_position", info.queue_position);
  fil_row_builder_known (&row, "limit_bps", info.limit_bps);
  return fil_row_builder_end (&row);
}

static GVariant *
share_row (FilNode *node,
           gint64 id)
{
  FilShareInfo info = { 0 };
  FilRowBuilder row;

  if (!fil_node_get_share (node, id, &info))
    return NULL;
  fil_row_builder_init (&row, &fil_schema_share);
  fil_row_builder_string (&row, "path", info.path);
  fil_row_builder_int (&row, "files", info.files);
  fil_row_builder_size (&row, "bytes", info.bytes);
  fil_row_builder_string (&row, "state", info.state);
  fil_row_builder_string (&row, "reason", info.reason);
  fil_row_builder_int (&row, "id", info.id);
  fil_row_builder_int (&row, "to_hash", info.to_hash);
  return fil_row_builder_end (&row);
}

static GVariant *
peer_row (FilNode *node,
          gint64 id)
{
  FilPeerInfo info = { 0 };
  FilRowBuilder row;

  if (!fil_node_get_peer (node, id, &info))
    return NULL;
  fil_row_builder_init (&row, &fil_schema_peer);
  fil_row_builder_int (&row, "id", info.id);
  fil_row_builder_string (&row, "address", info.address);
  fil_row_builder_string (&row, "user_agent", info.user_agent);
  fil_row_builder_string (&row, "role", info.is_ultrapeer ? "ultrapeer" : "leaf");
  fil_row_builder_string (&row, "direction", info.is_outgoing ? "out" : "in");
  fil_row_builder_bool (&row, "compressed", info.is_compressed);
  fil_row_builder_bool (&row, "encrypted", info.is_encrypted);
  fil_row_builder_size (&row, "uptime_s", info.uptime_s);
  fil_row_builder_size (&row, "in_messages", info.in_messages);
  fil_row_builder_size (&row, "out_messages", info.out_messages);
  fil_row_builder_bool (&row, "established", info.is_established);
  return fil_row_builder_end (&row);
}

static GVariant *
event_row (FilNode *node,
           gint64 id)
{
  FilEventInfo info = { 0 };
  FilRowBuilder row;

  if (!fil_node_get_event (node, id, &info))
    return NULL;
  fil_row_builder_init (&row, &fil_schema_event);
  fil_row_builder_int (&row, "id", info.id);
  fil_row_builder_int (&row, "time", info.time);
  fil_row_builder_string (&row, "kind", info.kind);
  fil_row_builder_string (&row, "text", info.text);
  fil_row_builder_known (&row, "subject", info.subject);
  return fil_row_builder_end (&row);
}

static const struct
{
  const FilSchema *schema;
  RowFunc row;
} lists[] = {
  [FIL_LIST_SEARCHES] = { &fil_schema_search, search_row },
  [FIL_LIST_RESULTS] = { &fil_schema_result, result_row },
  [FIL_LIST_DOWNLOADS] = { &fil_schema_download, download_row },
  [FIL_LIST_UPLOADS] = { &fil_schema_upload, upload_row },
  [FIL_LIST_SHARES] = { &fil_schema_share, share_row },
  [FIL_LIST_PEERS] = { &fil_schema_peer, peer_row },
  [FIL_LIST_EVENTS] = { &fil_schema_event, event_row },
};

/**
 * fil_bus_list_by_name:
 * @list: (out): set when there is a list of that name
 */
gboolean
fil_bus_list_by_name (const char *name,
                      FilList *list)
{
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    if (g_strcmp0 (lists[i].schema->list, name) == 0)
      {
        *list = (FilList) i;
        return TRUE;
      }
  return FALSE;
}

const char *
fil_bus_list_name (FilList list)
{
  return lists[list].schema->list;
}

/**
 * fil_bus_row:
 *
 * Returns: (transfer floating) (nullable): the row, NULL when there is no such id
 */
GVariant *
fil_bus_row (FilNode *node,
             FilList list,
             gint64 id)
{
  return lists[list].row (node, id);
}

/**
 * fil_bus_rows:
 * @ids: (element-type gint64)
 *
 * Returns: (transfer floating): the rows of @ids that there are, as an array
 */
GVariant *
fil_bus_rows (FilNode *node,
              FilList list,
              GArray *ids)
{
  GVariantBuilder rows;

  g_variant_builder_init (&rows, fil_schema_array_type (lists[list].schema));
  for (guint i = 0; i < ids->len; i++)
    {
      GVariant *row = lists[list].row (node, g_array_index (ids, gint64, i));

      if (row != NULL)
        g_variant_builder_add_value (&rows, row);
    }
  return g_variant_builder_end (&rows);
}

GVariant *
fil_bus_status_row (FilNode *node)
{
  FilStatusInfo info = { 0 };
  FilRowBuilder row;

  fil_node_get_status (node, &info);
  fil_row_builder_init (&row, &fil_schema_status);
  fil_row_builder_string (&row, "state", state_names[info.state]);
  fil_row_builder_string (&row, "role", info.is_ultrapeer ? "ultrapeer" : "leaf");
  fil_row_builder_string (&row, "guid", info.guid);
  fil_row_builder_string (&row, "version", FIL_VERSION);
  fil_row_builder_string (&row, "listen", info.listen);
  fil_row_builder_string (&row, "external", info.external);
  fil_row_builder_int (&row, "peers", info.peers);
  fil_row_builder_int (&row, "leaves", info.leaves);
  fil_row_builder_tri (&row, "tcp_reachable", fil_bus_tri (info.tcp_reachable));
  fil_row_builder_tri (&row, "udp_reachable", fil_bus_tri (info.udp_reachable));
  fil_row_builder_string (&row, "nat", info.nat);
  fil_row_builder_int (&row, "shared_files", info.shared_files);
  fil_row_builder_size (&row, "shared_bytes", info.shared_bytes);
  fil_row_builder_int (&row, "hashing", info.hashing);
  fil_row_builder_size (&row, "down_bps", info.down_bps);
  fil_row_builder_size (&row, "up_bps", info.up_bps);
  fil_row_builder_string (&row, "sentence", info.sentence);
  fil_row_builder_bool (&row, "sharing_paused", fil_node_get_sharing_paused (node));
  return fil_row_builder_end (&row);
}
