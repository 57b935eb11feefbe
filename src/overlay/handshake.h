/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "guid.h"
#include "head.h"
#include "overlay-limits.h"
#include "writer.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_MODE_UNKNOWN, /* did not say */
  FIL_MODE_LEAF,
  FIL_MODE_ULTRAPEER,
} FilMode;

/* What we tell in our headers. Strings are borrowed. */
typedef struct
{
  FilMode mode;
  const char *user_agent;
  FilGuid guid;
  FilEndpoint listen;     /* family 0: not known, not told */
  FilEndpoint remote;     /* the other side, as we see it */
  gboolean needs_ultrapeers; /* answer of an ultrapeer: X-Ultrapeer-Needed */
  const FilEndpoint *tries;  /* X-Try-Ultrapeers of an answer */
  guint n_tries;
  const FilEndpoint *crawled; /* answer to a crawler: Peers, then Leaves */
  guint n_crawled_peers;
  guint n_crawled_leaves;
} FilHandshakeSelf;

/* What the other side told in all of its groups so far. */
typedef struct
{
  FilMode mode;
  gboolean mode_changed;   /* group 3 made it a leaf */
  int needed;              /* X-Ultrapeer-Needed: 1, 0, or -1 when absent */
  char user_agent[FIL_AGENT_LEN + 1]; /* UTF-8 without control characters, empty when absent */
  FilEndpoint listen;      /* Listen-IP, Node or X-My-Address */
  guint refusal;         /* the code of its answer, when that was no */
  FilEndpoint remote_ip;   /* our address as it sees us, port 0 */
  FilGuid guid;            /* zero when absent */
  guint degree;            /* X-Degree, 0 when absent */
  guint max_ttl;           /* X-Max-TTL, 0 when absent */
  guint qrp_minor;         /* X-Query-Routing 0.n, 0 when absent */
  gboolean last_hop_qrp;   /* X-Ultrapeer-Query-Routing */
  gboolean dynamic;        /* X-Dynamic-Querying */
  gboolean probes;         /* X-Ext-Probes */
  gboolean ggep;
  gboolean vendor_messages;
  gboolean bye;
  gboolean inflates;       /* Accept-Encoding: deflate */
  gboolean deflates;       /* Content-Encoding: deflate */
  gboolean sflag;          /* X-Features: sflag */
  gboolean crawler;
  gboolean other_network;  /* wants a network that is not Gnutella, or to prove a membership */
  FilEndpoint tries[FIL_TRY_RECEIVED];
  guint n_tries;
} FilHandshakePeer;

/**
 * FilGroup:
 *
 * One group of the handshake as it came: its first line and what its headers told.
 */
typedef struct
{
  gboolean is_connect; /* group 1: "GNUTELLA CONNECT/0.6" */
  guint code;          /* groups 2 and 3 */
  char text[128];      /* the words behind the code; UTF-8 without control characters */
} FilGroup;

void fil_handshake_peer_init (FilHandshakePeer *self);
gboolean fil_handshake_peer_read (FilHandshakePeer *self, FilGroup *group, const FilHead *head)
    G_GNUC_WARN_UNUSED_RESULT;

/* The three groups; each is appended to @out. */
void fil_handshake_write_connect (const FilHandshakeSelf *self, FilWriter *out);
void fil_handshake_write_answer (const FilHandshakeSelf *self, const FilHandshakePeer *peer, guint code,
                                 const char *text, FilWriter *out);
void fil_handshake_write_final (const FilHandshakePeer *peer, guint code, const char *text, gboolean becomes_leaf,
                                FilWriter *out);

/* Whether a peer will do as an ultrapeer of ours, or as our leaf: NULL, or what it lacks. */
const char *fil_handshake_peer_lacks (const FilHandshakePeer *self, FilMode our_mode);

G_END_DECLS
