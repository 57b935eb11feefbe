/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the first line of an incoming connection asks for. */
typedef enum
{
  FIL_GREETING_MORE,         /* the line is not whole yet */
  FIL_GREETING_GNUTELLA,     /* GNUTELLA CONNECT/0.6 */
  FIL_GREETING_HTTP,         /* GET, HEAD, OPTIONS */
  FIL_GREETING_PUSH_PROXY,   /* GET or HEAD of /gnutella/push-proxy?… and its other spellings */
  FIL_GREETING_GIV,          /* the answer to a push of ours */
  FIL_GREETING_QUEUE,        /* PARQ call-back */
  FIL_GREETING_PUNCH,        /* both sides opened this connection */
  FIL_GREETING_CONNECT_BACK, /* a test whether we can be reached: close quietly */
  FIL_GREETING_UNKNOWN,
} FilGreeting;

FilGreeting fil_greeting_parse (const guint8 *bytes, gsize len, const guint8 **line, gsize *line_len);
const char *fil_greeting_name (FilGreeting self);

G_END_DECLS
