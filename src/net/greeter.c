/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "greeter.h"

#include "net-limits.h"

#define TLS_HANDSHAKE_RECORD 0x16

struct _FilGreeter
{
  FilStream *stream;
  FilTls *tls;
  FilTimer *timer;
  FilGreeterDone done;
  gpointer data;
  gboolean is_tls;
};

static void
finish (FilGreeter *self,
        FilGreeting kind,
        const char *line,
        const char *reason)
{
  fil_timer_clear (self->timer);
  fil_stream_set_ready (self->stream, NULL, NULL);
  self->done (self->data, self, kind, line, reason);
}

static void look (FilGreeter *self);

static void
on_ready (gpointer data,
          FilIo ready)
{
  if (ready & (FIL_IO_READ | FIL_IO_ERROR))
    look (data);
}

static void
judge (FilGreeter *self,
       const guint8 *bytes,
       gsize len)
{
  const guint8 *line;
  gsize line_len;
  FilGreeting kind = fil_greeting_parse (bytes, len, &line, &line_len);

  if (kind == FIL_GREETING_MORE && len >= FIL_GREET_MAX_LINE)
    finish (self, FIL_GREETING_UNKNOWN, NULL, "the first line is too long");
  else if (kind == FIL_GREETING_UNKNOWN)
    finish (self, kind, NULL, "speaks a protocol that we do not know");
  else if (kind != FIL_GREETING_MORE)
    {
      g_autofree char *text = g_strndup ((const char *) line, line_len);

      finish (self, kind, text, NULL);
    }
}

static void
look (FilGreeter *self)
{
  guint8 bytes[FIL_GREET_MAX_LINE];
  gssize n = fil_stream_peek (self->stream, bytes, sizeof bytes);

  if (n > 0 && bytes[0] == TLS_HANDSHAKE_RECORD && !self->is_tls && self->tls != NULL)
    {
      self->is_tls = TRUE;
      self->stream = fil_tls_stream_new (self->tls, self->stream, FIL_TLS_SERVER, NULL, 0);
      fil_stream_set_ready (self->stream, on_ready, self);
      n = fil_stream_peek (self->stream, bytes, sizeof bytes);
    }
  if (n > 0)
    judge (self, bytes, (gsize) n);
  else if (n == 0)
    finish (self, FIL_GREETING_UNKNOWN, NULL, "closed without a word");
  else if (n != FIL_STREAM_AGAIN)
    finish (self, FIL_GREETING_UNKNOWN, NULL, fil_stream_error (self->stream));
}

static void
on_deadline (gpointer data,
             gint64 now_us)
{
  finish (data, FIL_GREETING_UNKNOWN, NULL, "did not say what it wants in time");
}

/**
 * fil_greeter_new:
 * @stream: (transfer full): just connected
 * @tls: (nullable): for those who begin with a TLS handshake; outlives the greeter
 * @done: called from the main loop, never from inside this call
 *
 * Returns: (transfer full): the greeter
 */
FilGreeter *
fil_greeter_new (FilStream *stream,
                 FilTls *tls,
                 FilTimerQueue *timers,
                 gint64 deadline_us,
                 FilGreeterDone done,
                 gpointer data)
{
  FilGreeter *self = g_new0 (FilGreeter, 1);

  self->stream = stream;
  self->tls = tls;
  self->done = done;
  self->data = data;
  self->timer = fil_timer_new (timers, on_deadline, self);
  fil_timer_set (self->timer, deadline_us);
  fil_stream_set_ready (stream, on_ready, self);
  return self;
}

/**
 * fil_greeter_free:
 *
 * Closes the stream too, unless it was stolen.
 */
void
fil_greeter_free (FilGreeter *self)
{
  if (self == NULL)
    return;
  fil_timer_free (self->timer);
  fil_stream_free (self->stream);
  g_free (self);
}

gboolean
fil_greeter_is_tls (const FilGreeter *self)
{
  return self->is_tls;
}

/**
 * fil_greeter_steal_stream:
 *
 * Returns: (transfer full): the stream, none of its bytes taken
 */
FilStream *
fil_greeter_steal_stream (FilGreeter *self)
{
  return g_steal_pointer (&self->stream);
}
