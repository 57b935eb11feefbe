/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Things to share that are made up on the spot: nothing in them belongs to anybody. */

gboolean fil_demo_write_text (const char *path, gsize size, guint seed, GError **error);
gboolean fil_demo_write_picture (const char *path, guint width, guint height, guint seed, GError **error);
gboolean fil_demo_write_tone (const char *path, gsize size, double hertz, GError **error);
gboolean fil_demo_spoil (const char *path, const char *spoilt_path, GError **error);

G_END_DECLS
