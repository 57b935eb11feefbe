/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "reach.h"
#include "row.h"

G_BEGIN_DECLS

/* What stands before a host. */
typedef enum
{
  FIL_WALL_NONE,
  FIL_WALL_NAT,
  FIL_WALL_FIREWALL,
  FIL_WALL_UNKNOWN, /* something does: nobody gets in */
} FilWall;

/* What is known of the way between a source and here. The strings are borrowed. */
typedef struct
{
  FilReachWay reach;
  FilWall own_wall;
  FilWall their_wall;
  gboolean is_standing;  /* bytes run, or may at any moment */
  const char *const *via; /* addresses of those that carried the signalling; NULL: not known */
  const char *them;      /* address, or NULL */
  int hops;              /* ultrapeers between in the network, -1 when not known */
  const char *transport; /* of the connection that stands: tcp or udp, or NULL */
  gboolean is_encrypted;
  gint64 rtt_us;         /* of its round trip, 0 when not known */
  const char *reason;    /* why no way leads there, or why the last one did not open; or NULL */
} FilPathFacts;

const char *fil_wall_to_word (FilWall wall, gboolean is_own);
void fil_path_facts_read (FilPathFacts *self, FilRow *source, const char *const *via, FilRow *status);
guint fil_path_facts_n_peers (const FilPathFacts *self);
char *fil_path_describe (const FilPathFacts *self) G_GNUC_WARN_UNUSED_RESULT;
char *fil_path_describe_peers (const FilPathFacts *self) G_GNUC_WARN_UNUSED_RESULT;
char *fil_path_describe_line (const FilPathFacts *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
