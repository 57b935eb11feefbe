/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "hosts-table.h"
#include "probe-session.h"

#define HOST_IS_ULTRAPEER 0
#define HOST_WAS_GOOD 1

/* The delegate */

static guint
overlay_match (gpointer data,
               const FilLocalQuery *query,
               FilLocalFile *files,
               guint max)
{
  return _fil_node_match (data, query, files, max);
}

static void
overlay_hit (gpointer data,
             guint32 search,
             const FilQueryHit *hit,
             const FilSource *source)
{
  _fil_node_search_hit (data, search, hit, source);
}

static void
overlay_push (gpointer data,
              const FilPush *push,
              const FilSource *source)
{
  _fil_node_handle_push (data, push, source);
}

typedef struct
{
  FilNode *node;
  FilEndpoint to;
} LinkDial;



static void
link_dialled (gpointer data,
              FilStream *stream,
              const char *error)
{
  g_autofree LinkDial *dial = data;
  FilNode *self = dial->node;
  gint64 now_us = _fil_node_now (self);
  FilSession *session;

  if (stream == NULL || self->is_stopped)
    {
      g_clear_pointer (&stream, fil_stream_free);
      fil_overlay_dial_failed (self->overlay, &dial->to, now_us);
      return;
    }
  session = fil_overlay_outgoing (self->overlay, &dial->to, now_us);
  _fil_node_pump (self, stream, session, FIL_TRAFFIC_OVERLAY, &dial->to);
}

static void
overlay_dial (gpointer data,
              const FilEndpoint *to)
{
  FilNode *self = data;
  LinkDial *dial = g_new0 (LinkDial, 1);
  g_autoptr (GError) error = NULL;

  dial->node = self;
  dial->to = *to;
  if (fil_dialer_connect (self->dialer, to, FIL_DIAL_OVERLAY, FIL_GATE_LINK, 0, link_dialled, dial, &error) == NULL)
    {
      /* The overlay must not hear of it from inside its own call. */
      g_debug ("%s", error->message);
      g_array_append_val (self->failed_dials, dial->to);
      fil_timer_set (self->overlay_timer, _fil_node_now (self));
      g_free (dial);
    }
}

static void
overlay_connect_back (gpointer data,
                      const FilEndpoint *to)
{
  FilNode *self = data;

  _fil_node_dial (self, to, FIL_DIAL_PROBE, FIL_GATE_PROBE, FALSE, FIL_TRAFFIC_TRANSFER,
                  fil_probe_session_new (_fil_node_now (self)));
}

static void
overlay_send_udp (gpointer data,
                  const FilEndpoint *to,
                  const guint8 *bytes,
                  gsize len)
{
  FilNode *self = data;

  fil_udp_port_send (self->udp, bytes, len, to);
}

static gboolean
overlay_address_ok (gpointer data,
                    const FilEndpoint *endpoint,
                    FilAddressUse use)
{
  static const FilGateUse uses[] = {
    [FIL_ADDRESS_FOR_DIAL] = FIL_GATE_LINK,
    [FIL_ADDRESS_FOR_PUSH] = FIL_GATE_PUSH,
    [FIL_ADDRESS_FOR_UDP] = FIL_GATE_PROBE,
  };
  FilNode *self = data;

  return fil_gate_judge (self->gate, endpoint, uses[use]) == FIL_GATE_OPEN;
}

static void
link_event (FilNode *self,
            gint64 id,
            guint32 link)
{
  char text[FIL_ENDPOINT_TEXT_LEN];
  FilOverlayPeer peer;

  if (!fil_overlay_get_peer (self->overlay, link, &peer) || !peer.is_established)
    return;
  fil_endpoint_to_text (&peer.address, text);
  if (peer.is_ultrapeer)
    _fil_node_event (self, "link-up", id, _("Connected to the ultrapeer %s (%s)."), text,
                     peer.user_agent != NULL ? peer.user_agent : "?");
  else
    _fil_node_event (self, "link-up", id, _("The leaf %s (%s) connected."), text,
                     peer.user_agent != NULL ? peer.user_agent : "?");
}

