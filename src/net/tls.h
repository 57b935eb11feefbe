/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "stream.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilTls:
 *
 * Opportunistic encryption between strangers: a certificate nobody checks, made when it is first
 * needed, and anonymous key exchange for those who know nothing better.
 *
 * This is OpenSSL and not GTlsConnection, because GIO handshakes a non-blocking connection in a thread
 * of the shared pool: one byte and silence from 40 strangers held 30 threads. GIO cannot do anonymous
 * key exchange either, the only one that LimeWire offers.
 */
typedef struct _FilTls FilTls;

typedef enum
{
  FIL_TLS_CLIENT,
  FIL_TLS_SERVER,
} FilTlsSide;

FilTls *fil_tls_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_tls_free (FilTls *self);

FilStream *fil_tls_stream_new (FilTls *self, FilStream *below, FilTlsSide side, const guint8 *early,
                               gsize early_len) G_GNUC_WARN_UNUSED_RESULT;

/* Between two who told each other their fingerprints before. */
#define FIL_TLS_FINGERPRINT_LEN 32

void fil_tls_fingerprint (FilTls *self, guint8 out[FIL_TLS_FINGERPRINT_LEN]);
FilStream *fil_tls_stream_new_pinned (FilTls *self, FilStream *below, FilTlsSide side, const guint8 *early,
                                      gsize early_len, const guint8 *pin) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilTls, fil_tls_free)

G_END_DECLS
