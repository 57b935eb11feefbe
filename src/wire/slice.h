/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/**
 * FilSlice:
 *
 * Bytes that somebody else owns: mostly a part of the message that was decoded. Whoever keeps one
 * longer than the message copies it.
 */
typedef struct
{
  const guint8 *data;
  gsize len;
} FilSlice;

#define FIL_SLICE_NONE ((FilSlice) { NULL, 0 })

static inline FilSlice
fil_slice (const void *data,
           gsize len)
{
  return (FilSlice) { (const guint8 *) data, len };
}

/* Of a text that ends with NUL, without the NUL. */
static inline FilSlice
fil_slice_text (const char *text)
{
  return fil_slice (text, text == NULL ? 0 : strlen (text));
}

static inline gboolean
fil_slice_equal (FilSlice a,
                 FilSlice b)
{
  return a.len == b.len && (a.len == 0 || memcmp (a.data, b.data, a.len) == 0);
}

static inline gboolean
fil_slice_is (FilSlice self,
              const char *text)
{
  return fil_slice_equal (self, fil_slice_text (text));
}

gboolean fil_slice_is_utf8 (FilSlice self);
gboolean fil_slice_starts_with_case (FilSlice self, const char *prefix);
FilSlice fil_slice_strip (FilSlice self);
char *fil_slice_dup_text (FilSlice self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
