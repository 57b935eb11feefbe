/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punch-pair.h"

static const struct
{
  const char *name;
  NatKind kind;
} fronts[PUNCH_N_FRONTS] = {
  [PUNCH_PUB] = { "public", NAT_NONE },
  [PUNCH_WALL] = { "firewall", NAT_WALL },
  [PUNCH_FULL] = { "full", NAT_FULL },
  [PUNCH_ADDR] = { "address", NAT_ADDR },
  [PUNCH_PORT] = { "port", NAT_PORT },
  [PUNCH_SYM] = { "symmetric", NAT_SYM },
  [PUNCH_SEQ] = { "sequential", NAT_SEQ },
  [PUNCH_LINUX] = { "linux", NAT_LINUX },
  [PUNCH_OPEN] = { "linuxopen", NAT_OPEN },
  [PUNCH_CGN] = { "carrier", NAT_PORT },
};

const char *
punch_front_name (PunchFront front)
{
  return fronts[front].name;
}

/* A host behind such a front: the first or the second. */
PunchHost *
punch_pair_add (PunchWorld *world,
                PunchFront front,
                gboolean is_second)
{
  const char *outside = is_second ? "90.9.9.9" : "24.4.4.4";
  const char *inside = is_second ? "192.168.2.2:6347" : "192.168.1.2:6346";
  Nat *nat = NULL;

  if (front == PUNCH_PUB)
    return punch_world_host (world, is_second ? "90.9.9.9:6347" : "24.4.4.4:6346", NULL, NAT_NONE);
  if (front == PUNCH_CGN)
    {
      nat = punch_world_nat (world, NAT_PORT, outside, NULL);
      outside = is_second ? "100.64.9.9" : "100.64.4.4";
    }
  nat = punch_world_nat (world, fronts[front].kind, outside, nat);
  if (front == PUNCH_WALL)
    inside = is_second ? "90.9.9.9:6347" : "24.4.4.4:6346";
  return punch_world_host (world, inside, nat, fronts[front].kind);
}

/* Both of them, in a world that has started. */
void
punch_pair_start (PunchWorld *world,
                  PunchFront a,
                  PunchFront b,
                  PunchHost **asker,
                  PunchHost **sharer)
{
  *asker = punch_pair_add (world, a, FALSE);
  *sharer = punch_pair_add (world, b, TRUE);
  punch_world_start (world);
}
