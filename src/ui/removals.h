/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * FilRemovals:
 *
 * What a person has taken away and may still have back: it is out of sight at once, and gone when the
 * toast with Undo goes. Signal "changed": look again at what to hide.
 */
#define FIL_TYPE_REMOVALS (fil_removals_get_type ())
G_DECLARE_FINAL_TYPE (FilRemovals, fil_removals, FIL, REMOVALS, GObject)

typedef void (*FilRemovalFunc) (gpointer data);

FilRemovals *fil_removals_new (AdwToastOverlay *overlay) G_GNUC_WARN_UNUSED_RESULT;
void fil_removals_offer (FilRemovals *self, const char *key, const char *title, FilRemovalFunc commit,
                         FilRemovalFunc undo, gpointer data, GDestroyNotify destroy);
gboolean fil_removals_hides (FilRemovals *self, const char *key);
gboolean fil_removals_can_undo (FilRemovals *self);
void fil_removals_undo (FilRemovals *self);
void fil_removals_show_again (FilRemovals *self, const char *key);
void fil_removals_commit (FilRemovals *self);

G_END_DECLS
