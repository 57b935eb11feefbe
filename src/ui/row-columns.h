/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "row.h"

G_BEGIN_DECLS

/* What a cell says of a #FilRow. */
typedef char *(*FilRowTextFunc) (FilRow *row);
/* What its context menu offers. */
typedef GMenuModel *(*FilRowMenuFunc) (FilRow *row);

GtkColumnViewColumn *fil_row_column_add (GtkColumnView *view, const char *title, FilRowTextFunc text, int width,
                                         FilRowMenuFunc menu) G_GNUC_WARN_UNUSED_RESULT;

void fil_columns_arrange (GtkColumnView *view, GtkColumnViewColumn *const *columns, guint n_columns, guint shown_bits);

G_END_DECLS
