/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "file-source.h"

#include <string.h>

/**
 * fil_file_source_new:
 * @id: unique within the download, not 0
 *
 * Returns: (transfer full):
 */
FilFileSource *
fil_file_source_new (guint32 id,
                     const FilSourceSpec *spec)
{
  FilFileSource *self = g_new0 (FilFileSource, 1);

  self->id = id;
  self->endpoint = spec->endpoint;
  self->guid = spec->guid;
  self->index = spec->index;
  self->name = g_strdup (spec->name);
  self->needs_push = spec->needs_push || !fil_endpoint_is_set (&spec->endpoint);
  self->is_alt = spec->is_alt;
  fil_file_source_learn (self, spec);
  if (spec->is_blamed)
    {
      self->is_blamed = TRUE;
      fil_file_source_bad (self, "corrupt");
    }
  return self;
}

void
fil_file_source_free (FilFileSource *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->push_try, fil_push_try_free);
  g_clear_pointer (&self->available, g_array_unref);
  g_free (self->before);
  g_free (self->name);
  g_free (self->vendor);
  g_free (self);
}

/**
 * fil_file_source_is_same:
 *
 * Returns: whether @spec names the host of @self: by its GUID, or by its endpoint
 */
gboolean
fil_file_source_is_same (const FilFileSource *self,
                         const FilSourceSpec *spec)
{
  if (!fil_guid_is_zero (&self->guid) && fil_guid_equal (&self->guid, &spec->guid))
    return TRUE;
  return !self->needs_push && !spec->needs_push && fil_endpoint_is_set (&self->endpoint) &&
         fil_endpoint_equal (&self->endpoint, &spec->endpoint);
}

static gboolean
has_proxy (const FilFileSource *self,
           const FilEndpoint *proxy)
{
  for (guint i = 0; i < self->n_proxies; i++)
    if (fil_endpoint_equal (&self->proxies[i].endpoint, proxy))
      return TRUE;
  return FALSE;
}

/* The newest before the other ones that strangers named, and behind those that the host named itself; where the
 * list ends the oldest go. Returns whether one is new. */
static gboolean
add_proxies (FilFileSource *self,
             const FilHost *proxies,
             guint n)
{
  guint at = self->n_own_proxies;

  for (guint i = 0; i < n && at < FIL_SOURCE_MAX_PROXIES; i++)
    {
      if (has_proxy (self, &proxies[i].endpoint))
        continue;
      self->n_proxies = MIN (self->n_proxies + 1, FIL_SOURCE_MAX_PROXIES);
      memmove (&self->proxies[at + 1], &self->proxies[at], (self->n_proxies - 1 - at) * sizeof (FilHost));
      self->proxies[at++] = proxies[i];
    }
  return at > self->n_own_proxies;
}

/* The host's own word replaces all others; strangers get the rest of the list. */
static gboolean
set_own_proxies (FilFileSource *self,
                 const FilHost *proxies,
                 guint n)
{
  gboolean is_news = FALSE;

  n = MIN (n, FIL_SOURCE_OWN_PROXIES);
  for (guint i = 0; i < n; i++)
    is_news = is_news || !has_proxy (self, &proxies[i].endpoint);
  memcpy (self->proxies, proxies, n * sizeof (FilHost));
  self->n_proxies = self->n_own_proxies = n;
  return is_news;
}

/**
 * fil_file_source_learn:
 *
 * Takes what @spec knows newly about the same host: push proxies that the host names itself replace all others,
 * those that strangers name stand beside the known ones. A host that needed a PUSH needs none from here on when
 * @spec says so; whether that may be believed is for the caller to say.
 *
 * Returns: whether there is a push proxy that was not known
 */
gboolean
fil_file_source_learn (FilFileSource *self,
                       const FilSourceSpec *spec)
{
  gboolean is_news = FALSE;

  self->is_alt = self->is_alt && spec->is_alt;
  if (fil_guid_is_zero (&self->guid))
    self->guid = spec->guid;
  if (!fil_endpoint_is_set (&self->endpoint) || (self->needs_push && !spec->needs_push))
    self->endpoint = spec->endpoint;
  if (!spec->needs_push && fil_endpoint_is_set (&spec->endpoint))
    self->needs_push = FALSE;
  if (fil_endpoint_is_set (&spec->other) && !fil_endpoint_equal (&spec->other, &self->endpoint) &&
      !fil_endpoint_equal (&spec->other, &self->other))
    {
      self->other = spec->other;
      self->has_other_failed = FALSE;
    }
  if (spec->n_own_proxies > 0)
    is_news = set_own_proxies (self, spec->proxies, spec->n_own_proxies);
  if (spec->n_proxies > spec->n_own_proxies)
    is_news = add_proxies (self, spec->proxies + spec->n_own_proxies, spec->n_proxies - spec->n_own_proxies) || is_news;
  if (spec->punch.can_punch)
    self->punch = spec->punch;
  if (spec->vendor != NULL && self->vendor == NULL)
    self->vendor = g_strdup (spec->vendor);
  self->tls = self->tls || spec->tls;
  return is_news;
}

