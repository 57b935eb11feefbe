/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "session.h"

#include <string.h>

/* Says back what it hears. */
typedef struct
{
  FilSession parent;
  GString *pending;
  char *hung_up;
  guint n_hung_up;
  guint *n_freed;
} Echo;

static gsize
echo_feed (FilSession *session,
           const guint8 *bytes,
           gsize len,
           gint64 now_us)
{
  Echo *self = (Echo *) session;

  g_string_append_len (self->pending, (const char *) bytes, (gssize) len);
  return len;
}

static gboolean
echo_output (FilSession *session,
             FilOutput *out,
             gint64 now_us)
{
  Echo *self = (Echo *) session;

  out->bytes = (const guint8 *) self->pending->str;
  out->len = self->pending->len;
  return out->len > 0;
}

static void
echo_sent (FilSession *session,
           gsize len,
           gint64 now_us)
{
  g_string_erase (((Echo *) session)->pending, 0, (gssize) len);
}

static void
echo_hung_up (FilSession *session,
              const char *error,
              gint64 now_us)
{
  Echo *self = (Echo *) session;

  self->n_hung_up++;
  self->hung_up = g_strdup (error != NULL ? error : "end");
}

static void
echo_free (FilSession *session)
{
  Echo *self = (Echo *) session;

  if (self->n_freed != NULL)
    (*self->n_freed)++;
  g_string_free (self->pending, TRUE);
  g_free (self->hung_up);
  g_free (self);
}

static const FilSessionClass echo_class = {
  .name = "echo",
  .feed = echo_feed,
  .output = echo_output,
  .sent = echo_sent,
  .hung_up = echo_hung_up,
  .free = echo_free,
};

/* The least that a session may have. */
static const FilSessionClass mute_class = {
  .name = "mute",
  .feed = echo_feed,
  .output = echo_output,
  .sent = echo_sent,
  .free = echo_free,
};

static FilSession *
echo_new (const FilSessionClass *klass,
          guint *n_freed)
{
  Echo *self = g_new0 (Echo, 1);

  fil_session_init (&self->parent, klass);
  self->pending = g_string_new (NULL);
  self->n_freed = n_freed;
  return &self->parent;
}

static void
count (FilSession *session,
       gpointer data)
{
  (*(guint *) data)++;
}

static void
test_talk (void)
{
  g_autoptr(FilSession) session = echo_new (&echo_class, NULL);
  FilOutput out;

  g_assert_false (fil_session_output (session, &out, 0));
  g_assert_cmpint (out.fd, ==, -1);
  g_assert_cmpuint (fil_session_feed (session, (const guint8 *) "hello", 5, 0), ==, 5);
  g_assert_true (fil_session_output (session, &out, 0));
  g_assert_cmpmem (out.bytes, out.len, "hello", 5);
  fil_session_sent (session, 3, 0);
  g_assert_true (fil_session_output (session, &out, 0));
  g_assert_cmpmem (out.bytes, out.len, "lo", 2);
  /* Without the optional calls nothing is due and nothing happens. */
  g_assert_cmpint (fil_session_wake (session), ==, FIL_NEVER);
  fil_session_tick (session, 0);
  fil_session_set_held (session, TRUE, 0);
  g_assert_cmpint (session->held_since_us, ==, 0);
  fil_session_set_held (session, FALSE, 0);
  g_assert_cmpint (session->held_since_us, ==, FIL_NEVER);
}

static void
test_close (void)
{
  guint n_changed = 0, n_freed = 0;
  FilSession *session = echo_new (&echo_class, &n_freed);
  FilOutput out;

  fil_session_changed (session);
  session->changed = count;
  session->driver_data = &n_changed;
  fil_session_feed (session, (const guint8 *) "x", 1, 0);
  fil_session_close (session, "because of %d", 7);
  g_assert_true (session->is_closed);
  g_assert_false (session->abort);
  g_assert_cmpstr (session->close_reason, ==, "because of 7");
  g_assert_cmpuint (n_changed, ==, 1);
  g_assert_true (fil_session_output (session, &out, 0));

  /* The first reason stays. */
  fil_session_close (session, "again");
  g_assert_cmpuint (n_changed, ==, 1);
  /* The driver is told that it need not send the rest. */
  fil_session_abort (session, "at once");
  g_assert_true (session->abort);
  g_assert_cmpuint (n_changed, ==, 2);
  fil_session_abort (session, "at once");
  g_assert_cmpuint (n_changed, ==, 2);
  g_assert_cmpstr (session->close_reason, ==, "because of 7");
  fil_session_hung_up (session, NULL, 0);
  g_assert_cmpuint (((Echo *) session)->n_hung_up, ==, 0);
  fil_session_free (session);
  g_assert_cmpuint (n_freed, ==, 1);
  fil_session_free (NULL);
}

static void
test_hung_up (void)
{
  g_autoptr(FilSession) orderly = echo_new (&echo_class, NULL);
  g_autoptr(FilSession) broken = echo_new (&echo_class, NULL);
  g_autoptr(FilSession) mute = echo_new (&mute_class, NULL);

  fil_session_hung_up (orderly, NULL, 0);
  fil_session_hung_up (orderly, "again", 0);
  g_assert_cmpuint (((Echo *) orderly)->n_hung_up, ==, 1);
  g_assert_cmpstr (((Echo *) orderly)->hung_up, ==, "end");
  g_assert_true (orderly->is_closed && orderly->abort);

  fil_session_hung_up (broken, "reset 100%", 0);
  g_assert_cmpstr (((Echo *) broken)->hung_up, ==, "reset 100%");
  g_assert_cmpstr (broken->close_reason, ==, "reset 100%");

  fil_session_hung_up (mute, NULL, 0);
  g_assert_true (mute->is_closed);
}

static void
test_hand_over (void)
{
  guint n_changed = 0, n_freed = 0;
  FilSession *session = echo_new (&echo_class, &n_freed);
  FilSession *next = echo_new (&echo_class, &n_freed);

  session->changed = count;
  session->driver_data = &n_changed;
  fil_session_hand_over (session, next);
  g_assert_true (session->next == next);
  g_assert_cmpuint (n_changed, ==, 1);
  fil_session_free (session);
  g_assert_cmpuint (n_freed, ==, 2);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/session/talk", test_talk);
  g_test_add_func ("/base/session/close", test_close);
  g_test_add_func ("/base/session/hung-up", test_hung_up);
  g_test_add_func ("/base/session/hand-over", test_hand_over);
  return g_test_run ();
}
