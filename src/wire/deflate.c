/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "deflate.h"

#include "wire-error.h"
#include "wire-limits.h"

#include <zlib.h>

/* 13 and 6 cost a third of the memory of zlib's defaults and a few percent of ratio. */
#define WINDOW_BITS 13
#define MEM_LEVEL 6
#define STEP 2048

struct _FilDeflate
{
  z_stream stream;
  gboolean dirty;
};

struct _FilInflate
{
  z_stream stream;
  FilInflateStatus end; /* FIL_INFLATE_MORE until the stream ended or broke */
  GError *error;
};

/**
 * fil_deflate_new:
 *
 * Returns: (transfer full): a compressor at the start of a stream
 */
FilDeflate *
fil_deflate_new (void)
{
  FilDeflate *self = g_new0 (FilDeflate, 1);
  int status = deflateInit2 (&self->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW_BITS, MEM_LEVEL,
                             Z_DEFAULT_STRATEGY);

  if (status != Z_OK)
    g_error ("No memory for a compressor"); /* as g_malloc() does */
  return self;
}

/**
 * fil_deflate_free:
 *
 * What was not flushed is lost.
 */
void
fil_deflate_free (FilDeflate *self)
{
  deflateEnd (&self->stream);
  g_free (self);
}

static void
run_deflate (FilDeflate *self,
             int flush,
             FilWriter *out)
{
  do
    {
      self->stream.next_out = fil_writer_reserve (out, STEP);
      self->stream.avail_out = STEP;
      deflate (&self->stream, flush);
      out->len -= self->stream.avail_out;
    }
  while (self->stream.avail_out == 0);
}

/**
 * fil_deflate_write:
 * @plain: all of it is taken
 *
 * Appends what the compressor gives now; the rest stays inside until fil_deflate_flush().
 */
void
fil_deflate_write (FilDeflate *self,
                   FilSlice plain,
                   FilWriter *out)
{
  if (plain.len == 0)
    return;
  self->stream.next_in = (Bytef *) plain.data;
  self->stream.avail_in = (uInt) plain.len;
  run_deflate (self, Z_NO_FLUSH, out);
  self->dirty = TRUE;
}

/**
 * fil_deflate_flush:
 *
 * Appends what is needed for the other side to read everything written so far (Z_SYNC_FLUSH).
 * Nothing when nothing was written since the last time.
 */
void
fil_deflate_flush (FilDeflate *self,
                   FilWriter *out)
{
  if (!self->dirty)
    return;
  self->stream.next_in = NULL;
  self->stream.avail_in = 0;
  run_deflate (self, Z_SYNC_FLUSH, out);
  self->dirty = FALSE;
}

/**
 * fil_deflate_is_dirty:
 *
 * Returns: whether something was written since the last flush
 */
gboolean
fil_deflate_is_dirty (const FilDeflate *self)
{
  return self->dirty;
}

/**
 * fil_inflate_new:
 *
 * Returns: (transfer full): a decompressor at the start of a zlib stream of any window size
 */
FilInflate *
fil_inflate_new (void)
{
  FilInflate *self = g_new0 (FilInflate, 1);

  if (inflateInit2 (&self->stream, 0) != Z_OK)
    g_error ("No memory for a decompressor");
  return self;
}

/**
 * fil_inflate_free:
 *
 * Frees the stream.
 */
void
fil_inflate_free (FilInflate *self)
{
  inflateEnd (&self->stream);
  g_clear_error (&self->error);
  g_free (self);
}

/**
 * fil_inflate_total_out:
 *
 * Returns: bytes that came out so far
 */
guint64
fil_inflate_total_out (const FilInflate *self)
{
  return self->stream.total_out;
}

static FilInflateStatus
inflate_fail (FilInflate *self,
              const char *what,
              GError **error)
{
  if (self->error == NULL)
    self->error = g_error_new (FIL_WIRE_ERROR, FIL_WIRE_ERROR_COMPRESSION,
                               "The compressed stream %s after %lu bytes that became %lu", what,
                               self->stream.total_in, self->stream.total_out);
  self->end = FIL_INFLATE_ERROR;
  g_propagate_error (error, g_error_copy (self->error));
  return FIL_INFLATE_ERROR;
}

/**
 * fil_inflate_read:
 * @input: compressed bytes; what is taken is cut off its front
 * @out: room for @size bytes, not 0
 * @len: (out): bytes that came out
 * @error: filled on FIL_INFLATE_ERROR, with a sentence for the log
 *
 * One step, bounded by @size. Streams that expand by more than FIL_INFLATE_RATIO beyond the first
 * FIL_INFLATE_ALLOWANCE bytes are given up.
 *
 * Returns: how to go on
 */
