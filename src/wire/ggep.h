/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "reader.h"
#include "slice.h"
#include "wire-limits.h"

G_BEGIN_DECLS

#define FIL_GGEP_MAGIC 0xc3
#define FIL_GGEP_SIGNAL "RUX" /* our private item: the offer for punching (signalling.md) */
/* Push proxies with IPv6 in hits of ours. The public name is PUSH6, and gtk-gnutella up to 1.2.3 that runs on IPv6
 * stops at it, wherever a hit with it comes by (its ggept_push_extract() takes it for a mistake of its own). */
#define FIL_GGEP_PROXIES6 "RUX6"

/**
 * FilGgep:
 *
 * A GGEP block (ggep.md §1) whose whole chain has been checked once; looking up a key afterwards
 * cannot fail for the sake of the format. An empty block (len 0) has no keys.
 */
typedef struct
{
  FilSlice block; /* with the magic byte; borrowed */
  guint n_items;
} FilGgep;

typedef struct
{
  FilSlice key;
  FilSlice raw; /* as on the wire: perhaps deflated, perhaps with COBS */
  gboolean cobs;
  gboolean deflated;
} FilGgepItem;

typedef struct
{
  FilReader rest;
} FilGgepIter;

gboolean fil_ggep_parse (FilGgep *self, FilReader *reader) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_ggep_parse_whole (FilGgep *self, FilSlice bytes) G_GNUC_WARN_UNUSED_RESULT;

FilGgepIter fil_ggep_iter (const FilGgep *self);
gboolean fil_ggep_iter_next (FilGgepIter *iter, FilGgepItem *item);

gboolean fil_ggep_has (const FilGgep *self, const char *key);
gboolean fil_ggep_item_read (const FilGgepItem *item, guint8 *buffer, gsize size, FilSlice *out)
    G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_ggep_read (const FilGgep *self, const char *key, guint8 *buffer, gsize size, FilSlice *out)
    G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_ggep_read_plain (const FilGgep *self, const char *key, gsize max, FilSlice *out)
    G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_ggep_read_vlint (const FilGgep *self, const char *key, guint64 *value) G_GNUC_WARN_UNUSED_RESULT;

/* The unsigned integer of ggep.md §2: little-endian, without trailing zero bytes. */
gboolean fil_vlint_decode (FilSlice bytes, guint64 *value) G_GNUC_WARN_UNUSED_RESULT;
gsize fil_vlint_encode (guint64 value, guint8 out[8]);

G_END_DECLS
