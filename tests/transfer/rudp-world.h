/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rudp-hub.h"

G_BEGIN_DECLS

/* Two hosts that speak RUDP over a path on virtual time. */

/* What a path does to datagrams. */
typedef struct
{
  gint64 delay_us;       /* one way */
  gint64 jitter_us;      /* more than the gap between datagrams reorders them */
  guint lost_of_1000;
  guint doubled_of_1000;
  guint corrupt_of_1000;
  gboolean udp_sum;      /* corrupt datagrams do not pass the system's own checksum */
  guint hostile_of_1000; /* a stranger adds a packet of its own for so many datagrams … */
  gboolean is_spoofed;   /* … from the address of the other side */
  guint skipped_acks;    /* LimeWire leaves out so many acknowledgements in a row … */
  gint64 reads_late_us;  /* … and reads only some time after the first packet that it could read */
  guint64 bytes_per_s;   /* 0: no limit */
  gsize queue_bytes;     /* of a path with a limit: what does not fit is dropped */
} RudpPath;

typedef struct _RudpWorld RudpWorld;

/* One host, with an application that sends some bytes, reads, and shuts when it sent all. */
typedef struct
{
  RudpWorld *world;
  FilRudpHub *hub;
  FilRudp *rudp;         /* NULL: released */
  FilEndpoint at;
  guint64 to_send;
  guint64 n_sent;
  guint64 n_read;
  guint64 read_limit;    /* reads no more than so many in all */
  gboolean is_wrong;     /* a byte was not what the other side sent */
  gboolean is_at_end;
  gboolean keeps_open;   /* does not shut */
  gboolean is_deaf;      /* its datagrams do not arrive any more */
  const char *error;
  gint64 ended_us;
  guint64 n_out;         /* datagrams */
  guint64 bytes_out;
  guint n_skipped;       /* acknowledgements in a row */
  gint64 read_due_us;    /* 0: nothing to read */
  gint64 path_free_us;   /* when the path has sent what it was given */
  guint8 last[64];       /* the beginning of the latest datagram */
  gsize last_len;
} RudpHost;

struct _RudpWorld
{
  gint64 now_us;
  RudpPath path;
  RudpHost host[2];
  FilRandom *random;
  GSequence *wire;       /* of datagrams on their way */
  guint64 seed;
  guint64 dropped;
};

void rudp_world_init (RudpWorld *self, guint64 seed, const RudpPath *path);
void rudp_world_clear (RudpWorld *self);
void rudp_world_open (RudpWorld *self, FilRudpProfile profile, guint segment);
void rudp_world_send (RudpWorld *self, guint to, const FilEndpoint *from, FilSlice datagram, gint64 delay_us);
gboolean rudp_world_step (RudpWorld *self, gint64 until_us);
void rudp_world_changed (gpointer data, FilRudp *rudp, gint64 now_us);
void rudp_world_run (RudpWorld *self, gint64 for_us);
gboolean rudp_world_is_over (const RudpWorld *self);

G_END_DECLS
