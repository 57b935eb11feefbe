/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "push-try.h"

#include "proxy-ask.h"
#include "transfer-limits.h"

typedef struct
{
  FilPushTry *owner;
  FilHost host;
  FilSession *ask;  /* the driver's; NULL: not being asked */
  gint64 until_us;  /* for the answer */
  gboolean was_asked;
} Proxy;

struct _FilPushTry
{
  FilPushTryDelegate delegate;
  gpointer data;
  FilPush push;
  FilGuid muid;
  FilEndpoint host;
  char *user_agent;
  gint64 began_us;
  guint udp_rounds;
  gboolean was_sent;    /* by any way */
  gboolean is_accepted; /* a proxy passed it on over the servent's own connection */
  guint n_asking;
  guint n_proxies;
  Proxy proxies[FIL_SOURCE_MAX_PROXIES];
};

/**
 * fil_push_try_new:
 * @delegate: copied
 *
 * Returns: (transfer full): a try; nothing goes out before the first fil_push_try_tick()
 */
FilPushTry *
fil_push_try_new (const FilPushTarget *target,
                  const FilPushTryDelegate *delegate,
                  gpointer data,
                  gint64 now_us)
{
  FilPushTry *self = g_new0 (FilPushTry, 1);

  self->delegate = *delegate;
  self->data = data;
  self->push = target->push;
  self->muid = target->muid;
  self->host = target->host;
  self->user_agent = g_strdup (target->user_agent);
  self->began_us = now_us;
  self->n_proxies = MIN (target->n_proxies, FIL_SOURCE_MAX_PROXIES);
  for (guint i = 0; i < self->n_proxies; i++)
    self->proxies[i] = (Proxy){ .owner = self, .host = target->proxies[i] };
  return self;
}

/**
 * fil_push_try_free:
 *
 * Ends what is under way: the servent has connected, or nobody waits for it any more.
 */
void
fil_push_try_free (FilPushTry *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_proxies; i++)
    if (self->proxies[i].ask != NULL)
      fil_proxy_ask_disown (self->proxies[i].ask);
  self->delegate.gone (self->data, self);
  g_free (self->user_agent);
  g_free (self);
}

static void
step (FilPushTry *self,
      const char *what,
      const FilEndpoint *peer,
      const char *detail)
{
  self->delegate.step (self->data, &self->push.target, what, peer, detail);
}

static void
send_udp (FilPushTry *self)
{
  if (fil_endpoint_is_set (&self->host) &&
      self->delegate.send (self->data, &self->push, &self->muid, FIL_PUSH_WAY_HOST, &self->host))
    {
      self->was_sent = TRUE;
      step (self, "push-sent", &self->host, "by UDP to the servent itself");
    }
  for (guint i = 0; i < MIN (self->n_proxies, FIL_PUSH_UDP_PROXIES); i++)
    {
      const FilEndpoint *to = &self->proxies[i].host.endpoint;

      if (!self->delegate.send (self->data, &self->push, &self->muid, FIL_PUSH_WAY_PROXY, to))
        continue;
      self->was_sent = TRUE;
      step (self, "push-sent", to, "by UDP to a push proxy");
    }
}

/* What the status means for this proxy (push.md §2). */
static const char *
judge (FilPushTry *self,
       const FilEndpoint *proxy,
       guint status)
{
  switch (status)
    {
    case 202:
      self->is_accepted = TRUE;
      self->was_sent = TRUE;
      self->delegate.answered (self->data, proxy);
      return "202: passed on over the servent's own connection";
    case 203:
      /* Perhaps: the others are asked all the same. */
      self->was_sent = TRUE;
      self->delegate.answered (self->data, proxy);
      return "203: passed on along the way of its hits";
    case 410:
      self->delegate.answered (self->data, proxy);
      self->delegate.forget (self->data, &self->push.target, proxy);
      return "410: the servent is not connected there";
    case 0:
      self->delegate.forget (self->data, &self->push.target, proxy);
      return "no answer";
    default:
      self->delegate.forget (self->data, &self->push.target, proxy);
      return status == 400 ? "400: did not understand" : "refused";
    }
}