/**
 * fil_file_source_same_host:
 *
 * Returns: whether both would be the same machine to connect to. Behind a public address sits one
 * host; on a private network or loopback the port tells hosts apart.
 */
gboolean
fil_file_source_same_host (const FilFileSource *a,
                           const FilFileSource *b)
{
  if (!fil_guid_is_zero (&a->guid) && fil_guid_equal (&a->guid, &b->guid))
    return TRUE;
  if (a->needs_push || b->needs_push || !fil_endpoint_is_set (&a->endpoint))
    return FALSE;
  if (fil_endpoint_class (&a->endpoint) != FIL_ADDRESS_PUBLIC)
    return fil_endpoint_equal (&a->endpoint, &b->endpoint);
  return fil_endpoint_same_address (&a->endpoint, &b->endpoint);
}

/**
 * fil_file_source_reach:
 * @own: how others can come to us
 *
 * Returns: how the connection that stands came about, or else how one would
 */
FilSourceReach
fil_file_source_reach (const FilFileSource *self,
                       const FilOwnReach *own)
{
  gboolean direct = !self->needs_push && fil_endpoint_is_set (&self->endpoint);

  if (self->state == FIL_SOURCE_ACTIVE || self->state == FIL_SOURCE_QUEUED)
    return self->came_by;
  if (direct && !self->direct_failed)
    return FIL_SOURCE_DIRECT;
  if (own->is_reachable && !fil_guid_is_zero (&self->guid))
    return FIL_SOURCE_PUSH;
  if (direct)
    return FIL_SOURCE_DIRECT;
  if (!self->is_hopeless && self->n_proxies > 0 && !fil_guid_is_zero (&self->guid) &&
      fil_own_reach_chance (own, &self->punch) != FIL_NAT_CHANCE_NO)
    return FIL_SOURCE_PUNCH;
  return FIL_SOURCE_UNREACHABLE;
}

/**
 * fil_file_source_turn:
 *
 * Nobody could be connected to at its endpoint: the next time it is the other address's turn.
 *
 * Returns: whether that one has not failed, too
 */
gboolean
fil_file_source_turn (FilFileSource *self)
{
  FilEndpoint failed = self->endpoint;

  if (!fil_endpoint_is_set (&self->other))
    return FALSE;
  self->endpoint = self->other;
  self->other = failed;
  self->has_other_failed = !self->has_other_failed;
  return self->has_other_failed;
}

/**
 * fil_file_source_answered:
 *
 * Somebody answers at its endpoint: what failed before says nothing of the next time.
 */
void
fil_file_source_answered (FilFileSource *self)
{
  self->seen_at = self->endpoint;
  self->has_other_failed = FALSE;
}

/**
 * fil_file_source_why:
 *
 * Returns: (transfer none) (nullable): why it cannot be reached and what would help, when
 *   fil_file_source_reach() says so; or why the last try to open a way came to nothing
 */
const char *
fil_file_source_why (const FilFileSource *self,
                     const FilOwnReach *own)
{
  if (fil_file_source_reach (self, own) != FIL_SOURCE_UNREACHABLE)
    return g_strcmp0 (self->reason_code, "no-punch") == 0 ? self->punch_sentence : NULL;
  if (self->is_hopeless)
    return self->punch_sentence;
  return fil_own_reach_why (own, &self->punch, self->n_proxies > 0);
}

/**
 * fil_file_source_next_try:
 *
 * Returns: when it may be connected to again, which is not more often than peers bear
 */
gint64
fil_file_source_next_try (const FilFileSource *self)
{
  gint64 oldest = G_MAXINT64;

  for (guint i = 0; i < FIL_SOURCE_CONNECTS_PER_MINUTE; i++)
    oldest = MIN (oldest, self->connects_us[i]);
  return oldest == 0 ? self->retry_us : MAX (self->retry_us, oldest + FIL_MINUTE);
}

/* By what they answered to a ping: one that answers before one that does not, a free slot before a queue,
 * a part before the whole, which others need more, the near before the far (swarm.md §4). */
