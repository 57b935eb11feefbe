/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punch-guard.h"

#include <string.h>

#include "punch-limits.h"

typedef struct
{
  FilEndpoint address; /* without port */
  gint64 at_us;
  guint cost;
} Entry;

typedef struct
{
  guint8 nonce[FIL_PUNCH_NONCE_LEN];
  gint64 at_us;
} Used;

struct _FilPunchGuard
{
  GArray *entries; /* Entry of the last minute, oldest first */
  Used used[FIL_PUNCH_NONCES_MAX];
  guint next_used;
  guint refused[FIL_PUNCH_VERDICTS];
};

FilPunchGuard *
fil_punch_guard_new (void)
{
  FilPunchGuard *self = g_new0 (FilPunchGuard, 1);

  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  return self;
}

void
fil_punch_guard_free (FilPunchGuard *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->entries);
  g_free (self);
}

static gboolean
was_used (const FilPunchGuard *self,
          const guint8 *nonce,
          gint64 now_us)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->used); i++)
    if (self->used[i].at_us > 0 && now_us - self->used[i].at_us < FIL_PUNCH_NONCE_LIFE &&
        memcmp (self->used[i].nonce, nonce, FIL_PUNCH_NONCE_LEN) == 0)
      return TRUE;
  return FALSE;
}

static void
remember (FilPunchGuard *self,
          const guint8 *nonce,
          gint64 now_us)
{
  Used *used = &self->used[self->next_used++ % G_N_ELEMENTS (self->used)];

  memcpy (used->nonce, nonce, FIL_PUNCH_NONCE_LEN);
  used->at_us = MAX (now_us, 1);
}

static FilPunchAdmission
judge (FilPunchGuard *self,
       const FilEndpoint *target,
       const guint8 *nonce,
       guint cost,
       gint64 now_us)
{
  guint there = 0, spent = 0;

  while (self->entries->len > 0 && now_us - g_array_index (self->entries, Entry, 0).at_us >= FIL_MINUTE)
    g_array_remove_index (self->entries, 0);
  if (nonce != NULL && was_used (self, nonce, now_us))
    return FIL_PUNCH_REPLAYED;
  if (target->port < FIL_PUNCH_MIN_PORT)
    return FIL_PUNCH_NO_TARGET;
  for (guint i = 0; i < self->entries->len; i++)
    {
      there += fil_endpoint_same_address (&g_array_index (self->entries, Entry, i).address, target);
      spent += g_array_index (self->entries, Entry, i).cost;
    }
  if (there >= FIL_PUNCH_PER_TARGET)
    return FIL_PUNCH_TOO_OFTEN_THERE;
  return spent + cost > FIL_PUNCH_PER_MINUTE * FIL_PUNCH_BRIEF_PER_ONE ? FIL_PUNCH_TOO_OFTEN : FIL_PUNCH_ADMITTED;
}

/**
 * fil_punch_guard_admit:
 * @target: where the first knock would go to
 * @nonce: (nullable): of the offer, FIL_PUNCH_NONCE_LEN bytes
 * @is_brief: it will be over soon
 *
 * Counts an offer of a stranger.
 */
FilPunchAdmission
fil_punch_guard_admit (FilPunchGuard *self,
                       const FilEndpoint *target,
                       const guint8 *nonce,
                       gboolean is_brief,
                       gint64 now_us)
{
  guint cost = is_brief ? 1 : FIL_PUNCH_BRIEF_PER_ONE;
  FilPunchAdmission verdict = judge (self, target, nonce, cost, now_us);
  Entry entry = { .address = *target, .at_us = now_us, .cost = cost };

  if (verdict != FIL_PUNCH_ADMITTED)
    {
      self->refused[verdict]++;
      return verdict;
    }
  g_array_append_val (self->entries, entry);
  if (nonce != NULL)
    remember (self, nonce, now_us);
  return FIL_PUNCH_ADMITTED;
}

/**
 * fil_punch_guard_proved:
 * @target: as it was admitted
 * @from: where somebody came from who knew the nonce
 *
 * Gives back what one attempt was counted for, when the address that was named is the one that came: it
 * wanted it. Who names another host and comes from elsewhere has shown nothing about that host.
 *
 * Returns: whether it was given back
 */
gboolean
fil_punch_guard_proved (FilPunchGuard *self,
                        const FilEndpoint *target,
                        const FilEndpoint *from)
{
  if (!fil_endpoint_same_address (target, from))
    return FALSE;
  for (guint i = 0; i < self->entries->len; i++)
    if (fil_endpoint_same_address (&g_array_index (self->entries, Entry, i).address, target))
      {
        g_array_remove_index (self->entries, i);
        return TRUE;
      }
  return FALSE;
}

/* How many were refused so far for that reason. */
guint
fil_punch_guard_refused (const FilPunchGuard *self,
                         FilPunchAdmission why)
{
  return self->refused[why];
}
