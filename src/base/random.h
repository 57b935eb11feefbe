/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilRandom:
 *
 * Where chance comes from: the kernel, or a seed that a test can print.
 */
typedef struct _FilRandom FilRandom;

FilRandom *fil_random_new (void) G_GNUC_WARN_UNUSED_RESULT;
FilRandom *fil_random_new_seeded (guint64 seed) G_GNUC_WARN_UNUSED_RESULT;
void fil_random_free (FilRandom *self);

void fil_random_bytes (FilRandom *self, void *out, gsize len);
guint32 fil_random_u32 (FilRandom *self);
guint32 fil_random_below (FilRandom *self, guint32 limit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilRandom, fil_random_free)

G_END_DECLS
