/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The kinds of file that the node tells apart, as bits of a filter. */
typedef enum
{
  FIL_KIND_BIT_AUDIO = 1 << 0,
  FIL_KIND_BIT_VIDEO = 1 << 1,
  FIL_KIND_BIT_IMAGE = 1 << 2,
  FIL_KIND_BIT_DOCUMENT = 1 << 3,
  FIL_KIND_BIT_ARCHIVE = 1 << 4,
  FIL_KIND_BIT_PROGRAM = 1 << 5,
  FIL_KIND_BIT_OTHER = 1 << 6,
} FilKindBits;

#define FIL_KIND_BITS_ALL 0x7fu

guint fil_kind_to_bit (const char *kind);
const char *fil_kind_to_word (const char *kind);
const char *fil_kind_to_icon (const char *kind);
const char *fil_kind_of_name (const char *file_name);

G_END_DECLS
