/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "guid.h"
#include "packed-hosts.h"
#include "push-endpoint.h"
#include "urn.h"
#include "vendor.h"
#include "wire-limits.h"

G_BEGIN_DECLS

/* What a HEAD ping asks for (messages.md §7). */
#define FIL_HEAD_PING_RANGES 0x01
#define FIL_HEAD_PING_ALTS 0x02
#define FIL_HEAD_PING_PUSH_ALTS 0x04
#define FIL_HEAD_PING_FW_ALTS 0x08
#define FIL_HEAD_PING_GGEP 0x10

/* LIME/23. To a firewalled host it goes by UDP to a push proxy, with @target; never with a target
 * over a TCP link (peers.md: gtk-gnutella stops). */
typedef struct
{
  guint8 flags;          /* FIL_HEAD_PING_... that are asked for */
  FilSha1 sha1;
  gboolean has_target;
  FilGuid target;        /* servent GUID that the proxy passes it to */
  FilSlice signal;       /* RUX: our private offer for punching; borrowed */
} FilHeadPing;

typedef enum
{
  FIL_HEAD_FILE_NONE = 0, /* no such file */
  FIL_HEAD_FILE_COMPLETE = 1,
  FIL_HEAD_FILE_PARTIAL = 2,
} FilHeadFile;

#define FIL_HEAD_QUEUE_BUSY 0x7f

/* LIME/24, v1 binary or v2 GGEP. */
typedef struct
{
  FilHeadFile file;
  gboolean firewalled;
  gboolean downloading;
  guint8 vendor[4];
  gint8 queue;           /* negative: free slots; FIL_HEAD_QUEUE_BUSY */
  gboolean tls;          /* v2 */
  FilHost alts[FIL_ALTS_MAX];
  guint n_alts;
  FilPushEndpoint push_alts[FIL_HEAD_PUSH_ALTS]; /* behind firewalls; IPv4 only */
  guint n_push_alts;
  FilSlice ranges;       /* what is there of a part: pairs of BE32, first and last byte; borrowed */
  FilSlice ranges5;      /* v2: those beyond 2 GiB, in pairs of five bytes */
  FilSlice signal;       /* v2, RUX */
} FilHeadPong;

gboolean fil_head_ping_decode (FilHeadPing *self, const FilVendor *vendor) G_GNUC_WARN_UNUSED_RESULT;
void fil_head_ping_encode (const FilHeadPing *self, guint16 version, FilWriter *out);
gboolean fil_head_pong_decode (FilHeadPong *self, const FilVendor *vendor) G_GNUC_WARN_UNUSED_RESULT;
void fil_head_pong_encode (const FilHeadPong *self, guint16 version, FilWriter *out);

G_END_DECLS
