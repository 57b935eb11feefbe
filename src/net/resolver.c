/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "resolver.h"

#include <glib/gi18n-lib.h>

/* Addresses of one name that are used; more would only be the same cache again. */
#define MAX_ADDRESSES 8

typedef struct
{
  char *text;
  guint16 port;
  GCancellable *cancellable;
  FilResolveFunc func;
  gpointer data;
} Request;

static void
request_free (Request *request)
{
  g_clear_object (&request->cancellable);
  g_free (request->text);
  g_free (request);
}

static gboolean
endpoint_of (FilEndpoint *out,
             GInetAddress *address,
             guint16 port)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
    *out = fil_endpoint_v4 (bytes, port);
  else if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    *out = fil_endpoint_v6 (bytes, port);
  else
    return FALSE;
  return TRUE;
}

static void
on_resolved (GObject *source,
             GAsyncResult *result,
             gpointer data)
{
  Request *request = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;
  FilEndpoint endpoints[MAX_ADDRESSES];
  guint n = 0;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, &error);

  for (GList *each = addresses; each != NULL && n < MAX_ADDRESSES; each = each->next)
    n += endpoint_of (&endpoints[n], each->data, request->port);
  g_resolver_free_addresses (addresses);

  if (n == 0)
    sentence = g_strdup_printf (_("The host %s is not known."), request->text);
  if (request->cancellable == NULL || !g_cancellable_is_cancelled (request->cancellable))
    request->func (request->data, endpoints, n, sentence);
  request_free (request);
}

/**
 * fil_resolve:
 * @host_and_port: HOST or HOST:PORT; the port of an IPv6 address follows brackets
 * @default_port: the port when there is none in the text; 0 makes it mandatory
 * @cancellable: (nullable): @func is not called once it is cancelled
 *
 * Finds the addresses of a host in a thread of GLib's pool. @func is called from the main loop, never
 * from inside this call.
 */
void
fil_resolve (const char *host_and_port,
             guint16 default_port,
             GCancellable *cancellable,
             FilResolveFunc func,
             gpointer data)
{
  g_autoptr (GSocketConnectable) connectable = g_network_address_parse (host_and_port, default_port, NULL);
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  GNetworkAddress *address = connectable != NULL ? G_NETWORK_ADDRESS (connectable) : NULL;
  Request *request = g_new0 (Request, 1);
  const char *name = "";

  request->text = g_utf8_make_valid (host_and_port, -1);
  request->func = func;
  request->data = data;
  request->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  if (address != NULL && g_network_address_get_port (address) != 0)
    {
      request->port = g_network_address_get_port (address);
      name = g_network_address_get_hostname (address);
    }
  g_resolver_lookup_by_name_async (resolver, name, cancellable, on_resolved, request);
}
