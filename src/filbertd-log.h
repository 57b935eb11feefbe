/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The log and the one before it take at most twice this much room. */
#define FILBERTD_LOG_MAX_BYTES (1024 * 1024)

/**
 * FilbertdLog:
 *
 * Where the program's messages go: stderr, or a file that does not grow for ever. Any thread may log.
 */
typedef struct _FilbertdLog FilbertdLog;

FilbertdLog *filbertd_log_new (GLogLevelFlags level) G_GNUC_WARN_UNUSED_RESULT;
void filbertd_log_install (FilbertdLog *self);
gboolean filbertd_log_open_file (FilbertdLog *self, const char *path, GError **error);

G_END_DECLS
