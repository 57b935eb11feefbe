/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gate.h"
#include "stream.h"

#include <glib.h>

G_BEGIN_DECLS

/* Why we connect; each has a share of the simultaneous attempts, so that none starves the others. */
typedef enum
{
  FIL_DIAL_OVERLAY,  /* a neighbour */
  FIL_DIAL_TRANSFER, /* a source */
  FIL_DIAL_PUSH,     /* somebody asked us to */
  FIL_DIAL_PROBE,    /* a connect-back test for somebody else */
  FIL_DIAL_N,
} FilDialPurpose;

/**
 * FilDialer:
 *
 * Makes outgoing TCP connections, a limited number at a time: altogether, to one address, to one
 * network, and for one purpose.
 */
typedef struct _FilDialer FilDialer;

/* One attempt. It frees itself after its callback, or when it is cancelled. */
typedef struct _FilDial FilDial;

/* Called once from the main loop, never from inside fil_dialer_connect(): either stream (owned by the
 * callee) or error, one sentence. */
typedef void (*FilDialFunc) (gpointer data, FilStream *stream, const char *error);

FilDialer *fil_dialer_new (FilReactor *reactor, FilGate *gate) G_GNUC_WARN_UNUSED_RESULT;
void fil_dialer_free (FilDialer *self);
gboolean fil_dialer_set_interface (FilDialer *self, const char *interface, GError **error);
guint fil_dialer_room (const FilDialer *self, FilDialPurpose purpose);
guint fil_dialer_n (const FilDialer *self);

FilDial *fil_dialer_connect (FilDialer *self, const FilEndpoint *to, FilDialPurpose purpose, FilGateUse named_by,
                             gint64 timeout_us, FilDialFunc func, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_dial_cancel (FilDial *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilDialer, fil_dialer_free)

G_END_DECLS
