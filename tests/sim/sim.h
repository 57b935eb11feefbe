/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "overlay.h"
#include "timer-queue.h"

G_BEGIN_DECLS

/* A whole network in one process: overlays joined by memory links with latency, on a virtual clock.
 * What a link cannot take waits at the sender, as with TCP; links are compressed as between real hosts. */
typedef struct _Sim Sim;
typedef struct _SimHost SimHost;

typedef struct
{
  guint32 search;
  guint hops;
  char *name;
  FilGuid servent;
  gboolean firewalled;
  guint n_proxies;
} SimHit;

/* Where the datagrams of an overlay go when there are NATs in between. */
typedef void (*SimRoute) (SimHost *from, const FilEndpoint *to, GBytes *bytes);

struct _SimHost
{
  Sim *sim;
  guint number;
  FilEndpoint endpoint;
  FilEndpoint outside;    /* whom others see connect; family 0: @endpoint */
  guint16 tcp_shift;      /* XORed into the port of connections on the way out */
  gboolean is_aside;      /* while the route is asked about a datagram from another port than usual */
  gpointer user;          /* of a test that plays the node: */
  gboolean (*on_datagram) (SimHost *host, const FilEndpoint *from, FilSlice bytes);
  void (*on_head) (SimHost *host, const FilFrame *frame, const FilSource *source);
  void (*on_push) (SimHost *host, const FilPush *push, const FilSource *source);
  FilGuid guid;
  gboolean is_firewalled; /* nobody can connect to it; datagrams only from whom it has sent to */
  FilOverlay *overlay;
  FilTimer *timer;
  GPtrArray *files;       /* names */
  GPtrArray *hits;        /* of SimHit */
  GArray *pushes;         /* of FilPush, without slices */
  GPtrArray *heads;       /* of GBytes: payloads of LIME/23 and /24 for us */
  FilSource head_source;
  GHashTable *matched;    /* MUIDs are not seen here; text → times asked */
  guint n_matches;
  guint n_dials;
  guint n_connect_backs;
  GHashTable *udp_peers;  /* addresses it has sent to */
  GHashTable *traced;     /* MUID → times query-received */
  guint seen_twice;
};

Sim *sim_new (guint64 seed, gint64 latency_us);
void sim_free (Sim *self);
gint64 sim_now (Sim *self);
FilRandom *sim_random (Sim *self);
FilTimerQueue *sim_timers (Sim *self);
gint64 sim_latency (Sim *self);
void sim_set_route (Sim *self, SimRoute route);
void sim_run (Sim *self, gint64 for_us);
gboolean sim_run_until (Sim *self, gboolean (*is_done) (gpointer), gpointer data, gint64 at_most_us);

SimHost *sim_add (Sim *self, FilRole role, guint ultrapeers, guint leaves);
SimHost *sim_add_with (Sim *self, FilOverlayConfig *config);
SimHost *sim_add_at (Sim *self, FilOverlayConfig *config, const FilEndpoint *at);
void sim_share (SimHost *host, const char *name);
void sim_connect (SimHost *from, SimHost *to);
void sim_deliver (SimHost *to, const FilEndpoint *from, GBytes *bytes);
void sim_break (SimHost *host);
void sim_join (Sim *self, FilSession *a, FilSession *b);
void sim_stop (SimHost *host);
SimHost *sim_host (Sim *self, guint number);
guint sim_n_hosts (Sim *self);
guint64 sim_bytes (Sim *self);

G_END_DECLS
