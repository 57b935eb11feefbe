/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "clock.h"
#include "endpoint.h"
#include "guid.h"
#include "host-cache.h"
#include "link.h"
#include "overlay-stats.h"
#include "overlay-trace.h"
#include "packed-hosts.h"
#include "push.h"
#include "query-hit.h"
#include "random.h"
#include "reachability.h"
#include "route-table.h"
#include "session.h"
#include "urn.h"

G_BEGIN_DECLS

/**
 * FilOverlay:
 *
 * The part of a node that is the Gnutella network: its links, what they say, what is passed on, who is
 * remembered. It does no I/O: time comes with every call, what it wants of the world goes through the
 * delegate.
 *
 * How to drive it: open a connection when dial() asks for one, make a session of it with
 * fil_overlay_outgoing() and pump that, or tell fil_overlay_dial_failed(); give accepted connections
 * that begin with "GNUTELLA" to fil_overlay_accept(); give datagrams to fil_overlay_udp_received();
 * call fil_overlay_tick() when fil_overlay_wake() says so, and ask that again whenever wake_changed() was
 * called. Every link reports through the FilSession interface on its own.
 */
typedef struct _FilOverlay FilOverlay;

typedef enum
{
  FIL_ROLE_AUTO, /* a leaf, until told otherwise */
  FIL_ROLE_LEAF,
  FIL_ROLE_ULTRAPEER,
} FilRole;

typedef struct
{
  FilRole role;
  FilGuid guid;            /* the servent GUID, kept across restarts */
  const char *user_agent;  /* copied */
  char vendor[4];
  FilEndpoint listen;      /* the port counts; the address may be unset */
  gboolean allow_private;  /* loopback and private addresses are good neighbours */
  gboolean is_passive;     /* dials nobody but those of fil_overlay_connect() */
  guint ultrapeers;        /* links to ultrapeers to keep, 0: the usual number of the role */
  guint leaves;            /* most leaves, 0: the usual number */
  guint query_ttl;         /* TTL of own searches, 0: the usual one */
  gboolean browse;         /* others may ask for the list of our files */
  gboolean no_rates;       /* neighbours may ask as fast as they can: for measurements only */
} FilOverlayConfig;

/* A query as the own library is asked. */
typedef struct
{
  const char *text;        /* UTF-8, may be empty when there is a hash */
  const FilSha1 *sha1;     /* NULL: by words */
  guint kinds;             /* mask of GGEP "M" (ggep.md §3), 0 for all */
  gboolean wants_new;      /* "What's New?": the newest files */
} FilLocalQuery;

#define FIL_LOCAL_ALTS 5 /* other places of one file in a hit of ours; gtk-gnutella names up to ten */

/* A file of ours that answers. Strings are borrowed until match() is called again. */
typedef struct
{
  guint32 index;
  guint64 size;
  const char *name;        /* UTF-8, without folders */
  const FilSha1 *sha1;     /* or NULL */
  const FilTth *tth;       /* or NULL */
  gint64 created_s;        /* unix time, 0 when unknown */
  FilHost alts[FIL_LOCAL_ALTS]; /* others that have it, as far as we know */
  guint n_alts;
} FilLocalFile;

/* Where a message came from. */
typedef struct
{
  guint32 link;            /* 0: by UDP */
  FilEndpoint address;     /* of the neighbour or of the datagram */
  guint8 ttl;
  guint8 hops;
  FilGuid muid;
} FilSource;

typedef enum
{
  FIL_NOTE_STATE,          /* fil_overlay_state() or a verdict changed */
  FIL_NOTE_LINK_ADDED,
  FIL_NOTE_LINK_CHANGED,   /* its handshake is done */
  FIL_NOTE_LINK_REMOVED,
  FIL_NOTE_PROXIES,        /* the list of our push proxies */
} FilOverlayNote;

/* What became of a push. */
typedef enum
{
  FIL_PUSH_SENT_NOT,       /* nobody here leads to the servent */
  FIL_PUSH_SENT_DIRECT,    /* over the servent's own connection */
  FIL_PUSH_SENT_ROUTED,    /* along the ways that its hits came */
  FIL_PUSH_SENT_REFUSED,   /* too many, or an address that nobody should be made to call */
} FilPushSent;

