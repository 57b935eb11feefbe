/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address-meter.h"
#include "deflate.h"
#include "dynamic-query.h"
#include "guid-table.h"
#include "overlay.h"
#include "overlay-limits.h"
#include "pong-cache.h"
#include "query.h"
#include "query-extensions.h"
#include "query-hashes.h"
#include "route-receiver.h"
#include "supported.h"
#include "ping.h"
#include "topology.h"
#include "vendor-table.h"
#include "words.h"

G_BEGIN_DECLS

typedef struct _FilNeighbour FilNeighbour;

/* What is kept with each link. */
struct _FilNeighbour
{
  FilLink *link;               /* NULL: gone, to be freed at the next tick */
  guint32 id;
  gboolean is_leaf;            /* of ours */
  gboolean is_ultrapeer;
  guint8 hops_flow;            /* only queries with fewer hops */
  FilRouteTable *table;        /* what it answers to; NULL: never told */
  FilTokenBucket queries;
  FilTokenBucket pushes;
  FilTokenBucket pongs;
  FilTokenBucket vendors;
  FilTokenBucket patches;      /* bytes of route tables, inflated */
  guint high_ttl;

  /* Route tables. */
  FilRouteReceiver *receiver;
  FilInflate *patch;           /* of the sequence that is coming in */
  guint32 slots;               /* counted against all neighbours' */
  FilRouteTable *sent_table;
  FilTokenBucket updates;      /* seconds of FIL_QRP_INTERVAL_S */

  /* Pings. */
  gboolean was_ponged;
  gint64 next_pong_us;         /* broadcast pings are answered again from then on */
  FilGuid ping_muid;
  gint64 pinged_us;

  /* Who it is. */
  FilGuid servent;             /* zero: not known */
  gboolean is_proxied;         /* asked us to pass pushes on */
  gboolean proxies;            /* understands LIME/21 */
  gboolean was_asked;          /* … and was sent it */
  gboolean takes_tls;          /* where it listens */
  FilEndpoint proxy;           /* passes pushes on to us; family 0: does not */
  gboolean guides;             /* understands BEAR/11 */
  gboolean takes_head;         /* understands LIME/23 */
  gboolean takes_updates;      /* understands LIME/25: that we are reached elsewhere now */
  gboolean tries_tcp;          /* understands LIME/7: connects to others for us */
  gboolean tries_udp;          /* understands LIME/8: pings others for us */
  guint16 local_port;          /* of our end of the connection, when we called and know it */
  FilTokenBucket redirects;    /* seconds of a minute */
  gboolean pings_aside;        /* pings back from another port too */
  gint64 udp_asked_us;         /* when it was asked to ping us back; 0: never */
  gboolean tells_supported;
  guint queries_led;
};

/* What the seen table remembers of a query. */
typedef struct
{
  guint32 link;                /* where it came from; 0: it is ours */
  guint32 search;              /* ours */
  guint16 hits;                /* relayed so far */
  guint8 ttl;                  /* highest yet */
  guint8 hops;
  guint8 is_led;               /* there is a FilDynamicQuery */
} FilSeenQuery;

typedef struct
{
  guint32 links[FIL_PUSH_ROUTES_PER_GUID]; /* the newest first, 0 for none */
  guint8 hops[FIL_PUSH_ROUTES_PER_GUID];   /* of the newest hit that came there */
} FilPushRoute;

typedef struct
{
  FilEndpoint source;
  guint32 target;              /* link that may answer */
} FilHeadRoute;

/* A search of ours. */
typedef struct
{
  guint32 id;
  FilGuid muid;
  FilPacket *query;            /* TTL as sent by a leaf */
  FilQueryHashes hashes;
  guint8 ttl;
  gint64 begun_us;
  guint n_asked;               /* ultrapeers a leaf has asked */
  double reach;                /* what they promise */
  guint hits;
  guint kept;                  /* as the node says */
  gboolean has_kept;
} FilOwnSearch;

struct _FilOverlay
{
  FilOverlayConfig config;
  char *user_agent;
  FilOverlayDelegate delegate;
  gpointer data;
  FilRandom *random;
  gboolean is_running;
  FilMode mode;
  gint64 now_us;               /* when it was last told */
  FilOverlayState last_state;

  guint32 last_link;
  GHashTable *by_id;           /* link id → FilNeighbour */
  GPtrArray *ultrapeers;       /* of FilNeighbour, established */
  GPtrArray *leaves;           /* of FilNeighbour, established */
  GPtrArray *shaking;          /* of FilNeighbour */
  GPtrArray *graveyard;        /* of FilNeighbour, owned */
  GHashTable *servents;        /* FilGuid → FilNeighbour */

  FilHostCache *hosts;
  FilTopology *topology;
  FilPongCache pongs;
  FilReachability reach;
  FilUdpContacts *contacts;
  guint keeper;                /* counts keep-alive pings, so that neighbours take turns */
  FilOverlayTrace *trace;
  FilOverlayStats stats;

