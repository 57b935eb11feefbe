/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "clock.h"

/* Everything that a peer can make grow or wait, and the numbers of the protocol documents
 * (transfer/swarm.md, push.md, http-transfer.md). Each has a test that reaches it. */

/* Downloads */
#define FIL_DOWNLOADS_MAX 10000                /* files in the list */
#define FIL_DOWNLOADS_DEFAULT_ACTIVE 10        /* files at a time, when nobody says otherwise */
#define FIL_DOWNLOADS_MAX_CONNECTIONS 60       /* dials and connections of all downloads together */
#define FIL_DOWNLOADS_PER_HOST 2               /* connections, if a limit of one download leaves something of the host */
#define FIL_HOST_TURN_US (10 * FIL_MINUTE)     /* of the faster one of two where the host grants one … */
#define FIL_HOST_YIELD_US (45 * FIL_SEC)       /* … and so long for what the other one had asked for */
#define FIL_HOST_CLAIM_US (5 * FIL_SEC)        /* nobody waits any more who has not said so for so long */
#define FIL_DOWNLOAD_MAX_CONNECTIONS 12        /* … of one download */
#define FIL_DOWNLOAD_MAX_SOURCES 320           /* the least promising is forgotten for a new one */
#define FIL_DOWNLOAD_WORKER_SPACING_US FIL_SEC /* one more connection a second for one download … */
#define FIL_DOWNLOAD_QUICK_WORKERS 4           /* … but the first ones go out together, … */
#define FIL_DOWNLOAD_QUICK_SPACING_US (50 * FIL_MSEC) /* … of a small file one after the other */
#define FIL_DOWNLOAD_TIGHT_SPACING_US (3 * FIL_SEC) /* … under a limit that one source can fill */
#define FIL_DOWNLOAD_SEARCH_SPACING_US (30 * FIL_MINUTE)  /* asking for more sources, for one file … */
#define FIL_DOWNLOADS_SEARCH_SPACING_US (5 * FIL_MINUTE)  /* … and for all of them */
#define FIL_DOWNLOADS_REFRESH_SPACING_US (5 * FIL_SEC)    /* … for where known sources are now */
#define FIL_DOWNLOAD_SAVE_US (2 * FIL_SEC)     /* what a crash may cost … */
#define FIL_DOWNLOAD_SAVE_BARE_US (250 * FIL_MSEC) /* … and if there is no tree that says what is found afterwards */
#define FIL_DOWNLOAD_DISK_RETRY_US (30 * FIL_SEC)
#define FIL_DOWNLOAD_ROOM_RETRY_US (1 * FIL_SEC) /* … when something was deleted for it */
#define FIL_DOWNLOAD_PROGRESS_US (500 * FIL_MSEC)
#define FIL_DOWNLOAD_MAX_NAME 255              /* bytes of a file name */

/* Segments */
#define FIL_SIZE_DOUBTS_MAX 3                  /* how often sources may correct the size of one file */
#define FIL_SIZE_TRIAL_US (10 * FIL_MINUTE)    /* in which one of two sizes proves itself, and twice as long each next */
#define FIL_SIZE_TRIAL_STAKE (512 * 1024)      /* with so much of it there, a size gives way to none that fewer name */
#define FIL_SEGMENT_MAX 4096                   /* pieces of one map; more lose their credit and merge */
#define FIL_SEGMENT_ALIGN (64 * 1024)          /* ends of leases; a node of a tree is a multiple */
#define FIL_SEGMENT_FIRST (512 * 1024)         /* first lease on a connection; some peers grant no more */
#define FIL_SEGMENT_LEAST (64 * 1024)
#define FIL_SEGMENT_MOST (16 * 1024 * 1024)
#define FIL_SEGMENT_SECONDS 10                 /* of data in one lease, by the measured speed */
#define FIL_SEGMENT_LIMITED_SECONDS 12         /* at the most under a limit of ours, and two are asked for: idle, many hang up after 30 … */
#define FIL_SEGMENT_LIMITED_LEAST (8 * 1024)   /* … but no less than this, or most of it would be heads */
#define FIL_SEGMENT_END_GAME (256 * 1024)      /* so little is missing: slow ones are hardly waited for */
#define FIL_SEGMENT_STEAL_LEAST (16 * 1024)    /* what is left of a slow lease is split down to this */
#define FIL_RAREST_PIECES 1024                 /* that are told apart when the rarest is looked for */
#define FIL_RANGES_MAX 256                     /* X-Available-Ranges that are kept */