typedef enum
{
  FIL_ADDRESS_FOR_DIAL,    /* a host to connect to because a stranger named it */
  FIL_ADDRESS_FOR_PUSH,    /* a push makes somebody call it */
  FIL_ADDRESS_FOR_UDP,
} FilAddressUse;

/* What the overlay wants of the world. Optional entries may be NULL. None may call back into the
 * overlay except where it says so. */
typedef struct
{
  guint (*match) (gpointer data, const FilLocalQuery *query, FilLocalFile *files, guint max);
  /* A hit for one of our searches; the hit's slices are borrowed. May call back. */
  void (*hit) (gpointer data, guint32 search, const FilQueryHit *hit, const FilSource *source);
  /* Somebody asks us to connect out. May call back. */
  void (*push) (gpointer data, const FilPush *push, const FilSource *source);
  /* A HEAD ping for us, or a pong to one of ours (optional; see fil_overlay_answer_head). May call back. */
  void (*head) (gpointer data, const FilFrame *frame, const FilSource *source);
  /* Open a TCP connection, then fil_overlay_outgoing() or fil_overlay_dial_failed(), but later. */
  void (*dial) (gpointer data, const FilEndpoint *to);
  /* Open a TCP connection, send an empty line, close: somebody wants to know if that works. */
  void (*connect_back) (gpointer data, const FilEndpoint *to);
  void (*send_udp) (gpointer data, const FilEndpoint *to, const guint8 *bytes, gsize len);
  /* The same from any other port than ours (optional): shows somebody whether such are let in. */
  void (*send_udp_aside) (gpointer data, const FilEndpoint *to, const guint8 *bytes, gsize len);
  /* The one gate that judges addresses strangers named. */
  gboolean (*address_ok) (gpointer data, const FilEndpoint *endpoint, FilAddressUse use);
  void (*changed) (gpointer data, FilOverlayNote note, guint32 link);
  /* fil_overlay_wake() may have become earlier (optional). */
  void (*wake_changed) (gpointer data);
  /* Every step of a request (optional); it is logged and kept besides. */
  void (*trace) (gpointer data, const FilGuid *muid, const FilTraceRecord *record);
} FilOverlayDelegate;

typedef enum
{
  FIL_OVERLAY_OFFLINE,
  FIL_OVERLAY_CONNECTING,
  FIL_OVERLAY_ONLINE,      /* at least one link to an ultrapeer, or a leaf */
} FilOverlayState;

/* A link, as a list of peers shows it. */
typedef struct
{
  guint32 id;
  FilEndpoint address;
  const char *user_agent;
  gboolean is_ultrapeer;
  gboolean is_outgoing;
  gboolean is_compressed;
  gboolean is_established;
  gint64 since_us;
  guint64 in_messages;
  guint64 out_messages;
  guint64 in_bytes;
  guint64 out_bytes;
} FilOverlayPeer;

