/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "loop.h"

#include "net-limits.h"
#include "socket-stream.h"

#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the other side can make us do by encryption alone, before and after the handshake. */

static guint n_closed;
static char *last_reason;

static void
on_closed (gpointer data,
           FilPump *pump,
           FilSession *session,
           const char *reason)
{
  n_closed++;
  g_free (last_reason);
  last_reason = g_strdup (reason);
}

static const FilPumpDelegate delegate = { NULL, on_closed };

static void
pump_tls (Loop *loop,
          int fd,
          FilTlsSide side,
          Actor *actor)
{
  const FilEndpoint peer = { .family = 4, .port = 1 };
  FilStream *stream = fil_tls_stream_new (loop->tls, fil_socket_stream_new (loop->reactor, fd), side, NULL, 0);

  n_closed = 0;
  fil_pump_new (loop->pumps, stream, &actor->parent, FIL_TRAFFIC_TRANSFER, &peer, &delegate, loop);
}

/* An OpenSSL of the test's own, on a socket whose other end is ours. */
static SSL *
other_side (FilTlsSide side,
            const char *groups,
            const char *ciphers,
            int fd)
{
  SSL_CTX *context = SSL_CTX_new (TLS_method ());
  SSL *ssl;

  if (ciphers != NULL)
    SSL_CTX_set_max_proto_version (context, TLS1_2_VERSION);
  g_assert_cmpint (SSL_CTX_set_cipher_list (context, ciphers != NULL ? ciphers : "ALL:@SECLEVEL=0"), ==, 1);
  g_assert_cmpint (groups == NULL || SSL_CTX_set1_groups_list (context, groups) == 1, ==, TRUE);
  if (side == FIL_TLS_SERVER)
    {
      EVP_PKEY *key = EVP_EC_gen ("P-256");
      X509 *certificate = X509_new ();

      X509_gmtime_adj (X509_getm_notBefore (certificate), 0);
      X509_gmtime_adj (X509_getm_notAfter (certificate), 3600);
      X509_set_pubkey (certificate, key);
      X509_sign (certificate, key, EVP_sha256 ());
      g_assert_cmpint (SSL_CTX_use_certificate (context, certificate), ==, 1);
      g_assert_cmpint (SSL_CTX_use_PrivateKey (context, key), ==, 1);
      X509_free (certificate);
      EVP_PKEY_free (key);
    }
  ssl = SSL_new (context);
  SSL_CTX_free (context);
  SSL_set_fd (ssl, fd);
  if (side == FIL_TLS_SERVER)
    SSL_set_accept_state (ssl);
  else
    SSL_set_connect_state (ssl);
  return ssl;
}

