/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "slice.h"
#include "urn.h"

G_BEGIN_DECLS

/* Single values of HTTP headers (http-transfer.md §6). */
gboolean fil_retry_after_parse (const char *value, gint64 now_s, guint *seconds) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_http_date_parse (const char *value, gint64 *unix_s) G_GNUC_WARN_UNUSED_RESULT;
char *fil_http_date_format (gint64 unix_s) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_content_urns_parse (const char *value, FilUrn *out) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_thex_uri_parse (const char *value, FilSlice *path, FilTth *root, gboolean *has_root)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
