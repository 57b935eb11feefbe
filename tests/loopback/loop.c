/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "loop.h"

#include "net-socket.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
init_with (Loop *self,
           FilClock *clock)
{
  /* Most tests wait for something; none may wait for ever. */
  alarm (120);
  self->clock = clock;
  self->reactor = fil_reactor_new (NULL, self->clock);
  self->shaper = fil_shaper_new (fil_reactor_timers (self->reactor));
  self->pumps = fil_pumps_new (self->reactor, self->shaper);
  self->tls = fil_tls_new ();
}

void
loop_init (Loop *self)
{
  init_with (self, fil_clock_new_virtual (1000 * FIL_SEC, 0));
}

/* For what paces itself by the clock. */
void
loop_init_real (Loop *self)
{
  init_with (self, fil_clock_new_real ());
}

void
loop_clear (Loop *self)
{
  fil_pumps_free (self->pumps);
  fil_tls_free (self->tls);
  fil_shaper_free (self->shaper);
  fil_reactor_free (self->reactor);
  fil_clock_free (self->clock);
}

/* Runs what can run without waiting. */
void
loop_settle (Loop *self)
{
  for (guint quiet = 0; quiet < 3;)
    quiet = g_main_context_iteration (NULL, FALSE) ? 0 : quiet + 1;
}

void
loop_advance (Loop *self,
              gint64 by_us)
{
  fil_clock_advance (self->clock, by_us);
  loop_settle (self);
}

/* Two connected TCP sockets, so that resets and buffers behave as on the network. */
void
loop_pair (int fds[2])
{
  int listening;
  FilEndpoint at = loop_listen (&listening);

  fds[0] = loop_connect (&at);
  do
    fds[1] = accept4 (listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  while (fds[1] < 0);
  close (listening);
}

FilEndpoint
loop_listen (int *fd)
{
  FilEndpoint at = fil_endpoint_v4 ((const guint8[]){ 127, 0, 0, 1 }, 0);
  g_autoptr (GError) error = NULL;

  *fd = fil_net_socket (&at, SOCK_STREAM, &error);
  g_assert_no_error (error);
  g_assert_true (fil_net_bind (*fd, &at, &error));
  g_assert_cmpint (listen (*fd, 128), ==, 0);
  return fil_net_local_endpoint (*fd);
}

int
loop_connect (const FilEndpoint *to)
{
  struct sockaddr_storage addr;
  socklen_t len = fil_endpoint_to_sockaddr (to, &addr);
  int fd = fil_net_socket (to, SOCK_STREAM, NULL);

  g_assert_cmpint (fd, >=, 0);
  (void) !connect (fd, (struct sockaddr *) &addr, len);
  return fd;
}

void
loop_write (int fd,
            const char *text)
{
  g_assert_cmpint (send (fd, text, strlen (text), MSG_NOSIGNAL), ==, strlen (text));
}

static gsize
actor_feed (FilSession *session,
            const guint8 *bytes,
            gsize len,
            gint64 now_us)
{
  Actor *self = (Actor *) session;
  gsize n = MIN (len, self->appetite);
  const guint8 *newline = NULL;

  if (self->next_at_newline != NULL && (newline = memchr (bytes, '\n', n)) != NULL)
    n = (gsize) (newline - bytes) + 1;
  self->appetite -= n;
  self->n_heard += n;
  if (self->keeps_heard)
    g_byte_array_append (self->heard, bytes, (guint) n);
  if (self->is_echo)
    g_string_append_len (self->to_say, (const char *) bytes, (gssize) n);
  if (newline != NULL)
    fil_session_hand_over (session, g_steal_pointer (&self->next_at_newline));
  return n;
}

static gboolean
actor_output (FilSession *session,
              FilOutput *out,
              gint64 now_us)
{
  static const guint8 noise[64 * 1024] = { 'x' };
  Actor *self = (Actor *) session;

  if (self->said < self->to_say->len)
    {
      out->bytes = (const guint8 *) self->to_say->str + self->said;
      out->len = self->to_say->len - self->said;
    }
  else if (self->file_left > 0)
    {
      out->fd = self->file;
      out->offset = self->file_offset;
      out->len = self->file_left;
    }
  else if (self->endless > 0)
    {
      out->bytes = noise;
      out->len = MIN (self->endless, sizeof noise);
    }
  else
    return FALSE;
  return TRUE;
}

static void
actor_sent (FilSession *session,
            gsize len,
            gint64 now_us)
{
  Actor *self = (Actor *) session;

  if (self->said < self->to_say->len)
    {
      self->said += len;
      if (self->said == self->to_say->len)
        {
          g_string_truncate (self->to_say, 0);
          self->said = 0;
        }
    }
  else if (self->file_left > 0)
    {
      self->file_offset += (goffset) len;
      self->file_left -= len;
    }
  else
    self->endless -= len;
}

static void
actor_hung_up (FilSession *session,
               const char *error,
               gint64 now_us)
{
  Actor *self = (Actor *) session;

  self->hang_ups++;
  self->hang_up_error = g_strdup (error);
}

static gint64
actor_wake (FilSession *session)
{
  return ((Actor *) session)->wake_us;
}

static void
actor_tick (FilSession *session,
            gint64 now_us)
{
  Actor *self = (Actor *) session;

  self->ticks++;
  self->wake_us = FIL_NEVER;
}

static void
actor_free (FilSession *session)
{
  Actor *self = (Actor *) session;

  if (self->freed != NULL)
    *self->freed = TRUE;
  g_clear_pointer (&self->next_at_newline, fil_session_free);
  g_byte_array_unref (self->heard);
  g_string_free (self->to_say, TRUE);
  g_free (self->hang_up_error);
  g_free (self);
}

static const FilSessionClass actor_class = {
  .name = "actor",
  .feed = actor_feed,
  .output = actor_output,
  .sent = actor_sent,
  .hung_up = actor_hung_up,
  .wake = actor_wake,
  .tick = actor_tick,
  .free = actor_free,
};

Actor *
actor_new (const char *to_say)
{
  Actor *self = g_new0 (Actor, 1);

  fil_session_init (&self->parent, &actor_class);
  self->heard = g_byte_array_new ();
  self->to_say = g_string_new (to_say);
  self->appetite = G_MAXSIZE;
  self->file = -1;
  self->keeps_heard = TRUE;
  self->wake_us = FIL_NEVER;
  return self;
}

void
actor_say (Actor *self,
           const char *text)
{
  g_string_append (self->to_say, text);
  fil_session_changed (&self->parent);
}
