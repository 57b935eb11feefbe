/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "reader.h"
#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

#define FIL_VENDOR_CODE(a, b, c, d) \
  ((guint32) (a) << 24 | (guint32) (b) << 16 | (guint32) (c) << 8 | (guint32) (d))
#define FIL_VENDOR_NULL 0u
#define FIL_VENDOR_BEAR FIL_VENDOR_CODE ('B', 'E', 'A', 'R')
#define FIL_VENDOR_GTKG FIL_VENDOR_CODE ('G', 'T', 'K', 'G')
#define FIL_VENDOR_LIME FIL_VENDOR_CODE ('L', 'I', 'M', 'E')
#define FIL_VENDOR_PREFIX_LEN 8

/* Which vendor message: code, selector and version (messages.md §7). */
typedef struct
{
  guint32 code;
  guint16 selector;
  guint16 version;
} FilVendorId;

/**
 * FilVendor:
 *
 * The outer layer of a vendor message; vendor-table.h knows what the bodies hold.
 */
typedef struct
{
  FilVendorId id;
  FilSlice body; /* borrowed */
} FilVendor;

gboolean fil_vendor_decode (FilVendor *self, FilSlice payload) G_GNUC_WARN_UNUSED_RESULT;
void fil_vendor_encode (const FilVendor *self, FilWriter *out);

gboolean fil_vendor_id_read (FilVendorId *self, FilReader *reader) G_GNUC_WARN_UNUSED_RESULT;
void fil_vendor_id_write (const FilVendorId *self, FilWriter *out);
char *fil_vendor_id_to_text (const FilVendorId *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