static int
compare_pongs (const FilFileSource *a,
               const FilFileSource *b)
{
  if (a->has_pong != b->has_pong)
    return a->has_pong ? -1 : 1;
  if ((a->pong_queue < 0) != (b->pong_queue < 0))
    return a->pong_queue < 0 ? -1 : 1;
  if (a->pong_queue >= 0 && a->pong_queue != b->pong_queue)
    return a->pong_queue < b->pong_queue ? -1 : 1;
  if (a->is_partial != b->is_partial)
    return a->is_partial ? -1 : 1;
  if (a->round_trip_us != b->round_trip_us)
    return a->round_trip_us < b->round_trip_us ? -1 : 1;
  return 0;
}

/**
 * fil_file_source_compare:
 *
 * Returns: less than 0 when @a is to be tried before @b: what worked before what was not tried before
 * what failed, then the fast ones
 */
int
fil_file_source_compare (const FilFileSource *a,
                         const FilFileSource *b)
{
  guint bad_a = a->failures + a->hangups;
  guint bad_b = b->failures + b->hangups;

  if (bad_a != bad_b)
    return bad_a < bad_b ? -1 : 1;
  if ((a->delivered > 0) != (b->delivered > 0))
    return a->delivered > 0 ? -1 : 1;
  if (a->bps != b->bps)
    return a->bps > b->bps ? -1 : 1;
  if (a->has_pong || b->has_pong)
    {
      int order = compare_pongs (a, b);

      if (order != 0)
        return order;
    }
  if (a->needs_push != b->needs_push)
    return a->needs_push ? 1 : -1;
  return a->id < b->id ? -1 : a->id > b->id;
}

/**
 * fil_file_source_connecting:
 *
 * Notes that a connection is being made.
 */
void
fil_file_source_connecting (FilFileSource *self,
                            gint64 now_us)
{
  guint oldest = 0;

  for (guint i = 1; i < FIL_SOURCE_CONNECTS_PER_MINUTE; i++)
    if (self->connects_us[i] < self->connects_us[oldest])
      oldest = i;
  self->connects_us[oldest] = MAX (now_us, 1);
}

/**
 * fil_file_source_set_state:
 *
 * Nothing is tried any more to have it call once it stops PUSHING.
 */
void
fil_file_source_set_state (FilFileSource *self,
                           FilSourceState state)
{
  if (state != FIL_SOURCE_PUSHING)
    g_clear_pointer (&self->push_try, fil_push_try_free);
  self->state = state;
}

/**
 * fil_file_source_called:
 *
 * Somebody calls with GIV in its name, which anybody may do who saw its GUID (push.md §6): what is known of how to
 * get at it is kept.
 */
void
fil_file_source_called (FilFileSource *self)
{
  if (self->before != NULL)
    return;
  self->before = g_new0 (FilSourceWays, 1);
  *self->before = (FilSourceWays){ .endpoint = self->endpoint,
                                   .other = self->other,
                                   .needs_push = self->needs_push,
                                   .n_proxies = self->n_proxies,
                                   .n_own_proxies = self->n_own_proxies };
  memcpy (self->before->proxies, self->proxies, sizeof self->proxies);
}

/**
 * fil_file_source_was_forged:
 *
 * The caller brought nothing, or wrong bytes: what it said of how to get at the host is forgotten.
 */
void
fil_file_source_was_forged (FilFileSource *self)
{
  g_autofree FilSourceWays *before = g_steal_pointer (&self->before);

  if (before == NULL)
    return;
  self->endpoint = before->endpoint;
  self->other = before->other;
  self->needs_push = before->needs_push;
  self->n_proxies = before->n_proxies;
  self->n_own_proxies = before->n_own_proxies;
  memcpy (self->proxies, before->proxies, sizeof self->proxies);
}

/**
 * fil_file_source_forget_proxy:
 *
 * That one does not pass pushes on to it.
 */
void
fil_file_source_forget_proxy (FilFileSource *self,
                              const FilEndpoint *proxy)
{
  guint kept = 0, own = 0;

  for (guint i = 0; i < self->n_proxies; i++)
    if (!fil_endpoint_equal (&self->proxies[i].endpoint, proxy))
      {
        own += i < self->n_own_proxies;
        self->proxies[kept++] = self->proxies[i];
      }
  self->n_proxies = kept;
  self->n_own_proxies = own;
}

/**
 * fil_file_source_wait:
 * @reason_code: static
 *
 * Lets the source rest until @until_us.
 */
