/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *fil_format_size (gint64 bytes) G_GNUC_WARN_UNUSED_RESULT;
char *fil_format_round_trip (gint64 us) G_GNUC_WARN_UNUSED_RESULT;
char *fil_format_speed (gint64 bytes_per_s) G_GNUC_WARN_UNUSED_RESULT;
char *fil_format_limit (gint64 bytes_per_s) G_GNUC_WARN_UNUSED_RESULT;
char *fil_format_duration (gint64 seconds) G_GNUC_WARN_UNUSED_RESULT;
char *fil_format_number (gint64 number) G_GNUC_WARN_UNUSED_RESULT;
char *fil_format_files (gint64 files) G_GNUC_WARN_UNUSED_RESULT;
char *fil_format_percent (gint64 part, gint64 whole) G_GNUC_WARN_UNUSED_RESULT;
double fil_format_fraction (gint64 part, gint64 whole);
void fil_format_join (GString *line, const char *part);

G_END_DECLS
