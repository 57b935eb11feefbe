/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ban-list.h"
#include "endpoint.h"

#include <glib.h>

G_BEGIN_DECLS

/* Who named an address, and what for. */
typedef enum
{
  FIL_GATE_USER,    /* the user, or a file of ours: only what cannot work is refused */
  FIL_GATE_LINK,    /* a neighbour from the host cache (pongs, X-Try, web caches, host caches) */
  FIL_GATE_SOURCE,  /* a source of a download (hits, alt-locs) */
  FIL_GATE_PUSH,    /* a PUSH that wants us to connect out */
  FIL_GATE_PROXY,   /* a push proxy out of a hit */
  FIL_GATE_PROBE,   /* a connect-back or ping test for somebody else */
  FIL_GATE_N,
} FilGateUse;

typedef enum
{
  FIL_GATE_OPEN,
  FIL_GATE_BAD_ADDRESS, /* not an address to talk to */
  FIL_GATE_BAD_PORT,
  FIL_GATE_OWN,         /* that is us */
  FIL_GATE_BANNED,
  FIL_GATE_TOO_OFTEN,   /* contacted often enough for now */
} FilGateVerdict;

/**
 * FilGate:
 *
 * The one judge of addresses that strangers named. It looks at what kind of address it is, whether it is
 * our own or banned, and counts how often strangers made us contact it, whatever the way they used:
 * so that many who name one victim do not make us a weapon.
 */
typedef struct _FilGate FilGate;

FilGate *fil_gate_new (gboolean allow_private) G_GNUC_WARN_UNUSED_RESULT;
void fil_gate_free (FilGate *self);
gboolean fil_gate_allows_private (const FilGate *self);
FilBanList *fil_gate_bans (FilGate *self);
void fil_gate_add_own (FilGate *self, const FilEndpoint *own);
void fil_gate_clear_own (FilGate *self);

FilGateVerdict fil_gate_judge (const FilGate *self, const FilEndpoint *endpoint, FilGateUse use)
    G_GNUC_WARN_UNUSED_RESULT;
FilGateVerdict fil_gate_contact (FilGate *self, const FilEndpoint *endpoint, FilGateUse use, gint64 now_us)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_gate_answered (FilGate *self, const FilEndpoint *endpoint);
const char *fil_gate_verdict_sentence (FilGateVerdict verdict);
guint64 fil_gate_refused (const FilGate *self, FilGateUse use);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilGate, fil_gate_free)

G_END_DECLS
