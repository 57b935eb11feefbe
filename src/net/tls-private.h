/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "io-buffer.h"
#include "tls.h"

#include <openssl/ssl.h>

G_BEGIN_DECLS

/* Where bytes stand while one call encrypts them: shared by all streams of a context, and empty between calls. */
typedef struct
{
  FilIoBuffer *clear; /* FIL_TLS_FILE_PIECE */
  guint8 *sealed;     /* FIL_TLS_ROOM */
  gsize n_sealed;
} FilTlsRoom;

/* What a TLS stream and its context share. */
SSL_CTX *_fil_tls_context (FilTls *self);
BIO_METHOD *_fil_tls_method (FilTls *self);
FilTlsRoom *_fil_tls_room (FilTls *self);
BIO_METHOD *_fil_tls_stream_make_method (void);

G_END_DECLS
