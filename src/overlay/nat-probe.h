/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "nat-voices.h"

G_BEGIN_DECLS

#define FIL_NAT_TARGETS 5 /* hosts that are asked at the same moment */
#define FIL_NAT_TOLD 8    /* neighbours whose word on our TCP port is remembered */

/**
 * FilNatProbe:
 *
 * Finds out what the NAT in front of us does to ports: several hosts are asked at the same moment under
 * which port of ours they see us (pings with GGEP "IP"; f2f.md §2). One host that lies is outvoted by three
 * that agree; what does not fit together is measured again. A value type.
 */
typedef struct
{
  FilNat nat;
  FilEndpoint external;       /* our address as a quorum sees it, without a port; family 0: none */
  FilEndpoint local;          /* our address inside, and our port; family 0: not known */
  FilNatVoice voices[FIL_NAT_TARGETS];
  guint n;
  gint64 begun_us;            /* the round that waits for answers; FIL_NEVER: none */
  gboolean has_repeated;      /* those who were silent in it have been asked once more */
  gint64 last_us;             /* when the last round began */
  gint64 next_us;             /* when the next round is due */
  guint failed;               /* rounds in a row that showed nothing */
  gint64 kept_us;             /* last keep-alive */
  gint64 starved_us;          /* since when a due round waits for hosts that may be asked; FIL_NEVER */
  gboolean is_doubted;        /* all of this may be of the past; a round that is due or under way tells */
  gint64 doubted_us;          /* since when, or when it was last; FIL_NEVER */
  FilNatVoice told[FIL_NAT_TOLD];
  guint n_told;
} FilNatProbe;

void fil_nat_probe_init (FilNatProbe *self);
void fil_nat_probe_restart (FilNatProbe *self, gint64 now_us);
void fil_nat_probe_forget (FilNatProbe *self, gint64 now_us);
gboolean fil_nat_probe_doubt (FilNatProbe *self, gint64 now_us);
void fil_nat_probe_put_off (FilNatProbe *self, gint64 until_us);
gboolean fil_nat_probe_is_due (const FilNatProbe *self, gint64 now_us);
void fil_nat_probe_begin (FilNatProbe *self, gint64 now_us);
void fil_nat_probe_ask (FilNatProbe *self, const FilEndpoint *peer, gint64 since_us);
void fil_nat_probe_none_to_ask (FilNatProbe *self, gint64 now_us);
gboolean fil_nat_probe_repeat (FilNatProbe *self, gint64 now_us);
gboolean fil_nat_probe_heard (FilNatProbe *self, const FilEndpoint *peer, const FilEndpoint *seen, gint64 now_us);
gboolean fil_nat_probe_tick (FilNatProbe *self, gint64 now_us);
gboolean fil_nat_probe_wants_keeping (const FilNatProbe *self, gint64 now_us);

/* Filter: what came in unasked has shown. */
gboolean fil_nat_probe_set_filter (FilNatProbe *self, FilNatFilter filter);

/* TCP: what neighbours tell of ports, at the address that is elected. */
void fil_nat_probe_set_external (FilNatProbe *self, const FilEndpoint *external);
gboolean fil_nat_probe_told_tcp (FilNatProbe *self, const FilEndpoint *peer, const FilEndpoint *seen,
                                 guint16 local_port, gint64 now_us);

G_END_DECLS
