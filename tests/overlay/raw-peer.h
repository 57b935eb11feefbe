/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "overlay.h"

G_BEGIN_DECLS

/* An overlay alone in the world, whose delegate only takes notes, and peers that say exactly what a test
 * makes them say. */
typedef struct
{
  FilOverlay *overlay;
  FilRandom *random;
  gint64 now_us;
  FilGuid guid;
  GArray *dials;         /* of FilEndpoint */
  GArray *connect_backs; /* of FilEndpoint */
  GPtrArray *datagrams;  /* of GBytes */
  GArray *datagram_to;   /* of FilEndpoint */
  guint n_matches;
  guint n_hits;
  guint n_pushes;
  guint n_heads;
  guint n_proxies_told;  /* how often the list of push proxies was said to be another one */
  FilSource head_source;
  const char *file;      /* every query finds this, or NULL */
  guint n_alts;          /* … and that it is at the raw_endpoint() of the numbers below, too */
} RawWorld;

typedef struct
{
  RawWorld *world;
  FilSession *session;   /* NULL once it was closed and freed */
  FilFramer *framer;
  GString *answer;       /* what came before the messages */
  GPtrArray *packets;    /* of FilPacket: what came since they were last cleared */
  char *close_reason;
  gboolean is_binary;
} RawPeer;

RawWorld *raw_world_new (FilOverlayConfig *config);
void raw_world_free (RawWorld *self);
void raw_world_advance (RawWorld *self, gint64 by_us);
guint64 raw_world_drops (RawWorld *self, FilDropReason reason);

FilEndpoint raw_endpoint (guint n);
RawPeer *raw_peer_new (RawWorld *world, const FilEndpoint *from);
RawPeer *raw_peer_shaken (RawWorld *world, guint n, gboolean is_ultrapeer);
RawPeer *raw_peer_shaken_as (RawWorld *world, guint n, gboolean is_ultrapeer, const char *agent);
RawPeer *raw_peer_shaken_from (RawWorld *world, guint n, const FilEndpoint *from, gboolean is_ultrapeer,
                               const char *agent);
void raw_peer_free (RawPeer *self);
void raw_peer_text (RawPeer *self, const char *text);
void raw_peer_bytes (RawPeer *self, const void *bytes, gsize len);
void raw_peer_send (RawPeer *self, const FilHeader *header, FilSlice payload);
void raw_peer_read (RawPeer *self);
void raw_peer_clear (RawPeer *self);
guint raw_peer_count (RawPeer *self, guint8 kind);
const FilPacket *raw_peer_last (RawPeer *self, guint8 kind);
guint raw_peer_bye (RawPeer *self);

void raw_peer_query (RawPeer *self, const FilGuid *muid, guint8 ttl, guint8 hops, const char *text);
void raw_peer_hit (RawPeer *self, const FilGuid *muid, guint8 ttl, guint8 hops, const FilGuid *servent);
void raw_peer_push (RawPeer *self, const FilGuid *muid, guint8 ttl, const FilGuid *servent, const char *call);
void raw_peer_table (RawPeer *self, const char *words);

G_END_DECLS
