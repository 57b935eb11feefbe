/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punches.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "punch-line-private.h"
#include "punches-private.h"

static void
punch_free (FilPunch *self)
{
  g_array_unref (self->udp);
  g_array_unref (self->tcp);
  g_free (self);
}

/**
 * fil_punches_new:
 * @delegate: copied
 * @random: outlives it
 *
 * Returns: (transfer full):
 */
FilPunches *
fil_punches_new (const FilPunchesDelegate *delegate,
                 gpointer data,
                 FilRandom *random)
{
  FilPunches *self = g_new0 (FilPunches, 1);

  self->delegate = *delegate;
  self->data = data;
  self->random = random;
  self->guard = fil_punch_guard_new ();
  self->punches = g_ptr_array_new_with_free_func ((GDestroyNotify) punch_free);
  self->lines = g_ptr_array_new ();
  self->called = g_hash_table_new_full (fil_endpoint_hash, fil_endpoint_equal, g_free, NULL);
  self->lately = g_array_new (FALSE, FALSE, sizeof (FilPunchCalled));
  self->waiting = g_array_new (FALSE, FALSE, sizeof (FilPunchWaiting));
  return self;
}

/**
 * fil_punches_free:
 *
 * Gives everything up without a word. Sessions of fil_punches_line() stay their driver's to free.
 */
void
fil_punches_free (FilPunches *self)
{
  if (self == NULL)
    return;
  for (guint i = self->lines->len; i > 0; i--)
    _fil_punch_line_orphan (g_ptr_array_index (self->lines, i - 1));
  g_ptr_array_unref (self->lines);
  g_ptr_array_unref (self->punches);
  g_hash_table_unref (self->called);
  g_array_unref (self->lately);
  g_array_unref (self->waiting);
  fil_punch_guard_free (self->guard);
  g_free (self);
}

static void
purge (FilPunches *self)
{
  for (guint i = self->punches->len; i > 0; i--)
    if (((FilPunch *) g_ptr_array_index (self->punches, i - 1))->state == PUNCH_OVER)
      g_ptr_array_remove_index (self->punches, i - 1);
}

/**
 * fil_punches_refused:
 *
 * Returns: how many offers of strangers were refused so far, for whatever reason
 */
guint
fil_punches_refused (const FilPunches *self)
{
  guint n = 0;

  for (guint why = FIL_PUNCH_ADMITTED; why < FIL_PUNCH_VERDICTS; why++)
    n += fil_punch_guard_refused (self->guard, (FilPunchAdmission) why);
  return n;
}

/* (nullable): NULL when there are too many, or no more */
FilPunch *
_fil_punch_new (FilPunches *self,
                gboolean is_asker,
                gint64 now_us)
{
  FilPunch *punch;

  purge (self);
  if (self->is_stopped || self->punches->len >= FIL_PUNCH_ATTEMPTS_MAX)
    return NULL;
  punch = g_new0 (FilPunch, 1);
  punch->punches = self;
  punch->id = ++self->last_id;
  punch->is_asker = is_asker;
  punch->started_us = punch->since_us = now_us;
  punch->next_round_us = now_us;
  punch->choose_us = FIL_NEVER;
  punch->udp = g_array_new (FALSE, FALSE, sizeof (FilPunchTarget));
  punch->tcp = g_array_new (FALSE, FALSE, sizeof (FilPunchTarget));
  fil_token_bucket_init (&punch->answers, FIL_PUNCH_HEARD_PER_SECOND, FIL_PUNCH_HEARD_PER_SECOND, now_us);
  fil_random_bytes (self->random, punch->own_nonce, sizeof punch->own_nonce);
  fil_random_bytes (self->random, punch->secret, sizeof punch->secret);
  _fil_punches_describe (self, &punch->self);
  g_ptr_array_add (self->punches, punch);
  return punch;
}

FilPunch *
_fil_punches_by_nonce (FilPunches *self,
                       const guint8 *nonce)
{
  for (guint i = 0; i < self->punches->len; i++)
    {
      FilPunch *punch = g_ptr_array_index (self->punches, i);

      if (punch->state != PUNCH_OVER && memcmp (punch->own_nonce, nonce, FIL_PUNCH_NONCE_LEN) == 0)
        return punch;
    }
  return NULL;
}

FilPunch *
_fil_punches_by_id (FilPunches *self,
                    guint32 id)
{
  for (guint i = 0; i < self->punches->len; i++)
    {
      FilPunch *punch = g_ptr_array_index (self->punches, i);

      if (punch->state != PUNCH_OVER && punch->id == id)
        return punch;
    }
  return NULL;
}

