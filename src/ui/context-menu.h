/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What a widget's context menu offers now; NULL for nothing. */
typedef GMenuModel *(*FilMenuFunc) (GtkWidget *widget, gpointer data);

void fil_context_menu_attach (GtkWidget *widget, FilMenuFunc make, gpointer data);
gboolean fil_context_menu_get_point (GtkWidget *widget, double *x, double *y);
void fil_menu_add (GMenu *menu, const char *label, const char *action, GVariant *target);

G_END_DECLS
