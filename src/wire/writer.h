/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

#include "slice.h"

G_BEGIN_DECLS

#define FIL_WRITER_INLINE 256

/**
 * FilWriter:
 *
 * A growing buffer that messages are encoded into. Short ones never touch the heap. Declare with
 * g_auto(FilWriter) and fil_writer_init(); the struct must not be copied or moved.
 */
typedef struct
{
  guint8 *heap; /* NULL: in @room */
  gsize len;
  gsize size;
  guint8 room[FIL_WRITER_INLINE];
} FilWriter;

void fil_writer_grow (FilWriter *self, gsize more);
guint8 *fil_writer_steal (FilWriter *self, gsize *len) G_GNUC_WARN_UNUSED_RESULT;
GBytes *fil_writer_steal_bytes (FilWriter *self) G_GNUC_WARN_UNUSED_RESULT;
void fil_writer_clear (FilWriter *self);
void fil_writer_printf (FilWriter *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static inline void
fil_writer_init (FilWriter *self)
{
  self->heap = NULL;
  self->len = 0;
  self->size = FIL_WRITER_INLINE;
}

static inline guint8 *
fil_writer_data (FilWriter *self)
{
  return self->heap != NULL ? self->heap : self->room;
}

/* What was written; valid until the next write. */
static inline FilSlice
fil_writer_slice (FilWriter *self)
{
  return fil_slice (fil_writer_data (self), self->len);
}

/* Forgets what was written behind len and keeps the room. */
static inline void
fil_writer_truncate (FilWriter *self,
                     gsize len)
{
  if (len < self->len)
    self->len = len;
}

/* Room for n bytes at the end, counted as written: the caller fills all of it. */
static inline guint8 *
fil_writer_reserve (FilWriter *self,
                    gsize n)
{
  guint8 *p;

  if (G_UNLIKELY (n > self->size - self->len))
    fil_writer_grow (self, n);
  p = fil_writer_data (self) + self->len;
  self->len += n;
  return p;
}

static inline void
fil_writer_bytes (FilWriter *self,
                  const void *bytes,
                  gsize n)
{
  if (n > 0)
    memcpy (fil_writer_reserve (self, n), bytes, n);
}

static inline void
fil_writer_zeros (FilWriter *self,
                  gsize n)
{
  if (n > 0)
    memset (fil_writer_reserve (self, n), 0, n);
}

static inline void
fil_writer_put (FilWriter *self,
                FilSlice slice)
{
  fil_writer_bytes (self, slice.data, slice.len);
}

/* The text with its NUL; a slice that holds a NUL ends there. */
static inline void
fil_writer_cstr (FilWriter *self,
                 FilSlice text)
{
  fil_writer_bytes (self, text.data, text.len == 0 ? 0 : strnlen ((const char *) text.data, text.len));
  *fil_writer_reserve (self, 1) = 0;
}

static inline void
fil_writer_u8 (FilWriter *self,
               guint8 value)
{
  *fil_writer_reserve (self, 1) = value;
}

#define FIL_WRITER_INTEGER_(name, type, convert) \
  static inline void fil_writer_##name (FilWriter *self, type value) \
  { \
    type raw = convert (value); \
 \
    memcpy (fil_writer_reserve (self, sizeof raw), &raw, sizeof raw); \
  }

FIL_WRITER_INTEGER_ (le16, guint16, GUINT16_TO_LE)
FIL_WRITER_INTEGER_ (le32, guint32, GUINT32_TO_LE)
FIL_WRITER_INTEGER_ (le64, guint64, GUINT64_TO_LE)
FIL_WRITER_INTEGER_ (be16, guint16, GUINT16_TO_BE)
FIL_WRITER_INTEGER_ (be32, guint32, GUINT32_TO_BE)
FIL_WRITER_INTEGER_ (be64, guint64, GUINT64_TO_BE)

#undef FIL_WRITER_INTEGER_

/* Overwrites bytes that were written before. */
static inline void
fil_writer_patch (FilWriter *self,
                  gsize offset,
                  const void *bytes,
                  gsize n)
{
  g_return_if_fail (offset <= self->len && n <= self->len - offset);
  memcpy (fil_writer_data (self) + offset, bytes, n);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FilWriter, fil_writer_clear)

G_END_DECLS
