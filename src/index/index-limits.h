/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What is read of one text; the rest is ignored. A path may be long, a query is typed by a person. */
#define FIL_WORDS_MAX_NAME_BYTES 4096
#define FIL_WORDS_MAX_QUERY_BYTES 512

/* Words that are kept of one text, and bytes of one word; the rest is ignored. */
#define FIL_WORDS_MAX_NAME 256
#define FIL_WORDS_MAX_QUERY 32
#define FIL_WORD_MAX_BYTES 192

/* A query needs one word of so many bytes, else it would ask for everything. */
#define FIL_SEARCH_MIN_BYTES 2

/* Words shorter than this do not take part in query routing. */
#define FIL_ROUTE_MIN_WORD 3

/* Query route tables, as log2 of their slots: what peers may send, what we build of a library, and the
 * largest merge of leaves' tables that goes to other ultrapeers. */
#define FIL_ROUTE_MIN_BITS 3
#define FIL_ROUTE_MAX_BITS 21
#define FIL_ROUTE_OWN_MIN_BITS 14
#define FIL_ROUTE_MERGED_MAX_BITS 17

/* An own table grows until at most one of so many slots is set. */
#define FIL_ROUTE_SPARSE 8

/* Words and names by hash that one query is routed by. */
#define FIL_QUERY_MAX_HASHES FIL_WORDS_MAX_QUERY
#define FIL_QUERY_MAX_URNS 8
