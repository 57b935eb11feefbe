/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "segment-map.h"

G_BEGIN_DECLS

/**
 * FilRarest:
 *
 * How many of the sources that have but a part of a file have each piece of it, so that what few have is
 * fetched, and given to others, first.
 */
typedef struct _FilRarest FilRarest;

FilRarest *fil_rarest_new (guint64 size) G_GNUC_WARN_UNUSED_RESULT;
void fil_rarest_free (FilRarest *self);

void fil_rarest_add (FilRarest *self, const GArray *available);
gboolean fil_rarest_choose (FilRarest *self, const FilSegmentMap *map, const GArray *available, guint32 salt,
                            guint64 *start) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilRarest, fil_rarest_free)

G_END_DECLS