static void
asked (gpointer data,
       FilSession *session,
       guint status,
       gint64 now_us)
{
  Proxy *proxy = data;
  FilPushTry *self = proxy->owner;

  proxy->ask = NULL;
  self->n_asking--;
  step (self, "push-proxy-answered", &proxy->host.endpoint, judge (self, &proxy->host.endpoint, status));
  self->delegate.changed (self->data);
}

static void
ask (FilPushTry *self,
     Proxy *proxy,
     gint64 now_us)
{
  proxy->was_asked = TRUE;
  proxy->until_us = now_us + FIL_PUSH_PROXY_US;
  proxy->ask = fil_proxy_ask_new (&self->push, &proxy->host.endpoint, self->user_agent, asked, proxy, now_us);
  self->n_asking++;
  step (self, "push-sent", &proxy->host.endpoint, "by HTTP to a push proxy");
  /* May fail at once: then asked() is called before this returns. */
  self->delegate.dial (self->data, &proxy->host.endpoint, proxy->host.tls, proxy->ask);
}

static gint64
tick_http (FilPushTry *self,
           gint64 now_us)
{
  gint64 wake = FIL_NEVER;

  for (guint i = 0; i < self->n_proxies; i++)
    {
      Proxy *proxy = &self->proxies[i];

      if (proxy->ask != NULL && now_us >= proxy->until_us)
        fil_session_hung_up (proxy->ask, "the push proxy does not answer", now_us);
      if (!proxy->was_asked && !self->is_accepted && self->n_asking < FIL_PUSH_HTTP_AT_ONCE)
        ask (self, proxy, now_us);
      if (proxy->ask != NULL)
        wake = MIN (wake, proxy->until_us);
    }
  return wake;
}

static gboolean
has_more_proxies (const FilPushTry *self)
{
  for (guint i = 0; i < self->n_proxies; i++)
    if (!self->proxies[i].was_asked || self->proxies[i].ask != NULL)
      return TRUE;
  return FALSE;
}

/**
 * fil_push_try_tick:
 *
 * Does what is due.
 *
 * Returns: when it wants to be called again
 */
gint64
fil_push_try_tick (FilPushTry *self,
                   gint64 now_us)
{
  gint64 end_us = self->began_us + FIL_PUSH_GIVE_UP_US;

  if (self->udp_rounds == 0)
    {
      send_udp (self);
      self->was_sent = self->delegate.send (self->data, &self->push, &self->muid, FIL_PUSH_WAY_ROUTE, NULL) ||
                       self->was_sent;
      self->udp_rounds = 1;
    }
  if (self->udp_rounds == 1 && now_us >= self->began_us + FIL_PUSH_SECOND_UDP_US)
    {
      send_udp (self);
      self->udp_rounds = 2;
    }
  if (now_us >= self->began_us + FIL_PUSH_TCP_US)
    return MIN (tick_http (self, now_us), end_us);
  return self->began_us + (self->udp_rounds == 1 ? FIL_PUSH_SECOND_UDP_US : FIL_PUSH_TCP_US);
}

/**
 * fil_push_try_is_over:
 *
 * Returns: whether it is time to give up, or nobody is left who could pass the push on
 */
gboolean
fil_push_try_is_over (const FilPushTry *self,
                      gint64 now_us)
{
  if (now_us >= self->began_us + FIL_PUSH_GIVE_UP_US)
    return TRUE;
  return self->udp_rounds > 0 && !self->was_sent && !has_more_proxies (self);
}

/* Whether there was any way to ask the servent. */
gboolean
fil_push_try_was_sent (const FilPushTry *self)
{
  return self->was_sent;
}

const FilGuid *
fil_push_try_servent (const FilPushTry *self)
{
  return &self->push.target;
}
