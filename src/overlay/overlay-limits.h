/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "clock.h"

/* Everything that a neighbour or a stranger can make grow, and how far. */

/* Time to live. Sources: overview.md §5, peers of 2024 use 3 or 4. */
#define FIL_TTL_MAX 4            /* TTL + hops of a broadcast message are trimmed to this */
#define FIL_TTL_HARD 15          /* TTL + hops above: dropped */
#define FIL_TTL_QUERY 4          /* what our own searches start with */
#define FIL_HIGH_TTL_BYE 10      /* so many messages above FIL_TTL_HARD, then Bye 403 */

/* Handshake (handshake.md §1). */
#define FIL_HANDSHAKE_TIMEOUT (20 * FIL_SEC) /* all three groups, however slowly they drip */
#define FIL_HANDSHAKE_BYTES 16384            /* one group of headers */
#define FIL_HANDSHAKE_LINES 128
#define FIL_TRY_RECEIVED 30      /* addresses taken from one X-Try list, pong or other message */
#define FIL_TRY_SENT 10
#define FIL_AGENT_LEN 120        /* bytes kept of a User-Agent */

/* Links. */
#define FIL_LINK_QUEUE_BYTES 98304           /* send queue (routing.md §4) */
#define FIL_LINK_PLAIN_BYTES 16384           /* encoded and past reordering */
#define FIL_LINK_CONGESTED_MAX (180 * FIL_SEC)
#define FIL_LINK_SILENCE_MAX (180 * FIL_SEC)
#define FIL_LINK_QUERY_AGE (10 * FIL_SEC)    /* a query that waited longer is stale */
#define FIL_LINK_TURN_MESSAGES 64            /* messages one link may have handled in one feed() */
#define FIL_LINK_TURN_BYTES 262144           /* bytes, after inflating, in one feed() */
#define FIL_LINK_INFLATE_RATE (1024 * 1024)  /* inflated bytes a second that a link may cost for long … */
#define FIL_LINK_INFLATE_BURST (8 * 1024 * 1024) /* … and at once (route tables) */
#define FIL_LINK_PLAIN_RATE (32 * 1024 * 1024)   /* the same of a link that has to send every byte itself */
#define FIL_LINK_PLAIN_BURST (64 * 1024 * 1024)
#define FIL_LINK_BYE_LINGER (5 * FIL_SEC)    /* for the Bye to leave */
#define FIL_LINK_ERRORS 100                  /* malformed messages, then Bye 409 … */
#define FIL_LINK_ERROR_PERMILLE 100          /* … when they are more than so many of a thousand */
#define FIL_LINK_DUPLICATES 50               /* own duplicates of a neighbour, then Bye 401 … */
#define FIL_LINK_DUPLICATE_PERMILLE 15       /* … when they are more than so many of a thousand */
#define FIL_LINK_UNKNOWN_RATE 20             /* vendor messages a second that may cost work */

/* Alive pings (routing.md §5). */
#define FIL_ALIVE_ULTRAPEER (20 * FIL_SEC)
#define FIL_ALIVE_LEAF (60 * FIL_SEC)
#define FIL_ALIVE_MISSED 4
#define FIL_LINK_DOUBT (5 * FIL_SEC) /* for an answer, when something else of ours broke */

/* How many links. */
#define FIL_LEAF_ULTRAPEERS 3
#define FIL_ULTRAPEER_LINKS 32
#define FIL_ULTRAPEER_LEAVES 200
#define FIL_LINKS_PER_ADDRESS 8              /* unless private addresses are allowed */
#define FIL_HANDSHAKES_MAX 64                /* inbound handshakes under way */
#define FIL_CONNECTS_PER_MINUTE 6            /* inbound handshakes from one address */
#define FIL_DIALS_AT_ONCE 8
#define FIL_DIAL_HISTORY 1024                /* addresses whose last attempt is remembered */

/* Tables by GUID. Each has two generations, so that at most twice as many entries live. */
#define FIL_SEEN_ENTRIES 262144
#define FIL_SEEN_LIFE (20 * FIL_MINUTE)
#define FIL_PUSH_ROUTE_ENTRIES 131072
#define FIL_PUSH_ROUTE_LIFE FIL_HOUR
#define FIL_PUSH_ROUTES_PER_GUID 8           /* newest neighbours that brought a hit of this servent */
#define FIL_PROXIED_ENTRIES 4096             /* servents that asked us to pass pushes on … */
#define FIL_PROXIED_LIFE FIL_HOUR            /* … and are remembered when their connection has gone */
#define FIL_PUNCH_ITEM_MAX 32                /* what our hits say about punching */
#define FIL_HEAD_ENTRIES 1024
#define FIL_HEAD_LIFE (30 * FIL_SEC)
#define FIL_HEAD_PER_SOURCE 32               /* pending HEAD pings from one address */
#define FIL_PROXIED_PER_LINK 1               /* servent GUIDs a neighbour may have pushed to it */