FilInflateStatus
fil_inflate_read (FilInflate *self,
                  FilSlice *input,
                  guint8 *out,
                  gsize size,
                  gsize *len,
                  GError **error)
{
  int status;

  *len = 0;
  if (self->end == FIL_INFLATE_ERROR)
    return inflate_fail (self, "broke", error);
  if (self->end == FIL_INFLATE_END)
    return FIL_INFLATE_END;
  g_return_val_if_fail (size > 0, FIL_INFLATE_FULL);

  self->stream.next_in = (Bytef *) input->data;
  self->stream.avail_in = (uInt) MIN (input->len, G_MAXINT32);
  self->stream.next_out = out;
  self->stream.avail_out = (uInt) MIN (size, G_MAXINT32);
  status = inflate (&self->stream, Z_SYNC_FLUSH);

  *len = (gsize) (self->stream.next_out - out);
  input->len -= (gsize) (self->stream.next_in - input->data);
  input->data = self->stream.next_in;
  self->stream.next_in = NULL;
  self->stream.next_out = NULL;

  if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
    {
      *len = 0;
      return inflate_fail (self, "broke", error);
    }
  if (self->stream.total_out > FIL_INFLATE_ALLOWANCE
      && (self->stream.total_out - FIL_INFLATE_ALLOWANCE) / FIL_INFLATE_RATIO > self->stream.total_in)
    {
      *len = 0;
      return inflate_fail (self, "expands without measure", error);
    }
  if (status == Z_STREAM_END)
    return self->end = FIL_INFLATE_END;
  return self->stream.avail_out == 0 ? FIL_INFLATE_FULL : FIL_INFLATE_MORE;
}

/**
 * fil_deflate_once:
 * @out: what the result is appended to
 *
 * Compresses a whole payload into a zlib stream of its own.
 *
 * Returns: whether that made it smaller; if not, @out is as before
 */
gboolean
fil_deflate_once (FilSlice plain,
                  FilWriter *out)
{
  z_stream stream = { 0 };
  gsize before = out->len;
  int status;

  if (plain.len < FIL_UDP_DEFLATE_MIN)
    return FALSE;
  if (deflateInit2 (&stream, Z_BEST_COMPRESSION, Z_DEFLATED, WINDOW_BITS, MEM_LEVEL,
                    Z_DEFAULT_STRATEGY) != Z_OK)
    return FALSE;

  /* One byte less than the input: what does not fit is no gain. */
  stream.next_in = (Bytef *) plain.data;
  stream.avail_in = (uInt) plain.len;
  stream.next_out = fil_writer_reserve (out, plain.len - 1);
  stream.avail_out = (uInt) plain.len - 1;
  status = deflate (&stream, Z_FINISH);
  fil_writer_truncate (out, status == Z_STREAM_END ? before + stream.total_out : before);
  deflateEnd (&stream);
  return status == Z_STREAM_END;
}

/**
 * fil_inflate_once:
 * @out: room for @size bytes
 * @len: (out): bytes that came out
 *
 * Returns: whether @deflated was one whole zlib stream, nothing more, and fitted into @out
 */
gboolean
fil_inflate_once (FilSlice deflated,
                  guint8 *out,
                  gsize size,
                  gsize *len)
{
  z_stream stream = { 0 };
  guint8 none;
  int status;

  if (deflated.len < FIL_UDP_DEFLATE_MIN || inflateInit2 (&stream, 0) != Z_OK)
    return FALSE;
  stream.next_in = (Bytef *) deflated.data;
  stream.avail_in = (uInt) deflated.len;
  stream.next_out = size > 0 ? out : &none;
  stream.avail_out = (uInt) size;
  status = inflate (&stream, Z_FINISH);
  *len = stream.total_out;
  inflateEnd (&stream);
  return status == Z_STREAM_END && stream.avail_in == 0;
}

/**
 * fil_inflate_into:
 * @max: bytes that may come out
 * @out: what the result is appended to; memory grows only with what comes out
 *
 * Returns: whether @deflated was one whole zlib stream of at most @max bytes, nothing more; if not,
 *   @out is as before
 */
gboolean
fil_inflate_into (FilSlice deflated,
                  gsize max,
                  FilWriter *out)
{
  z_stream stream = { 0 };
  gsize before = out->len;
  int status;

  if (deflated.len < FIL_UDP_DEFLATE_MIN || inflateInit2 (&stream, 0) != Z_OK)
    return FALSE;
  stream.next_in = (Bytef *) deflated.data;
  stream.avail_in = (uInt) deflated.len;
  do
    {
      stream.next_out = fil_writer_reserve (out, STEP);
      stream.avail_out = STEP;
      status = inflate (&stream, Z_NO_FLUSH);
      out->len -= stream.avail_out;
    }
  while (status == Z_OK && stream.total_out <= max);
  inflateEnd (&stream);

  if (status == Z_STREAM_END && stream.avail_in == 0 && out->len - before <= max)
    return TRUE;
  fil_writer_truncate (out, before);
  return FALSE;
}
