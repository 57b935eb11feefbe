/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CtlStep:
 *
 * One object of JSON that a command makes up itself, on one line.
 */
typedef GString CtlStep;

CtlStep *ctl_step_new (const char *step) G_GNUC_WARN_UNUSED_RESULT;
void ctl_step_string (CtlStep *self, const char *name, const char *value);
void ctl_step_strings (CtlStep *self, const char *name, GPtrArray *values);
void ctl_step_int (CtlStep *self, const char *name, gint64 value);
void ctl_step_bool (CtlStep *self, const char *name, gboolean value);
void ctl_step_print (CtlStep *self);

G_END_DECLS
