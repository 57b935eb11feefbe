/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "files-error.h"
#include "urn.h"

G_BEGIN_DECLS

/* "name", "name (2)", … up to this number. */
#define FIL_PLACE_MAX_NUMBER 999

char *fil_place_file (const char *part, const FilSha1 *sha1, const char *folder, const char *name,
                      guint64 floor_bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

char *fil_placed_file (const char *folder, const char *name, guint64 size, const FilSha1 *sha1) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
