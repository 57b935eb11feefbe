/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "route-table-msg.h"

#include "reader.h"

/**
 * fil_route_table_msg_decode:
 *
 * Returns: whether @payload is a RESET or a PATCH with possible values (messages.md §8)
 */
gboolean
fil_route_table_msg_decode (FilRouteTableMsg *self,
                            FilSlice payload)
{
  FilReader r = payload;
  guint8 variant;

  memset (self, 0, sizeof *self);
  if (!fil_reader_u8 (&r, &variant))
    return FALSE;
  if (variant == FIL_ROUTE_TABLE_RESET)
    {
      self->variant = FIL_ROUTE_TABLE_RESET;
      return fil_reader_le32 (&r, &self->slots) && fil_reader_u8 (&r, &self->infinity) && r.len == 0
             && self->slots != 0 && (self->slots & (self->slots - 1)) == 0 && self->infinity >= 1;
    }
  if (variant == FIL_ROUTE_TABLE_PATCH)
    {
      self->variant = FIL_ROUTE_TABLE_PATCH;
      if (!fil_reader_u8 (&r, &self->number) || !fil_reader_u8 (&r, &self->count)
          || !fil_reader_u8 (&r, &self->compressor) || !fil_reader_u8 (&r, &self->bits))
        return FALSE;
      self->data = r;
      return self->number >= 1 && self->number <= self->count && self->compressor <= FIL_ROUTE_PATCH_DEFLATE
             && (self->bits == 1 || self->bits == 2 || self->bits == 4 || self->bits == 8)
             && self->data.len > 0;
    }
  return FALSE;
}

/**
 * fil_route_table_msg_encode:
 *
 * Appends the payload.
 */
void
fil_route_table_msg_encode (const FilRouteTableMsg *self,
                            FilWriter *out)
{
  fil_writer_u8 (out, (guint8) self->variant);
  if (self->variant == FIL_ROUTE_TABLE_RESET)
    {
      fil_writer_le32 (out, self->slots);
      fil_writer_u8 (out, self->infinity);
      return;
    }
  fil_writer_u8 (out, self->number);
  fil_writer_u8 (out, self->count);
  fil_writer_u8 (out, self->compressor);
  fil_writer_u8 (out, self->bits);
  fil_writer_put (out, self->data);
}
