/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "files-table.h"

G_BEGIN_DECLS

int fil_open_beneath (const char *root, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
int fil_open_beneath_slow (const char *root, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_check_same_file (int fd, const FilFileRow *row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
