/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "urn.h"

G_BEGIN_DECLS

#define FIL_TIGER_LEN 24

/* Bytes of a file under one leaf of the tree: fixed by the network. */
#define FIL_TIGER_LEAF_SIZE 1024

/* Hashes that are computed side by side: one Tiger waits for its tables most of the time. */
#define FIL_TIGER_LANES 2

void fil_tiger_of (guint8 out[FIL_TIGER_LEN], const void *bytes, gsize len);

void fil_tiger_leaf (FilTth *out, const guint8 *bytes, gsize len);
void fil_tiger_leaves (FilTth *out, const guint8 *bytes, gsize n_leaves);
gsize fil_tiger_parents (FilTth *out, const FilTth *nodes, gsize n_nodes);

G_END_DECLS
