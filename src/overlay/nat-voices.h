/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "nat.h"

G_BEGIN_DECLS

#define FIL_NAT_VOICES 3     /* of different networks that have to answer */
#define FIL_NAT_VOICES_MAX 6 /* that can be weighed together */

/* One host that was asked, or has told. */
typedef struct
{
  FilEndpoint peer;
  FilEndpoint seen;  /* us as it sees us; family 0: it has not answered */
  gint64 since_us;   /* when our NAT first had reason to make a mapping for it */
  guint16 inside;    /* TCP: the port of our end */
} FilNatVoice;

/* What several hosts who see us say together of our NAT; one that lies is outvoted. */
guint fil_nat_voices_collect (const FilNatVoice *all, guint n_all, FilNatVoice *out);
gint16 fil_nat_voices_step (const FilNatVoice *voices, guint n);
FilNatMapping fil_nat_voices_judge (const FilNatVoice *all, guint n_all, FilEndpoint *outside, gint16 *delta);

G_END_DECLS
