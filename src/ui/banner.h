/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FilBanner:
 *
 * One line under the header that says what is wrong and offers one button; libadwaita has its own only
 * from 1.3 on. It stays until it is closed, answered or cleared.
 */
#define FIL_TYPE_BANNER (fil_banner_get_type ())
G_DECLARE_FINAL_TYPE (FilBanner, fil_banner, FIL, BANNER, GtkWidget)

void fil_banner_show (FilBanner *self, const char *text, const char *button, const char *action);
void fil_banner_clear (FilBanner *self);
const char *fil_banner_get_text (FilBanner *self);

G_END_DECLS
