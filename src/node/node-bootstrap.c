/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "node-resources.h"
#include "resolver.h"

#define CONNECT_AGAIN_US (30 * FIL_SEC)

/* Finding the network */

static gboolean
bootstrap_needs_hosts (gpointer data)
{
  FilNode *self = data;

  return self->overlay != NULL && fil_overlay_wants_hosts (self->overlay);
}

static void
host_cache_resolved (gpointer data,
                     const FilEndpoint *endpoints,
                     guint n,
                     const char *error)
{
  FilNode *self = data;

  if (n == 0)
    {
      g_info ("a host cache is not found: %s", error);
      return;
    }
  fil_overlay_ask_host_cache (self->overlay, &endpoints[fil_random_below (self->random, n)], _fil_node_now (self));
}

static void
web_cache_answered (gpointer data,
                    const FilWebCacheAnswer *answer,
                    const char *error)
{
  FilNode *self = data;
  g_autofree char *url = g_steal_pointer (&self->web_cache_url);
  guint n_hosts = answer != NULL ? answer->hosts->len : 0;
  gboolean is_dead = answer == NULL || answer->verdict == FIL_WEB_CACHE_DEAD;
  gint64 now_us = _fil_node_now (self);

  g_info ("%s named %u hosts%s%s", url, n_hosts, error != NULL ? ": " : "", error != NULL ? error : "");
  for (guint i = 0; i < n_hosts; i++)
    fil_overlay_learn_host (self->overlay, &g_array_index (answer->hosts, FilEndpoint, i), NULL, now_us);
  for (guint i = 0; answer != NULL && i < answer->urls->len; i++)
    fil_bootstrap_add (self->bootstrap, FIL_BOOTSTRAP_WEB, g_ptr_array_index (answer->urls, i));
  fil_bootstrap_answered (self->bootstrap, self->web_cache_kind, url, n_hosts, is_dead, now_us);
  _fil_node_reschedule_bootstrap (self);
}

static void
bootstrap_ask (gpointer data,
               FilBootstrapKind kind,
               const char *address)
{
  FilNode *self = data;

  g_info ("asking %s for hosts", address);
  if (kind == FIL_BOOTSTRAP_UDP)
    {
      fil_resolve (address, 6346, self->resolving, host_cache_resolved, self);
      return;
    }
  if (self->web_cache == NULL)
    self->web_cache = fil_web_cache_new (self->reactor, self->user_agent);
  if (!fil_web_cache_ask (self->web_cache, address, kind == FIL_BOOTSTRAP_LIST, web_cache_answered, self))
    {
      /* No address at all: nobody needs to wait for its answer. */
      if (!fil_web_cache_is_busy (self->web_cache))
        fil_bootstrap_answered (self->bootstrap, kind, address, 0, TRUE, _fil_node_now (self));
      return;
    }
  self->web_cache_kind = kind;
  g_free (self->web_cache_url);
  self->web_cache_url = g_strdup (address);
}

static const FilBootstrapDelegate bootstrap_delegate = {
  .needs_hosts = bootstrap_needs_hosts,
  .ask = bootstrap_ask,
};

static void
bootstrap_cb (gpointer data,
              gint64 now_us)
{
  FilNode *self = data;

  fil_bootstrap_tick (self->bootstrap, now_us);
  _fil_node_reschedule_bootstrap (self);
}

void
_fil_node_reschedule_bootstrap (FilNode *self)
{
  if (self->bootstrap != NULL && !self->is_stopped)
    fil_timer_set (self->bootstrap_timer, fil_bootstrap_wake (self->bootstrap));
}

/* The user's own list in the profile goes before the one that ships with the program. */
static FilBootstrapHosts *
load_bootstrap_hosts (FilNode *self)
{
  g_autofree char *path = g_build_filename (self->profile, "bootstrap.ini", NULL);
  g_autoptr (GBytes) shipped = NULL;
  g_autoptr (GError) error = NULL;
  FilBootstrapHosts *hosts = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      hosts = fil_bootstrap_hosts_load (path, &error);
      if (hosts == NULL)
        g_warning ("%s", error->message);
    }
  if (hosts == NULL)
    {
      if (fil_node_get_resource () == NULL)
        fil_node_register_resource ();
      shipped = g_resource_lookup_data (fil_node_get_resource (), "/org/filbert/node/bootstrap.ini",
                                        G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
      hosts = fil_bootstrap_hosts_parse (shipped, NULL);
    }
  return hosts;
}

