/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "vendor.h"
#include "wire-limits.h"

G_BEGIN_DECLS

#define FIL_CRAWLER_UPTIME 0x01
#define FIL_CRAWLER_LOCALE 0x02
#define FIL_CRAWLER_AGENTS 0x08

/* LIME/5. Always has its three bytes: an empty one stops LimeWire (peers.md). */
typedef struct
{
  guint8 n_ultrapeers; /* 255: all */
  guint8 n_leaves;
  guint8 features;     /* FIL_CRAWLER_... */
} FilCrawlerPing;

typedef struct
{
  FilEndpoint endpoint; /* IPv4 */
  guint16 minutes;      /* with FIL_CRAWLER_UPTIME */
  char locale[2];       /* with FIL_CRAWLER_LOCALE */
} FilCrawlerNode;

/* LIME/6: ultrapeers first, then leaves. */
typedef struct
{
  guint8 n_ultrapeers;
  guint8 n_leaves;
  guint8 features;
  FilCrawlerNode nodes[FIL_CRAWLER_NODES_MAX];
  FilSlice agents;      /* with FIL_CRAWLER_AGENTS: deflated, joined by ";"; borrowed */
} FilCrawlerPong;

gboolean fil_crawler_ping_decode (FilCrawlerPing *self, const FilVendor *vendor) G_GNUC_WARN_UNUSED_RESULT;
void fil_crawler_ping_encode (const FilCrawlerPing *self, guint16 version, FilWriter *out);
gboolean fil_crawler_pong_decode (FilCrawlerPong *self, const FilVendor *vendor) G_GNUC_WARN_UNUSED_RESULT;
void fil_crawler_pong_encode (const FilCrawlerPong *self, guint16 version, FilWriter *out);

G_END_DECLS