  /* The router's memory. */
  FilGuidTable *seen;
  FilGuidTable *push_routes;
  FilGuidTable *proxied;       /* servents that asked for it, the ones that left lately among them */
  FilGuidTable *heads;
  FilGuidTable *pushes;        /* seen, by MUID */
  FilWords *words;
  guint32 qrp_slots;           /* of all neighbours' tables */

  /* Limits by address. */
  FilAddressMeter *connects;
  FilAddressMeter *crawls;
  FilAddressMeter *push_targets;
  FilAddressMeter *connect_backs; /* by TCP … */
  FilAddressMeter *ping_backs;    /* … and by UDP */
  FilAddressMeter *udp_pings;
  FilAddressMeter *head_sources;
  FilAddressMeter *cache_asks;
  FilAddressMeter *udp_asks;
  FilTokenBucket connect_back_rate; /* seconds of a minute */
  FilTokenBucket udp_ping_rate;
  FilTokenBucket udp_push_rate;
  FilTokenBucket local_rate;

  /* What hits say about punching, see fil_overlay_set_punch(). */
  guint8 fw_version;
  guint8 punch_item[FIL_PUNCH_ITEM_MAX];
  gsize punch_item_len;
  FilEndpoint punch_at;        /* family 0: not known */
  FilEndpoint local6;          /* our IPv6 address; family 0: none */

  GHashTable *searches;        /* id → FilOwnSearch */
  guint32 last_search;
  GHashTable *led;             /* FilGuid → FilDynamicQuery; the key belongs to its packet */
  FilGuidTable *udp_pinged;    /* MUID → FilEndpoint */

  FilRouteTable *library;      /* own files */
  guint n_files;
  guint64 n_bytes;
  FilRouteTable *merged;       /* own files and leaves, for ultrapeers; NULL: to be made */
  FilTokenBucket merges;       /* seconds of FIL_QRP_INTERVAL_S */
  gboolean routes_dirty;
  gint64 next_ping_us;
  gint64 next_work_us;         /* when tick() has to look after routes, pings and proofs */

  FilEndpoint tries[FIL_TRY_SENT]; /* scratch for introduce() */
  FilEndpoint crawled[64];
};

/* overlay.c */
void _fil_overlay_note (FilOverlay *self, FilOverlayNote note, guint32 link);
void _fil_overlay_wake_at (FilOverlay *self, gint64 at_us);
void _fil_overlay_drop (FilOverlay *self, FilDropReason reason);
void _fil_overlay_step (FilOverlay *self, const FilGuid *muid, const char *what, const FilNeighbour *neighbour,
                        guint ttl, guint hops, const char *detail, gint64 now_us);
FilNeighbour *_fil_overlay_neighbour (const FilOverlay *self, guint32 link);
void _fil_overlay_send (FilOverlay *self, FilNeighbour *to, FilImportance importance, const FilHeader *header,
                        FilSlice payload, gint64 now_us);
void _fil_overlay_send_packet (FilOverlay *self, FilNeighbour *to, FilImportance importance,
                               const FilPacket *packet, gint64 now_us);
gboolean _fil_overlay_address_ok (FilOverlay *self, const FilEndpoint *endpoint, FilAddressUse use);
gboolean _fil_overlay_is_own_guid (const FilOverlay *self, const FilGuid *guid);

/* overlay-links.c */
gboolean _fil_overlay_wants_ultrapeers (const FilOverlay *self);
guint _fil_overlay_target (const FilOverlay *self);
guint _fil_overlay_missing (const FilOverlay *self);
guint _fil_overlay_leaf_limit (const FilOverlay *self);
FilNeighbour *_fil_overlay_find_by_listen (const FilOverlay *self, const FilEndpoint *endpoint,
                                           const FilNeighbour *but);
void _fil_overlay_dial (FilOverlay *self, gint64 now_us);
gboolean _fil_overlay_set_servent (FilOverlay *self, FilNeighbour *neighbour, const FilGuid *servent);
void _fil_neighbour_free (FilNeighbour *self);
extern const FilLinkDelegate _fil_overlay_link_delegate;

/* overlay-admit.c */
guint _fil_overlay_admit (gpointer data, FilLink *link, const char **reason, gint64 now_us);

/* overlay-ping.c */
void _fil_overlay_take_ping (FilOverlay *self, FilNeighbour *from, const FilFrame *frame, gint64 now_us);
void _fil_overlay_take_pong (FilOverlay *self, FilNeighbour *from, const FilFrame *frame, gint64 now_us);
void _fil_overlay_send_pings (FilOverlay *self, gint64 now_us);
void _fil_overlay_ping (FilOverlay *self, FilNeighbour *to, gint64 now_us);
void _fil_overlay_take_udp_ping (FilOverlay *self, const FilEndpoint *from, const FilFrame *frame, gint64 now_us);
void _fil_overlay_ping_by_udp (FilOverlay *self, const FilEndpoint *to, gint64 now_us);
void _fil_overlay_take_udp_pong (FilOverlay *self, const FilEndpoint *from, const FilFrame *frame, gint64 now_us);
guint _fil_overlay_list_tries (FilOverlay *self, const FilEndpoint *asker, FilEndpoint *out, guint max);
void _fil_overlay_learn (FilOverlay *self, const FilEndpoint *host, const FilEndpoint *teller, gint64 now_us);
void _fil_overlay_ping_back (FilOverlay *self, const FilEndpoint *to, const FilGuid *muid, gint64 now_us);