static void
neighbour_resolved (gpointer data,
                    const FilEndpoint *endpoints,
                    guint n,
                    const char *error)
{
  FilNode *self = data;

  if (n > 0)
    fil_overlay_connect (self->overlay, &endpoints[0], _fil_node_now (self));
  else
    _fil_node_event (self, "connect-failed", 0, "%s", error);
}

static void
connect_cb (gpointer data,
            gint64 now_us)
{
  FilNode *self = data;

  if (fil_overlay_state (self->overlay) != FIL_OVERLAY_ONLINE)
    for (guint i = 0; self->connect_to != NULL && self->connect_to[i] != NULL; i++)
      fil_resolve (self->connect_to[i], 6346, self->resolving, neighbour_resolved, self);
  fil_timer_set (self->connect_timer, now_us + CONNECT_AGAIN_US);
}

/**
 * _fil_node_bootstrap_start:
 *
 * Begins to look for neighbours: those of the command line, then those that others name.
 */
void
_fil_node_bootstrap_start (FilNode *self)
{
  FilTimerQueue *timers = fil_reactor_timers (self->reactor);

  self->resolving = g_cancellable_new ();
  self->bootstrap_timer = fil_timer_new (timers, bootstrap_cb, self);
  self->connect_timer = fil_timer_new (timers, connect_cb, self);
  if (self->has_bootstrap)
    {
      g_autoptr (FilBootstrapHosts) hosts = load_bootstrap_hosts (self);

      self->bootstrap = fil_bootstrap_new (hosts, self->random, &bootstrap_delegate, self);
    }
  fil_timer_set (self->connect_timer, _fil_node_now (self));
}

/**
 * _fil_node_bootstrap_stop:
 *
 * Asks nobody any more.
 */
void
_fil_node_bootstrap_stop (FilNode *self)
{
  if (self->resolving != NULL)
    g_cancellable_cancel (self->resolving);
  g_clear_pointer (&self->web_cache, fil_web_cache_free);
  if (self->bootstrap_timer != NULL)
    fil_timer_clear (self->bootstrap_timer);
  if (self->connect_timer != NULL)
    fil_timer_clear (self->connect_timer);
}

/**
 * _fil_node_is_host_and_port:
 *
 * Returns: whether @text is HOST:PORT, as far as can be seen without asking for the name
 */
gboolean
_fil_node_is_host_and_port (const char *text)
{
  const char *colon = strrchr (text, ':');
  g_autoptr (GSocketConnectable) address = NULL;
  guint64 port;

  if (colon == NULL || colon == text || !g_ascii_string_to_unsigned (colon + 1, 10, 1, G_MAXUINT16, &port, NULL))
    return FALSE;
  address = g_network_address_parse (text, 0, NULL);
  return address != NULL;
}

/**
 * fil_node_connect:
 * @host: HOST:PORT
 *
 * Asks for a link to a host; the list of peers shows what becomes of it.
 */
gboolean
fil_node_connect (FilNode *self,
                  const char *host,
                  GError **error)
{
  if (!_fil_node_is_host_and_port (host))
    {
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE, _("%s is not HOST:PORT."), host);
      return FALSE;
    }
  fil_resolve (host, 6346, self->resolving, neighbour_resolved, self);
  return TRUE;
}

/**
 * fil_node_network_changed:
 * @available: whether there is a network at all
 *
 * Tells the node that the machine's network changed, so that it tries again at once.
 */
void
fil_node_network_changed (FilNode *self,
                          gboolean available)
{
  gint64 now_us = _fil_node_now (self);

  self->is_network_down = !available;
  _fil_node_mark_status (self);
  fil_downloads_network_changed (self->downloads, available, now_us);
  if (!available)
    return;
  _fil_node_reach_look (self);
  fil_timer_set (self->connect_timer, now_us);
  if (self->bootstrap != NULL)
    {
      fil_bootstrap_restart (self->bootstrap, now_us);
      _fil_node_reschedule_bootstrap (self);
    }
}