/* HEAD pings */
#define FIL_PINGS_AT_ONCE 10                   /* of all downloads together … */
#define FIL_PINGS_US (2 * FIL_SEC)             /* … in this time */
#define FIL_PING_AGAIN_US (10 * FIL_MINUTE)    /* to one source */
#define FIL_PING_REFRESH_US FIL_MINUTE         /* … when it may know newer push proxies of another one */
#define FIL_PONG_ALTS 4                        /* other places in an answer of ours */
#define FIL_PONG_PUSH_ALTS 2                   /* … and those behind firewalls */
#define FIL_PONG_RANGES 16                     /* parts of a file in it */

/* Trees */
#define FIL_ROOTS_MAX 8                        /* roots that are told apart for one file */
#define FIL_ROOT_VOTERS_MAX 16                 /* sources that are remembered for each */
#define FIL_TREE_LEAST (256 * 1024)            /* smaller files have a tree of one node, which is no help */
#define FIL_SUSPECTS_MAX 64                    /* wrong blocks whose culprit is looked for */
#define FIL_SUSPECT_PIECES_MAX 8               /* pieces of one, each from another source */

/* Mesh (swarm.md §1) */
#define FIL_MESH_FILES 256                     /* the one not spoken of for longest makes room */
#define FIL_MESH_PLACES 256                    /* of one file … */
#define FIL_MESH_PUSH_PLACES 64                /* … and those behind firewalls */
#define FIL_MESH_LIFE_US (12 * FIL_HOUR)       /* of a word */
#define FIL_MESH_GONE_US (2 * FIL_HOUR)        /* not tried so long */
#define FIL_MESH_REPORTS 3                     /* networks that have to call a place gone … */
#define FIL_MESH_AGREE 2                       /* … or to name it, before others are told */
#define FIL_MESH_SEND 10                       /* places in one reply or request … */
#define FIL_MESH_SEND_PUSH 5
#define FIL_MESH_SEND_GONE 5
#define FIL_MESH_SEND_PROXIES 4                /* of each behind a firewall: lines stay short */
#define FIL_MESH_HEAR_PUSH 10                  /* of one header that are read */

/* Buffers */
#define FIL_BUFFER_SIZE (256 * 1024)           /* one write to the disk */
#define FIL_BUFFERS_MAX 128                    /* of all downloads; then they stop reading */
#define FIL_BUFFERS_PER_WORKER 8               /* on their way to the disk */
#define FIL_BUFFERS_IDLE 16                    /* kept for the next one */

/* Sources */
#define FIL_SOURCE_DIAL_US (10 * FIL_SEC)
#define FIL_SOURCE_MAX_FAILURES 5              /* dials that failed in a row: given up for a day */
#define FIL_SOURCE_MAX_LOST_TREES 2            /* connections that ended before a tree was there */
#define FIL_SOURCE_MAX_HANGUPS 3               /* ends before a reply, in a row */
#define FIL_SOURCE_GIVEN_UP_US (24 * FIL_HOUR)
#define FIL_SOURCE_RECONNECT_US (1 * FIL_SEC)  /* after a connection that delivered … */
#define FIL_SOURCE_CONNECTS_PER_MINUTE 4       /* … but no more often; gtk-gnutella bans at 5 */
#define FIL_SOURCE_BUSY_US (60 * FIL_SEC)      /* 503 without Retry-After … */
#define FIL_SOURCE_BUSY_OTHERS_US (300 * FIL_SEC) /* … while others deliver */
#define FIL_SOURCE_MAX_RETRY_AFTER_US (2 * FIL_HOUR)
#define FIL_SOURCE_REFUSED_US FIL_HOUR         /* 403 */
#define FIL_SOURCE_HAMMERED_US (180 * FIL_SEC) /* 429, 416: at least */
#define FIL_SOURCE_USELESS_US (300 * FIL_SEC)  /* has no range that we need */
#define FIL_SOURCE_QUIET_US (4 * FIL_SEC)      /* without a byte: our own network is asked … */
#define FIL_SOURCE_STALL_US (8 * FIL_SEC)      /* … the lease goes to others … */
#define FIL_SOURCE_DEAD_US (16 * FIL_SEC)      /* … and the connection ends: a router may have forgotten it */
#define FIL_SOURCE_SHARE_BPS 2048              /* of the limit of one download, before a further source is asked */
#define FIL_SOURCE_LEAST_BPS 256               /* who brings less gives way to one who was not tried … */
#define FIL_SOURCE_TRIAL_US (30 * FIL_SEC)     /* … after so long, … */
#define FIL_SOURCE_WAITING_US (5 * FIL_MINUTE) /* … or so long in the queue of the other side */
#define FIL_SOURCE_SLOW_US (30 * FIL_MINUTE)   /* and is asked again so much later */
#define FIL_SOURCE_MAX_PROXIES 8
#define FIL_SOURCE_OWN_PROXIES 4 /* of them: named by the source itself, not for strangers to push out */
#define FIL_SOLO_MIN_BPS 1024                  /* slower over a minute: another one proves itself first */
#define FIL_SOLO_TRIAL_US FIL_MINUTE
#define FIL_SOLO_QUIET_US (20 * FIL_SEC)       /* brings nothing at all, while others can be asked at once */

