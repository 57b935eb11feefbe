/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

/**
 * FilGgepBuilder:
 *
 * Appends one GGEP block to a writer. Without items nothing is written at all.
 */
typedef struct
{
  FilWriter *out;
  gsize last_flags; /* offset of the flags byte of the last item */
  guint n_items;
  gboolean no_nul; /* for hit records: items with a NUL get COBS */
} FilGgepBuilder;

void fil_ggep_builder_init (FilGgepBuilder *self, FilWriter *out, gboolean no_nul);
void fil_ggep_builder_add (FilGgepBuilder *self, const char *key, FilSlice data);
void fil_ggep_builder_add_deflated (FilGgepBuilder *self, const char *key, FilSlice data);
void fil_ggep_builder_add_empty (FilGgepBuilder *self, const char *key);
void fil_ggep_builder_add_u8 (FilGgepBuilder *self, const char *key, guint8 value);
void fil_ggep_builder_add_vlint (FilGgepBuilder *self, const char *key, guint64 value);
guint fil_ggep_builder_end (FilGgepBuilder *self);

void fil_ggep_write_length (FilWriter *out, gsize len);

G_END_DECLS
