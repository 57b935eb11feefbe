/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "stream.h"

#include "net-error.h"

#include <unistd.h>

/**
 * fil_stream_init:
 *
 * Prepares the embedded struct of a new stream.
 */
void
fil_stream_init (FilStream *self,
                 const FilStreamClass *klass)
{
  *self = (FilStream){ .klass = klass };
}

/**
 * fil_stream_free:
 *
 * Closes the stream at once; what the network did not take yet is lost.
 */
void
fil_stream_free (FilStream *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->error, g_free);
  self->klass->free (self);
}

/**
 * fil_stream_set_ready:
 * @ready: (nullable): called from the main loop when it is worth trying again
 */
void
fil_stream_set_ready (FilStream *self,
                      FilStreamReady ready,
                      gpointer data)
{
  self->ready = ready;
  self->ready_data = data;
}

/**
 * fil_stream_notify:
 *
 * For streams: says that something may be possible again. The stream may be gone afterwards.
 */
void
fil_stream_notify (FilStream *self,
                   FilIo ready)
{
  if (self->ready != NULL)
    self->ready (self->ready_data, ready);
}

/**
 * fil_stream_fail:
 *
 * For streams: remembers why it broke; the first reason stands.
 */
gssize
fil_stream_fail (FilStream *self,
                 const char *sentence)
{
  if (self->error == NULL)
    self->error = g_strdup (sentence);
  return FIL_STREAM_FAILED;
}

gssize
fil_stream_fail_errno (FilStream *self,
                       int code)
{
  return fil_stream_fail (self, fil_net_error_sentence (code));
}

/**
 * fil_stream_read:
 *
 * Returns: bytes read, 0 at the end, or FIL_STREAM_AGAIN or FIL_STREAM_FAILED
 */
gssize
fil_stream_read (FilStream *self,
                 guint8 *out,
                 gsize len)
{
  return self->klass->read (self, out, len);
}

/**
 * fil_stream_peek:
 *
 * Like fil_stream_read(), but the bytes stay to be read.
 */
gssize
fil_stream_peek (FilStream *self,
                 guint8 *out,
                 gsize len)
{
  g_return_val_if_fail (self->klass->peek != NULL, FIL_STREAM_FAILED);
  return self->klass->peek (self, out, len);
}

/**
 * fil_stream_write:
 *
 * Returns: bytes taken, or FIL_STREAM_AGAIN or FIL_STREAM_FAILED
 */
gssize
fil_stream_write (FilStream *self,
                  const guint8 *bytes,
                  gsize len)
{
  return self->klass->write (self, bytes, len);
}

static gssize
copy_file (FilStream *self,
           int fd,
           goffset offset,
           gsize len,
           guint8 *scratch)
{
  gssize n = pread (fd, scratch, len, offset);

  /* A shared disk that fails is the file's trouble, not the stream's. */
  if (n <= 0)
    return FIL_STREAM_FILE_SHORT;
  return self->klass->write (self, scratch, (gsize) n);
}

/**
 * fil_stream_send_file:
 * @fd: a file that can be read at any place
 * @scratch: (out caller-allocates): room to read into when the stream cannot send from a file itself
 *
 * Returns: bytes of the file taken, FIL_STREAM_AGAIN, FIL_STREAM_FAILED, or FIL_STREAM_FILE_SHORT when
 *   the file has nothing at @offset, or cannot be read there
 */
gssize
fil_stream_send_file (FilStream *self,
                      int fd,
                      goffset offset,
                      gsize len,
                      guint8 *scratch,
                      gsize scratch_len)
{
  gssize n = FIL_STREAM_NO_FILES;

  if (self->klass->send_file != NULL)
    n = self->klass->send_file (self, fd, offset, len);
  return n == FIL_STREAM_NO_FILES ? copy_file (self, fd, offset, MIN (len, scratch_len), scratch) : n;
}

/**
 * fil_stream_flush:
 *
 * Returns: 0 when nothing that was taken waits for the network, else FIL_STREAM_AGAIN or
 *   FIL_STREAM_FAILED
 */
gssize
fil_stream_flush (FilStream *self)
{
  return self->klass->flush != NULL ? self->klass->flush (self) : 0;
}

/**
 * fil_stream_keep_watch:
 *
 * Has it noticed within about ten seconds that the way is gone, while we only wait for bytes: a NAT that forgets a
 * connection tells nobody.
 */
void
fil_stream_keep_watch (FilStream *self)
{
  if (self->klass->keep_watch != NULL)
    self->klass->keep_watch (self);
}

/**
 * fil_stream_shut:
 *
 * Tells the other side that nothing more comes; reading goes on.
 */
void
fil_stream_shut (FilStream *self)
{
  self->klass->shut (self);
}

/**
 * fil_stream_describe:
 * @out: (out): what carries the stream
 */
void
fil_stream_describe (FilStream *self,
                     FilCarrier *out)
{
  *out = (FilCarrier){ 0 };
  if (self->klass->describe != NULL)
    self->klass->describe (self, out);
}

/**
 * fil_stream_error:
 *
 * Returns: (transfer none): why the stream failed, in one sentence
 */
const char *
fil_stream_error (const FilStream *self)
{
  return self->error != NULL ? self->error : "the connection failed";
}