void
_fil_punch_set_state (FilPunch *self,
                      FilPunchState state,
                      gint64 now_us)
{
  static const char *const names[] = { "signalling", "knocking", "agreeing", "chosen", "lime", "over" };

  g_debug ("[punch %u] %s -> %s", self->id, names[self->state], names[state]);
  self->state = state;
  self->since_us = now_us;
}

void
_fil_punch_step (FilPunch *self,
                 const char *what,
                 const FilEndpoint *peer,
                 const char *detail)
{
  char text[FIL_ENDPOINT_TEXT_LEN];

  g_debug ("[punch %u] %s %s: %s", self->id, what, peer != NULL ? fil_endpoint_to_text (peer, text) : "-",
           detail);
  if (self->punches->delegate.step != NULL)
    self->punches->delegate.step (self->punches->data, &self->guid, what, peer, detail);
}

/* The attempt is done with, and so is what was begun for it; it is freed by the next tick. */
void
_fil_punch_end (FilPunch *self,
                gint64 now_us)
{
  _fil_punches_called_lately (self->punches, self->udp, now_us);
  _fil_punches_called_lately (self->punches, self->tcp, now_us);
  self->punches->delegate.stop (self->punches->data, self->id);
  _fil_punch_set_state (self, PUNCH_OVER, now_us);
}

void
_fil_punch_fail (FilPunch *self,
                 const char *code,
                 const char *sentence,
                 gint64 now_us)
{
  FilGuid guid = self->guid;

  _fil_punch_step (self, "punch-failed", NULL, sentence);
  _fil_punch_end (self, now_us);
  if (self->is_asker)
    self->punches->delegate.failed (self->punches->data, &guid, code, sentence);
}

/* The hit offers LimeWire's way only: it is told to knock, and so do we, at exactly the address of the
 * hit (rudp.md §8). */
static void
begin_lime (FilPunch *self,
            gint64 now_us)
{
  FilPunches *punches = self->punches;
  FilPunchWay way = _fil_punch_way (self, FIL_PUNCH_BY_LIME, &self->wish.endpoint);
  FilPush push = _fil_punch_call (self, &self->wish.guid);

  _fil_punch_set_state (self, PUNCH_LIME, now_us);
  _fil_punch_push (self, &self->wish.guid, self->proxies, self->wish.n_proxies, FALSE);
  for (guint i = 0; i < MIN (self->wish.n_proxies, FIL_PUNCH_PROXIES_AT_ONCE); i++)
    if (punches->delegate.ask_proxy != NULL)
      punches->delegate.ask_proxy (punches->data, &self->proxies[i], &push);
  _fil_punch_step (self, "punch-knock", &self->wish.endpoint, "by UDP, as LimeWire does");
  punches->delegate.stream (punches->data, &way);
}

/* (nullable): our attempt to reach that host */
static FilPunch *
find_asked (const FilPunches *self,
            const FilGuid *guid)
{
  for (guint i = 0; i < self->punches->len; i++)
    {
      FilPunch *punch = g_ptr_array_index (self->punches, i);

      if (punch->is_asker && punch->state != PUNCH_OVER && fil_guid_equal (&punch->guid, guid))
        return punch;
    }
  return NULL;
}

/**
 * fil_punches_ask:
 *
 * Begins to open a way to a host that has what we want. One attempt for a host at a time: asked again,
 * it goes on with the one there is.
 *
 * Returns: the number of the attempt, 0 when there is nobody to ask or nothing to try; then failed() is
 *   not called
 */
guint32
fil_punches_ask (FilPunches *self,
                 const FilPunchWish *wish,
                 gint64 now_us)
{
  FilPunch *punch;

  punch = find_asked (self, &wish->guid);
  if (punch != NULL)
    return punch->id;
  if (wish->n_proxies == 0 || fil_guid_is_zero (&wish->guid) ||
      (!wish->knows_offers && (!fil_endpoint_is_set (&wish->endpoint) ||
                               !self->delegate.may_send (self->data, &wish->endpoint))))
    return 0;
  punch = _fil_punch_new (self, TRUE, now_us);
  if (punch == NULL)
    return 0;
  punch->wish = *wish;
  punch->guid = wish->guid;
  for (guint i = 0; i < wish->n_proxies && punch->wish.n_proxies > 0; i++)
    if (i < PUNCH_PROXIES)
      punch->proxies[i] = wish->proxies[i];
  punch->wish.n_proxies = MIN (wish->n_proxies, PUNCH_PROXIES);
  punch->wish.proxies = punch->proxies;
  if (wish->knows_offers)
    _fil_punch_signal (punch, now_us);
  else
    begin_lime (punch, now_us);
  return punch->state != PUNCH_OVER ? punch->id : 0;
}

/**
 * fil_punches_cancel:
 *
 * Nobody wants anything of that host any more; failed() is not called.
 */
