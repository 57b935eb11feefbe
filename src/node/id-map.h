/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ids.h"

G_BEGIN_DECLS

/**
 * FilIdMap:
 *
 * Gives things that a lower layer numbers anew in each run an id that is never reused in the profile.
 */
typedef struct _FilIdMap FilIdMap;

FilIdMap *fil_id_map_new (FilIds *ids, FilIdKind kind) G_GNUC_WARN_UNUSED_RESULT;
void fil_id_map_free (FilIdMap *self);
gint64 fil_id_map_add (FilIdMap *self, gint64 number);
gint64 fil_id_map_remove (FilIdMap *self, gint64 number);
gboolean fil_id_map_number (FilIdMap *self, gint64 id, gint64 *number) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilIdMap, fil_id_map_free)

G_END_DECLS
