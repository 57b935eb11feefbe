/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * FilMagnetOffer:
 *
 * A link that came from outside, waiting for a yes: nothing is downloaded because somebody else's page
 * said so. Signal "answered" when it can go.
 */
#define FIL_TYPE_MAGNET_OFFER (fil_magnet_offer_get_type ())
G_DECLARE_FINAL_TYPE (FilMagnetOffer, fil_magnet_offer, FIL, MAGNET_OFFER, AdwActionRow)

GtkWidget *fil_magnet_offer_new (const char *magnet);
const char *fil_magnet_offer_get_magnet (FilMagnetOffer *self);

G_END_DECLS
