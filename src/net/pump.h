/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"
#include "pumps.h"
#include "session.h"
#include "shaper.h"
#include "stream.h"
#include "tls.h"

#include <glib.h>

G_BEGIN_DECLS

/* Who wants to know what becomes of a pump. The pump stays valid until closed() returns, and no longer.
 * Both are called from the main loop, never from inside a call of the session. */
typedef struct
{
  /* The session handed the stream on and is about to be freed; optional. */
  void (*handed_over) (gpointer data, FilPump *pump, FilSession *from, FilSession *to);

  /* The stream is closed; the session is about to be freed. reason is one sentence. */
  void (*closed) (gpointer data, FilPump *pump, FilSession *session, const char *reason);
} FilPumpDelegate;

FilPump *fil_pump_new (FilPumps *pumps, FilStream *stream, FilSession *session, FilTraffic traffic,
                       const FilEndpoint *peer, const FilPumpDelegate *delegate, gpointer data);

FilSession *fil_pump_session (FilPump *self);
const FilEndpoint *fil_pump_peer (FilPump *self);
gboolean fil_pump_is_encrypted (FilPump *self);
guint64 fil_pump_bytes (FilPump *self, FilWay way);
void fil_pump_set_traffic (FilPump *self, FilTraffic traffic);
void fil_pump_start_tls (FilPump *self, FilTls *tls, FilTlsSide side, const guint8 *pin);
void fil_pump_keep_watch (FilPump *self);
void fil_pump_abort (FilPump *self, const char *reason);

G_END_DECLS
