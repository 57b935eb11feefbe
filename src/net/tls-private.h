/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tls.h"

#include <openssl/ssl.h>

G_BEGIN_DECLS

/* What a TLS stream and its context share. */
SSL_CTX *_fil_tls_context (FilTls *self);
BIO_METHOD *_fil_tls_method (FilTls *self);
BIO_METHOD *_fil_tls_stream_make_method (void);

G_END_DECLS
