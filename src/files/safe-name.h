/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "files-limits.h"

G_BEGIN_DECLS

char *fil_safe_name (const char *name, gssize len) G_GNUC_WARN_UNUSED_RESULT;
char *fil_safe_name_numbered (const char *safe_name, guint number) G_GNUC_WARN_UNUSED_RESULT;
char *fil_display_name (const char *bytes) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
