/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "packed-hosts.h"
#include "query-hit.h"
#include "slice.h"
#include "wire-limits.h"
#include "writer.h"

G_BEGIN_DECLS

/* Bits of the open data; the same in @known and @set. */
#define FIL_HIT_FIREWALLED 0x01
#define FIL_HIT_BUSY 0x04
#define FIL_HIT_UPLOADED 0x08
#define FIL_HIT_SPEED_MEASURED 0x10
#define FIL_HIT_GGEP 0x20

#define FIL_VENDOR_FLBT "FLBT"

/**
 * FilHitTrailer:
 *
 * The QHD behind the records (messages.md §5). All 0 when there is none. Slices are borrowed from the
 * hit.
 */
typedef struct
{
  gboolean present;
  guint8 vendor[4];
  guint8 known;          /* FIL_HIT_... bits that the sender speaks about */
  guint8 set;            /* of those, the ones that hold */
  gboolean chat;

  FilSlice token;        /* SO */
  gboolean tls;
  gboolean browse;       /* BH */
  guint8 fw_version;     /* FW: 0 none */
  FilEndpoint endpoint6; /* family 0: none; port of the hit */
  FilSlice hostname;     /* HNAME */
  FilSlice signal;       /* RUX: our private offer for punching (signalling.md) */
  FilHost proxies[FIL_PROXIES_MAX]; /* PUSH first, then those with IPv6 */
  guint n_proxies;
  FilSlice xml;          /* without the {deflate} or {plaintext} mark when plain; else with it */
} FilHitTrailer;

gboolean fil_hit_trailer_parse (FilHitTrailer *self, const FilQueryHit *hit);
void fil_hit_trailer_write (const FilHitTrailer *self, FilWriter *out);

G_END_DECLS
