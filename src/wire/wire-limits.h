/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Everything in wire/ that a peer could otherwise make grow, with the source of each figure
 * (overlay/overview.md §6 unless said otherwise). */

#define FIL_PAYLOAD_MAX 65535            /* by the format, and what any kind may claim */
#define FIL_QUERY_PAYLOAD_DROP 256       /* larger queries are dropped... */
#define FIL_QUERY_PAYLOAD_MAX 1024       /* ...and larger ones than this cut the peer off */
#define FIL_QUERY_PAYLOAD_SEND 250
#define FIL_HIT_PAYLOAD_DROP 16384
#define FIL_HIT_PAYLOAD_SEND 2016        /* on TCP */
#define FIL_HIT_PAYLOAD_SEND_OOB 645     /* in a datagram */
#define FIL_HIT_RECORDS_SEND 10
#define FIL_HIT_ALTS_SEND 10
#define FIL_BYE_PAYLOAD_MAX 4096
#define FIL_BYE_REASON_SEND 190
#define FIL_OTHER_PAYLOAD_MAX 40960
#define FIL_EXTENSIONS_MAX 1536          /* behind the fixed part of ping, pong and push */

#define FIL_GGEP_ITEMS_MAX 32            /* more is garbage */
#define FIL_GGEP_INFLATED_MAX 65535      /* per item */
#define FIL_QUERY_BLOCKS_MAX 32          /* extensions of one query */
#define FIL_QUERY_TEXT_MAX 255           /* of XQ */
#define FIL_QUERY_TEXT_LEGACY 30         /* characters LimeWire reads in the legacy field */
#define FIL_OOB_TOKEN_MAX 16
#define FIL_QUERY_KEY_MAX 16

#define FIL_PONG_HOSTS_MAX 64            /* packed hosts that are looked at */
#define FIL_HOST_CACHES_TEXT_MAX 8192
#define FIL_PROXIES_MAX 8
#define FIL_ALTS_MAX 32
#define FIL_HEAD_PUSH_ALTS 4 /* of a HEAD pong that are read */
#define FIL_MESSAGES_SUPPORTED_MAX 128
#define FIL_FEATURES_MAX 64
#define FIL_CRAWLER_NODES_MAX 512

#define FIL_UDP_INFLATED_MAX 65535       /* overview.md §7 */
#define FIL_UDP_DEFLATE_MIN 6            /* smaller payloads are never deflated */

/* Link streams: a peer may expand this much per input byte, beyond one allowance that leaves room for
 * an empty route table sent without compression of its own. */
#define FIL_INFLATE_RATIO 200
#define FIL_INFLATE_ALLOWANCE (4 * 1024 * 1024)

#define FIL_HEAD_LINES_MAX 128           /* handshake.md §1 */
#define FIL_HEAD_BYTES_MAX 16384
#define FIL_HEAD_LINE_MAX 1024
#define FIL_HEAD_LINE_MAX_HTTP 2048      /* http-transfer.md §3 */
#define FIL_HTTP_ALTS_MAX 64
#define FIL_CHUNK_DIGITS_MAX 8           /* of the size of one chunk */
#define FIL_CHUNK_SKIPPED_MAX 65536      /* extensions and trailers of one chunked body */
#define FIL_HTTP_RANGES_MAX 512
#define FIL_ENDPOINTS_MAX 64

#define FIL_DIME_RECORDS_MAX 8           /* of one message that are looked at */
#define FIL_THEX_XML_MAX 4096            /* hashes.md §3 */
#define FIL_THEX_MAX (12 * FIL_DIME_RECORDS_MAX + FIL_THEX_XML_MAX + 24 * 2 * 16384) /* a whole message */

#define FIL_RUDP_DATA_MAX 4096           /* stream bytes of one packet (rudp.md §1) */
#define FIL_RUDP_DATAGRAM_SEND 2048      /* others read no longer ones */
#define FIL_CANDIDATES_MAX 8             /* addresses of one offer for punching */
#define FIL_OFFER_PROXIES_MAX 2