static void
overlay_changed (gpointer data,
                 FilOverlayNote note,
                 guint32 link)
{
  FilNode *self = data;
  gint64 id;

  switch (note)
    {
    case FIL_NOTE_LINK_ADDED:
      _fil_node_touch (self, FIL_LIST_PEERS, fil_id_map_add (self->peer_ids, link));
      break;
    case FIL_NOTE_LINK_CHANGED:
      id = fil_id_map_add (self->peer_ids, link);
      _fil_node_touch (self, FIL_LIST_PEERS, id);
      link_event (self, id, link);
      break;
    case FIL_NOTE_LINK_REMOVED:
      id = fil_id_map_remove (self->peer_ids, link);
      if (id != 0)
        _fil_node_gone (self, FIL_LIST_PEERS, id);
      break;
    case FIL_NOTE_STATE:
    case FIL_NOTE_PROXIES:
    default:
      break;
    }
  _fil_node_mark_status (self);
  _fil_node_reschedule_bootstrap (self);
}

static void
overlay_wake_changed (gpointer data)
{
  FilNode *self = data;

  if (!self->is_stopped && self->failed_dials->len == 0)
    fil_timer_set (self->overlay_timer, fil_overlay_wake (self->overlay));
}

static const FilOverlayDelegate overlay_delegate = {
  .match = overlay_match,
  .hit = overlay_hit,
  .push = overlay_push,
  .dial = overlay_dial,
  .connect_back = overlay_connect_back,
  .send_udp = overlay_send_udp,
  .address_ok = overlay_address_ok,
  .changed = overlay_changed,
  .wake_changed = overlay_wake_changed,
};

static void
overlay_cb (gpointer data,
            gint64 now_us)
{
  FilNode *self = data;
  g_autoptr (GArray) failed = g_steal_pointer (&self->failed_dials);

  self->failed_dials = g_array_new (FALSE, FALSE, sizeof (FilEndpoint));
  for (guint i = 0; i < failed->len; i++)
    fil_overlay_dial_failed (self->overlay, &g_array_index (failed, FilEndpoint, i), now_us);
  fil_overlay_tick (self->overlay, now_us);
  _fil_node_search_progress (self);
  if (self->failed_dials->len == 0)
    fil_timer_set (self->overlay_timer, fil_overlay_wake (self->overlay));
}

/* Hosts that outlive the node */

static void
load_hosts (FilNode *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = fil_hosts_table_load (self->database, &error);
  g_autoptr (GArray) hosts = g_array_new (FALSE, FALSE, sizeof (FilSavedHost));
  gint64 now_s = _fil_node_wall_s (self);

  if (rows == NULL)
    {
      g_warning ("%s", error->message);
      return;
    }
  for (guint i = 0; i < rows->len; i++)
    {
      const FilHostRow *row = g_ptr_array_index (rows, i);
      FilSavedHost host = { .is_valid = row->kind == HOST_WAS_GOOD, .age_s = MAX (now_s - row->last_seen, 0) };

      if (fil_endpoint_parse (&host.endpoint, row->endpoint, -1, 0))
        g_array_append_val (hosts, host);
    }
  fil_host_cache_load (fil_overlay_host_cache (self->overlay), (FilSavedHost *) hosts->data, hosts->len,
                       _fil_node_now (self));
}

/**
 * _fil_node_overlay_save_hosts:
 *
 * Keeps the hosts that are known, so that the next start finds the network by itself.
 */
void
_fil_node_overlay_save_hosts (FilNode *self)
{
  g_autoptr (GArray) hosts = fil_host_cache_save (fil_overlay_host_cache (self->overlay), _fil_node_now (self));
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_host_row_free);
  gint64 now_s = _fil_node_wall_s (self);

  for (guint i = 0; i < hosts->len; i++)
    {
      const FilSavedHost *host = &g_array_index (hosts, FilSavedHost, i);
      char text[FIL_ENDPOINT_TEXT_LEN];

      fil_endpoint_to_text (&host->endpoint, text);
      g_ptr_array_add (rows, fil_host_row_new (text, host->is_valid ? HOST_WAS_GOOD : HOST_IS_ULTRAPEER,
                                               now_s - host->age_s));
    }
  fil_hosts_table_replace (self->database, g_steal_pointer (&rows));
}

/**
 * _fil_node_overlay_start:
 *
 * Begins to look for neighbours.
 */
void
_fil_node_overlay_start (FilNode *self)
{
  FilOverlayConfig config = {
    .role = self->role,
    .guid = self->guid,
    .user_agent = self->user_agent,
    .vendor = { 'F', 'L', 'B', 'T' },
    .listen = self->local,
    .allow_private = self->is_private,
  };
  gint64 now_us = _fil_node_now (self);

  self->failed_dials = g_array_new (FALSE, FALSE, sizeof (FilEndpoint));
  self->overlay_timer = fil_timer_new (fil_reactor_timers (self->reactor), overlay_cb, self);
  self->overlay = fil_overlay_new (&config, &overlay_delegate, self, self->random, now_us);
  load_hosts (self);
  fil_overlay_start (self->overlay, now_us);
  fil_timer_set (self->overlay_timer, fil_overlay_wake (self->overlay));
  _fil_node_reschedule_bootstrap (self);
}

