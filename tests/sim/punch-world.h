/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "sim-nat.h"
#include "punch-probe.h"
#include "punches.h"
#include "sim.h"

G_BEGIN_DECLS

#define PUNCH_ULTRAPEERS 3

typedef struct _PunchWorld PunchWorld;
typedef struct _PunchHost PunchHost;
typedef struct _PunchStreams PunchStreams;

/* A node as far as punching goes: an overlay of the simulator, its punches, and a NAT in front. */
struct _PunchHost
{
  PunchWorld *world;
  SimHost *sim;
  FilEndpoint inside;
  Nat *nat;                 /* NULL: a public address */
  FilNatSide side;          /* what it knows of its NAT */
  gboolean is_unsure;       /* nobody has told it yet */
  gboolean is_paused;       /* nobody gets a file of it */
  FilPunches *punches;
  FilTimer *timer;
  GPtrArray *connects;      /* what it does by TCP */
  PunchStreams *streams;    /* … and by RUDP */
  gboolean breaks_streams;  /* as soon as they stand */
  gboolean wants_nothing;   /* any more, of the connections that come about */

  /* What came of it. */
  guint n_ways;
  FilPunchWay way;
  gint64 way_us;
  guint n_sessions;         /* TCP: who talks from here on */
  guint n_streams;          /* RUDP: that stood */
  gint64 stream_us;
  char *failure;            /* code … */
  char *failure_sentence;   /* … and why */
  gint64 failure_us;
  GString *steps;
  guint n_answers;          /* offers it answered */
  guint n_sent_high;        /* knocks that could arrive */
  FilPunchProbe said;       /* the last of them … */
  FilEndpoint said_to;      /* … and where it went; who reads there knows it */
};

/* Three ultrapeers, hosts behind NATs, and somebody who counts what arrives. */
struct _PunchWorld
{
  Sim *sim;
  PunchHost *ultrapeers[PUNCH_ULTRAPEERS]; /* without punches */
  GPtrArray *hosts;         /* of PunchHost, the ultrapeers first */
  GPtrArray *nats;          /* owned */
  GHashTable *packets;      /* on their way */
  GHashTable *arrived;      /* FilEndpoint without port → what arrived there that nobody had asked for */
  guint loses_every;        /* of the signalling datagrams to and from ultrapeers, 0: none */
  guint n_signals;
  gboolean drops_pings;     /* HEAD pings and pongs get lost */
  guint n_dropped;
  gboolean no_tcp;
  gboolean drops_rudp;      /* all of it but knocks gets lost */
  gboolean drops_used;      /* the word that the other side knows the choice gets lost */
  GBytes *last_ping;        /* the HEAD ping that was sent last, or NULL */
};

PunchWorld *punch_world_new (const char *user_agent);
void punch_world_free (PunchWorld *self);
Nat *punch_world_nat (PunchWorld *self, NatKind kind, const char *outside, Nat *parent);
PunchHost *punch_world_host (PunchWorld *self, const char *inside, Nat *nat, NatKind kind);
void punch_world_start (PunchWorld *self);
void punch_world_arm (PunchHost *host);
void punch_world_describe (PunchHost *host, FilPunchSelf *out);
guint32 punch_world_ask (PunchHost *asker, PunchHost *sharer);
gboolean punch_world_run (PunchHost *asker, PunchHost *sharer, gint64 at_most_us);
void punch_world_send (PunchHost *from, const FilEndpoint *to, const guint8 *bytes, gsize len, guint ttl);
gboolean punch_world_seen_nonce (PunchWorld *self, guint8 *nonce);
gboolean punch_world_seen_muid (PunchWorld *self, FilGuid *muid);
guint punch_world_n_kept (const PunchHost *host);
guint punch_world_arrived (PunchWorld *self, const char *address);
FilNatSide punch_side_of (NatKind kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PunchWorld, punch_world_free)

G_END_DECLS
