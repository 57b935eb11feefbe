/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A directory for one test, and what tests do to it. Paths are below it. */
char *temp_tree_new (const char *parent);
void temp_tree_free (char *dir);

void temp_tree_write (const char *dir, const char *path, const char *text);
void temp_tree_write_bytes (const char *dir, const char *path, gsize size, guint8 seed);
char *temp_tree_read (const char *dir, const char *path);
gboolean temp_tree_has (const char *dir, const char *path);
void temp_tree_link (const char *dir, const char *path, const char *target);

G_END_DECLS
