/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "row.h"

G_BEGIN_DECLS

/**
 * FilUploadCard:
 *
 * One upload in the list of transfers.
 */
#define FIL_TYPE_UPLOAD_CARD (fil_upload_card_get_type ())
G_DECLARE_FINAL_TYPE (FilUploadCard, fil_upload_card, FIL, UPLOAD_CARD, AdwActionRow)

GtkWidget *fil_upload_card_new (FilRow *upload);

G_END_DECLS
