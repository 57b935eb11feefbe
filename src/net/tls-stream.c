/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tls.h"

#include "net-limits.h"
#include "tls-private.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>
#include <unistd.h>

/* What OpenSSL reads at once, so that a record costs less than one system call. */
#define READ_AHEAD (32 * 1024)

typedef struct
{
  FilStream parent;
  FilStream *below; /* owned */
  FilTlsRoom *room;
  SSL *ssl;
  GByteArray *peeked; /* decrypted, but only peeked at so far; NULL when there is none */
  GByteArray *early;  /* read from below before TLS began; NULL when there is none */
  GByteArray *out;    /* encrypted, not taken by below yet; kept while not empty */
  gsize out_done;     /* of out, taken already */
  gboolean is_shut;
  guint n_messages; /* of TLS itself, that came */
  gsize silence;    /* bytes that came since there was one for us */
  gboolean below_ended;
  gboolean is_impostor; /* another certificate than the pinned one */
  guint8 pin[FIL_TLS_FINGERPRINT_LEN];
} FilTlsStream;

/* OpenSSL goes on for as long as bytes come that hold nothing for us: new keys, or pieces of a message that never
 * ends. In that time nobody else would be served. */
static gboolean
is_babble (const FilTlsStream *self)
{
  return self->n_messages > FIL_TLS_MAX_MESSAGES || self->silence > FIL_TLS_MAX_SILENCE;
}

static void
on_message (int is_written,
            int version,
            int type,
            const void *bytes,
            size_t len,
            SSL *ssl,
            void *data)
{
  FilTlsStream *self = data;

  if (!is_written && type == SSL3_RT_HANDSHAKE)
    self->n_messages++;
}

/* The BIO under OpenSSL: reads from the stream below, and collects what is to be written, so that a
 * write never has to be repeated with the same bytes, and many records go by one system call. */

static int
bio_read (BIO *bio,
          char *out,
          int len)
{
  FilTlsStream *self = BIO_get_data (bio);
  gssize n;

  BIO_clear_retry_flags (bio);
  if (is_babble (self))
    return -1;
  if (self->early != NULL)
    {
      n = MIN (len, (int) self->early->len);
      memcpy (out, self->early->data, (gsize) n);
      g_byte_array_remove_range (self->early, 0, (guint) n);
      if (self->early->len == 0)
        g_clear_pointer (&self->early, g_byte_array_unref);
      self->silence += (gsize) n;
      return (int) n;
    }
  n = fil_stream_read (self->below, (guint8 *) out, (gsize) len);
  if (n == FIL_STREAM_AGAIN)
    BIO_set_retry_read (bio);
  else if (n == 0)
    self->below_ended = TRUE;
  else if (n > 0)
    self->silence += (gsize) n;
  return n < 0 ? -1 : (int) n;
}

static int
bio_write (BIO *bio,
           const char *bytes,
           int len)
{
  FilTlsStream *self = BIO_get_data (bio);
  gsize n = MIN ((gsize) len, FIL_TLS_ROOM - self->room->n_sealed);

  BIO_clear_retry_flags (bio);
  if (n == 0)
    return -1;
  memcpy (self->room->sealed + self->room->n_sealed, bytes, n);
  self->room->n_sealed += n;
  return (int) n;
}

static long
bio_ctrl (BIO *bio,
          int command,
          long number,
          void *pointer)
{
  FilTlsStream *self = BIO_get_data (bio);

  if (command == BIO_CTRL_EOF)
    return self != NULL && self->below_ended;
  return command == BIO_CTRL_FLUSH;
}

BIO_METHOD *
_fil_tls_stream_make_method (void)
{
  BIO_METHOD *method = BIO_meth_new (BIO_get_new_index () | BIO_TYPE_SOURCE_SINK, "filbert stream");

  BIO_meth_set_read (method, bio_read);
  BIO_meth_set_write (method, bio_write);
  BIO_meth_set_ctrl (method, bio_ctrl);
  return method;
}

static gssize
fail_below (FilTlsStream *self)
{
  return fil_stream_fail (&self->parent, fil_stream_error (self->below));
}