/* Push, the side that downloads (push.md §5) */
#define FIL_PUSH_SECOND_UDP_US (2 * FIL_SEC)
#define FIL_PUSH_UDP_PROXIES 4                 /* that get a datagram; gtk-gnutella sends as many */
#define FIL_PUSH_TCP_US (4 * FIL_SEC)
#define FIL_PUSH_HTTP_AT_ONCE 2
#define FIL_PUSH_PROXY_US (10 * FIL_SEC)       /* for one proxy to be connected to and to answer */
#define FIL_PUSH_TRIES_MAX 24                  /* of all downloads at a time */
#define FIL_PUSH_LOST_US (3 * FIL_SEC)         /* one that has delivered answers sooner, or has lost its proxies */
#define FIL_PUSH_REFRESH_AFTER 2               /* failures, then newer proxies are looked for */
#define FIL_PUSH_GIVE_UP_US (40 * FIL_SEC)
#define FIL_PUSH_LATE_GIV_US (120 * FIL_SEC)   /* a GIV this long after the PUSH is still ours */
#define FIL_GIV_RIVALS 4                       /* who say to be one servent, before one has shown the file */
#define FIL_IDLE_LINKS_MAX 16                  /* pushed connections kept for a next file … */
#define FIL_IDLE_LINK_US (25 * FIL_SEC)        /* … so long: the other side waits 30 s or more */

/* Punch, the side that downloads; the rest is in punch-limits.h */
#define FIL_PUNCH_GIVE_UP_US (60 * FIL_SEC)    /* from the beginning to the GIV */
#define FIL_PUNCH_HOPELESS_US (10 * FIL_MINUTE) /* both sides knocked in vain */
#define FIL_PUNCH_QUICK_RETRIES 6              /* after a way that worked … */
#define FIL_PUNCH_QUICK_RETRY_US (2 * FIL_SEC) /* … and was lost */

/* Push, the side that has the file (push.md §6) */
#define FIL_PUSH_PER_HOST 5                    /* PUSH messages for one address … */
#define FIL_PUSH_PER_HOST_US (30 * FIL_SEC)    /* … in this time */
#define FIL_PUSH_REFUSED_US (500 * FIL_SEC)    /* pause for an address and port that refused */
#define FIL_PUSH_MAX_OPEN 8                    /* connections on their way */
#define FIL_PUSH_PER_MINUTE 30
#define FIL_PUSH_MAX_HOSTS 512                 /* addresses that are remembered */
#define FIL_PUSH_MIN_PORT 1024

/* Push, the side that is a proxy */
#define FIL_PUSH_PROXY_SESSIONS 32             /* requests under way; then the caller is not let in */
#define FIL_PUSH_PROXY_SESSIONS_PER_HOST 4

/* Asking a host for its list */
#define FIL_BROWSE_MAX_BYTES (16 * 1024 * 1024) /* of hits; more results than that nobody keeps */
#define FIL_BROWSE_STALL_US (30 * FIL_SEC)      /* without a byte */
#define FIL_BROWSE_MAX_US (5 * FIL_MINUTE)      /* for all of it */

/* HTTP, the side that downloads */
#define FIL_REPLY_HEAD_US (30 * FIL_SEC)       /* to the end of the head of a reply */
#define FIL_REPLY_MAX_DISCARD (16 * 1024)      /* body of a refusal */
#define FIL_REPLY_MAX_SKIP (1024 * 1024)       /* bytes before our range, from servers without ranges */
#define FIL_REPLY_PAGE_US (120 * FIL_SEC)       /* for the whole of a tree */
#define FIL_REPLY_MAX_INFORMATIONAL 4          /* 1xx in a row */
#define FIL_REPLY_MAX_REFUSALS 10              /* on one connection */
#define FIL_QUEUE_MIN_POLL_S 10                /* in the queue of the other side */
#define FIL_QUEUE_PER_PLACE_S 30               /* further back one asks less often */
#define FIL_PLACES_MAX 4096                    /* ids of ours that are known when somebody calls */

