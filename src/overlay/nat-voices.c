/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nat-voices.h"

#define STEP_MAX 32 /* other connections take ports in between */

static guint
count_port (const FilNatVoice *voices,
            guint n,
            guint16 port)
{
  guint same = 0;

  for (guint i = 0; i < n; i++)
    same += voices[i].seen.port == port;
  return same;
}

/* Whether the host of a voice that was heard before may belong to the same person, who would speak twice. */
static gboolean
has_spoken (const FilNatVoice *voices,
            guint i)
{
  for (guint j = 0; j < i; j++)
    if (fil_endpoint_is_set (&voices[j].seen) && fil_endpoint_maybe_one_person (&voices[j].peer, &voices[i].peer))
      return TRUE;
  return FALSE;
}

/**
 * fil_nat_voices_collect:
 * @n_all: at most FIL_NAT_VOICES_MAX
 * @out: room for as many
 *
 * Takes the voices that were heard, one of each person, in the order in which the NAT met their hosts; those that
 * see us at another address than most are left out.
 *
 * Returns: how many are in @out
 */
guint
fil_nat_voices_collect (const FilNatVoice *all,
                        guint n_all,
                        FilNatVoice *out)
{
  FilNatVoice voices[FIL_NAT_VOICES_MAX];
  const FilNatVoice *best = NULL;
  guint most = 0, n_voices = 0, n = 0;

  g_return_val_if_fail (n_all <= FIL_NAT_VOICES_MAX, 0);

  for (guint i = 0; i < n_all; i++)
    if (fil_endpoint_is_set (&all[i].seen) && !has_spoken (all, i))
      voices[n_voices++] = all[i];
  for (guint i = 0; i < n_voices; i++)
    {
      guint same = 0;

      for (guint j = 0; j < n_voices; j++)
        same += fil_endpoint_same_address (&voices[i].seen, &voices[j].seen);
      if (same > most)
        {
          most = same;
          best = &voices[i];
        }
    }
  for (guint i = 0; i < n_voices; i++)
    if (best != NULL && fil_endpoint_same_address (&voices[i].seen, &best->seen))
      {
        guint at = n++;

        for (; at > 0 && out[at - 1].since_us > voices[i].since_us; at--)
          out[at] = out[at - 1];
        out[at] = voices[i];
      }
  return n;
}

/**
 * fil_nat_voices_step:
 *
 * Returns: the smallest step when each port follows the one before it by a small one in the same direction, 0 when
 *   there is no such order
 */
gint16
fil_nat_voices_step (const FilNatVoice *voices,
                     guint n)
{
  int step = 0;

  for (guint i = 1; i < n; i++)
    {
      int difference = voices[i].seen.port - voices[i - 1].seen.port;

      if (difference == 0 || ABS (difference) > STEP_MAX || (step != 0 && (difference > 0) != (step > 0)))
        return 0;
      if (step == 0 || ABS (difference) < ABS (step))
        step = difference;
    }
  return (gint16) step;
}

/**
 * fil_nat_voices_judge:
 * @n_all: at most FIL_NAT_VOICES_MAX
 * @outside: (out): the endpoint they agree on, or the newest one; left alone when that is not known
 * @delta: (out): the step from port to port, for FIL_NAT_MAPPING_SEQUENTIAL
 *
 * Returns: what the voices say of the mapping
 */
FilNatMapping
fil_nat_voices_judge (const FilNatVoice *all,
                      guint n_all,
                      FilEndpoint *outside,
                      gint16 *delta)
{
  FilNatVoice voices[FIL_NAT_VOICES_MAX];
  guint n = fil_nat_voices_collect (all, n_all, voices);
  gboolean any_twice = FALSE;

  if (n < FIL_NAT_VOICES)
    return FIL_NAT_MAPPING_UNKNOWN;
  *outside = voices[n - 1].seen;
  for (guint i = 0; i < n; i++)
    {
      guint same = count_port (voices, n, voices[i].seen.port);

      if (same >= FIL_NAT_VOICES && same * 2 > n)
        {
          *outside = voices[i].seen;
          return FIL_NAT_MAPPING_INDEPENDENT;
        }
      any_twice |= same > 1;
    }
  /* Neither one port nor a port for each: somebody lies, or the NAT has just forgotten. */
  if (any_twice)
    return FIL_NAT_MAPPING_UNKNOWN;
  *delta = fil_nat_voices_step (voices, n);
  return *delta != 0 ? FIL_NAT_MAPPING_SEQUENTIAL : FIL_NAT_MAPPING_RANDOM;
}
