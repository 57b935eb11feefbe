/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "wire-limits.h"
#include "writer.h"

G_BEGIN_DECLS

/* Bytes first..last of a file, both included. */
typedef struct
{
  guint64 first;
  guint64 last;
} FilByteRange;

/* A Range header before the size of the file is known. */
typedef struct
{
  gboolean has_first; /* FALSE: the last @last bytes are asked for */
  guint64 first;
  gboolean has_last;
  guint64 last;
  gboolean more;      /* further ranges were asked for and are ignored */
} FilRangeRequest;

typedef enum
{
  FIL_RANGE_OK,
  FIL_RANGE_UNSATISFIABLE, /* 416 */
} FilRangeVerdict;

typedef struct
{
  gboolean has_range;
  FilByteRange range;
  gboolean has_total;
  guint64 total;
} FilContentRange;

gboolean fil_range_request_parse (FilRangeRequest *self, const char *value) G_GNUC_WARN_UNUSED_RESULT;
FilRangeVerdict fil_range_request_resolve (const FilRangeRequest *self, guint64 size, FilByteRange *out);
gboolean fil_content_range_parse (FilContentRange *self, const char *value) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_available_ranges_parse (const char *value, FilByteRange *out, guint max, guint *n)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_available_ranges_write (const FilByteRange *ranges, guint n, gsize max_len, FilWriter *out);
gboolean fil_available_bytes_parse (const char *value, guint64 *bytes) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