/* Returns how much the stream below takes now, or FIL_STREAM_FAILED. */
static gssize
send_below (FilTlsStream *self,
            const guint8 *bytes,
            gsize len)
{
  gsize done = 0;

  while (done < len)
    {
      gssize n = fil_stream_write (self->below, bytes + done, len - done);

      if (n == FIL_STREAM_AGAIN)
        break;
      if (n < 0)
        return fail_below (self);
      done += (gsize) n;
    }
  return (gssize) done;
}

static gssize
send_waiting (FilTlsStream *self)
{
  gssize n = send_below (self, self->out->data + self->out_done, self->out->len - self->out_done);

  if (n < 0)
    return n;
  self->out_done += (gsize) n;
  if (self->out_done < self->out->len)
    return FIL_STREAM_AGAIN;
  g_clear_pointer (&self->out, g_byte_array_unref);
  self->out_done = 0;
  return 0;
}

/* What the stream below does not take of the room waits, so that the room is empty for the next stream. */
static gssize
tls_stream_flush (FilStream *stream)
{
  FilTlsStream *self = (FilTlsStream *) stream;
  const gsize len = self->room->n_sealed;
  gssize n = self->out != NULL ? send_waiting (self) : 0;

  self->room->n_sealed = 0;
  if (n == 0)
    n = send_below (self, self->room->sealed, len);
  if (n == FIL_STREAM_FAILED)
    return n;
  n = MAX (n, 0);
  if ((gsize) n < len)
    {
      if (self->out == NULL)
        self->out = g_byte_array_sized_new ((guint) len - (guint) n);
      g_byte_array_append (self->out, self->room->sealed + n, (guint) len - (guint) n);
    }
  if (self->out != NULL)
    return FIL_STREAM_AGAIN;
  if (self->is_shut)
    fil_stream_shut (self->below);
  return 0;
}

/* What an answer of OpenSSL means for the stream. */
static gssize
result_of (FilTlsStream *self,
           int n)
{
  gulong code;
  const char *reason;
  int error = SSL_get_error (self->ssl, n);

  /* A handshake answers while we read, an alert follows an error: send either. */
  if (tls_stream_flush (&self->parent) == FIL_STREAM_FAILED && n <= 0)
    return FIL_STREAM_FAILED;
  if (n > 0)
    return n;
  switch (error)
    {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return FIL_STREAM_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    case SSL_ERROR_SYSCALL:
      if (is_babble (self))
        return fil_stream_fail (&self->parent, "the other side talks of encryption without end");
      if (self->below_ended)
        return fil_stream_fail (&self->parent, "the other side closed while encryption was being agreed on");
      return fail_below (self);
    default:
      code = ERR_get_error ();
      reason = ERR_reason_error_string (code);
      g_debug ("TLS: %s", reason != NULL ? reason : "error");
      if (self->is_impostor)
        return fil_stream_fail (&self->parent, "the other side is not the one that was agreed on");
      return fil_stream_fail (&self->parent, "the other side does not speak TLS properly");
    }
}

static gssize
read_decrypted (FilTlsStream *self,
                guint8 *out,
                gsize len)
{
  int n;

  ERR_clear_error ();
  n = SSL_read (self->ssl, out, (int) MIN (len, G_MAXINT));
  if (n > 0)
    self->silence = 0;
  return result_of (self, n);
}

static gssize
tls_stream_read (FilStream *stream,
                 guint8 *out,
                 gsize len)
{
  FilTlsStream *self = (FilTlsStream *) stream;
  gsize n;

  if (self->peeked == NULL)
    return read_decrypted (self, out, len);
  n = MIN (len, self->peeked->len);
  memcpy (out, self->peeked->data, n);
  g_byte_array_remove_range (self->peeked, 0, (guint) n);
  if (self->peeked->len == 0)
    g_clear_pointer (&self->peeked, g_byte_array_unref);
  return (gssize) n;
}

