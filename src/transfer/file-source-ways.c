/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "file-source.h"

#include <string.h>

/* How to get at the host of a source: its addresses, its push proxies, and what is believed of who names them. */

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
