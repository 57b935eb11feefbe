/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

/* Most bytes that encoding len bytes may give. */
#define FIL_COBS_MAX(len) ((len) + (len) / 254 + 1)

void fil_cobs_encode (FilSlice plain, FilWriter *out);
gboolean fil_cobs_decode (FilSlice encoded, guint8 *out, gsize size, gsize *len) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
