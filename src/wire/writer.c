/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "writer.h"

#include <stdio.h>

/**
 * fil_writer_grow:
 * @more: bytes that must fit behind what is written
 *
 * Makes room; aborts only when memory ends.
 */
void
fil_writer_grow (FilWriter *self,
                 gsize more)
{
  gsize need = self->len + more;
  gsize size = self->size;

  g_return_if_fail (need >= more);
  while (size < need)
    size = size > G_MAXSIZE / 2 ? need : size * 2;

  if (self->heap != NULL)
    {
      self->heap = g_realloc (self->heap, size);
    }
  else
    {
      self->heap = g_malloc (size);
      memcpy (self->heap, self->room, self->len);
    }
  self->size = size;
}

/**
 * fil_writer_steal:
 * @len: (out): bytes in the result
 *
 * Takes out what was written; the writer is empty afterwards.
 *
 * Returns: (transfer full): the bytes, to be freed with g_free()
 */
guint8 *
fil_writer_steal (FilWriter *self,
                  gsize *len)
{
  guint8 *bytes = self->heap != NULL ? self->heap : g_memdup2 (self->room, self->len);

  *len = self->len;
  fil_writer_init (self);
  return bytes;
}

/**
 * fil_writer_steal_bytes:
 *
 * Returns: (transfer full): what was written; the writer is empty afterwards
 */
GBytes *
fil_writer_steal_bytes (FilWriter *self)
{
  gsize len;
  guint8 *bytes = fil_writer_steal (self, &len);

  return g_bytes_new_take (bytes, len);
}

/**
 * fil_writer_clear:
 *
 * Frees what was written; the writer can be used again.
 */
void
fil_writer_clear (FilWriter *self)
{
  g_free (self->heap);
  fil_writer_init (self);
}

/**
 * fil_writer_printf:
 *
 * Appends formatted text, without a NUL.
 */
void
fil_writer_printf (FilWriter *self,
                   const char *format,
                   ...)
{
  va_list args;
  va_list again;
  int n;

  va_start (args, format);
  va_copy (again, args);
  n = vsnprintf (NULL, 0, format, args);
  va_end (args);
  if (n > 0)
    {
      char *p = (char *) fil_writer_reserve (self, (gsize) n + 1);

      vsnprintf (p, (gsize) n + 1, format, again);
      self->len--; /* the NUL */
    }
  va_end (again);
}
