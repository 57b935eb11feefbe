/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "result-item.h"

G_BEGIN_DECLS

/**
 * FilResultDetails:
 *
 * The pane beside the results: all that is known of the chosen file, and who has it.
 */
#define FIL_TYPE_RESULT_DETAILS (fil_result_details_get_type ())
G_DECLARE_FINAL_TYPE (FilResultDetails, fil_result_details, FIL, RESULT_DETAILS, GtkWidget)

void fil_result_details_set_item (FilResultDetails *self, FilResultItem *item);

G_END_DECLS
