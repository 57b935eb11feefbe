/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "punch-world.h"

G_BEGIN_DECLS

/* What those do who mean us no good: offers that they make up, and datagrams with sources out of the air. */

#define VICTIM "66.66.66.66:7777" /* nobody there has asked for anything */

void punch_attack_offer (FilPunchOffer *offer, const char *target, guint8 nonce);
void punch_attack_probe (PunchHost *host, const guint8 *to, const guint8 *from_nonce, FilProbeKind kind,
                         const FilEndpoint *from, const guint8 *echo);
void punch_attack_knock (PunchHost *sharer, const FilPunchOffer *offer, const FilPunchOffer *answer,
                         FilProbeKind kind, const FilEndpoint *from);
void punch_attack_prove (PunchHost *sharer, const FilPunchOffer *offer, const FilPunchOffer *answer,
                         FilProbeKind kind, const FilEndpoint *from);

G_END_DECLS
