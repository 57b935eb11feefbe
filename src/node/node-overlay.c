/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "hosts-table.h"
#include "probe-session.h"
#include "socket-stream.h"
#include "udp-aside.h"

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
  fil_overlay_noted_link_port (self->overlay, session, fil_socket_stream_local_port (stream));
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

static void
overlay_send_udp_aside (gpointer data,
                        const FilEndpoint *to,
                        const guint8 *bytes,
                        gsize len)
{
  FilNode *self = data;
  g_autofree char *interface = fil_settings_get (self->settings, "bind-interface");
  char address[FIL_ENDPOINT_TEXT_LEN];

  if (*interface == '\0' && fil_endpoint_class (&self->local) != FIL_ADDRESS_NONE)
    fil_udp_aside_send (fil_endpoint_address_text (&self->local, address), bytes, len, to);
  else
    fil_udp_aside_send (*interface != '\0' ? interface : NULL, bytes, len, to);
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
  if (peer.is_outgoing)
    fil_gate_answered (self->gate, &peer.address);
  fil_endpoint_to_text (&peer.address, text);
  if (peer.is_ultrapeer)
    _fil_node_event (self, "link-up", id, _("Connected to the ultrapeer %s (%s)."), text,
                     peer.user_agent != NULL ? peer.user_agent : "?");
  else
    _fil_node_event (self, "link-up", id, _("The leaf %s (%s) connected."), text,
                     peer.user_agent != NULL ? peer.user_agent : "?");
}

/* Nobody may make us call ourselves, by whatever name others know us. */
static void
note_own_addresses (FilNode *self)
{
  FilEndpoint own = fil_overlay_own_endpoint (self->overlay);

  fil_gate_clear_own (self->gate);
  fil_gate_add_own (self->gate, &self->local);
  if (fil_endpoint_is_set (&own) && !fil_endpoint_equal (&own, &self->local))
    fil_gate_add_own (self->gate, &own);
}

/* Sources that have to connect to us can be tried as soon as anybody can. */
static void
note_reachability (FilNode *self)
{
  gboolean is_reachable = _fil_node_is_reachable (self);

  if (is_reachable && !self->was_reachable && self->downloads != NULL)
    fil_downloads_network_changed (self->downloads, !self->is_network_down, _fil_node_now (self));
  self->was_reachable = is_reachable;
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
      note_own_addresses (self);
      note_reachability (self);
      _fil_node_note_outside (self);
      self->is_reach_news = TRUE;
      break;
    case FIL_NOTE_PROXIES:
    default:
      break;
    }
  _fil_node_punch_update (self);
  _fil_node_results_reach_changed (self);
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

static void
overlay_head (gpointer data,
              const FilFrame *frame,
              const FilSource *source)
{
  _fil_node_punch_head (data, frame, source);
}

static const FilOverlayDelegate overlay_delegate = {
  .match = overlay_match,
  .hit = overlay_hit,
  .push = overlay_push,
  .head = overlay_head,
  .dial = overlay_dial,
  .connect_back = overlay_connect_back,
  .send_udp = overlay_send_udp,
  .send_udp_aside = overlay_send_udp_aside,
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
  _fil_node_strangers_watch (self, now_us);
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
  _fil_node_listing_apply (self);
  load_hosts (self);
  _fil_node_reach_start (self);
  fil_overlay_start (self->overlay, now_us);
  fil_timer_set (self->overlay_timer, fil_overlay_wake (self->overlay));
  if (self->bootstrap != NULL && fil_host_cache_size (fil_overlay_host_cache (self->overlay)) > 0)
    fil_bootstrap_known (self->bootstrap, now_us);
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
