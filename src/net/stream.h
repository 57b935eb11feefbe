/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "carrier.h"
#include "reactor.h"

#include <glib.h>

G_BEGIN_DECLS

/* What read, peek, write and send_file return when it is not a number of bytes. */
#define FIL_STREAM_AGAIN ((gssize) -1)      /* nothing now; ready() will be called */
#define FIL_STREAM_FAILED ((gssize) -2)     /* broken; the stream's error says why */
#define FIL_STREAM_FILE_SHORT ((gssize) -3) /* send_file only: the file has no such bytes */
#define FIL_STREAM_NO_FILES ((gssize) -4)   /* a stream's send_file only: not from this file */

/**
 * FilStream:
 *
 * A reliable two-way byte stream under a pump: a socket, TLS over another stream, RUDP. It never
 * blocks and never buffers without bound.
 *
 * Readiness is told by edges: after FIL_STREAM_AGAIN, ready() is called once when it is worth trying
 * again, and not before. A new stream counts as ready for both. A concrete stream embeds this struct
 * as its first member.
 */
typedef struct _FilStream FilStream;

typedef void (*FilStreamReady) (gpointer data, FilIo ready);

typedef struct
{
  const char *name; /* "tcp", "tls", "rudp" */

  /* Bytes that were read, 0 at the end of the stream, or one of the values above. */
  gssize (*read) (FilStream *self, guint8 *out, gsize len);
  /* The same, but the bytes stay; NULL: not possible. */
  gssize (*peek) (FilStream *self, guint8 *out, gsize len);
  /* Bytes that were taken, at least 1, or one of the values above. */
  gssize (*write) (FilStream *self, const guint8 *bytes, gsize len);
  /* The same from a file, without a copy; NULL: the pump reads and writes. */
  gssize (*send_file) (FilStream *self, int fd, goffset offset, gsize len);
  /* Whether bytes that were taken still wait for the network; tries to send them. Returns 0 when
   * none wait, else one of the values above; NULL: never. */
  gssize (*flush) (FilStream *self);
  /* Has the end of the way noticed within seconds; NULL: it is anyway, or cannot be. */
  void (*keep_watch) (FilStream *self);
  /* Says what it is made of; out is all 0; NULL: nobody can tell. */
  void (*describe) (FilStream *self, FilCarrier *out);
  /* No more writing: tells the other side, after what was taken. */
  void (*shut) (FilStream *self);
  void (*free) (FilStream *self);
} FilStreamClass;

struct _FilStream
{
  const FilStreamClass *klass;
  FilStreamReady ready; /* set by whoever drives the stream; may free it */
  gpointer ready_data;
  char *error;          /* owned: one sentence, set with FIL_STREAM_FAILED */
};

void fil_stream_init (FilStream *self, const FilStreamClass *klass);
void fil_stream_free (FilStream *self);
void fil_stream_set_ready (FilStream *self, FilStreamReady ready, gpointer data);
void fil_stream_notify (FilStream *self, FilIo ready);
gssize fil_stream_fail (FilStream *self, const char *sentence);
gssize fil_stream_fail_errno (FilStream *self, int code);

gssize fil_stream_read (FilStream *self, guint8 *out, gsize len) G_GNUC_WARN_UNUSED_RESULT;
gssize fil_stream_peek (FilStream *self, guint8 *out, gsize len) G_GNUC_WARN_UNUSED_RESULT;
gssize fil_stream_write (FilStream *self, const guint8 *bytes, gsize len) G_GNUC_WARN_UNUSED_RESULT;
gssize fil_stream_send_file (FilStream *self, int fd, goffset offset, gsize len, guint8 *scratch,
                             gsize scratch_len) G_GNUC_WARN_UNUSED_RESULT;
gssize fil_stream_flush (FilStream *self) G_GNUC_WARN_UNUSED_RESULT;
void fil_stream_keep_watch (FilStream *self);
void fil_stream_shut (FilStream *self);
void fil_stream_describe (FilStream *self, FilCarrier *out);
const char *fil_stream_error (const FilStream *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilStream, fil_stream_free)

G_END_DECLS
