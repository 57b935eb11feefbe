/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "upnp.h"

#include "net-limits.h"

#include <gio/gio.h>
#include <gmodule.h>

/* With its number, since that stands for the functions below. */
#define LIBRARY "libgupnp-igd-1.0.so.4"

/* What routers show in their list. */
#define DESCRIPTION "Filbert"

/* Of <libgupnp-igd/gupnp-simple-igd.h>; the object renews its mappings itself. */
typedef struct
{
  GObject *(*new) (void);
  void (*add_port) (GObject *igd, const char *protocol, guint16 external_port, const char *local_ip, guint16 local_port,
                    guint32 lease_s, const char *description);
  gboolean (*delete_all_mappings) (GObject *igd);
} Library;

static const char *const protocols[FIL_PORT_MAP_N] = { [FIL_PORT_MAP_TCP] = "TCP", [FIL_PORT_MAP_UDP] = "UDP" };

struct _FilUpnp
{
  Library library;
  GObject *igd;
  char *local_ip;
  FilPortMapperState state;
  FilEndpoint external[FIL_PORT_MAP_N];
  void (*changed) (gpointer data);
  gpointer data;
};

/* Stays loaded: its types are registered for good. */
static gboolean
load (Library *library)
{
  GModule *module = g_module_open (LIBRARY, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);

  if (module == NULL)
    {
      g_info ("no UPnP: %s", g_module_error ());
      return FALSE;
    }
  g_module_make_resident (module);
  return g_module_symbol (module, "gupnp_simple_igd_new", (gpointer *) &library->new) &&
         g_module_symbol (module, "gupnp_simple_igd_add_port", (gpointer *) &library->add_port) &&
         g_module_symbol (module, "gupnp_simple_igd_delete_all_mappings", (gpointer *) &library->delete_all_mappings);
}

/* TRUE: that network is none of ours. */
static gboolean
context_available_cb (GObject *igd,
                      GObject *context,
                      FilUpnp *self)
{
  g_autofree char *address = NULL;

  g_object_get (context, "host-ip", &address, NULL);
  return g_strcmp0 (address, self->local_ip) != 0;
}

static gboolean
transport_of (const char *protocol,
              FilPortMapTransport *transport)
{
  for (guint i = 0; i < FIL_PORT_MAP_N; i++)
    if (g_strcmp0 (protocol, protocols[i]) == 0)
      {
        *transport = i;
        return TRUE;
      }
  return FALSE;
}

static void
mapped_cb (GObject *igd,
           const char *protocol,
           const char *external_ip,
           const char *replaced_ip,
           guint external_port,
           const char *local_ip,
           guint local_port,
           const char *description,
           FilUpnp *self)
{
  FilPortMapTransport transport;
  FilEndpoint external;

  if (!transport_of (protocol, &transport) || external_port == 0 || external_port > G_MAXUINT16)
    return;
  if (external_ip == NULL || !fil_endpoint_parse (&external, external_ip, -1, (guint16) external_port))
    external = (FilEndpoint){ .port = (guint16) external_port };
  external.port = (guint16) external_port;
  self->external[transport] = external;
  self->state = FIL_PORT_MAPPER_MAPPED;
  self->changed (self->data);
}

static void
failed_cb (GObject *igd,
           GError *error,
           const char *protocol,
           guint external_port,
           const char *local_ip,
           guint local_port,
           const char *description,
           FilUpnp *self)
{
  FilPortMapTransport transport;

  g_info ("UPnP, %s: %s", protocol, error->message);
  if (!transport_of (protocol, &transport))
    return;
  self->external[transport] = (FilEndpoint){ 0 };
  for (guint i = 0; i < FIL_PORT_MAP_N; i++)
    if (self->external[i].port != 0)
      return;
  self->state = FIL_PORT_MAPPER_REFUSED;
  self->changed (self->data);
}

/**
 * fil_upnp_new:
 * @local: our address on the network whose routers are asked
 * @changed: called from the main loop
 *
 * Returns: (transfer full) (nullable): NULL when the library is not there
 */
FilUpnp *
fil_upnp_new (const FilEndpoint *local,
              guint16 port,
              void (*changed) (gpointer data),
              gpointer data)
{
  FilUpnp *self;
  Library library;
  char address[FIL_ENDPOINT_TEXT_LEN];

  if (!load (&library))
    return NULL;
  self = g_new0 (FilUpnp, 1);
  self->library = library;
  self->local_ip = g_strdup (fil_endpoint_address_text (local, address));
  self->changed = changed;
  self->data = data;
  self->igd = library.new ();
  g_signal_connect (self->igd, "context-available", G_CALLBACK (context_available_cb), self);
  g_signal_connect (self->igd, "mapped-external-port", G_CALLBACK (mapped_cb), self);
  g_signal_connect (self->igd, "error-mapping-port", G_CALLBACK (failed_cb), self);
  /* An external port of 0: the same as ours, or another one where that is taken. */
  for (guint i = 0; i < FIL_PORT_MAP_N; i++)
    library.add_port (self->igd, protocols[i], 0, self->local_ip, port, FIL_PORT_MAP_LIFETIME_S, DESCRIPTION);
  return self;
}

void
fil_upnp_free (FilUpnp *self)
{
  g_signal_handlers_disconnect_by_data (self->igd, self);
  g_object_unref (self->igd);
  g_free (self->local_ip);
  g_free (self);
}

/**
 * fil_upnp_release:
 *
 * Removes the mappings. To be called again while the main loop turns until it is done.
 *
 * Returns: whether none is left
 */
gboolean
fil_upnp_release (FilUpnp *self)
{
  return self->library.delete_all_mappings (self->igd);
}

/**
 * fil_upnp_state:
 *
 * Returns: FIL_PORT_MAPPER_ASKING as long as no router has answered; there may be none
 */
FilPortMapperState
fil_upnp_state (const FilUpnp *self)
{
  return self->state;
}

FilEndpoint
fil_upnp_external (const FilUpnp *self,
                   FilPortMapTransport transport)
{
  return self->external[transport];
}
