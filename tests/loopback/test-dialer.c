/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "loop.h"

#include "dialer.h"
#include "net-error.h"
#include "net-limits.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  guint done;
  char *error;
  FilStream *stream;
} Result;

static void
on_done (gpointer data,
         FilStream *stream,
         const char *error)
{
  Result *result = data;

  result->done++;
  g_free (result->error);
  result->error = g_strdup (error);
  g_clear_pointer (&result->stream, fil_stream_free);
  result->stream = stream;
}

static void
result_clear (Result *result)
{
  g_clear_pointer (&result->stream, fil_stream_free);
  g_clear_pointer (&result->error, g_free);
}

/* A listening socket whose queue is full: whoever connects waits. */
static FilEndpoint
deaf_listener (int *fd,
               int fillers[4])
{
  FilEndpoint at = loop_listen (fd);

  g_assert_cmpint (listen (*fd, 0), ==, 0);
  for (guint i = 0; i < 4; i++)
    fillers[i] = loop_connect (&at);
  return at;
}

static void
test_connect (void)
{
  Loop loop;
  Result result = { 0 };
  g_autoptr (GError) error = NULL;
  FilGate *gate = fil_gate_new (TRUE);
  FilDialer *dialer;
  FilEndpoint at;
  int listening, fd;
  guint8 got[8];

  loop_init (&loop);
  dialer = fil_dialer_new (loop.reactor, gate);
  at = loop_listen (&listening);
  g_assert_nonnull (fil_dialer_connect (dialer, &at, FIL_DIAL_OVERLAY, FIL_GATE_LINK, 0, on_done, &result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (result.done, ==, 0);
  loop_until (result.done == 1);
  g_assert_null (result.error);
  g_assert_cmpuint (fil_dialer_n (dialer), ==, 0);
  fd = accept (listening, NULL, NULL);
  loop_write (fd, "hi");
  loop_until (fil_stream_read (result.stream, got, sizeof got) == 2);
  close (fd);

  /* Nobody listens there any more. */
  close (listening);
  g_assert_nonnull (fil_dialer_connect (dialer, &at, FIL_DIAL_OVERLAY, FIL_GATE_LINK, 0, on_done, &result, &error));
  loop_until (result.done == 2);
  g_assert_null (result.stream);
  g_assert_cmpstr (result.error, ==, "Nothing listens at that address and port");

  result_clear (&result);
  fil_dialer_free (dialer);
  fil_gate_free (gate);
  loop_clear (&loop);
}

static void
test_timeout_and_cancel (void)
{
  Loop loop;
  Result result = { 0 };
  FilGate *gate = fil_gate_new (TRUE);
  FilDialer *dialer;
  FilDial *dial;
  FilEndpoint at;
  int listening, fillers[4];

  loop_init (&loop);
  dialer = fil_dialer_new (loop.reactor, gate);
  at = deaf_listener (&listening, fillers);
  dial = fil_dialer_connect (dialer, &at, FIL_DIAL_TRANSFER, FIL_GATE_USER, 2 * FIL_SEC, on_done, &result, NULL);
  g_assert_nonnull (dial);
  loop_settle (&loop);
  loop_advance (&loop, 2 * FIL_SEC - 1);
  g_assert_cmpuint (result.done, ==, 0);
  loop_advance (&loop, 1);
  g_assert_cmpuint (result.done, ==, 1);
  g_assert_cmpstr (result.error, ==, "The other side does not answer");

  dial = fil_dialer_connect (dialer, &at, FIL_DIAL_TRANSFER, FIL_GATE_USER, 0, on_done, &result, NULL);
  g_assert_nonnull (dial);
  fil_dial_cancel (dial);
  g_assert_cmpuint (fil_dialer_n (dialer), ==, 0);
  loop_advance (&loop, FIL_MINUTE);
  g_assert_cmpuint (result.done, ==, 1);

  /* Freeing cancels what is under way. */
  g_assert_nonnull (fil_dialer_connect (dialer, &at, FIL_DIAL_PUSH, FIL_GATE_USER, 0, on_done, &result, NULL));
  result_clear (&result);
  fil_dialer_free (dialer);
  fil_gate_free (gate);
  for (guint i = 0; i < 4; i++)
    close (fillers[i]);
  close (listening);
  loop_clear (&loop);
}

static void
test_limits (void)
{
  Loop loop;
  Result result = { 0 };
  FilGate *gate = fil_gate_new (TRUE);
  FilDialer *dialer;
  FilEndpoint at;
  guint begun[FIL_DIAL_N] = { 0 };
  guint total = 0;
  int listening, fillers[4];

  loop_init (&loop);
  dialer = fil_dialer_new (loop.reactor, gate);
  at = deaf_listener (&listening, fillers);
  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (GError) error = NULL;
      FilDialPurpose purpose = i < 50 ? FIL_DIAL_PUSH : i < 100 ? FIL_DIAL_PROBE : i % FIL_DIAL_N;

      if (fil_dialer_connect (dialer, &at, purpose, FIL_GATE_USER, 0, on_done, &result, &error) != NULL)
        {
          begun[purpose]++;
          total++;
        }
      else
        g_assert_error (error, FIL_NET_ERROR, FIL_NET_ERROR_BUSY);
    }
  g_assert_cmpuint (total, ==, FIL_DIAL_MAX);
  g_assert_cmpuint (begun[FIL_DIAL_PUSH], ==, 8);
  g_assert_cmpuint (begun[FIL_DIAL_PROBE], ==, 8);
  g_assert_cmpuint (fil_dialer_room (dialer, FIL_DIAL_OVERLAY), ==, 0);
  fil_dialer_free (dialer);
  fil_gate_free (gate);

  /* On the public network, two at a time to one address. */
  gate = fil_gate_new (FALSE);
  dialer = fil_dialer_new (loop.reactor, gate);
  for (guint i = 0; i < 10; i++)
    (void) !fil_dialer_connect (dialer, &at, FIL_DIAL_TRANSFER, FIL_GATE_USER, 0, on_done, &result, NULL);
  g_assert_cmpuint (fil_dialer_n (dialer), ==, FIL_DIAL_MAX_PER_ADDRESS);
  fil_dialer_free (dialer);
  fil_gate_free (gate);
  for (guint i = 0; i < 4; i++)
    close (fillers[i]);
  close (listening);
  loop_clear (&loop);
}

static void
test_gate (void)
{
  Loop loop;
  Result result = { 0 };
  g_autoptr (GError) error = NULL;
  FilGate *gate = fil_gate_new (FALSE);
  FilDialer *dialer;
  FilEndpoint at;
  int listening;

  loop_init (&loop);
  dialer = fil_dialer_new (loop.reactor, gate);
  at = loop_listen (&listening);
  g_assert_null (fil_dialer_connect (dialer, &at, FIL_DIAL_PUSH, FIL_GATE_PUSH, 0, on_done, &result, &error));
  g_assert_error (error, FIL_NET_ERROR, FIL_NET_ERROR_REFUSED);
  g_assert_cmpuint (fil_gate_refused (gate, FIL_GATE_PUSH), ==, 1);
  fil_dialer_free (dialer);
  fil_gate_free (gate);
  close (listening);
  loop_clear (&loop);
}

static void
test_interface (void)
{
  Loop loop;
  Result result = { 0 };
  g_autoptr (GError) error = NULL;
  FilGate *gate = fil_gate_new (TRUE);
  FilDialer *dialer;
  FilEndpoint at;
  struct sockaddr_storage from;
  socklen_t len = sizeof from;
  FilEndpoint source;
  int listening, fd;

  loop_init (&loop);
  dialer = fil_dialer_new (loop.reactor, gate);
  at = loop_listen (&listening);

  /* An interface that is not there: no connection, rather than one around it. */
  g_assert_false (fil_dialer_set_interface (dialer, "no-such-if0", &error));
  g_assert_error (error, FIL_NET_ERROR, FIL_NET_ERROR_INTERFACE);
  g_clear_error (&error);
  g_assert_null (fil_dialer_connect (dialer, &at, FIL_DIAL_OVERLAY, FIL_GATE_USER, 0, on_done, &result, &error));
  g_assert_error (error, FIL_NET_ERROR, FIL_NET_ERROR_INTERFACE);
  g_clear_error (&error);

  g_assert_true (fil_dialer_set_interface (dialer, "127.0.0.77", &error));
  g_assert_nonnull (fil_dialer_connect (dialer, &at, FIL_DIAL_OVERLAY, FIL_GATE_USER, 0, on_done, &result, &error));
  loop_until (result.done == 1);
  g_assert_null (result.error);
  fd = accept (listening, (struct sockaddr *) &from, &len);
  g_assert_true (fil_endpoint_from_sockaddr (&source, (struct sockaddr *) &from, len));
  g_assert_cmpuint (source.addr[3], ==, 77);
  close (fd);

  g_assert_true (fil_dialer_set_interface (dialer, "lo", &error));
  g_assert_true (fil_dialer_set_interface (dialer, NULL, &error));
  result_clear (&result);
  fil_dialer_free (dialer);
  fil_gate_free (gate);
  close (listening);
  loop_clear (&loop);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loopback/dialer/connect", test_connect);
  g_test_add_func ("/loopback/dialer/timeout-and-cancel", test_timeout_and_cancel);
  g_test_add_func ("/loopback/dialer/limits", test_limits);
  g_test_add_func ("/loopback/dialer/gate", test_gate);
  g_test_add_func ("/loopback/dialer/interface", test_interface);
  return g_test_run ();
}