FilOverlay *fil_overlay_new (const FilOverlayConfig *config, const FilOverlayDelegate *delegate, gpointer data,
                             FilRandom *random, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void fil_overlay_free (FilOverlay *self);

/* Running. */
void fil_overlay_start (FilOverlay *self, gint64 now_us);
void fil_overlay_stop (FilOverlay *self, gint64 now_us);
gint64 fil_overlay_wake (const FilOverlay *self);
void fil_overlay_tick (FilOverlay *self, gint64 now_us);

/* Links. fil_overlay_accept() may return NULL: then close the connection. */
void fil_overlay_connect (FilOverlay *self, const FilEndpoint *to, gint64 now_us);
FilSession *fil_overlay_outgoing (FilOverlay *self, const FilEndpoint *to, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void fil_overlay_dial_failed (FilOverlay *self, const FilEndpoint *to, gint64 now_us);
FilSession *fil_overlay_accept (FilOverlay *self, const FilEndpoint *from, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_overlay_disconnect (FilOverlay *self, guint32 link, gint64 now_us);
void fil_overlay_doubt_links (FilOverlay *self, gint64 now_us);
void fil_overlay_ban (FilOverlay *self, const FilEndpoint *address, gint64 now_us);

/* Datagrams that are Gnutella messages. */
void fil_overlay_udp_received (FilOverlay *self, const FilEndpoint *from, const guint8 *bytes, gsize len,
                               gint64 now_us);

/* Searching. kinds: mask of GGEP "M", 0 for all. An id of 0: there are too many searches. */
guint32 fil_overlay_search (FilOverlay *self, const char *text, const FilSha1 *sha1, guint kinds, gint64 now_us);
gboolean fil_overlay_search_muid (FilOverlay *self, guint32 search, FilGuid *muid);
guint fil_overlay_search_reach (FilOverlay *self, guint32 search);
void fil_overlay_close_search (FilOverlay *self, guint32 search, gint64 now_us);
void fil_overlay_search_kept (FilOverlay *self, guint32 search, guint hits);

/* Our library. */
void fil_overlay_set_route_table (FilOverlay *self, FilRouteTable *table, gint64 now_us);
void fil_overlay_set_browse (FilOverlay *self, gboolean may_browse);
void fil_overlay_set_library (FilOverlay *self, guint files, guint64 bytes);

/* Reaching a servent that does not listen. */
GPtrArray *fil_overlay_list_files (FilOverlay *self, const FilLocalFile *files, guint n) G_GNUC_WARN_UNUSED_RESULT;
FilPushSent fil_overlay_send_push (FilOverlay *self, const FilPush *push, const FilGuid *muid, gint64 now_us);
FilPushSent fil_overlay_proxy_push (FilOverlay *self, const FilPush *push, gint64 now_us);
gboolean fil_overlay_is_proxy_of (FilOverlay *self, const FilGuid *servent);
gboolean fil_overlay_has_push_route (FilOverlay *self, const FilGuid *servent, gint64 now_us);
void fil_overlay_answer_head (FilOverlay *self, const FilSource *to, FilSlice payload, gint64 now_us);
guint fil_overlay_push_proxies (FilOverlay *self, FilHost *out, guint max);

/* What our hits say when a way to us has to be opened from both sides. */
void fil_overlay_set_punch (FilOverlay *self, guint8 fw_version, FilSlice item, const FilEndpoint *at);

/* Finding the network. */
void fil_overlay_ask_host_cache (FilOverlay *self, const FilEndpoint *cache, gint64 now_us);
void fil_overlay_learn_host (FilOverlay *self, const FilEndpoint *host, const FilEndpoint *teller, gint64 now_us);
gboolean fil_overlay_wants_hosts (const FilOverlay *self);
FilHostCache *fil_overlay_host_cache (FilOverlay *self);

/* Reachability. */
void fil_overlay_noted_inbound (FilOverlay *self, const FilEndpoint *from, gint64 now_us);
void fil_overlay_noted_address (FilOverlay *self, const FilEndpoint *voter, const FilEndpoint *seen_as, gint64 now_us);
void fil_overlay_noted_udp (FilOverlay *self, const FilEndpoint *to, gint64 now_us);
void fil_overlay_set_local (FilOverlay *self, const FilEndpoint *local);
void fil_overlay_set_local6 (FilOverlay *self, const FilEndpoint *local);
void fil_overlay_noted_link_port (FilOverlay *self, FilSession *link, guint16 port);
void fil_overlay_moved (FilOverlay *self, gint64 now_us);
void fil_overlay_recall (FilOverlay *self, const FilReachMemory *memory, gint64 now_us);
void fil_overlay_measure_nat (FilOverlay *self, gint64 now_us);
const FilReachability *fil_overlay_reachability (const FilOverlay *self);
FilEndpoint fil_overlay_own_endpoint (const FilOverlay *self);
FilEndpoint fil_overlay_own_ipv6 (const FilOverlay *self);
void fil_overlay_set_listen (FilOverlay *self, const FilEndpoint *listen, gint64 now_us);

/* Looking. */
FilOverlayState fil_overlay_state (const FilOverlay *self);
gboolean fil_overlay_is_ultrapeer (const FilOverlay *self);
guint fil_overlay_n_peers (const FilOverlay *self, FilMode mode);
gboolean fil_overlay_get_peer (const FilOverlay *self, guint32 link, FilOverlayPeer *out);
guint fil_overlay_peers (const FilOverlay *self, guint32 *links, guint max);
const FilOverlayStats *fil_overlay_stats (const FilOverlay *self);
void fil_overlay_note_step (FilOverlay *self, const FilGuid *muid, const char *what, const FilEndpoint *peer,
                            const char *detail, gint64 now_us);
const FilTraceRecord *fil_overlay_trace (FilOverlay *self, const FilGuid *muid, guint *n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilOverlay, fil_overlay_free)

G_END_DECLS