void
fil_file_source_wait (FilFileSource *self,
                      gint64 until_us,
                      const char *reason_code)
{
  if (self->state == FIL_SOURCE_BAD)
    return;
  fil_file_source_set_state (self, FIL_SOURCE_IDLE);
  self->retry_us = until_us;
  self->reason_code = reason_code;
}

static gint64
back_off (const gint64 *steps_s,
          guint n,
          guint failures)
{
  return steps_s[CLAMP (failures, 1, n) - 1] * FIL_SEC;
}

/**
 * fil_file_source_failed:
 *
 * A connection could not be made or brought nothing: waits 60, 180, 600, 1800 s, and is given up for
 * a day after five in a row (swarm.md §5). One that nobody but other sources has named rests two
 * hours: it may be somebody whom they want to have called.
 */
void
fil_file_source_failed (FilFileSource *self,
                        const char *reason_code,
                        gint64 now_us)
{
  static const gint64 steps_s[] = { 60, 180, 600, 1800 };
  gint64 wait_us;

  self->failures++;
  wait_us = back_off (steps_s, G_N_ELEMENTS (steps_s), self->failures);
  if (self->is_alt)
    wait_us = FIL_MESH_GONE_US;
  if (self->failures >= FIL_SOURCE_MAX_FAILURES)
    wait_us = FIL_SOURCE_GIVEN_UP_US;
  fil_file_source_wait (self, now_us + wait_us, reason_code);
}

/**
 * fil_file_source_push_failed:
 *
 * Nobody connected back: waits 2, 5, 15, 30 minutes (push.md §5).
 */
void
fil_file_source_push_failed (FilFileSource *self,
                             gint64 now_us)
{
  static const gint64 steps_s[] = { 120, 300, 900, 1800 };
  gint64 wait_us;

  self->failures++;
  wait_us = back_off (steps_s, G_N_ELEMENTS (steps_s), self->failures);
  if (self->failures >= FIL_SOURCE_MAX_FAILURES)
    wait_us = FIL_SOURCE_GIVEN_UP_US;
  fil_file_source_wait (self, now_us + wait_us, "no-push-answer");
}

/**
 * fil_file_source_punch_failed:
 * @is_hopeless: the routers forbid it: it is left alone for ten minutes
 * @sentence: (nullable): why, static
 *
 * No way could be opened: waits 20, 60, 300, 900 s; only 2 s the first times after a way that worked,
 * because a router that was restarted is soon back.
 */
void
fil_file_source_punch_failed (FilFileSource *self,
                              gboolean is_hopeless,
                              const char *sentence,
                              gint64 now_us)
{
  static const gint64 steps_s[] = { 20, 60, 300, 900 };
  gint64 wait_us;

  self->failures++;
  self->is_hopeless = is_hopeless;
  self->punch_sentence = sentence;
  wait_us = back_off (steps_s, G_N_ELEMENTS (steps_s), self->failures);
  if (is_hopeless)
    wait_us = FIL_PUNCH_HOPELESS_US;
  else if (self->delivered > 0 && self->failures <= FIL_PUNCH_QUICK_RETRIES)
    wait_us = FIL_PUNCH_QUICK_RETRY_US;
  else if (self->failures >= 2 * FIL_SOURCE_MAX_FAILURES)
    wait_us = FIL_SOURCE_GIVEN_UP_US;
  fil_file_source_wait (self, now_us + wait_us, is_hopeless ? "unreachable" : "no-punch");
}

/**
 * fil_file_source_bad:
 *
 * The source is not for this file any more.
 */
void
fil_file_source_bad (FilFileSource *self,
                     const char *reason_code)
{
  fil_file_source_set_state (self, FIL_SOURCE_BAD);
  self->reason_code = reason_code;
  fil_source_place_clear (&self->place);
  self->retry_us = FIL_NEVER;
}

/**
 * fil_file_source_revive:
 *
 * A person wants it tried now: all waiting ends, except for a source that sent wrong bytes, and in a queue
 * where whoever comes too soon loses its place.
 */
void
fil_file_source_revive (FilFileSource *self)
{
  if (self->is_blamed || self->state == FIL_SOURCE_ACTIVE || self->state == FIL_SOURCE_QUEUED ||
      self->state == FIL_SOURCE_DIALING || self->state == FIL_SOURCE_PUSHING || self->state == FIL_SOURCE_PUNCHING)
    return;
  self->state = FIL_SOURCE_IDLE;
  self->retry_us = self->place.ask_us;
  self->failures = 0;
  self->hangups = 0;
  self->direct_failed = FALSE;
  self->has_other_failed = FALSE;
  self->is_hopeless = FALSE;
  if (self->place.ask_us == 0)
    self->reason_code = NULL;
}
