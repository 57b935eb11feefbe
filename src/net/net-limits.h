/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "clock.h"

/* Everything that a stranger can make this folder spend, in one place. */

/* One turn of one link. */
#define FIL_PUMP_TURN_BYTES (256 * 1024)  /* each way */
#define FIL_PUMP_TURN_OVERLAY (32 * 1024) /* in, of a link: what it makes others be sent has to fit their queues */
#define FIL_PUMP_TURN_READS 64
#define FIL_PUMP_BUFFER (64 * 1024)       /* shared by all pumps */
#define FIL_PUMP_GATHER (16 * 1024)       /* small pieces of output joined into one write */
#define FIL_PUMP_TURN_PUMPS 64            /* run in one turn of the main loop */
#define FIL_PUMP_LINGER_US (5 * FIL_SEC)  /* for the other side to close after we did … */
#define FIL_PUMP_LINGER_MAX 128           /* … of so many; the one that was closed first makes room */
#define FIL_PUMP_FLUSH_US (30 * FIL_SEC)  /* for the last output of a closed session to leave */
#define FIL_PUMP_LINGER_BYTES (256 * 1024)

/* Rate limits. */
#define FIL_SHAPER_MIN_PIECE 1024
#define FIL_SHAPER_MAX_PIECE (64 * 1024)
#define FIL_SHAPER_LOOK_AGAIN_US FIL_SEC  /* who waits for the limit of a group: it may be another one by now */

/* Connections that have not said what they want. */
#define FIL_GREET_MAX_LINE 1024
#define FIL_GREET_US (10 * FIL_SEC)
#define FIL_ACCEPT_MAX_HALF_OPEN 256
#define FIL_ACCEPT_MAX_PER_NETWORK 16     /* of one /24 (IPv6: /48); not on private networks */
#define FIL_ACCEPT_BURST 32               /* accepted in one turn */
#define FIL_ACCEPT_BACKLOG 128
#define FIL_ACCEPT_PAUSE_US (1 * FIL_SEC) /* when descriptors ran out for good */

/* Memory of many connections that have gone. */
#define FIL_CROWD_MANY 128                 /* of them are worth asking the allocator for it … */
#define FIL_CROWD_SPACING_US FIL_MINUTE    /* … so often */

/* Connections to others. */
#define FIL_DIAL_MAX 24
#define FIL_DIAL_MAX_PER_ADDRESS 2
#define FIL_DIAL_MAX_PER_NETWORK 4
#define FIL_DIAL_TIMEOUT_US (15 * FIL_SEC)
#define FIL_DIAL_PROBE_US (5 * FIL_SEC)    /* most of those who ask to be tried sit behind a firewall */

/* What the gate lets strangers make us do. */
#define FIL_GATE_WINDOW_US (10 * FIL_MINUTE)
#define FIL_GATE_MAX_PER_TARGET 6          /* contacts of one address in a window, all uses together */
#define FIL_GATE_MAX_PER_NETWORK 24        /* … of one /24 (IPv6: /48) */
#define FIL_GATE_MAX_TARGETS 4096          /* remembered */
#define FIL_GATE_MAX_BANS 4096

/* UDP. */
#define FIL_UDP_MAX_DATAGRAM 8192          /* longer ones are dropped */
#define FIL_UDP_MAX_MESSAGE 65536          /* several datagrams that the system joined */
#define FIL_UDP_BATCH 16                   /* messages read by one system call … */
#define FIL_UDP_BATCH_CROWDED 4            /* … and when they hold many datagrams each */
#define FIL_UDP_TURN 256                   /* datagrams read in one turn … */
#define FIL_UDP_TURN_BYTES (256 * 1024)    /* … and bytes; the last system call of a turn may go beyond */
#define FIL_UDP_SEGMENTS 64                /* datagrams sent as one piece */
#define FIL_UDP_SOCKET_BUFFER (4 * 1024 * 1024) /* asked for; the system may give less */

