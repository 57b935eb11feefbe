/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client.h"

G_BEGIN_DECLS

/**
 * FilStatusChip:
 *
 * The words at the left of the header that say how the connection stands; behind them a popover with
 * the verdict. Always there, also before the node has answered.
 *
 * Property "narrow": whether one word has to do.
 */
#define FIL_TYPE_STATUS_CHIP (fil_status_chip_get_type ())
G_DECLARE_FINAL_TYPE (FilStatusChip, fil_status_chip, FIL, STATUS_CHIP, GtkWidget)

void fil_status_chip_set_client (FilStatusChip *self, FilClient *client);

G_END_DECLS