/* HTTP, the side that uploads */
#define FIL_UPLOADS_DEFAULT_SLOTS 10
#define FIL_UPLOADS_PER_HOST 2
#define FIL_UPLOADS_MAX_SESSIONS 256           /* connections, with or without a slot */
#define FIL_UPLOADS_MAX_SESSIONS_PER_HOST 16
#define FIL_UPLOADS_MAX_ROWS 200               /* old ones give way */
#define FIL_REQUEST_FIRST_US (10 * FIL_SEC)    /* to the first full head */
#define FIL_REQUEST_GIV_US (30 * FIL_SEC)      /* … after our GIV */
#define FIL_REQUEST_IDLE_US (30 * FIL_SEC)     /* between requests */
#define FIL_REQUEST_STALL_US (60 * FIL_SEC)    /* the other side takes nothing, or less … */
#define FIL_REQUEST_STALL_LEAST 4096           /* … than so many bytes of a reply that go on, or, while others wait … */
                                               /* … for its slot, of all that it asks for */
#define FIL_REQUEST_MAX_ERRORS 10              /* on one connection */
#define FIL_REQUEST_MAX_TARGET 2000            /* bytes */
#define FIL_UPLOAD_BLOCK (1024 * 1024)         /* sent between two looks at the file */
#define FIL_UPLOAD_PAGES_PER_S 20              /* lists of all that is shared that are made for strangers … */
#define FIL_UPLOAD_PAGES_BURST 20              /* … and so many at once: one takes longer than a hundred other replies */
#define FIL_UPLOAD_RETRY_AFTER_S 60
#define FIL_UPLOAD_MAX_RANGES_TEXT 500         /* bytes of X-Available-Ranges */
#define FIL_PARTIAL_LEAST (1024 * 1024)        /* proved bytes of a download before others are given any */

/* The queue of the side that uploads */
#define FIL_QUEUE_MAX 1000                     /* places without a slot … */
#define FIL_QUEUE_PER_HOST 5                   /* … of one address (IPv6: /64) */
#define FIL_QUEUE_SHOWN 100                    /* the first ones have rows */
#define FIL_QUEUE_KEPT 20                      /* the first ones wait on their connections … */
#define FIL_QUEUE_KEPT_PUSHED 40               /* … and of those whom only we can connect to */
#define FIL_QUEUE_POLL_FIRST_S 30              /* gtk-gnutella's: the first in the queue asks as often … */
#define FIL_QUEUE_POLL_EACH_S 15               /* … and so much less often each further one … */
#define FIL_QUEUE_POLL_MOST_S 1200             /* … but not longer than this … */
#define FIL_QUEUE_POLL_KEPT_S 120              /* … or this, on a connection that waits */
#define FIL_QUEUE_POLL_FROZEN_S 300            /* its host has all the slots that it may have */
#define FIL_QUEUE_GRACE_S 60                   /* it may come so late … */
#define FIL_QUEUE_SAFETY_S 40                  /* … as it knows, and then for what the way takes; we ask as much sooner */
#define FIL_QUEUE_UNAWARE_S 300                /* at least; old clients go by their own clocks */
#define FIL_QUEUE_EARLY_US (10 * FIL_SEC)      /* that is still in time */
#define FIL_QUEUE_EARLY_UNAWARE 10             /* times too soon that are forgiven who knows of no queue */
#define FIL_QUEUE_HOLD_US (60 * FIL_SEC)       /* so long a slot waits for who is before others */
#define FIL_QUEUE_GUARD_US (45 * FIL_SEC)      /* … and for who was cut off in the middle */
#define FIL_QUEUE_CALLS_MOST 4                 /* call-backs on their way */
#define FIL_QUEUE_CALL_SPACING_US (12 * FIL_SEC) /* of one host */
#define FIL_QUEUE_REFUSED_MOST 2               /* calls that are taken and not answered */
#define FIL_QUEUE_LOOK_US (5 * FIL_SEC)        /* whether somebody is to be called */
#define FIL_QUEUE_FIRST_SLOT_S 120             /* a slot is in use, before that was measured */
#define FIL_QUEUE_MOST_ETA_S (7 * 24 * 3600)