/* Asking the router for a port (RFC 6886 §3.1, §3.3). */
#define FIL_PORT_MAP_FIRST_US (250 * FIL_MSEC) /* to the second try, then twice as long each time */
#define FIL_PORT_MAP_TRIES 5
#define FIL_PORT_MAP_AGAIN_US (10 * FIL_MINUTE) /* after a router that refused or was none */
#define FIL_PORT_MAP_NEWS_US (5 * FIL_SEC)      /* between two announcements that make us ask */
#define FIL_PORT_MAP_LIFETIME_S 7200
#define FIL_PORT_MAP_LEAST_S 60                /* shorter lifetimes are taken for this long */
#define FIL_UPNP_WAIT_US (10 * FIL_SEC)       /* for a router to answer at all */
#define FIL_PORT_MAP_UNMAP_US (2 * FIL_SEC)    /* for a router to remove the mapping when we end */

/* TLS. */
#define FIL_TLS_MAX_PENDING (256 * 1024)   /* bytes encrypted at once; what the socket does not take of them waits */
#define FIL_TLS_ROOM (320 * 1024)          /* for them with what the smallest records add, and for a handshake's answers */
#define FIL_TLS_FILE_PIECE (64 * 1024)     /* read at once to be encrypted */
#define FIL_TLS_MAX_MESSAGES 64            /* of the handshake, and that change keys later, taken on one connection … */
#define FIL_TLS_MAX_SILENCE (64 * 1024)    /* … and bytes in a row that hold nothing for us */

/* Web caches. */
#define FIL_WEB_CACHE_MAX_BYTES (64 * 1024)
#define FIL_WEB_CACHE_MAX_HOSTS 500
#define FIL_WEB_CACHE_MAX_URLS 50
#define FIL_WEB_CACHE_MAX_AGE_S (3 * 24 * 3600)
#define FIL_WEB_CACHE_TIMEOUT_US (20 * FIL_SEC)

/* Bootstrap. */
#define FIL_BOOTSTRAP_UHC_WAIT_US (20 * FIL_SEC)
#define FIL_BOOTSTRAP_UHC_SPACING_US (180 * FIL_SEC)
#define FIL_BOOTSTRAP_UHC_TRIES 3
#define FIL_BOOTSTRAP_WEB_SPACING_US (1 * FIL_HOUR)
#define FIL_BOOTSTRAP_PAUSE_MIN_US (30 * FIL_SEC)
#define FIL_BOOTSTRAP_PAUSE_MAX_US (5 * FIL_MINUTE)
#define FIL_BOOTSTRAP_KNOWN_US (5 * FIL_SEC) /* for hosts of an earlier session to answer */
#define FIL_BOOTSTRAP_MAX_CACHES 128       /* of one kind */

/* TCP punches: connections from the listening port. */
#define FIL_TCP_PUNCH_MAX 64               /* at a time */
#define FIL_TCP_PUNCH_US (12 * FIL_SEC)
#define FIL_TCP_PUNCH_RETRY_US (250 * FIL_MSEC)
#define FIL_TCP_PUNCH_TRIES 24             /* of one attempt at one address, over all its ports */
#define FIL_TCP_PUNCH_ONCE_US (900 * FIL_MSEC) /* less than the second after which a kernel repeats a SYN */
#define FIL_TCP_PUNCH_LOW_TTL 4            /* one SYN that must not arrive */
#define FIL_TCP_PUNCH_LOW_US (600 * FIL_MSEC)

/* Connections whose NAT may forget them. */
#define FIL_KEEP_WATCH_IDLE_S 4            /* silence, then probes … */
#define FIL_KEEP_WATCH_INTERVAL_S 2
#define FIL_KEEP_WATCH_PROBES 3            /* … without an answer */
#define FIL_KEEP_WATCH_UNANSWERED_MS 10000 /* bytes that nobody acknowledges */
