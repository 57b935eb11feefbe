/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rudp-ceiling.h"

#include <glib.h>

G_BEGIN_DECLS

#define FIL_RUDP_RATE_ROUNDS 10

typedef enum
{
  FIL_RUDP_RATE_STARTUP,  /* doubles each round until the rate grows no more */
  FIL_RUDP_RATE_DRAIN,    /* empties the queue that made */
  FIL_RUDP_RATE_CRUISE,   /* at the measured rate, probing for more now and then */
  FIL_RUDP_RATE_LOOK,     /* holds back, to see the round-trip time without a queue */
} FilRudpRateMode;

/* What was known when a packet left; kept beside the packet. */
typedef struct
{
  gint64 sent_us;
  gint64 first_sent_us;
  gint64 delivered_us;
  guint64 delivered;
  gboolean is_app_limited;
} FilRudpFlight;

/**
 * FilRudpRate:
 *
 * How fast one connection of the extended profile sends: a model of the path (the rate at which it delivered,
 * the round-trip time without a queue) in the manner of BBR (draft-cardwell-iccrg-bbr-congestion-control), so
 * that loss by itself does not slow it down. Loss while a queue stands is another matter: then others may want
 * their share, and a ceiling holds. Counts bytes of datagrams. Knows no clock.
 */
typedef struct
{
  FilRudpRateMode mode;
  gsize window;               /* bytes that may be in flight */
  gint64 next_us;             /* when the pace allows the next datagram */
  gint64 min_rtt_us;          /* 0: not known yet */

  guint64 delivered;          /* bytes acknowledged, ever */
  gint64 delivered_us;
  gint64 first_sent_us;       /* of the flight that the latest sample covers */
  guint64 app_limited_until;  /* delivered, when what is in flight now has arrived; 0: not limited */
  FilRudpFlight newest;       /* of the packet acknowledged now that left last; sent_us 0: none */

  guint64 round;
  guint64 round_end;          /* delivered */
  gboolean is_round_start;
  guint64 rates[FIL_RUDP_RATE_ROUNDS]; /* bytes/s: the most of each of the latest rounds */
  gint64 min_rtt_at_us;
  guint64 full_rate;
  guint full_rounds;
  gboolean is_full;
  guint phase;                /* of CRUISE */
  gint64 phase_at_us;
  gint64 look_end_us;         /* 0: not yet as empty as it shall be */
  gint64 rtt_us;              /* smoothed over few samples */
  gint64 round_rtt_us;        /* the least of this round; FIL_NEVER: none yet … */
  gint64 last_round_rtt_us;   /* … and of the one before */
  gboolean has_lost;          /* since the latest update */
  FilRudpCeiling ceiling;
} FilRudpRate;

void fil_rudp_rate_init (FilRudpRate *self, gint64 now_us);
void fil_rudp_rate_first_rtt (FilRudpRate *self, gint64 rtt_us, gint64 now_us);
void fil_rudp_rate_sent (FilRudpRate *self, FilRudpFlight *flight, gsize bytes, gsize in_flight, gint64 now_us);
void fil_rudp_rate_acked (FilRudpRate *self, const FilRudpFlight *flight, gsize bytes, gint64 now_us);
void fil_rudp_rate_lost (FilRudpRate *self);
void fil_rudp_rate_app_limited (FilRudpRate *self, gsize in_flight);
void fil_rudp_rate_update (FilRudpRate *self, gsize acked, gint64 rtt_us, gsize in_flight, gint64 now_us);
gsize fil_rudp_rate_quantum (const FilRudpRate *self);
guint64 fil_rudp_rate_bytes_per_s (const FilRudpRate *self);

G_END_DECLS
