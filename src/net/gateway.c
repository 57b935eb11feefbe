/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gateway.h"

#include "local-route.h"

#include <stdio.h>
#include <string.h>

#define ROUTES "/proc/net/route"

/* Of <linux/route.h>, which clashes with other headers. */
#define ROUTE_IS_UP 0x0001
#define ROUTE_HAS_GATEWAY 0x0002

/**
 * fil_gateway_parse_routes:
 * @routes: what the kernel says in /proc/net/route
 * @interface: (nullable): only routes by this interface count
 * @router: (out): of the default route with the lowest metric
 *
 * Returns: FALSE when there is no default route by a router
 */
gboolean
fil_gateway_parse_routes (const char *routes,
                          const char *interface,
                          FilEndpoint *router)
{
  g_auto (GStrv) lines = g_strsplit (routes, "\n", -1);
  gboolean has_one = FALSE;
  guint best = 0;

  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    {
      char name[32];
      guint target, gateway, flags, metric, mask;

      /* Interface, destination, gateway, flags, counts, metric, mask; addresses as they lie in memory. */
      if (sscanf (lines[i], "%31s %x %x %x %*d %*d %u %x", name, &target, &gateway, &flags, &metric, &mask) != 6 ||
          target != 0 || mask != 0 || (flags & (ROUTE_IS_UP | ROUTE_HAS_GATEWAY)) != (ROUTE_IS_UP | ROUTE_HAS_GATEWAY) ||
          (interface != NULL && strcmp (name, interface) != 0) || (has_one && metric >= best))
        continue;
      *router = fil_endpoint_v4 ((const guint8 *) &gateway, 0);
      has_one = TRUE;
      best = metric;
    }
  return has_one;
}

/**
 * fil_gateway_find:
 * @interface: (nullable): the only interface that may be used
 *
 * Returns: FALSE when no router is known
 */
gboolean
fil_gateway_find (const char *interface,
                  FilGateway *out)
{
  g_autofree char *routes = NULL;
  FilAddressClass class;

  if (!g_file_get_contents (ROUTES, &routes, NULL, NULL) || !fil_gateway_parse_routes (routes, interface, &out->router) ||
      !fil_local_route (4, interface, &out->local))
    return FALSE;
  class = fil_endpoint_class (&out->router);
  return class == FIL_ADDRESS_PRIVATE || class == FIL_ADDRESS_PUBLIC;
}
