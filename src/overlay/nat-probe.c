/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nat-probe.h"

#include "clock.h"

#include <string.h>

/* Those who were asked, and one more. */
G_STATIC_ASSERT (FIL_NAT_TARGETS < FIL_NAT_VOICES_MAX);

#define ANSWER_TIME (5 * FIL_SEC)
#define REPEAT_TIME (1500 * FIL_MSEC)
/* gtk-gnutella 1.2.3 answers one UDP ping of an address in 60 s (signalling.md §4). */
#define AGAIN (65 * FIL_SEC)
#define AGAIN_MAX (10 * FIL_MINUTE)
#define NOBODY_AGAIN (5 * FIL_SEC)
#define MEASURE_EVERY (30 * FIL_MINUTE)
/* A host that keeps saying that we are elsewhere costs others no more pings than that. */
#define DOUBT_AGAIN FIL_MINUTE
/* NATs forget a mapping after 30 to 180 s (f2f.md §2). */
#define KEEP_EVERY (20 * FIL_SEC)

/**
 * fil_nat_probe_init:
 *
 * Knows nothing, and wants a round at once.
 */
void
fil_nat_probe_init (FilNatProbe *self)
{
  *self = (FilNatProbe){ .begun_us = FIL_NEVER, .kept_us = FIL_NEVER, .starved_us = FIL_NEVER, .doubted_us = FIL_NEVER };
}

/**
 * fil_nat_probe_restart:
 *
 * Another network: forgets everything but our own address and measures anew.
 */
void
fil_nat_probe_restart (FilNatProbe *self,
                       gint64 now_us)
{
  FilEndpoint local = self->local;

  fil_nat_probe_init (self);
  self->local = local;
  self->next_us = now_us;
}

/**
 * fil_nat_probe_forget:
 *
 * Our router has another address now: what was known of its ports is of the past. A round that is under way goes
 * on, since its answers are what told; else one is due at once.
 */
void
fil_nat_probe_forget (FilNatProbe *self,
                      gint64 now_us)
{
  FilNatProbe before = *self;

  fil_nat_probe_restart (self, now_us);
  self->is_doubted = TRUE;
  self->doubted_us = now_us;
  if (before.begun_us == FIL_NEVER)
    return;
  memcpy (self->voices, before.voices, sizeof self->voices);
  self->n = before.n;
  self->begun_us = before.begun_us;
  self->has_repeated = before.has_repeated;
  self->last_us = before.last_us;
}

/**
 * fil_nat_probe_doubt:
 *
 * Something shows that our router may have another address now, or has forgotten us. Others are asked at once,
 * those that were asked a moment ago among them: they answer once a minute for each address of ours.
 *
 * Returns: whether a round is due now
 */
gboolean
fil_nat_probe_doubt (FilNatProbe *self,
                     gint64 now_us)
{
  if (self->doubted_us != FIL_NEVER && now_us - self->doubted_us < DOUBT_AGAIN)
    return FALSE;
  self->is_doubted = TRUE;
  self->doubted_us = now_us;
  self->next_us = MIN (self->next_us, now_us);
  return self->begun_us == FIL_NEVER;
}

/**
 * fil_nat_probe_put_off:
 *
 * Has the next round wait.
 */
void
fil_nat_probe_put_off (FilNatProbe *self,
                       gint64 until_us)
{
  self->next_us = MAX (self->next_us, until_us);
}

gboolean
fil_nat_probe_is_due (const FilNatProbe *self,
                      gint64 now_us)
{
  return self->begun_us == FIL_NEVER && now_us >= self->next_us;
}

/**
 * fil_nat_probe_begin:
 *
 * Begins a round; fil_nat_probe_ask() names who is pinged in it, in the order of the pings.
 */
void
fil_nat_probe_begin (FilNatProbe *self,
                     gint64 now_us)
{
  self->n = 0;
  self->begun_us = self->last_us = now_us;
  self->has_repeated = FALSE;
  self->starved_us = FIL_NEVER;
}

/**
 * fil_nat_probe_ask:
 * @since_us: when it was first sent anything, if its mapping may be older than this round
 */
void
fil_nat_probe_ask (FilNatProbe *self,
                   const FilEndpoint *peer,
                   gint64 since_us)
{
  g_return_if_fail (self->n < FIL_NAT_TARGETS);

  self->voices[self->n++] = (FilNatVoice){ .peer = *peer, .since_us = since_us };
}

/**
 * fil_nat_probe_repeat:
 *
 * A ping may be lost, and whoever has not seen it answers the next one.
 *
 * Returns: whether those of the voices who have not answered are to be pinged once more
 */
gboolean
fil_nat_probe_repeat (FilNatProbe *self,
                      gint64 now_us)
{
  if (self->begun_us == FIL_NEVER || self->has_repeated || now_us - self->begun_us < REPEAT_TIME)
    return FALSE;
  self->has_repeated = TRUE;
  return TRUE;
}

/**
 * fil_nat_probe_none_to_ask:
 *
 * Tells that a round was due but too few hosts are known: another try follows soon.
 */