void
fil_punches_cancel (FilPunches *self,
                    const FilGuid *guid,
                    gint64 now_us)
{
  FilPunch *punch = find_asked (self, guid);

  if (punch == NULL)
    return;
  _fil_punch_step (punch, "punch-cancelled", NULL, "nobody waits for it any more");
  _fil_punch_end (punch, now_us);
}

/**
 * fil_punches_stop:
 *
 * Gives up all attempts without a word, and begins no more. Knocks that still come are taken and not answered;
 * all else of RUDP is the streams' that stand.
 */
void
fil_punches_stop (FilPunches *self,
                  gint64 now_us)
{
  self->is_stopped = TRUE;
  for (guint i = 0; i < self->punches->len; i++)
    {
      FilPunch *punch = g_ptr_array_index (self->punches, i);

      if (punch->state != PUNCH_OVER)
        _fil_punch_end (punch, now_us);
    }
}

static void
fail_stream (FilPunch *self,
             const char *error,
             gint64 now_us)
{
  if (self->state == PUNCH_LIME)
    error = _("The other side did not knock, or its router let nobody in.");
  _fil_punch_fail (self, "punch-failed", error, now_us);
}

/**
 * fil_punches_stream_opened:
 * @id: of the way that stream() was told
 * @error: (nullable): why the stream came to nothing, one static sentence; NULL: it stands
 *
 * Either way the attempt is over: a stream that stands shows that the other side knows the way, too.
 */
void
fil_punches_stream_opened (FilPunches *self,
                           guint32 id,
                           const char *error,
                           gint64 now_us)
{
  FilPunch *punch = _fil_punches_by_id (self, id);

  if (punch == NULL)
    return;
  if (error != NULL)
    {
      fail_stream (punch, error, now_us);
      return;
    }
  _fil_punch_step (punch, "punch-stream", fil_endpoint_is_set (&punch->pair) ? &punch->pair : NULL, "the stream stands");
  _fil_punch_end (punch, now_us);
}

/* When an attempt that needs nothing more but its stream has waited long enough for it. */
static gint64
stream_deadline (const FilPunch *self)
{
  return self->since_us + (self->state == PUNCH_LIME ? FIL_PUNCH_LIME_US : FIL_PUNCH_STREAM_US);
}

static void
tick_one (FilPunch *self,
          gint64 now_us)
{
  switch (self->state)
    {
    case PUNCH_SIGNALLING:
      _fil_punch_signal (self, now_us);
      break;
    case PUNCH_KNOCKING:
    case PUNCH_AGREEING:
      _fil_punch_knock (self, now_us);
      break;
    case PUNCH_CHOSEN:
    case PUNCH_LIME:
      if (now_us >= stream_deadline (self))
        fail_stream (self, _("The way through both routers could not be kept open."), now_us);
      break;
    case PUNCH_OVER:
    default:
      break;
    }
}

/**
 * fil_punches_tick:
 *
 * Does what is due.
 */
void
fil_punches_tick (FilPunches *self,
                  gint64 now_us)
{
  for (guint i = 0; i < self->punches->len; i++)
    tick_one (g_ptr_array_index (self->punches, i), now_us);
  _fil_punches_answer_waiting (self, now_us);
  purge (self);
}

/**
 * fil_punches_wake:
 *
 * Returns: when tick() has something to do; to be asked again after every call
 */
gint64
fil_punches_wake (const FilPunches *self)
{
  gint64 wake = self->waiting->len > 0 ? self->next_look_us : FIL_NEVER;

  for (guint i = 0; i < self->punches->len; i++)
    {
      const FilPunch *punch = g_ptr_array_index (self->punches, i);

      switch (punch->state)
        {
        case PUNCH_SIGNALLING:
          wake = MIN (wake, _fil_punch_signal_wake (punch));
          break;
        case PUNCH_KNOCKING:
        case PUNCH_AGREEING:
          wake = MIN (wake, _fil_punch_knock_wake (punch));
          break;
        case PUNCH_CHOSEN:
        case PUNCH_LIME:
          wake = MIN (wake, stream_deadline (punch));
          break;
        case PUNCH_OVER:
        default:
          wake = MIN (wake, punch->since_us);
          break;
        }
    }
  return wake;
}

/**
 * fil_punches_take_datagram:
 *
 * Returns: whether it was a knock, which nobody else can use
 */
gboolean
fil_punches_take_datagram (FilPunches *self,
                           const FilEndpoint *from,
                           FilSlice datagram,
                           gint64 now_us)
{
  FilPunchProbe probe;
  FilPunch *punch;

  if (!fil_punch_probe_decode (&probe, datagram))
    return FALSE;
  punch = _fil_punches_by_nonce (self, probe.to);
  if (punch != NULL)
    _fil_punch_take_probe (punch, &probe, from, now_us);
  return TRUE;
}
