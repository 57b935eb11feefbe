/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "punch-offer.h"
#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_PROBE_KNOCK = 1, /* are you there? */
  FIL_PROBE_HEARD = 2, /* your knock came through from where this goes to */
  FIL_PROBE_USE = 3,   /* who asked chose this pair of addresses */
  FIL_PROBE_USED = 4,  /* agreed */
} FilProbeKind;

#define FIL_PROBE_LEN 55
#define FIL_PROBE_CHALLENGE_LEN 8

/**
 * FilPunchProbe:
 *
 * The datagrams that open a way between two Filbert nodes: shaped like an RUDP SYN (rudp.md §1) of a version
 * that no other program speaks, so that whoever gets one by mistake ignores it.
 *
 * | Off | Len | Field |
 * |---|---|---|
 * | 0 | 4 | 00 00 00 00: no connection, SYN, sequence 0 |
 * | 4 | 1 | 1 |
 * | 5 | 2 | version: "RX" |
 * | 7 | 1 | kind: 1 KNOCK, 2 HEARD, 3 USE, 4 USED |
 * | 8 | 1 | USE: 1 the stream will be encrypted, 0 it will not |
 * | 9 | 7 | 0 |
 * | 16 | 7 | 41 01 00, length of the payload as little-endian 32 bits: 32 |
 * | 23 | 8 | the receiver's nonce, as signalling told it |
 * | 31 | 8 | the sender's nonce |
 * | 39 | 8 | challenge: what the sender wants to see echoed from the address that this goes to |
 * | 47 | 8 | echo: the challenge that came from that address; 0: none came |
 *
 * Nonces show who speaks: one without the receiver's is not answered. They show nothing about the address, as
 * whoever made the offer knows both and can write any source on its datagrams. So every address has a challenge of
 * its own, which only who reads there can echo. Until one did, an address
 *
 * - gets, for each KNOCK or USE that seems to come from it, one datagram and no more: a HEARD with the echo, or
 *   from the side that asked a KNOCK with the echo, which proves both sides at once;
 * - is not used: its USE does not count, and no stream begins there.
 *
 * The RUDP stream that follows begins between exactly those two addresses, and what its SYNs and stamps show
 * (rudp-packet.h) are the nonces, each combined by exclusive or with the challenge of its owner to the other's
 * address.
 */
typedef struct
{
  FilProbeKind kind;
  guint8 to[FIL_PUNCH_NONCE_LEN];            /* the receiver's nonce */
  guint8 from[FIL_PUNCH_NONCE_LEN];          /* the sender's */
  guint8 challenge[FIL_PROBE_CHALLENGE_LEN];
  guint8 echo[FIL_PROBE_CHALLENGE_LEN];
  gboolean has_tls;                          /* USE: the stream will be encrypted */
} FilPunchProbe;

gboolean fil_punch_probe_decode (FilPunchProbe *self, FilSlice datagram) G_GNUC_WARN_UNUSED_RESULT;
void fil_punch_probe_encode (const FilPunchProbe *self, guint8 out[FIL_PROBE_LEN]);

G_END_DECLS