/* SSL_peek() never looks beyond one record, and a line may come in several. */
static gssize
tls_stream_peek (FilStream *stream,
                 guint8 *out,
                 gsize len)
{
  FilTlsStream *self = (FilTlsStream *) stream;
  gsize have = self->peeked != NULL ? self->peeked->len : 0;
  gssize n = 1;

  while (have < len && n > 0)
    {
      n = read_decrypted (self, out, len - have);
      if (n > 0)
        {
          if (self->peeked == NULL)
            self->peeked = g_byte_array_new ();
          g_byte_array_append (self->peeked, out, (guint) n);
          have += (gsize) n;
        }
    }
  if (have == 0)
    return n;
  memcpy (out, self->peeked->data, MIN (have, len));
  return (gssize) MIN (have, len);
}

/* Returns how many bytes are in the room now, encrypted, or one of the values of FilStream when none are. */
static gssize
encrypt (FilTlsStream *self,
         const guint8 *bytes,
         gsize len)
{
  gsize done = 0;

  while (done < len)
    {
      gssize n;

      ERR_clear_error ();
      n = SSL_write (self->ssl, bytes + done, (int) (len - done));
      if (n <= 0)
        {
          n = result_of (self, (int) n);
          return done > 0 ? (gssize) done : n == 0 ? fil_stream_fail (&self->parent, "the other side closed") : n;
        }
      done += (gsize) n;
    }
  return (gssize) done;
}

static gssize
tls_stream_write (FilStream *stream,
                  const guint8 *bytes,
                  gsize len)
{
  FilTlsStream *self = (FilTlsStream *) stream;
  gssize n = tls_stream_flush (stream);

  if (n != 0)
    return n;
  n = encrypt (self, bytes, MIN (len, FIL_TLS_MAX_PENDING));
  return tls_stream_flush (stream) == FIL_STREAM_FAILED ? FIL_STREAM_FAILED : n;
}

/* As much at once as may wait: what is read by pieces is sent by one system call. */
static gssize
tls_stream_send_file (FilStream *stream,
                      int fd,
                      goffset offset,
                      gsize len)
{
  FilTlsStream *self = (FilTlsStream *) stream;
  gsize done = 0;
  gssize n = tls_stream_flush (stream);

  if (n != 0)
    return n;
  len = MIN (len, FIL_TLS_MAX_PENDING);
  while (done < len)
    {
      gssize has = pread (fd, self->room->clear, MIN (len - done, FIL_TLS_FILE_PIECE), offset + (goffset) done);

      n = has <= 0 ? FIL_STREAM_FILE_SHORT : encrypt (self, self->room->clear, (gsize) has);
      if (n < 0)
        break;
      done += (gsize) n;
      if (n < has)
        break;
    }
  if (tls_stream_flush (stream) == FIL_STREAM_FAILED)
    return FIL_STREAM_FAILED;
  return done > 0 ? (gssize) done : n;
}

static void
tls_stream_keep_watch (FilStream *stream)
{
  fil_stream_keep_watch (((FilTlsStream *) stream)->below);
}

static void
tls_stream_describe (FilStream *stream,
                     FilCarrier *out)
{
  fil_stream_describe (((FilTlsStream *) stream)->below, out);
  out->is_encrypted = TRUE;
}

static void
tls_stream_shut (FilStream *stream)
{
  FilTlsStream *self = (FilTlsStream *) stream;

  if (self->is_shut)
    return;
  self->is_shut = TRUE;
  ERR_clear_error ();
  (void) SSL_shutdown (self->ssl);
  (void) tls_stream_flush (stream);
}

static void
tls_stream_free (FilStream *stream)
{
  FilTlsStream *self = (FilTlsStream *) stream;

  SSL_free (self->ssl);
  fil_stream_free (self->below);
  g_clear_pointer (&self->peeked, g_byte_array_unref);
  g_clear_pointer (&self->early, g_byte_array_unref);
  g_clear_pointer (&self->out, g_byte_array_unref);
  g_free (self);
}

