/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "slice.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_CHUNKED_MORE,  /* all input is taken; feed more */
  FIL_CHUNKED_DATA,  /* a piece of the body was cut off; call again */
  FIL_CHUNKED_END,   /* the body is over; what is left in the input is not part of it */
  FIL_CHUNKED_ERROR, /* broken; stays in this state */
} FilChunkedStatus;

/**
 * FilChunked:
 *
 * Takes a body of HTTP apart that comes as "Transfer-Encoding: chunked" (RFC 9112 §7.1), as gtk-gnutella
 * sends its list of files. Copies nothing and keeps nothing. Zero-filled, it is at the beginning.
 */
typedef struct
{
  guint state;
  guint64 left;  /* of the chunk; while its size is read, that size */
  guint digits;
  guint skipped; /* bytes of extensions and trailers, which nobody reads */
  gboolean is_line_empty;
} FilChunked;

FilChunkedStatus fil_chunked_next (FilChunked *self, FilSlice *input, FilSlice *data) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
