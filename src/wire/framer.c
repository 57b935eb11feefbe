/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "framer.h"

#include "wire-error.h"
#include "wire-limits.h"

/* A drained buffer above this is given back, so that idle links cost nothing. */
#define KEEP_ROOM 4096

struct _FilFramer
{
  guint8 *room; /* the message that is being collected */
  gsize len;
  gsize size;
  FilHeader header; /* valid from FIL_HEADER_LEN bytes on */
  const FilMessageInfo *info;
  gboolean sflag;
  gboolean given;  /* the message in room was given out */
  GError *error;
};

/**
 * fil_framer_new:
 *
 * Returns: (transfer full): a framer at the start of a stream
 */
FilFramer *
fil_framer_new (void)
{
  return g_new0 (FilFramer, 1);
}

/**
 * fil_framer_free:
 *
 * Also ends the life of the payload that was given out last, if it had been collected.
 */
void
fil_framer_free (FilFramer *self)
{
  g_free (self->room);
  g_clear_error (&self->error);
  g_free (self);
}

/**
 * fil_framer_set_sflag:
 * @sflag: whether the peer announced X-Features: sflag/0.1, and so may mark size fields
 */
void
fil_framer_set_sflag (FilFramer *self,
                      gboolean sflag)
{
  self->sflag = sflag;
}

/**
 * fil_framer_pending:
 *
 * Returns: bytes of an unfinished message that are kept
 */
gsize
fil_framer_pending (const FilFramer *self)
{
  return self->given ? 0 : self->len;
}

static void
drop_given (FilFramer *self)
{
  if (!self->given)
    return;
  self->given = FALSE;
  self->len = 0;
  if (self->size > KEEP_ROOM)
    {
      g_clear_pointer (&self->room, g_free);
      self->size = 0;
    }
}

/* Moves up to n bytes of input behind the collected ones. */
static void
collect (FilFramer *self,
         FilSlice *input,
         gsize n)
{
  n = MIN (n, input->len);
  if (n == 0)
    return;
  if (self->len + n > self->size)
    {
      self->size = MAX (self->len + n, MIN (self->size * 2, FIL_HEADER_LEN + FIL_PAYLOAD_MAX));
      self->room = g_realloc (self->room, self->size);
    }
  memcpy (self->room + self->len, input->data, n);
  self->len += n;
  input->data += n;
  input->len -= n;
}

static gboolean
read_header (FilFramer *self,
             const guint8 *bytes)
{
  guint32 max;

  if (!fil_header_decode (&self->header, bytes, self->sflag))
    {
      guint32 raw = (guint32) bytes[19] | (guint32) bytes[20] << 8 | (guint32) bytes[21] << 16
                    | (guint32) bytes[22] << 24;

      self->error = g_error_new (FIL_WIRE_ERROR, FIL_WIRE_ERROR_DESYNC,
                                 "Impossible size field 0x%08x in a message of kind 0x%02x", raw, bytes[16]);
      return FALSE;
    }

  self->info = fil_message_info (self->header.kind);
  max = self->info != NULL ? self->info->max : FIL_OTHER_PAYLOAD_MAX;
  if (self->header.size > max)
    {
      self->error = g_error_new (FIL_WIRE_ERROR, FIL_WIRE_ERROR_TOO_LARGE,
                                 "A message of kind %s with %u bytes, more than %u",
                                 self->info != NULL ? self->info->name : "unknown", self->header.size, max);
      return FALSE;
    }
  return TRUE;
}

static FilFramerStatus
give (FilFramer *self,
      const guint8 *bytes,
      FilFrame *frame)
{
  frame->header = self->header;
  frame->payload = fil_slice (bytes + FIL_HEADER_LEN, self->header.size);
  frame->info = self->info;
  frame->raw = fil_slice (bytes, FIL_HEADER_LEN + self->header.size);
  return FIL_FRAMER_MESSAGE;
}

/**
 * fil_framer_next:
 * @input: bytes from the link; what is taken is cut off its front
 * @frame: (out): filled on FIL_FRAMER_MESSAGE
 * @error: filled on FIL_FRAMER_ERROR, with a sentence for the log
 *
 * To be called until it does not say FIL_FRAMER_MESSAGE. Stopping earlier is fine: the rest of @input
 * is then given again.
 *
 * Returns: whether there is a message, more input is needed, or the peer has to be cut off
 */
FilFramerStatus
fil_framer_next (FilFramer *self,
                 FilSlice *input,
                 FilFrame *frame,
                 GError **error)
{
  drop_given (self);

  if (self->error == NULL && self->len == 0 && input->len >= FIL_HEADER_LEN
      && read_header (self, input->data) && self->header.size <= input->len - FIL_HEADER_LEN)
    {
      const guint8 *bytes = input->data;

      input->data += FIL_HEADER_LEN + self->header.size;
      input->len -= FIL_HEADER_LEN + self->header.size;
      return give (self, bytes, frame);
    }

  if (self->error == NULL && self->len < FIL_HEADER_LEN)
    {
      collect (self, input, FIL_HEADER_LEN - self->len);
      if (self->len < FIL_HEADER_LEN)
        return FIL_FRAMER_MORE;
      read_header (self, self->room);
    }
  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return FIL_FRAMER_ERROR;
    }

  collect (self, input, FIL_HEADER_LEN + self->header.size - self->len);
  if (self->len < FIL_HEADER_LEN + self->header.size)
    return FIL_FRAMER_MORE;
  self->given = TRUE;
  return give (self, self->room, frame);
}