/* RUDP (rudp.md §1-§5, f2f.md §2, §4) */
#define FIL_RUDP_CONNECTIONS_MAX 64            /* opening, open or ending */
#define FIL_RUDP_CANDIDATES_MAX 16             /* addresses that one opening connection tries */
#define FIL_RUDP_ID_RESERVED_US (30 * FIL_SEC) /* an id after its connection ended */
#define FIL_RUDP_SYN_US (400 * FIL_MSEC)
#define FIL_RUDP_SYN_EXTENDED_US (100 * FIL_MSEC)      /* the first two seconds … */
#define FIL_RUDP_SYN_LATER_US FIL_SEC                  /* … and then */
#define FIL_RUDP_SYN_QUICK_US (2 * FIL_SEC)
#define FIL_RUDP_SYNS_PER_ADDRESS 30           /* extended; LimeWire's 20 s are 50 */
#define FIL_RUDP_RESORT 5                      /* SYNs before the one that does not die on the way */
#define FIL_RUDP_GUESSES_MAX 4                 /* LimeWire: of our id, from where it may come */
#define FIL_RUDP_OPEN_US (20 * FIL_SEC)
#define FIL_RUDP_SEGMENT 1280                  /* stream bytes of a packet that is sent; extended: or taken */
#define FIL_RUDP_SEGMENT_LEAST 64
#define FIL_RUDP_WINDOW_LIMEWIRE 20            /* packets */
#define FIL_RUDP_PACE_LIMEWIRE 25              /* packets that leave in a round trip: a little more than the window … */
#define FIL_RUDP_BURST_LIMEWIRE 2              /* … and how many that are late leave at once */
#define FIL_RUDP_AHEAD_LIMEWIRE 25             /* taken beyond windowStart */
#define FIL_RUDP_WINDOW_FIRST 1024             /* extended: what a reader is trusted with at first … */
#define FIL_RUDP_WINDOW_MOST 8192              /* … and when it is fast; 10 MB */
#define FIL_RUDP_BACKLOG 128                   /* packets that wait to be sent at all, beyond the pace's own */
#define FIL_RUDP_MEMORY_MAX (64 * 1024 * 1024) /* what all connections of a port buffer together, beyond which … */
#define FIL_RUDP_CHUNKS_OWED 2                 /* … each gets only these of 64 packets in each direction */
#define FIL_RUDP_RESENDS_MAX 9
#define FIL_RUDP_FIRST_RTO_US (400 * FIL_MSEC) /* before the first sample */
#define FIL_RUDP_SLACK_LIMEWIRE_US (20 * FIL_MSEC) /* … and beyond the round trip with one */
#define FIL_RUDP_SKIPPED_LIMEWIRE 5            /* acknowledgements that LimeWire leaves out in a row */
#define FIL_RUDP_RTO_MIN_US (20 * FIL_MSEC)    /* extended */
#define FIL_RUDP_RTO_MAX_US (5 * FIL_SEC)
#define FIL_RUDP_ACK_EVERY 16                  /* extended: packets that one acknowledgement waits for … */
#define FIL_RUDP_ACK_EVERY_FIRST 2             /* … in the beginning, when the other side learns the path … */
#define FIL_RUDP_ACK_FIRST 256                 /* … which is so many packets … */
#define FIL_RUDP_ACK_DELAY_US (2 * FIL_MSEC)   /* … and how long */
#define FIL_RUDP_KEEPALIVE_US (2500 * FIL_MSEC)
#define FIL_RUDP_DEAD_US (20 * FIL_SEC)        /* nothing received … */
#define FIL_RUDP_DEAD_EXTENDED_US (10 * FIL_SEC) /* … in which four keepalives were lost */
#define FIL_RUDP_IDLE_US (60 * FIL_SEC)        /* LimeWire: nothing but keepalives */
#define FIL_RUDP_FIN_REPEAT_US (400 * FIL_MSEC)
#define FIL_RUDP_FIN_GRACE_US FIL_SEC          /* for packets that a FIN overtook */
#define FIL_RUDP_LINGER_US (2 * FIL_SEC)       /* after the end, to acknowledge repeats … */
#define FIL_RUDP_LINGER_EXTENDED_US (6 * FIL_SEC) /* … which are up to FIL_RUDP_RTO_MAX_US apart */
#define FIL_RUDP_RELEASED_US (30 * FIL_SEC)    /* to deliver what was written, when the owner is gone */
