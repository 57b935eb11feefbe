/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "port-mapper.h"
#include "reactor.h"

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FIL_PORT_MAPPING_ASKING,
  FIL_PORT_MAPPING_MAPPED,
  FIL_PORT_MAPPING_REFUSED,   /* there is a router that speaks of ports, and it said no */
  FIL_PORT_MAPPING_NO_ANSWER, /* there is a router, and it knows no such thing */
  FIL_PORT_MAPPING_NO_ROUTER, /* nothing is in between, as far as this machine knows */
} FilPortMappingState;

typedef struct
{
  FilPortMappingState state;
  const char *protocol;               /* "PCP", "NAT-PMP", "UPnP"; NULL: none answered */
  FilEndpoint external[FIL_PORT_MAP_N]; /* port 0: not mapped; family 0: the router did not tell its address */
} FilPortMappingInfo;

/**
 * FilPortMapping:
 *
 * One port of ours, opened in the router: by PCP or NAT-PMP, else by UPnP; kept open, closed at the end.
 * It never waits for the router.
 */
typedef struct _FilPortMapping FilPortMapping;

FilPortMapping *fil_port_mapping_new (FilReactor *reactor, FilRandom *random, const char *interface, guint16 port,
                                      void (*changed) (gpointer data), gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void fil_port_mapping_free (FilPortMapping *self);
void fil_port_mapping_get (const FilPortMapping *self, FilPortMappingInfo *info);
void fil_port_mapping_release (FilPortMapping *self);
gboolean fil_port_mapping_is_released (FilPortMapping *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilPortMapping, fil_port_mapping_free)

G_END_DECLS