void
fil_nat_probe_none_to_ask (FilNatProbe *self,
                           gint64 now_us)
{
  self->next_us = now_us + NOBODY_AGAIN;
  if (self->starved_us == FIL_NEVER)
    self->starved_us = now_us;
}

static gboolean
keeps_port (const FilNatProbe *self)
{
  for (guint i = 0; i < self->n; i++)
    if (fil_endpoint_is_set (&self->voices[i].seen) && self->voices[i].seen.port != self->local.port)
      return FALSE;
  return TRUE;
}

static guint
count_heard (const FilNatProbe *self)
{
  guint n = 0;

  for (guint i = 0; i < self->n; i++)
    n += fil_endpoint_is_set (&self->voices[i].seen);
  return n;
}

/* Neighbours show only what becomes of ports: one of them could name any address, so that is the one on which
 * several agree. */
static void
place_tcp (FilNatProbe *self)
{
  const FilEndpoint *outside = fil_endpoint_is_set (&self->external) ? &self->external : &self->nat.udp;
  guint kept = 0;

  for (guint i = 0; i < self->n_told; i++)
    kept += self->told[i].seen.port == self->told[i].inside;
  self->nat.tcp = (FilEndpoint){ 0 };
  if (kept > 0 && kept == self->n_told && fil_endpoint_is_set (outside))
    {
      self->nat.tcp = *outside;
      self->nat.tcp.port = self->local.port;
    }
  /* One voice is enough to try that port, two to call it a habit. */
  self->nat.tcp_mapping = kept == self->n_told && kept > 1 ? FIL_NAT_MAPPING_INDEPENDENT : FIL_NAT_MAPPING_UNKNOWN;
}

/* Draws the conclusion of a round. Returns whether it is news. */
static gboolean
conclude (FilNatProbe *self,
          gint64 now_us)
{
  FilNat before = self->nat;
  FilEndpoint outside = { 0 };
  gint16 delta = 0;
  FilNatMapping mapping = fil_nat_voices_judge (self->voices, self->n, &outside, &delta);

  self->begun_us = FIL_NEVER;
  self->is_doubted = FALSE;
  if (mapping == FIL_NAT_MAPPING_UNKNOWN)
    {
      self->failed++;
      /* Others may be alive; but those who contradict each other are asked again. */
      if (count_heard (self) < FIL_NAT_VOICES)
        self->next_us = now_us + NOBODY_AGAIN;
      else
        self->next_us = now_us + MIN (AGAIN * (gint64) self->failed, AGAIN_MAX);
      return FALSE;
    }
  self->failed = 0;
  self->next_us = now_us + MEASURE_EVERY;
  if (mapping == FIL_NAT_MAPPING_INDEPENDENT && fil_endpoint_equal (&outside, &self->local))
    mapping = FIL_NAT_MAPPING_NONE;
  self->nat.mapping = mapping;
  self->nat.delta = delta;
  self->nat.keeps_port = keeps_port (self);
  self->nat.udp = outside;
  self->nat.udp_us = now_us;
  place_tcp (self);
  return mapping != before.mapping || delta != before.delta || self->nat.keeps_port != before.keeps_port ||
         (fil_nat_is_fixed (mapping) && !fil_endpoint_equal (&outside, &before.udp));
}

/* Whether the port that one more host sees follows those that others saw last: of the newest voices of different
 * persons each is a small step on from the one before. It becomes one of them then, so that none can lead us away
 * step by step. */
static gboolean
continues (FilNatProbe *self,
           const FilEndpoint *peer,
           const FilEndpoint *seen,
           gint64 now_us)
{
  FilNatVoice next = { .peer = *peer, .seen = *seen, .since_us = now_us };
  FilNatVoice known[FIL_NAT_VOICES_MAX], sorted[FIL_NAT_VOICES_MAX];
  guint n_known = 0, n;
  gint16 step;

  for (guint i = 0; i < self->n; i++)
    if (!fil_endpoint_maybe_one_person (&self->voices[i].peer, peer))
      known[n_known++] = self->voices[i];
  known[n_known++] = next;
  n = fil_nat_voices_collect (known, n_known, sorted);
  if (n < FIL_NAT_VOICES || !fil_endpoint_equal (&sorted[n - 1].peer, peer))
    return FALSE;
  step = fil_nat_voices_step (&sorted[n - FIL_NAT_VOICES], FIL_NAT_VOICES);
  if (step == 0 || (step > 0) != (self->nat.delta > 0))
    return FALSE;
  self->n = MIN (n, FIL_NAT_TARGETS);
  memcpy (self->voices, &sorted[n - self->n], self->n * sizeof sorted[0]);
  return TRUE;
}

/* What an answer outside of a round shows: whether the mapping still stands. One voice may lie: what does not go
 * with what several have said only makes us ask others. */
