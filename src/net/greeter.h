/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "greeting.h"
#include "stream.h"
#include "tls.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilGreeter:
 *
 * Waits for the first line of an incoming stream without taking it: whoever talks next sees the stream
 * from its first byte. It holds no buffer, so a silent stranger costs a descriptor and little else.
 */
typedef struct _FilGreeter FilGreeter;

/* Called once; line is NULL when the stranger has to go, and reason says why. The callee
 * steals the stream if it wants it, and frees the greeter. */
typedef void (*FilGreeterDone) (gpointer data, FilGreeter *greeter, FilGreeting kind, const char *line,
                                const char *reason);

FilGreeter *fil_greeter_new (FilStream *stream, FilTls *tls, FilTimerQueue *timers, gint64 deadline_us,
                             FilGreeterDone done, gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void fil_greeter_free (FilGreeter *self);
gboolean fil_greeter_is_tls (const FilGreeter *self);
FilStream *fil_greeter_steal_stream (FilGreeter *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
