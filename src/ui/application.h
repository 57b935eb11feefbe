/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * FilApplication:
 *
 * The owner of the application ID: one for each profile. It raises the window when it is started
 * again, and takes magnet links.
 */
#define FIL_TYPE_APPLICATION (fil_application_get_type ())
G_DECLARE_FINAL_TYPE (FilApplication, fil_application, FIL, APPLICATION, AdwApplication)

FilApplication *fil_application_new (const char *profile, gboolean no_bootstrap) G_GNUC_WARN_UNUSED_RESULT;
FilApplication *fil_application_new_for_demo (void) G_GNUC_WARN_UNUSED_RESULT;
int fil_application_get_exit_code (FilApplication *self);
void fil_ui_init (void);

G_END_DECLS
