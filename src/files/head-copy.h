/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "files-error.h"

G_BEGIN_DECLS

char *fil_head_copy (const char *from, guint64 len, const char *folder, const char *name, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_head_copies_remove (const char *folder);

G_END_DECLS
