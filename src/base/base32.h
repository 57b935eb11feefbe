/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Characters that len bytes take. */
#define FIL_BASE32_LEN(len) (((len) * 8 + 4) / 5)

void fil_base32_encode (const guint8 *bytes, gsize len, char *out);
gboolean fil_base32_decode (guint8 *out, gsize out_len, const char *text, gsize len) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
