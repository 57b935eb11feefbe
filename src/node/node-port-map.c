/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>

/* Asking the router to open our port. */

static FilRouterState
router_state (FilPortMappingState state)
{
  switch (state)
    {
    case FIL_PORT_MAPPING_MAPPED:
      return FIL_ROUTER_MAPPED;
    case FIL_PORT_MAPPING_REFUSED:
      return FIL_ROUTER_REFUSED;
    case FIL_PORT_MAPPING_NO_ANSWER:
    case FIL_PORT_MAPPING_NO_ROUTER:
      return FIL_ROUTER_SILENT;
    case FIL_PORT_MAPPING_ASKING:
    default:
      return FIL_ROUTER_UNKNOWN;
    }
}

/* Others have to call the port that the router opened; it may be another one than ours. */
static void
announce_port (FilNode *self,
               guint16 external_port)
{
  FilEndpoint listen = self->local;

  if (external_port != 0)
    listen.port = external_port;
  if (self->overlay != NULL)
    fil_overlay_set_listen (self->overlay, &listen, _fil_node_now (self));
}

static void
tell (FilNode *self,
      const FilPortMappingInfo *info)
{
  guint16 external_port = info->external[FIL_PORT_MAP_TCP].port != 0 ? info->external[FIL_PORT_MAP_TCP].port
                                                                     : info->external[FIL_PORT_MAP_UDP].port;

  if (info->state == FIL_PORT_MAPPING_MAPPED && self->router != FIL_ROUTER_MAPPED)
    _fil_node_event (self, "port-mapped", 0, _("The router opened port %u for you (%s)."), external_port,
                     info->protocol);
  else if (info->state == FIL_PORT_MAPPING_REFUSED && self->router != FIL_ROUTER_REFUSED)
    _fil_node_event (self, "port-refused", 0, _("The router refused to open port %u (%s)."), self->local.port,
                     info->protocol);
  else if (info->state == FIL_PORT_MAPPING_NO_ANSWER && self->router == FIL_ROUTER_UNKNOWN)
    _fil_node_event (self, "port-unanswered", 0, _("The router did not answer when it was asked to open port %u."),
                     self->local.port);
  else if (info->state != FIL_PORT_MAPPING_MAPPED && self->router == FIL_ROUTER_MAPPED)
    _fil_node_event (self, "port-lost", 0, _("The router no longer keeps port %u open for you."), self->local.port);
}

static void
mapping_changed (gpointer data)
{
  FilNode *self = data;
  FilPortMappingInfo info;

  if (self->is_stopped)
    return;
  fil_port_mapping_get (self->port_mapping, &info);
  tell (self, &info);
  announce_port (self, info.external[FIL_PORT_MAP_TCP].port);
  _fil_node_set_router (self, router_state (info.state), &info.external[FIL_PORT_MAP_TCP]);
}

/* Nobody stands between us and a network of the machine itself, or one that only we know. */
static gboolean
may_be_behind_router (FilNode *self)
{
  FilAddressClass class = fil_endpoint_class (&self->local);

  return self->acceptor != NULL && !self->is_private &&
         (class == FIL_ADDRESS_NONE || class == FIL_ADDRESS_PRIVATE);
}

static void
forget_mapping (FilNode *self,
                FilRouterState state)
{
  g_clear_pointer (&self->port_mapping, fil_port_mapping_free);
  announce_port (self, 0);
  _fil_node_set_router (self, state, NULL);
}

/**
 * _fil_node_port_map_apply:
 *
 * Begins or ends to ask the router for our port, as the settings say.
 */
void
_fil_node_port_map_apply (FilNode *self)
{
  gboolean is_wanted = fil_settings_get_bool (self->settings, "port-mapping");
  g_autofree char *interface = fil_settings_get (self->settings, "bind-interface");

  if (!is_wanted || !may_be_behind_router (self))
    {
      if (self->port_mapping != NULL)
        fil_port_mapping_release (self->port_mapping);
      forget_mapping (self, is_wanted ? FIL_ROUTER_UNKNOWN : FIL_ROUTER_OFF);
      return;
    }
  if (self->port_mapping == NULL)
    {
      self->port_mapping = fil_port_mapping_new (self->reactor, self->random, *interface != '\0' ? interface : NULL,
                                                 self->local.port, mapping_changed, self);
      mapping_changed (self);
    }
}

/**
 * _fil_node_port_map_restart:
 *
 * The network is another one, perhaps, and so is its router.
 */
void
_fil_node_port_map_restart (FilNode *self)
{
  if (self->port_mapping == NULL)
    return;
  forget_mapping (self, FIL_ROUTER_UNKNOWN);
  _fil_node_port_map_apply (self);
}

/**
 * _fil_node_port_map_stop:
 *
 * Has the router close the port; see _fil_node_port_map_is_stopped().
 */
void
_fil_node_port_map_stop (FilNode *self)
{
  if (self->port_mapping != NULL)
    fil_port_mapping_release (self->port_mapping);
}

gboolean
_fil_node_port_map_is_stopped (FilNode *self)
{
  return self->port_mapping == NULL || fil_port_mapping_is_released (self->port_mapping);
}