/**
 * _fil_node_is_reachable:
 *
 * Returns: whether strangers can connect to us, as far as is known
 */
gboolean
_fil_node_is_reachable (FilNode *self)
{
  FilReachable tcp;

  if (self->acceptor == NULL)
    return FALSE;
  tcp = fil_overlay_reachability (self->overlay)->tcp.state;
  /* On a private network nobody proves anything, and nothing stands in between. */
  return tcp == FIL_REACHABLE_YES || (self->is_private && tcp == FIL_REACHABLE_UNKNOWN);
}

/* What can be seen */

static FilVerdict
verdict_of (FilReachable state)
{
  switch (state)
    {
    case FIL_REACHABLE_YES:
      return FIL_VERDICT_YES;
    case FIL_REACHABLE_NO:
      return FIL_VERDICT_NO;
    case FIL_REACHABLE_UNKNOWN:
    default:
      return FIL_VERDICT_UNKNOWN;
    }
}

static const char *
status_sentence (FilNode *self)
{
  if (fil_overlay_state (self->overlay) == FIL_OVERLAY_ONLINE)
    return NULL;
  if (self->is_network_down)
    return _("This computer has no network. Filbert goes on by itself when it has one.");
  if (fil_host_cache_size (fil_overlay_host_cache (self->overlay)) == 0)
    return self->has_bootstrap ? _("No host of the network is known yet; asking the host caches.")
                               : _("No host of the network is known. Connect to one by its address.");
  return _("Trying hosts of the network.");
}

void
fil_node_get_status (FilNode *self,
                     FilStatusInfo *info)
{
  static const FilNodeState states[] = {
    [FIL_OVERLAY_OFFLINE] = FIL_STATE_OFFLINE,
    [FIL_OVERLAY_CONNECTING] = FIL_STATE_CONNECTING,
    [FIL_OVERLAY_ONLINE] = FIL_STATE_ONLINE,
  };
  const FilReachability *reach = fil_overlay_reachability (self->overlay);
  FilEndpoint own = fil_overlay_own_endpoint (self->overlay);
  FilLibraryStatus library;
  gint64 now_us = _fil_node_now (self);

  fil_library_get_status (self->library, &library);
  *info = (FilStatusInfo){
    .state = states[fil_overlay_state (self->overlay)],
    .is_ultrapeer = fil_overlay_is_ultrapeer (self->overlay),
    .listen = self->acceptor != NULL ? _fil_node_lend_endpoint (self, &self->local) : NULL,
    .external = fil_endpoint_is_set (&reach->external) ? _fil_node_lend_endpoint (self, &own) : NULL,
    .peers = fil_overlay_n_peers (self->overlay, FIL_MODE_ULTRAPEER),
    .leaves = fil_overlay_n_peers (self->overlay, FIL_MODE_LEAF),
    .tcp_reachable = self->acceptor != NULL ? verdict_of (reach->tcp.state) : FIL_VERDICT_NO,
    .udp_reachable = verdict_of (reach->udp.state),
    .shared_files = self->is_sharing_paused ? 0 : library.files,
    .shared_bytes = self->is_sharing_paused ? 0 : library.bytes,
    .hashing = library.to_hash,
    .down_bps = fil_downloads_bps (self->downloads, now_us),
    .up_bps = fil_uploads_bps (self->uploads, now_us),
    .sentence = status_sentence (self),
  };
  fil_guid_to_hex (&self->guid, info->guid);
}

gboolean
fil_node_get_peer (FilNode *self,
                   gint64 id,
                   FilPeerInfo *info)
{
  FilOverlayPeer peer;
  gint64 link;

  if (!fil_id_map_number (self->peer_ids, id, &link) ||
      !fil_overlay_get_peer (self->overlay, (guint32) link, &peer))
    return FALSE;
  *info = (FilPeerInfo){
    .id = id,
    .address = _fil_node_lend_endpoint (self, &peer.address),
    .user_agent = peer.user_agent,
    .is_ultrapeer = peer.is_ultrapeer,
    .is_outgoing = peer.is_outgoing,
    .is_compressed = peer.is_compressed,
    .is_encrypted = g_hash_table_contains (self->encrypted, &peer.address),
    .is_established = peer.is_established,
    .uptime_s = (guint64) MAX ((_fil_node_now (self) - peer.since_us) / FIL_SEC, 0),
    .in_messages = peer.in_messages,
    .out_messages = peer.out_messages,
  };
  return TRUE;
}

