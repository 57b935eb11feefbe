/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "web-cache.h"

#include "net-limits.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <string.h>

#define READ_PIECE (16 * 1024)
#define QUERY_2 "get=1&net=gnutella&client=FLBT&version=" FIL_VERSION
#define QUERY_1 "hostfile=1&client=FLBT&version=" FIL_VERSION

/* One question to one cache: one or two HTTP requests. It outlives its FilWebCache when that gives it up,
 * until the HTTP library has let go. */
typedef struct
{
  FilWebCache *owner; /* NULL: given up */
  char *url;
  gboolean is_plain_list;
  gboolean is_second; /* asking by specification 1 now */
  FilWebCacheFunc func;
  gpointer data;
  GCancellable *cancellable;
  SoupMessage *message;
  GByteArray *body;
} Question;

struct _FilWebCache
{
  FilReactor *reactor;
  char *user_agent;
  SoupSession *session; /* made on first use */
  FilTimer *timer;
  Question *question;   /* being asked now */
};

static void send_question (Question *question);

static void
question_free (Question *question)
{
  g_free (question->url);
  g_clear_object (&question->cancellable);
  g_clear_object (&question->message);
  g_clear_pointer (&question->body, g_byte_array_unref);
  g_free (question);
}

static void
finish (Question *question,
        const FilWebCacheAnswer *answer,
        const char *error)
{
  FilWebCache *self = question->owner;

  if (self != NULL)
    {
      self->question = NULL;
      fil_timer_clear (self->timer);
      question->func (question->data, answer, error);
    }
  question_free (question);
}

static void
judge (Question *question)
{
  g_autoptr (FilWebCacheAnswer) answer =
      fil_web_cache_answer_parse ((const char *) question->body->data, question->body->len);

  /* An old cache says ERROR, or nothing, to a question of specification 2. */
  if (!question->is_plain_list && !question->is_second &&
      (answer->verdict == FIL_WEB_CACHE_ERROR || answer->verdict == FIL_WEB_CACHE_EMPTY))
    {
      question->is_second = TRUE;
      send_question (question);
      return;
    }
  if (answer->verdict == FIL_WEB_CACHE_DEAD)
    finish (question, NULL, _("It does not answer like a web cache"));
  else if (answer->verdict == FIL_WEB_CACHE_ERROR)
    finish (question, NULL, _("The web cache reports an error"));
  else
    finish (question, answer, NULL);
}

static void
on_read (GObject *source,
         GAsyncResult *result,
         gpointer data)
{
  Question *question = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  gsize len = bytes != NULL ? g_bytes_get_size (bytes) : 0;

  if (bytes == NULL)
    finish (question, NULL, error->message);
  else if (question->owner == NULL)
    finish (question, NULL, NULL);
  else if (len == 0)
    judge (question);
  else if (question->body->len + len > FIL_WEB_CACHE_MAX_BYTES)
    finish (question, NULL, _("Its answer is too long for a web cache"));
  else
    {
      g_byte_array_append (question->body, g_bytes_get_data (bytes, NULL), (guint) len);
      g_input_stream_read_bytes_async (G_INPUT_STREAM (source), READ_PIECE, G_PRIORITY_DEFAULT,
                                       question->cancellable, on_read, question);
    }
}

static void
on_sent (GObject *source,
         GAsyncResult *result,
         gpointer data)
{
  Question *question = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  guint status = soup_message_get_status (question->message);

  if (stream == NULL)
    finish (question, NULL, error->message);
  else if (question->owner == NULL)
    finish (question, NULL, NULL);
  else if (!SOUP_STATUS_IS_SUCCESSFUL (status))
    {
      g_autofree char *text = g_strdup_printf (_("The web cache answers %u"), status);

      finish (question, NULL, text);
    }
  else
    g_input_stream_read_bytes_async (stream, READ_PIECE, G_PRIORITY_DEFAULT, question->cancellable, on_read,
                                     question);
}

