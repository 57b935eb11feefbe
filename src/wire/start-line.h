/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "slice.h"

G_BEGIN_DECLS

/* "GET /path HTTP/1.1"; slices into the line. */
typedef struct
{
  FilSlice method;
  FilSlice target; /* as written; scheme and host of an absolute one are cut off */
  guint major;     /* 0.9 when there is no version at all */
  guint minor;
} FilHttpRequestLine;

/* "HTTP/1.1 503 Busy" and "GNUTELLA/0.6 200 OK". */
typedef struct
{
  guint major;
  guint minor;
  guint code;      /* 100 to 999 */
  FilSlice reason; /* may be empty */
} FilStatusLine;

gboolean fil_http_request_line_parse (FilHttpRequestLine *self, const char *line) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_http_status_line_parse (FilStatusLine *self, const char *line) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_handshake_connect_line_parse (const char *line, guint *major, guint *minor)
    G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_handshake_status_line_parse (FilStatusLine *self, const char *line) G_GNUC_WARN_UNUSED_RESULT;

/* Percent-decodes once; NULL when an escape is broken or stands for NUL. */
char *fil_http_unescape (FilSlice text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