/* Returns whether the handshake came to its end on both sides. */
static gboolean
shake_hands (SSL *ssl,
             const Actor *ours)
{
  int result;

  while ((result = SSL_do_handshake (ssl)) != 1)
    {
      if (SSL_get_error (ssl, result) != SSL_ERROR_WANT_READ)
        return FALSE;
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_cmpint (SSL_write (ssl, "hello", 5), ==, 5);
  loop_until (ours->heard->len == 5 || n_closed > 0);
  return n_closed == 0;
}

/* Whoever connects says how keys are agreed on, and it is we who calculate: only what is cheap is offered. */
static void
test_exchanges (void)
{
  static const struct
  {
    const char *groups;
    const char *ciphers; /* of TLS 1.2; NULL: TLS 1.3 */
    gboolean is_taken;
  } exchanges[] = {
    { "X25519", NULL, TRUE },
    { "P-256", NULL, TRUE },
    { "P-256", "ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0", TRUE },
    { NULL, "ADH-AES128-SHA:@SECLEVEL=0", TRUE }, /* LimeWire has no other */
    { "ffdhe8192:X25519", NULL, TRUE }, /* asked to use the other one */
    { "ffdhe8192", NULL, FALSE },
    { "ffdhe2048", NULL, FALSE },
    { "P-521", NULL, FALSE },
    { "P-384", NULL, FALSE },
    { "X448", NULL, FALSE },
    { "P-384", "ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0", FALSE },
    { NULL, "ADH-AES256-SHA:@SECLEVEL=0", FALSE },
  };
  Loop loop;

  loop_init (&loop);
  for (guint i = 0; i < G_N_ELEMENTS (exchanges); i++)
    {
      Actor *server = actor_new ("");
      int fds[2];
      SSL *ssl;

      g_test_message ("%s %s", exchanges[i].groups, exchanges[i].ciphers);
      loop_pair (fds);
      pump_tls (&loop, fds[0], FIL_TLS_SERVER, server);
      ssl = other_side (FIL_TLS_CLIENT, exchanges[i].groups, exchanges[i].ciphers, fds[1]);
      g_assert_cmpint (shake_hands (ssl, server), ==, exchanges[i].is_taken);
      SSL_free (ssl);
      close (fds[1]);
      loop_until (n_closed == 1);
    }
  loop_clear (&loop);
}

static gboolean
change_keys (SSL *ssl,
             guint times)
{
  for (guint i = 0; i < times; i++)
    if (SSL_key_update (ssl, SSL_KEY_UPDATE_NOT_REQUESTED) != 1 || SSL_do_handshake (ssl) != 1)
      return FALSE;
  return TRUE;
}

/* New keys now and then are in order; OpenSSL would take them for as long as they come. */
static void
test_new_keys (void)
{
  Loop loop;

  loop_init (&loop);
  for (guint side = FIL_TLS_CLIENT; side <= FIL_TLS_SERVER; side++)
    {
      Actor *ours = actor_new ("");
      int fds[2];
      SSL *ssl;

      loop_pair (fds);
      pump_tls (&loop, fds[0], side == FIL_TLS_CLIENT ? FIL_TLS_SERVER : FIL_TLS_CLIENT, ours);
      ssl = other_side ((FilTlsSide) side, NULL, NULL, fds[1]);
      g_assert_true (shake_hands (ssl, ours));

      g_assert_true (change_keys (ssl, 32));
      g_assert_cmpint (SSL_write (ssl, "again", 5), ==, 5);
      loop_until (ours->heard->len == 10 || n_closed > 0);
      g_assert_cmpuint (n_closed, ==, 0);

      /* More than what is read ahead, with a word for us now and then. */
      for (guint i = 0; i < 20 && change_keys (ssl, 100); i++)
        (void) SSL_write (ssl, "x", 1);
      loop_until (n_closed == 1 || ours->heard->len == 30);
      g_assert_cmpuint (n_closed, ==, 1);
      g_assert_cmpstr (last_reason, ==, "the other side talks of encryption without end");
      SSL_free (ssl);
      close (fds[1]);
    }
  loop_clear (&loop);
}

/* A greeting of the largest size that OpenSSL takes, in pieces of a few bytes. */
static void
test_endless_greeting (void)
{
  guint8 piece[5 + 4] = { 0x16, 3, 1, 0, 4, 1, 1, 0, 0 };
  const guint pieces = 3 * FIL_TLS_MAX_SILENCE / sizeof piece;
  guint sent = 0;
  int fds[2];
  Loop loop;

  loop_init (&loop);
  loop_pair (fds);
  pump_tls (&loop, fds[0], FIL_TLS_SERVER, actor_new (""));
  while (n_closed == 0 && sent < pieces)
    {
      gssize n = send (fds[1], piece, sizeof piece, MSG_NOSIGNAL | MSG_DONTWAIT);

      if (n == sizeof piece)
        {
          sent++;
          memset (piece + 5, 0, 4);
        }
      if (n != sizeof piece || sent % 256 == 0)
        g_main_context_iteration (NULL, FALSE);
    }
  loop_settle (&loop);
  g_assert_cmpuint (n_closed, ==, 1);
  g_assert_cmpstr (last_reason, ==, "the other side talks of encryption without end");
  close (fds[1]);
  loop_clear (&loop);
}

int
main (int argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loopback/tls-abuse/exchanges", test_exchanges);
  g_test_add_func ("/loopback/tls-abuse/new-keys", test_new_keys);
  g_test_add_func ("/loopback/tls-abuse/endless-greeting", test_endless_greeting);
  status = g_test_run ();
  g_free (last_reason);
  return status;
}
