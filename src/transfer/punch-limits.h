/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "clock.h"

/* What strangers can make us send when they ask for a punch, and the numbers of signalling.md §2 and
 * f2f.md §4. Each has a test that reaches it. */

/* How many. */
#define FIL_PUNCH_ATTEMPTS_MAX 64             /* under way, ours and those of others */
#define FIL_PUNCH_PER_MINUTE 4                /* that strangers asked for and did not come through … */
#define FIL_PUNCH_BRIEF_PER_ONE 4             /* … brief ones count for one, as they send less … */
#define FIL_PUNCH_PER_TARGET 2                /* … of which towards one address */
#define FIL_PUNCH_NONCES_MAX 256              /* of finished attempts, against replays … */
#define FIL_PUNCH_NONCE_LIFE (10 * FIL_MINUTE)
#define FIL_PUNCH_MIN_PORT 1024

/* Signalling. */
#define FIL_PUNCH_PROXIES_AT_ONCE 3
#define FIL_PUNCH_PINGS 3                     /* at 0, 1.5 and 3 s */
#define FIL_PUNCH_PING_US (1500 * FIL_MSEC)
#define FIL_PUNCH_MEASURE_US (1200 * FIL_MSEC) /* for others to tell how they see us, before we guess */
#define FIL_PUNCH_PUSH_US (3 * FIL_SEC)       /* PUSH 0x7FFFFFFD when no pong came */
#define FIL_PUNCH_ANSWER_US (9 * FIL_SEC)     /* and then nobody answers any more */
#define FIL_PUNCH_WAITING_MAX 16              /* offers by PUSH that came before we knew what to answer … */
#define FIL_PUNCH_WAITING_US (FIL_PUNCH_ANSWER_US - FIL_PUNCH_PUSH_US) /* … which is soon too late */
#define FIL_PUNCH_LOOK_US (20 * FIL_MSEC)     /* whether we know by now */
#define FIL_PUNCH_REMINDERS 3                 /* pings that allow the other side one packet more */

/* Knocking. Low ones die a few routers away: they open our own NAT and reach nobody. */
#define FIL_PUNCH_LOW_TTL 4
#define FIL_PUNCH_KNOCK_US (100 * FIL_MSEC)
#define FIL_PUNCH_QUICK_KNOCKS 12             /* at that pace, and then … */
#define FIL_PUNCH_LATER_US (400 * FIL_MSEC)
#define FIL_PUNCH_KNOCKS_PER_ADDRESS 30       /* that may arrive at an address that has not proved itself */
#define FIL_PUNCH_OPENERS_PER_ADDRESS 120     /* low ones */
#define FIL_PUNCH_PORTS_MAX 48                /* knocked at in one attempt, by each transport */
#define FIL_PUNCH_REPLIES_PER_ADDRESS 24      /* knocks at an address that has proved itself */
#define FIL_PUNCH_PREDICTED 8                 /* ports tried beyond the one that was told … */
#define FIL_PUNCH_PREDICTED_TCP 3             /* … by TCP, and no more at one address … */
#define FIL_PUNCH_PREDICTED_LOW 16            /* … by openers, which reach nobody */
#define FIL_PUNCH_CALLED_MAX 256              /* places that our own counting router gave ports for */
#define FIL_PUNCH_STEP_MAX 16                 /* larger steps are not worth a guess */
#define FIL_PUNCH_REMIND_US (600 * FIL_MSEC)
#define FIL_PUNCH_KNOCKING_US (12 * FIL_SEC)  /* from the answer until we give up */
#define FIL_PUNCH_SHARER_US (15 * FIL_SEC)    /* the same for who was asked */
#define FIL_PUNCH_BRIEF_US (4500 * FIL_MSEC)  /* the same where the first packets decide … */
#define FIL_PUNCH_BRIEF_SHARER_US (6500 * FIL_MSEC)
#define FIL_PUNCH_LATE_ANSWER_US (1500 * FIL_MSEC) /* a knock overtook it; it says what to encrypt with */
#define FIL_PUNCH_TCP_WAIT_US (300 * FIL_MSEC) /* TCP is worth this much more than UDP */
#define FIL_PUNCH_TCP_OPENER_US (700 * FIL_MSEC)
#define FIL_PUNCH_TCP_OPENERS 6
#define FIL_PUNCH_USE_US (100 * FIL_MSEC)
#define FIL_PUNCH_USES 30
#define FIL_PUNCH_STREAM_US (12 * FIL_SEC)    /* from the choice until a stream stands */
#define FIL_PUNCH_HEARD_PER_SECOND 50         /* answers of one attempt, whoever knocks */

/* The first lines of a TCP connection that came about so. */
#define FIL_PUNCH_LINE_MAX 64
#define FIL_PUNCH_LINE_US (10 * FIL_SEC)

/* LimeWire's way: RUDP does the knocking, one SYN each 400 ms (rudp.md §2, §8). */
#define FIL_PUNCH_LIME_US (20 * FIL_SEC)      /* 50 SYNs */

/* Afterwards. */
#define FIL_PUNCH_LATELY_US (2 * FIL_MINUTE)  /* our router may let in whom we knocked at … */
#define FIL_PUNCH_LATELY_MAX 256              /* … of whom so many are remembered */
