/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

/**
 * FilDeflate:
 *
 * One direction of a compressed link: a zlib stream that never ends (handshake.md §8).
 */
typedef struct _FilDeflate FilDeflate;

FilDeflate *fil_deflate_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_deflate_free (FilDeflate *self);
void fil_deflate_write (FilDeflate *self, FilSlice plain, FilWriter *out);
void fil_deflate_flush (FilDeflate *self, FilWriter *out);
gboolean fil_deflate_is_dirty (const FilDeflate *self);

typedef enum
{
  FIL_INFLATE_MORE,  /* all input is taken, and nothing is held back */
  FIL_INFLATE_FULL,  /* the output is full: there may be more without new input */
  FIL_INFLATE_END,   /* the zlib stream ended; input behind it is left */
  FIL_INFLATE_ERROR, /* broken, or a bomb; the stream stays in this state */
} FilInflateStatus;

/**
 * FilInflate:
 *
 * The other direction. Gives at most as much as the caller has room for, so that a few bytes of input
 * cannot hold up a turn of the loop, and gives up on streams that expand without measure.
 */
typedef struct _FilInflate FilInflate;

FilInflate *fil_inflate_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_inflate_free (FilInflate *self);
FilInflateStatus fil_inflate_read (FilInflate *self, FilSlice *input, guint8 *out, gsize size, gsize *len,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
guint64 fil_inflate_total_out (const FilInflate *self);

/* Whole payloads. */
gboolean fil_deflate_once (FilSlice plain, FilWriter *out) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_inflate_once (FilSlice deflated, guint8 *out, gsize size, gsize *len) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_inflate_into (FilSlice deflated, gsize max, FilWriter *out) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilDeflate, fil_deflate_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilInflate, fil_inflate_free)

G_END_DECLS
