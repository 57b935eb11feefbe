/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io-buffer.h"

/**
 * fil_io_buffer_new:
 * @len: at least 1
 *
 * For whatever the kernel reads into by large pieces.
 *
 * Returns: (transfer full): room for so many bytes, with anything in them
 */
FilIoBuffer *
fil_io_buffer_new (gsize len)
{
  return g_aligned_alloc (1, len, FIL_IO_BUFFER_ALIGNMENT);
}

/**
 * fil_io_buffer_free:
 * @self: (nullable)
 */
void
fil_io_buffer_free (FilIoBuffer *self)
{
  g_aligned_free (self);
}
