/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean fil_write_all (int fd, const guint8 *bytes, gsize len) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