static const FilStreamClass tls_stream_class = {
  .name = "tls",
  .read = tls_stream_read,
  .peek = tls_stream_peek,
  .write = tls_stream_write,
  .send_file = tls_stream_send_file,
  .flush = tls_stream_flush,
  .keep_watch = tls_stream_keep_watch,
  .describe = tls_stream_describe,
  .shut = tls_stream_shut,
  .free = tls_stream_free,
};

/* Reading may wait for writing and the other way round, so either edge is worth a try of both. */
static void
on_below_ready (gpointer data,
                FilIo ready)
{
  fil_stream_notify (data, FIL_IO_READ | FIL_IO_WRITE);
}

/**
 * fil_tls_stream_new:
 * @self: outlives the stream
 * @below: (transfer full): the stream to encrypt
 * @early: (nullable): bytes that were read from @below already
 *
 * The handshake runs by itself with the first read and write; a failed one shows as a failed stream.
 *
 * Returns: (transfer full): the encrypted stream
 */
FilStream *
fil_tls_stream_new (FilTls *self,
                    FilStream *below,
                    FilTlsSide side,
                    const guint8 *early,
                    gsize early_len)
{
  FilTlsStream *stream = g_new0 (FilTlsStream, 1);
  BIO *bio = BIO_new (_fil_tls_method (self));

  fil_stream_init (&stream->parent, &tls_stream_class);
  stream->below = below;
  stream->room = _fil_tls_room (self);
  if (early_len > 0)
    stream->early = g_byte_array_append (g_byte_array_new (), early, (guint) early_len);
  BIO_set_data (bio, stream);
  BIO_set_init (bio, 1);
  stream->ssl = SSL_new (_fil_tls_context (self));
  SSL_set_bio (stream->ssl, bio, bio);
  SSL_set_msg_callback (stream->ssl, on_message);
  SSL_set_msg_callback_arg (stream->ssl, stream);
  SSL_set_read_ahead (stream->ssl, 1);
  SSL_set_default_read_buffer_len (stream->ssl, READ_AHEAD);
  if (side == FIL_TLS_SERVER)
    SSL_set_accept_state (stream->ssl);
  else
    SSL_set_connect_state (stream->ssl);
  fil_stream_set_ready (below, on_below_ready, stream);
  return &stream->parent;
}

/* The other side's certificate is the one whose fingerprint it told before, whoever signed it. */
static int
check_pin (int is_trusted,
           X509_STORE_CTX *context)
{
  const SSL *ssl = X509_STORE_CTX_get_ex_data (context, SSL_get_ex_data_X509_STORE_CTX_idx ());
  FilTlsStream *self = SSL_get_app_data (ssl);
  guint8 fingerprint[FIL_TLS_FINGERPRINT_LEN];

  if (X509_STORE_CTX_get_error_depth (context) > 0)
    return 0;
  self->is_impostor = X509_digest (X509_STORE_CTX_get_current_cert (context), EVP_sha256 (), fingerprint, NULL) != 1 ||
                      CRYPTO_memcmp (fingerprint, self->pin, sizeof fingerprint) != 0;
  return !self->is_impostor;
}

/**
 * fil_tls_stream_new_pinned:
 * @pin: fingerprint of the other side's certificate, FIL_TLS_FINGERPRINT_LEN bytes
 *
 * As fil_tls_stream_new(), but both sides show certificates, the other one has to show the right one, and
 * nothing older than TLS 1.3 is spoken.
 *
 * Returns: (transfer full): the encrypted stream
 */
FilStream *
fil_tls_stream_new_pinned (FilTls *tls,
                           FilStream *below,
                           FilTlsSide side,
                           const guint8 *early,
                           gsize early_len,
                           const guint8 *pin)
{
  FilStream *stream = fil_tls_stream_new (tls, below, side, early, early_len);
  FilTlsStream *self = (FilTlsStream *) stream;

  memcpy (self->pin, pin, sizeof self->pin);
  SSL_set_app_data (self->ssl, self);
  SSL_set_min_proto_version (self->ssl, TLS1_3_VERSION);
  SSL_set_verify (self->ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, check_pin);
  return stream;
}
