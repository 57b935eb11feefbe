/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "row.h"

G_BEGIN_DECLS

/**
 * FilShareCard:
 *
 * One shared folder: what is in it and what happens to it.
 */
#define FIL_TYPE_SHARE_CARD (fil_share_card_get_type ())
G_DECLARE_FINAL_TYPE (FilShareCard, fil_share_card, FIL, SHARE_CARD, AdwActionRow)

GtkWidget *fil_share_card_new (FilRow *share);

G_END_DECLS