/* Hits relayed for one query, whoever asked (routing.md §4). */
#define FIL_HITS_PER_QUERY 1000
#define FIL_HIT_TTL_MARGIN 5
#define FIL_LOCAL_HITS 30                    /* own files named in answer to one query */
#define FIL_LOCAL_QUERY_RATE 2000            /* queries a second that are looked up in the own index */
#define FIL_LEAF_QUERY_RATE 2                /* queries a second from one leaf … */
#define FIL_LEAF_QUERY_BURST 30              /* … and at once */
#define FIL_LINK_QUERY_RATE 400              /* queries a second from one ultrapeer … */
#define FIL_LINK_QUERY_BURST 8000

/* Pushes: each costs a stranger a connection (push.md, peers.md). */
#define FIL_PUSH_TARGET_PER_MINUTE 30        /* relayed pushes that name the same address to call */
#define FIL_PUSH_LINK_PER_SECOND 10          /* pushes from one neighbour */
#define FIL_PUSH_LINK_BURST 60
#define FIL_PUSHES_SEEN 16384                /* MUIDs of pushes, against loops */
#define FIL_PUSHES_LIFE (2 * FIL_MINUTE)
#define FIL_PUSH_TTL 7
#define FIL_PUSH_PROXIES_TOLD 4              /* of ours, in hits and headers; LimeWire tells no more either */
#define FIL_PUSH_TARGETS 4096                /* addresses counted at once */

/* Favours done for neighbours. */
#define FIL_CONNECT_BACK_INTERVAL (40 * FIL_SEC) /* TCP, for one address: who had no answer asks again after 45 s */
#define FIL_PING_BACK_INTERVAL (60 * FIL_SEC)    /* UDP, for one address */
#define FIL_CONNECT_BACK_PER_MINUTE 30           /* for all */
#define FIL_UDP_PING_INTERVAL (60 * FIL_SEC)     /* rich answers to one address */
#define FIL_UDP_PING_RATE 200                    /* answered pings a second, everybody's together */
#define FIL_UDP_SOURCES 4096                     /* addresses counted at once */
#define FIL_UDP_PUSH_RATE 50                     /* pushes and HEAD pings by UDP a second, together */
#define FIL_REDIRECTS_PER_MINUTE 6               /* LIME/7 and LIME/8 from one neighbour */
#define FIL_REDIRECT_HELPERS 2                   /* neighbours that we ask to help a leaf of ours */
#define FIL_CRAWL_INTERVAL (300 * FIL_SEC)
#define FIL_CACHE_ASK_INTERVAL (180 * FIL_SEC)   /* our questions to one host cache */

/* Where we stand (firewall.md §3, §4). NATs let in for up to 180 s whom we have sent to (f2f.md §2). */
#define FIL_UDP_CONTACTS 4096                    /* addresses that we have sent datagrams to … */
#define FIL_UDP_CONTACT_LIFE (185 * FIL_SEC)     /* … and that prove nothing for so long */
#define FIL_UDP_EVER_LIFE (6 * FIL_HOUR)         /* … and are not asked to prove something for so long */
#define FIL_NAT_ASK_INTERVAL (62 * FIL_SEC)      /* our pings to one host by UDP: it answers one a minute */

/* Caches. */
#define FIL_PONG_CACHE_HOPS 5
#define FIL_PONG_CACHE_PER_HOP 12
#define FIL_PONG_CACHE_LIFE (60 * FIL_SEC)
#define FIL_PONG_PER_PING 10
#define FIL_PING_INTERVAL (3 * FIL_SEC)      /* broadcast pings answered for one neighbour */
#define FIL_PONG_RATE 10                     /* pongs a second taken from one neighbour */
#define FIL_HOSTS_MAX 2000
#define FIL_HOSTS_PER_NETWORK 8              /* of one /24 (IPv6: /48) */
#define FIL_HOSTS_BAD_MAX 2000
#define FIL_HOSTS_BAD_LIFE (30 * FIL_MINUTE)
#define FIL_HOST_RETRY (3 * FIL_MINUTE)      /* between two attempts at one host … */
#define FIL_HOST_AGAIN (30 * FIL_SEC)        /* … that took us; gtk-gnutella 1.2.3 bans at 3 links a minute */
#define FIL_HOST_TWIN (FIL_LINK_DOUBT + 2 * FIL_SEC) /* … that took an older link of ours for alive */
#define FIL_UDP_PINGS_PENDING 256
#define FIL_UDP_PING_LIFE (30 * FIL_SEC)

/* Route tables of neighbours. */
#define FIL_QRP_SLOTS_ALL (1u << 27)         /* slots of all neighbours together: 16 MiB of bits */
#define FIL_QRP_RATE (256 * 1024)            /* bytes of patches a second from one neighbour, inflated … */
#define FIL_QRP_BURST (8 * 1024 * 1024)      /* … and at once; then Bye 413 */
#define FIL_QRP_INTERVAL_S 10                /* between two updates that we send on one link, for long … */
#define FIL_QRP_UPDATES_AT_ONCE 5            /* … and so many soon: new files are found within seconds */

/* Searches and the dynamic query. */
#define FIL_SEARCHES 64
#define FIL_QUERIES_LED 512                  /* dynamic queries under way */
#define FIL_QUERIES_LED_PER_LEAF 8
#define FIL_SEARCH_AGE (10 * FIL_MINUTE)     /* new ultrapeers are asked about younger searches */
#define FIL_TRACES 2048                      /* requests whose way is remembered … */
#define FIL_TRACE_STEPS 64                   /* … in so many steps */