static char *
url_to_ask (const Question *question)
{
  const char *query = question->is_second ? QUERY_1 : QUERY_2;

  if (question->is_plain_list)
    return g_strdup (question->url);
  return g_strconcat (question->url, strchr (question->url, '?') != NULL ? "&" : "?", query, NULL);
}

static void
send_question (Question *question)
{
  FilWebCache *self = question->owner;
  g_autofree char *url = url_to_ask (question);

  g_clear_object (&question->message);
  g_clear_pointer (&question->body, g_byte_array_unref);
  question->body = g_byte_array_new ();
  question->message = soup_message_new (SOUP_METHOD_GET, url);
  soup_session_send_async (self->session, question->message, G_PRIORITY_DEFAULT, question->cancellable, on_sent,
                           question);
}

static void
give_up (FilWebCache *self)
{
  Question *question = g_steal_pointer (&self->question);

  fil_timer_clear (self->timer);
  question->owner = NULL;
  g_cancellable_cancel (question->cancellable);
}

static void
on_timeout (gpointer data,
            gint64 now_us)
{
  FilWebCache *self = data;
  FilWebCacheFunc func = self->question->func;
  gpointer func_data = self->question->data;

  give_up (self);
  func (func_data, NULL, _("The web cache does not answer"));
}

/**
 * fil_web_cache_new:
 * @user_agent: as sent to the caches
 *
 * Returns: (transfer full): a client of web caches that has not loaded anything yet
 */
FilWebCache *
fil_web_cache_new (FilReactor *reactor,
                   const char *user_agent)
{
  FilWebCache *self = g_new0 (FilWebCache, 1);

  self->reactor = reactor;
  self->user_agent = g_strdup (user_agent);
  self->timer = fil_timer_new (fil_reactor_timers (reactor), on_timeout, self);
  return self;
}

/**
 * fil_web_cache_free:
 *
 * Gives up what is being asked; nothing is called.
 */
void
fil_web_cache_free (FilWebCache *self)
{
  fil_web_cache_cancel (self);
  if (self->session != NULL)
    soup_session_abort (self->session);
  g_clear_object (&self->session);
  fil_timer_free (self->timer);
  g_free (self->user_agent);
  g_free (self);
}

/**
 * fil_web_cache_ask:
 * @url: http or https
 * @is_plain_list: whether it is a file with a host per line, not a program to be asked
 * @func: called from the main loop within 20 s, never from inside this call
 *
 * Asks for hosts, by specification 2 first and by 1 when that brings nothing (overlay/bootstrap §3).
 *
 * Returns: whether it was asked; not, when another one is being asked or @url is none
 */
gboolean
fil_web_cache_ask (FilWebCache *self,
                   const char *url,
                   gboolean is_plain_list,
                   FilWebCacheFunc func,
                   gpointer data)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  Question *question;

  if (self->question != NULL || uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      (!g_str_equal (g_uri_get_scheme (uri), "http") && !g_str_equal (g_uri_get_scheme (uri), "https")))
    return FALSE;
  if (self->session == NULL)
    self->session = soup_session_new_with_options ("user-agent", self->user_agent, "max-conns", 2, "timeout", 20, NULL);

  question = g_new0 (Question, 1);
  question->owner = self;
  question->url = g_strdup (url);
  question->is_plain_list = is_plain_list;
  question->func = func;
  question->data = data;
  question->cancellable = g_cancellable_new ();
  self->question = question;
  fil_timer_set (self->timer, fil_reactor_now (self->reactor) + FIL_WEB_CACHE_TIMEOUT_US);
  send_question (question);
  return TRUE;
}

/**
 * fil_web_cache_cancel:
 *
 * Gives up what is being asked; its callback is not called.
 */
void
fil_web_cache_cancel (FilWebCache *self)
{
  if (self->question != NULL)
    give_up (self);
}

gboolean
fil_web_cache_is_busy (const FilWebCache *self)
{
  return self->question != NULL;
}