/**
 * fil_node_doctor:
 *
 * Tells in sentences what works, what does not, and what would help.
 */
void
fil_node_doctor (FilNode *self,
                 FilDoctorFunc func,
                 gpointer data)
{
  const FilReachability *reach = fil_overlay_reachability (self->overlay);
  FilDoctorLine tcp = { .name = "tcp" }, udp = { .name = "udp" }, punch = { .name = "punch" };

  tcp.verdict = self->acceptor != NULL ? verdict_of (reach->tcp.state) : FIL_VERDICT_NO;
  if (self->acceptor == NULL)
    tcp.text = _("This node accepts no connections. Others are reached because it connects to them.");
  else if (tcp.verdict == FIL_VERDICT_YES)
    tcp.text = _("Others have connected to you.");
  else if (tcp.verdict == FIL_VERDICT_NO)
    tcp.text = _("Nobody could connect to you. Those who can be reached are asked to by push.");
  else
    tcp.text = _("Nobody has tried to connect to you yet.");
  if (tcp.verdict == FIL_VERDICT_NO && self->acceptor != NULL)
    tcp.help = _fil_node_lend (self, g_strdup_printf (_("Open port %u for TCP in your router."), self->local.port));
  func (&tcp, data);

  udp.verdict = verdict_of (reach->udp.state);
  if (udp.verdict == FIL_VERDICT_YES)
    udp.text = _("Messages from strangers reach you.");
  else if (udp.verdict == FIL_VERDICT_NO)
    udp.text = _("Messages from strangers do not reach you.");
  else
    udp.text = _("No stranger has sent you a message yet.");
  if (udp.verdict == FIL_VERDICT_NO)
    udp.help = _fil_node_lend (self, g_strdup_printf (_("Open port %u for UDP in your router."), self->local.port));
  func (&udp, data);

  punch.verdict = FIL_VERDICT_NO;
  punch.text = _("When neither of you can be reached, this version finds no way.");
  func (&punch, data);
}

static void
tell_steps (FilNode *self,
            const FilGuid *name,
            FilTraceFunc func,
            gpointer data)
{
  gint64 offset_us = fil_clock_wall (self->clock) - _fil_node_now (self);
  guint n = 0;
  const FilTraceRecord *records = fil_overlay_trace (self->overlay, name, &n);

  for (guint i = 0; i < n; i++)
    {
      FilTraceStep step = {
        .time_us = records[i].time_us + offset_us,
        .what = records[i].what,
        .peer = _fil_node_lend_endpoint (self, &records[i].peer),
        .ttl = records[i].ttl,
        .hops = records[i].hops,
        .text = records[i].detail,
      };

      func (&step, data);
    }
}

/* The pushes that went to the hosts whose hits a search brought. */
static void
tell_pushes (FilNode *self,
             const FilSearch *search,
             FilTraceFunc func,
             gpointer data)
{
  g_autoptr (GHashTable) told = g_hash_table_new (fil_guid_hash, fil_guid_equal);

  for (guint i = 0; i < search->results->len; i++)
    {
      const FilResult *result = g_ptr_array_index (search->results, i);

      if (g_hash_table_add (told, (gpointer) &result->hit.guid))
        tell_steps (self, &result->hit.guid, func, data);
    }
}

/**
 * fil_node_trace:
 * @id_or_muid: id of a search here, or the 32 digits of a query's MUID or a servent GUID
 *
 * Tells this node's part of the way that a search, its hits and its pushes took.
 */
gboolean
fil_node_trace (FilNode *self,
                const char *id_or_muid,
                FilTraceFunc func,
                gpointer data,
                GError **error)
{
  const FilSearch *search;
  gint64 id;
  FilGuid muid;

  if (fil_guid_parse_hex (&muid, id_or_muid, -1))
    {
      tell_steps (self, &muid, func, data);
      return TRUE;
    }
  if (!g_ascii_string_to_signed (id_or_muid, 10, 1, G_MAXINT64, &id, NULL))
    {
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE, _("%s is neither the id of a search nor 32 digits."),
                   id_or_muid);
      return FALSE;
    }
  search = fil_searches_get (self->searches, id);
  if (search == NULL)
    return _fil_node_not_found (error, _("There is no search %s."), id);
  tell_steps (self, &search->muid, func, data);
  tell_pushes (self, search, func, data);
  return TRUE;
}
