/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

#include "slice.h"

G_BEGIN_DECLS

/**
 * FilReader:
 *
 * A slice that shrinks from the front as it is read. Every read goes through one length test, in
 * fil_reader_take(); a read that fails takes nothing and leaves its target alone. Reading a part
 * (fil_reader_slice()) gives a child that cannot reach beyond its own end.
 */
typedef FilSlice FilReader;

static inline gboolean G_GNUC_WARN_UNUSED_RESULT
fil_reader_take (FilReader *self,
                 gsize n,
                 const guint8 **out)
{
  if (G_UNLIKELY (n > self->len))
    return FALSE;
  *out = self->data;
  self->data += n;
  self->len -= n;
  return TRUE;
}

static inline gboolean G_GNUC_WARN_UNUSED_RESULT
fil_reader_u8 (FilReader *self,
               guint8 *out)
{
  const guint8 *p;

  if (!fil_reader_take (self, 1, &p))
    return FALSE;
  *out = p[0];
  return TRUE;
}

#define FIL_READER_INTEGER_(name, type, convert) \
  static inline gboolean G_GNUC_WARN_UNUSED_RESULT \
  fil_reader_##name (FilReader *self, type *out) \
  { \
    const guint8 *p; \
    type raw; \
 \
    if (!fil_reader_take (self, sizeof raw, &p)) \
      return FALSE; \
    memcpy (&raw, p, sizeof raw); \
    *out = convert (raw); \
    return TRUE; \
  }

FIL_READER_INTEGER_ (le16, guint16, GUINT16_FROM_LE)
FIL_READER_INTEGER_ (le32, guint32, GUINT32_FROM_LE)
FIL_READER_INTEGER_ (le64, guint64, GUINT64_FROM_LE)
FIL_READER_INTEGER_ (be16, guint16, GUINT16_FROM_BE)
FIL_READER_INTEGER_ (be32, guint32, GUINT32_FROM_BE)
FIL_READER_INTEGER_ (be64, guint64, GUINT64_FROM_BE)

#undef FIL_READER_INTEGER_

static inline gboolean G_GNUC_WARN_UNUSED_RESULT
fil_reader_copy (FilReader *self,
                 void *out,
                 gsize n)
{
  const guint8 *p;

  if (!fil_reader_take (self, n, &p))
    return FALSE;
  if (n > 0)
    memcpy (out, p, n);
  return TRUE;
}

static inline gboolean G_GNUC_WARN_UNUSED_RESULT
fil_reader_slice (FilReader *self,
                  gsize n,
                  FilSlice *out)
{
  const guint8 *p;

  if (!fil_reader_take (self, n, &p))
    return FALSE;
  *out = fil_slice (p, n);
  return TRUE;
}

static inline gboolean G_GNUC_WARN_UNUSED_RESULT
fil_reader_skip (FilReader *self,
                 gsize n)
{
  const guint8 *p;

  return fil_reader_take (self, n, &p);
}

/* Up to the next NUL, which is taken too but not part of the slice. */
static inline gboolean G_GNUC_WARN_UNUSED_RESULT
fil_reader_cstr (FilReader *self,
                 FilSlice *out)
{
  const guint8 *p;
  const guint8 *end = self->len == 0 ? NULL : (const guint8 *) memchr (self->data, 0, self->len);

  if (end == NULL || !fil_reader_take (self, (gsize) (end - self->data) + 1, &p))
    return FALSE;
  *out = fil_slice (p, (gsize) (end - p));
  return TRUE;
}

/* All that is left. */
static inline FilSlice
fil_reader_rest (FilReader *self)
{
  FilSlice rest = *self;

  self->data += self->len;
  self->len = 0;
  return rest;
}

G_END_DECLS
