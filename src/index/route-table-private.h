/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "route-table.h"

G_BEGIN_DECLS

/* Slots of one machine word; slot n is bit n % 64, the lowest first, of word n / 64. */
#define FIL_ROUTE_WORD_SLOTS 64

struct _FilRouteTable
{
  gatomicrefcount ref_count;
  guint bits;
  guint32 n_set;
  guint64 words[];
};

static inline gsize
_fil_route_n_words (guint bits)
{
  return bits > 6 ? (gsize) 1 << (bits - 6) : 1;
}

static inline gboolean
_fil_route_get (const guint64 *words,
                guint32 slot)
{
  return (words[slot / FIL_ROUTE_WORD_SLOTS] >> (slot % FIL_ROUTE_WORD_SLOTS)) & 1;
}

static inline void
_fil_route_set (guint64 *words,
                guint32 slot)
{
  words[slot / FIL_ROUTE_WORD_SLOTS] |= (guint64) 1 << (slot % FIL_ROUTE_WORD_SLOTS);
}

FilRouteTable *_fil_route_table_new (guint bits, const guint64 *words) G_GNUC_WARN_UNUSED_RESULT;
guint32 _fil_route_count (const guint64 *words, guint bits);
void _fil_route_halve (guint64 *words, guint bits);

G_END_DECLS
