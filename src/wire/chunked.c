/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "chunked.h"

#include "wire-limits.h"

/* FilChunked.state */
enum
{
  IN_SIZE,
  IN_EXTENSION, /* behind the size, up to the end of the line */
  IN_DATA,
  IN_DATA_END,  /* the end of line behind the data */
  IN_TRAILER,   /* lines behind the last chunk, up to an empty one */
  IN_END,
  IN_ERROR,
};

static void
size_line_done (FilChunked *self)
{
  if (self->digits == 0)
    self->state = IN_ERROR;
  else if (self->left == 0)
    self->state = IN_TRAILER;
  else
    self->state = IN_DATA;
  self->is_line_empty = TRUE;
}

static void
take_size_byte (FilChunked *self,
                guint8 byte)
{
  if (byte == '\n')
    size_line_done (self);
  else if (g_ascii_isxdigit (byte) && self->digits < FIL_CHUNK_DIGITS_MAX)
    {
      self->left = self->left << 4 | (guint) g_ascii_xdigit_value ((char) byte);
      self->digits++;
    }
  else if (self->digits > 0 && (byte == ';' || byte == ' ' || byte == '\t' || byte == '\r'))
    self->state = IN_EXTENSION;
  else
    self->state = IN_ERROR;
}

/* Bytes without a meaning for us, which nobody may send for ever. */
static void
skip_byte (FilChunked *self)
{
  if (++self->skipped > FIL_CHUNK_SKIPPED_MAX)
    self->state = IN_ERROR;
}

static void
take_trailer_byte (FilChunked *self,
                   guint8 byte)
{
  skip_byte (self);
  if (self->state == IN_ERROR)
    return;
  if (byte == '\n' && self->is_line_empty)
    self->state = IN_END;
  else if (byte == '\n')
    self->is_line_empty = TRUE;
  else if (byte != '\r')
    self->is_line_empty = FALSE;
}

static void
take_byte (FilChunked *self,
           guint8 byte)
{
  switch (self->state)
    {
    case IN_SIZE:
      take_size_byte (self, byte);
      break;
    case IN_EXTENSION:
      skip_byte (self);
      if (byte == '\n' && self->state != IN_ERROR)
        size_line_done (self);
      break;
    case IN_DATA_END:
      if (byte == '\n')
        {
          self->state = IN_SIZE;
          self->digits = 0;
          self->left = 0;
        }
      else if (byte != '\r')
        self->state = IN_ERROR;
      break;
    case IN_TRAILER:
    default:
      take_trailer_byte (self, byte);
      break;
    }
}

/**
 * fil_chunked_next:
 * @input: what has come; what was looked at is cut off its front
 * @data: (out): for FIL_CHUNKED_DATA, a part of the body, which lies in the input
 *
 * Goes on until there is a piece of the body or something to say.
 */
FilChunkedStatus
fil_chunked_next (FilChunked *self,
                  FilSlice *input,
                  FilSlice *data)
{
  while (input->len > 0 && self->state < IN_END)
    {
      if (self->state == IN_DATA)
        {
          *data = fil_slice (input->data, (gsize) MIN ((guint64) input->len, self->left));
          *input = fil_slice (input->data + data->len, input->len - data->len);
          self->left -= data->len;
          if (self->left == 0)
            self->state = IN_DATA_END;
          return FIL_CHUNKED_DATA;
        }
      take_byte (self, *input->data);
      *input = fil_slice (input->data + 1, input->len - 1);
    }
  if (self->state == IN_ERROR)
    return FIL_CHUNKED_ERROR;
  return self->state == IN_END ? FIL_CHUNKED_END : FIL_CHUNKED_MORE;
}
