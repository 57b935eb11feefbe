/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* How many pieces a map shows at most. */
#define FIL_CHUNK_MAP_CELLS 256

/**
 * FilChunkMap:
 *
 * Which parts of a file are here: a strip from its start to its end, full where it is verified, half where it
 * was received, a line where it was asked for, empty where it is missing.
 */
#define FIL_TYPE_CHUNK_MAP (fil_chunk_map_get_type ())
G_DECLARE_FINAL_TYPE (FilChunkMap, fil_chunk_map, FIL, CHUNK_MAP, GtkWidget)

void fil_chunk_map_set_cells (FilChunkMap *self, GBytes *cells);

G_END_DECLS
