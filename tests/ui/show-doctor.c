/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "show-doctor.h"

#include <string.h>

/* Places in the network that FILBERT_SHOW_DOCTOR names, for pictures of what the doctor says of each. */

#define Y FIL_VERDICT_YES
#define N FIL_VERDICT_NO

typedef struct
{
  const char *name;
  FilDoctorFacts facts;
} Place;

/* The first one is shown when nothing is said. */
static const Place places[] = {
  { "port-restricted", { .tcp = N, .udp = N, .udp_passes = Y, .router = FIL_ROUTER_OFF,
                         .nat = { FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_PORT } } },
  { "full-cone", { .tcp = N, .udp = Y, .udp_passes = Y, .router = FIL_ROUTER_REFUSED,
                   .nat = { FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_OPEN } } },
  { "cone", { .tcp = N, .udp_passes = Y, .router = FIL_ROUTER_SILENT, .nat = { FIL_NAT_MAPPING_INDEPENDENT } } },
  { "symmetric-sequential", { .tcp = N, .udp = N, .udp_passes = Y, .router = FIL_ROUTER_REFUSED,
                              .nat = { FIL_NAT_MAPPING_SEQUENTIAL, FIL_NAT_FILTER_UNKNOWN, 2 } } },
  { "symmetric-random", { .tcp = N, .udp = N, .udp_passes = Y, .router = FIL_ROUTER_SILENT,
                          .nat = { FIL_NAT_MAPPING_RANDOM } } },
  { "udp-blocked", { .tcp = N, .udp = N, .udp_passes = N, .router = FIL_ROUTER_SILENT } },
  { "mapped", { .tcp = Y, .udp = Y, .udp_passes = Y, .router = FIL_ROUTER_MAPPED,
                .nat = { FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_OPEN } } },
  { "public", { .tcp = Y, .udp = Y, .udp_passes = Y, .router = FIL_ROUTER_SILENT,
                .nat = { FIL_NAT_MAPPING_NONE, FIL_NAT_FILTER_OPEN } } },
  { "firewall", { .tcp = N, .udp = N, .udp_passes = Y, .router = FIL_ROUTER_SILENT,
                  .nat = { FIL_NAT_MAPPING_NONE, FIL_NAT_FILTER_PORT } } },
  { "unknown", { .router = FIL_ROUTER_UNKNOWN } },
};

/**
 * show_doctor_facts:
 * @facts: (out): the place that is asked for
 */
void
show_doctor_facts (FilDoctorFacts *facts)
{
  const char *name = g_getenv ("FILBERT_SHOW_DOCTOR");
  const Place *place = &places[0];

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (g_strcmp0 (places[i].name, name) == 0)
      place = &places[i];
  *facts = place->facts;
  facts->accepts = facts->has_neighbours = TRUE;
  facts->port = 23451;
  if (facts->nat.mapping != FIL_NAT_MAPPING_NONE)
    facts->inside = fil_endpoint_v4 ((const guint8[]){ 192, 168, 1, 7 }, 0);
}
