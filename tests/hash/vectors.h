/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The lines of a vector file that are neither empty nor comments. */
char **vectors_read (const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* The columns of a line, without the blanks around "|". */
char **vectors_columns (const char *line) G_GNUC_WARN_UNUSED_RESULT;

/* The test input that a label names: "abc" in quotes, 1024 x "A", lcg(4097), … */
GBytes *vectors_input (const char *label) G_GNUC_WARN_UNUSED_RESULT;

void vectors_lcg (guint8 *out, gsize len);

G_END_DECLS