/* overlay-reach.c */
void _fil_overlay_ask_proofs (FilOverlay *self, FilNeighbour *only, gint64 now_us);
void _fil_overlay_watch_reach (FilOverlay *self, gint64 now_us);
void _fil_overlay_take_datagram (FilOverlay *self, const FilEndpoint *from, gint64 now_us);

/* overlay-nat.c */
void _fil_overlay_watch_nat (FilOverlay *self, gint64 now_us);
void _fil_overlay_doubt_nat (FilOverlay *self, gint64 now_us);
void _fil_overlay_take_own_address (FilOverlay *self, const FilEndpoint *from, const FilEndpoint *seen_as,
                                    gint64 now_us);
void _fil_overlay_take_seen_port (FilOverlay *self, FilNeighbour *from, const FilFeatures *features, gint64 now_us);

/* overlay-help.c */
void _fil_overlay_take_connect_back (FilOverlay *self, FilNeighbour *from, guint16 port, const FilGuid *udp_muid,
                                     gint64 now_us);
void _fil_overlay_take_redirect (FilOverlay *self, FilNeighbour *from, const FilEndpoint *to, const FilGuid *udp_muid,
                                 gint64 now_us);

/* overlay-udp.c */
void _fil_overlay_send_udp (FilOverlay *self, const FilEndpoint *to, const FilPacket *packet);
void _fil_overlay_send_udp_aside (FilOverlay *self, const FilEndpoint *to, const FilPacket *packet);

/* overlay-routes.c */
void _fil_overlay_take_route_message (FilOverlay *self, FilNeighbour *from, const FilFrame *frame, gint64 now_us);
void _fil_overlay_send_routes (FilOverlay *self, gint64 now_us);
void _fil_overlay_forget_routes (FilOverlay *self, FilNeighbour *neighbour);

/* overlay-vendor.c */
void _fil_overlay_send_vendor (FilOverlay *self, FilNeighbour *to, FilImportance importance, FilVendorType type,
                               guint16 version, const FilGuid *muid, gconstpointer body, gint64 now_us);
void _fil_overlay_greet (FilOverlay *self, FilNeighbour *to, gint64 now_us);
void _fil_overlay_take_vendor (FilOverlay *self, FilNeighbour *from, const FilFrame *frame, gint64 now_us);
void _fil_overlay_ask_proxy (FilOverlay *self, FilNeighbour *to, gint64 now_us);
void _fil_overlay_ask_proxies (FilOverlay *self, gint64 now_us);
void _fil_overlay_tell_listen (FilOverlay *self, gint64 now_us);

/* router.c */
void _fil_router_take_query (FilOverlay *self, FilNeighbour *from, const FilFrame *frame, gint64 now_us);
void _fil_router_take_hit (FilOverlay *self, FilNeighbour *from, const FilFrame *frame, gint64 now_us);
void _fil_router_send_hit (FilOverlay *self, const FilGuid *muid, const FilPacket *hit, gint64 now_us);
gboolean _fil_router_hash (FilOverlay *self, const FilQuery *query, const FilQueryExtensions *extensions,
                           FilQueryHashes *hashes);
void _fil_router_to_leaves (FilOverlay *self, const FilNeighbour *from, const FilHeader *header, FilSlice payload,
                            const FilQueryHashes *hashes, gint64 now_us);

/* router-push.c, router-head.c */
void _fil_router_learn_push (FilOverlay *self, const FilGuid *servent, FilNeighbour *from, guint8 hops,
                             gint64 now_us);
void _fil_router_take_push (FilOverlay *self, FilNeighbour *from, const FilEndpoint *udp, const FilFrame *frame,
                            gint64 now_us);
void _fil_router_take_head_ping (FilOverlay *self, FilNeighbour *from, const FilEndpoint *udp,
                                 const FilFrame *frame, const FilVendor *vendor, gint64 now_us);
void _fil_router_take_head_pong (FilOverlay *self, FilNeighbour *from, const FilEndpoint *udp,
                                 const FilFrame *frame, gint64 now_us);

/* overlay-answer.c */
void _fil_overlay_answer (FilOverlay *self, const FilHeader *header, const FilQuery *query,
                          const FilQueryExtensions *extensions, gint64 now_us);

/* overlay-search.c */
void _fil_overlay_lead (FilOverlay *self, FilPacket *query, const FilQueryHashes *hashes, guint32 leaf,
                        guint8 max_ttl, gint64 now_us);
void _fil_overlay_run_led (FilOverlay *self, gint64 now_us);
gint64 _fil_overlay_led_wake (const FilOverlay *self);
void _fil_overlay_ask_new_ultrapeer (FilOverlay *self, FilNeighbour *to, gint64 now_us);
void _fil_overlay_take_query_status_request (FilOverlay *self, FilNeighbour *from, const FilGuid *muid,
                                             gint64 now_us);
void _fil_own_search_free (FilOwnSearch *self);

G_END_DECLS
