/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "punch-world.h"

G_BEGIN_DECLS

/* What is in front of a host. */
typedef enum
{
  PUNCH_PUB,
  PUNCH_WALL,
  PUNCH_FULL,
  PUNCH_ADDR,
  PUNCH_PORT,
  PUNCH_SYM,
  PUNCH_SEQ,
  PUNCH_LINUX,
  PUNCH_OPEN,
  PUNCH_CGN, /* a port-restricted one behind another */
  PUNCH_N_FRONTS,
} PunchFront;

/* One host behind each of two such fronts. */
const char *punch_front_name (PunchFront front);
PunchHost *punch_pair_add (PunchWorld *world, PunchFront front, gboolean is_second);
void punch_pair_start (PunchWorld *world, PunchFront a, PunchFront b, PunchHost **asker, PunchHost **sharer);

G_END_DECLS
