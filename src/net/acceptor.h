/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gate.h"
#include "greeting.h"
#include "listener.h"
#include "pump.h"
#include "tls.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilAcceptor:
 *
 * Takes incoming connections, finds out what they want, and starts a pump with the session that the
 * delegate names. Whoever says nothing is dropped after 10 s, or earlier when too many of them wait.
 */
typedef struct _FilAcceptor FilAcceptor;

typedef struct
{
  /* Somebody connected; said before any byte is read. Proof that we can be reached, when the address
   * is a public one. */
  void (*reached) (gpointer data, const FilEndpoint *peer);

  /* The session for this connection, or NULL to close it. first_line has no line end; the session is
   * fed the stream from its first byte. kind is GNUTELLA, HTTP, PUSH_PROXY, GIV, QUEUE or PUNCH. */
  FilSession *(*session_for) (gpointer data, FilGreeting kind, const char *first_line, const FilEndpoint *peer,
                              gboolean tls);

  /* The pump that runs the session; optional. */
  void (*opened) (gpointer data, FilPump *pump, FilGreeting kind);
} FilAcceptorDelegate;

FilAcceptor *fil_acceptor_new (FilPumps *pumps, FilListener *listener, FilTls *tls, FilGate *gate,
                               const FilAcceptorDelegate *delegate, const FilPumpDelegate *pump_delegate,
                               gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void fil_acceptor_free (FilAcceptor *self);
guint fil_acceptor_half_open (const FilAcceptor *self);
guint64 fil_acceptor_dropped (const FilAcceptor *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilAcceptor, fil_acceptor_free)

G_END_DECLS
