/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tls.h"

#include "net-limits.h"
#include "tls-private.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

struct _FilTls
{
  SSL_CTX *context; /* made on first use */
  BIO_METHOD *method;
  FilTlsRoom room; /* made on first use */
};

/* Strong exchanges first; anonymous ones for LimeWire, which has no others. Nobody is authenticated
 * either way. Anonymous ones of 256 bits come with groups of 3072, which cost twice as much. */
#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20:DEFAULT:AECDH+AES128:ADH+AES128:!eNULL:@SECLEVEL=0"
/* Everybody has one of them. Whoever greets us chooses, and pays nothing for it: an exchange in ffdhe8192, which
 * OpenSSL would accept, takes a tenth of a second, in which nobody else is served. */
#define GROUPS "X25519:P-256"
/* Of the strong ones of TLS 1.3 the cheapest first: AES with 128 bits takes a fifth less time than with 256. */
#define CIPHER_SUITES "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384"
#define CERTIFICATE_S (10 * 365 * 24 * 3600L)

/**
 * fil_tls_new:
 *
 * Returns: (transfer full): a context that costs nothing until the first stream; it must outlive its
 *   streams
 */
FilTls *
fil_tls_new (void)
{
  return g_new0 (FilTls, 1);
}

void
fil_tls_free (FilTls *self)
{
  SSL_CTX_free (self->context);
  BIO_meth_free (self->method);
  fil_io_buffer_free (self->room.clear);
  g_free (self->room.sealed);
  g_free (self);
}

/* A certificate that says nothing about whose it is. */
static X509 *
make_certificate (EVP_PKEY *key)
{
  X509 *certificate = X509_new ();
  X509_NAME *name = X509_get_subject_name (certificate);

  X509_set_version (certificate, 2);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), 1);
  X509_gmtime_adj (X509_getm_notBefore (certificate), -24 * 3600L);
  X509_gmtime_adj (X509_getm_notAfter (certificate), CERTIFICATE_S);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const guchar *) "gnutella", -1, -1, 0);
  X509_set_issuer_name (certificate, name);
  X509_set_pubkey (certificate, key);
  X509_sign (certificate, key, EVP_sha256 ());
  return certificate;
}

static void
add_certificate (SSL_CTX *context)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *certificate = make_certificate (key);

  if (SSL_CTX_use_certificate (context, certificate) != 1 || SSL_CTX_use_PrivateKey (context, key) != 1)
    g_critical ("TLS: the certificate made just now is not accepted");
  X509_free (certificate);
  EVP_PKEY_free (key);
}

SSL_CTX *
_fil_tls_context (FilTls *self)
{
  SSL_CTX *context = self->context;

  if (context != NULL)
    return context;
  self->context = context = SSL_CTX_new (TLS_method ());
  SSL_CTX_set_min_proto_version (context, TLS1_VERSION);
  SSL_CTX_set_cipher_list (context, CIPHERS);
  SSL_CTX_set_ciphersuites (context, CIPHER_SUITES);
  SSL_CTX_set1_groups_list (context, GROUPS);
  SSL_CTX_set_dh_auto (context, 1);
  SSL_CTX_set_verify (context, SSL_VERIFY_NONE, NULL);
  SSL_CTX_set_session_cache_mode (context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets (context, 0);
  /* Peers close without saying so; every length is known from inside. */
  SSL_CTX_set_options (context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                    SSL_OP_IGNORE_UNEXPECTED_EOF);
  /* Our order counts; but who puts ChaCha20 first has a processor that is bad at AES. */
  SSL_CTX_set_options (context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode (context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_RELEASE_BUFFERS);
  add_certificate (context);
  return context;
}

BIO_METHOD *
_fil_tls_method (FilTls *self)
{
  if (self->method == NULL)
    self->method = _fil_tls_stream_make_method ();
  return self->method;
}

FilTlsRoom *
_fil_tls_room (FilTls *self)
{
  if (self->room.clear == NULL)
    {
      self->room.clear = fil_io_buffer_new (FIL_TLS_FILE_PIECE);
      self->room.sealed = g_malloc (FIL_TLS_ROOM);
    }
  return &self->room;
}

/**
 * fil_tls_fingerprint:
 * @out: (out): SHA-256 of our certificate
 *
 * It is another one after each start.
 */
void
fil_tls_fingerprint (FilTls *self,
                     guint8 out[FIL_TLS_FINGERPRINT_LEN])
{
  const X509 *certificate = SSL_CTX_get0_certificate (_fil_tls_context (self));

  if (X509_digest (certificate, EVP_sha256 (), out, NULL) != 1)
    g_critical ("TLS: no fingerprint of our own certificate");
}
