/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "header.h"
#include "message-table.h"
#include "slice.h"

G_BEGIN_DECLS

/* A message as the framer gives it out; the payload stays valid until the next call on the framer and
 * only as long as the bytes that were given in. */
typedef struct
{
  FilHeader header;
  FilSlice payload;
  const FilMessageInfo *info; /* NULL: unknown kind, to be counted and dropped */
  FilSlice raw;               /* header and payload as they came */
} FilFrame;

typedef enum
{
  FIL_FRAMER_MORE,    /* all input is taken; feed more */
  FIL_FRAMER_MESSAGE, /* a frame was filled; call again */
  FIL_FRAMER_ERROR,   /* the stream is over; the framer stays in this state */
} FilFramerStatus;

/**
 * FilFramer:
 *
 * Cuts the byte stream of a link into messages. A message that lies whole in the input is not copied;
 * one that does not is collected, and memory grows only with bytes that came.
 */
typedef struct _FilFramer FilFramer;

FilFramer *fil_framer_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_framer_free (FilFramer *self);
void fil_framer_set_sflag (FilFramer *self, gboolean sflag);
FilFramerStatus fil_framer_next (FilFramer *self, FilSlice *input, FilFrame *frame, GError **error);
gsize fil_framer_pending (const FilFramer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilFramer, fil_framer_free)

G_END_DECLS
