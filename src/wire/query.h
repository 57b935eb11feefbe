/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "packet.h"
#include "reader.h"
#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

/* Flags of a query (messages.md §4). */
#define FIL_QUERY_MARK 0x8000        /* the field holds flags at all */
#define FIL_QUERY_FIREWALLED 0x4000
#define FIL_QUERY_XML 0x2000
#define FIL_QUERY_LEAF_GUIDED 0x1000
#define FIL_QUERY_GGEP_H 0x0800      /* understands GGEP H in hits */
#define FIL_QUERY_OOB 0x0400         /* reply address in the MUID */
#define FIL_QUERY_FW_TRANSFER 0x0200 /* can do firewall to firewall */
#define FIL_QUERY_SEMI_RELIABLE 0x0100
#define FIL_QUERY_MAX_HITS 0x00ff

/**
 * FilQuery:
 *
 * The part of a query that routing needs. Decoding allocates nothing; the extensions are looked at by
 * fil_query_extensions_parse(), and only by who wants them. Slices are borrowed.
 */
typedef struct
{
  guint16 flags;       /* FIL_QUERY_...; 0 from senders that did not mark the field */
  FilSlice text;       /* UTF-8 without NUL; may be empty when a hash is searched */
  FilSlice extensions; /* all bytes behind the NUL */
} FilQuery;

gboolean fil_query_decode (FilQuery *self, FilSlice payload) G_GNUC_WARN_UNUSED_RESULT;
void fil_query_encode (const FilQuery *self, FilWriter *out);

/* Reply address inside the MUID of an out-of-band query (overview.md §4). */
void fil_query_muid_set_address (FilGuid *muid, const guint8 addr[4], guint16 port);
void fil_query_muid_get_address (const FilGuid *muid, guint8 addr[4], guint16 *port);

G_END_DECLS