static void
take_stray (FilNatProbe *self,
            const FilEndpoint *peer,
            const FilEndpoint *seen,
            gint64 now_us)
{
  gboolean fits = fil_endpoint_same_address (seen, &self->nat.udp);

  if (self->nat.mapping == FIL_NAT_MAPPING_UNKNOWN || self->begun_us != FIL_NEVER)
    return;
  /* Any port is as good as another. */
  if (self->nat.mapping == FIL_NAT_MAPPING_RANDOM && fits)
    return;
  if (self->nat.mapping == FIL_NAT_MAPPING_SEQUENTIAL)
    fits = fits && continues (self, peer, seen, now_us);
  else
    fits = fil_endpoint_equal (seen, &self->nat.udp);
  if (!fits)
    {
      self->next_us = MIN (self->next_us, MAX (now_us, self->last_us + AGAIN));
      return;
    }
  self->nat.udp = *seen;
  self->nat.udp_us = now_us;
}

/**
 * fil_nat_probe_heard:
 * @peer: who answered a ping of ours; it must be the address that was pinged
 * @seen: our endpoint as it sees it
 *
 * Returns: whether more is known now
 */
gboolean
fil_nat_probe_heard (FilNatProbe *self,
                     const FilEndpoint *peer,
                     const FilEndpoint *seen,
                     gint64 now_us)
{
  gboolean waits = FALSE, is_asked = FALSE;

  if (seen->family != 4 || seen->port == 0)
    return FALSE;
  for (guint i = 0; i < self->n && self->begun_us != FIL_NEVER; i++)
    {
      if (fil_endpoint_equal (&self->voices[i].peer, peer))
        {
          self->voices[i].seen = *seen;
          is_asked = TRUE;
        }
      waits |= !fil_endpoint_is_set (&self->voices[i].seen);
    }
  if (!is_asked)
    {
      take_stray (self, peer, seen, now_us);
      return FALSE;
    }
  return !waits && conclude (self, now_us);
}

/**
 * fil_nat_probe_tick:
 *
 * Ends a round whose time is over.
 *
 * Returns: whether more is known now
 */
gboolean
fil_nat_probe_tick (FilNatProbe *self,
                    gint64 now_us)
{
  return self->begun_us != FIL_NEVER && now_us - self->begun_us >= ANSWER_TIME && conclude (self, now_us);
}

/**
 * fil_nat_probe_wants_keeping:
 *
 * Whoever is pinged for that cannot be asked for a minute, so a round that is due may wait for them once.
 *
 * Returns: whether somebody should be pinged now, or our NAT gives our outside port away
 */
gboolean
fil_nat_probe_wants_keeping (const FilNatProbe *self,
                             gint64 now_us)
{
  return self->nat.mapping == FIL_NAT_MAPPING_INDEPENDENT && self->begun_us == FIL_NEVER &&
         (self->kept_us == FIL_NEVER || now_us - self->kept_us >= KEEP_EVERY) &&
         (self->starved_us == FIL_NEVER || now_us - self->starved_us >= AGAIN);
}

/**
 * fil_nat_probe_set_filter:
 *
 * Returns: whether that is news
 */
gboolean
fil_nat_probe_set_filter (FilNatProbe *self,
                          FilNatFilter filter)
{
  gboolean is_news = self->nat.filter != filter;

  self->nat.filter = filter;
  return is_news;
}

/**
 * fil_nat_probe_set_external:
 * @external: our IPv4 address as a quorum sees it; family 0: there is none
 *
 * Tells at which address the ports of ours are.
 */
void
fil_nat_probe_set_external (FilNatProbe *self,
                            const FilEndpoint *external)
{
  self->external = *external;
  place_tcp (self);
}

static void
forget_told (FilNatProbe *self,
             guint i)
{
  memmove (&self->told[i], &self->told[i + 1], (self->n_told - i - 1) * sizeof self->told[0]);
  self->n_told--;
}

/**
 * fil_nat_probe_told_tcp:
 * @peer: a neighbour that we have connected to
 * @seen: where our connection came from, as it saw it
 * @inside: the port that the connection has here
 *
 * Takes a neighbour's word on the outside port of a connection, not on our address. A NAT that keeps the ports of
 * all of them will keep that of the listening one too, when we call from it.
 *
 * Returns: whether more is known now
 */
gboolean
fil_nat_probe_told_tcp (FilNatProbe *self,
                        const FilEndpoint *peer,
                        const FilEndpoint *seen,
                        guint16 inside,
                        gint64 now_us)
{
  FilEndpoint before = self->nat.tcp;

  if (seen->family != 4 || seen->port == 0 || inside == 0)
    return FALSE;
  for (guint i = self->n_told; i-- > 0;)
    if (fil_endpoint_maybe_one_person (&self->told[i].peer, peer))
      forget_told (self, i);
  if (self->n_told == FIL_NAT_TOLD)
    forget_told (self, 0);
  self->told[self->n_told++] = (FilNatVoice){ .peer = *peer, .seen = *seen, .since_us = now_us, .inside = inside };

  place_tcp (self);
  return !fil_endpoint_equal (&before, &self->nat.tcp);
}
