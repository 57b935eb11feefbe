/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "removals.h"

#include <glib/gi18n.h>

/* Who reads slowly, or listens, has time to think about it, too. */
#define UNDO_S 15

struct _FilRemovals
{
  GObject parent;

  AdwToastOverlay *overlay; /* weak */

  /* The one that can be undone. A new one makes the last one final. */
  char *key;
  AdwToast *toast;
  FilRemovalFunc commit;
  FilRemovalFunc undo;
  gpointer data;
  GDestroyNotify destroy;

  GHashTable *gone; /* keys that were made final: the node's answer takes a moment */
};

G_DEFINE_FINAL_TYPE (FilRemovals, fil_removals, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* Ends the offer, by one of the two ways. */
static void
settle (FilRemovals *self,
        gboolean is_undone)
{
  g_autofree char *key = g_steal_pointer (&self->key);
  g_autoptr (AdwToast) toast = g_steal_pointer (&self->toast);
  FilRemovalFunc func = is_undone ? self->undo : self->commit;
  gpointer data = g_steal_pointer (&self->data);
  GDestroyNotify destroy = self->destroy;

  if (key == NULL)
    return;
  if (!is_undone && func != NULL)
    g_hash_table_add (self->gone, g_steal_pointer (&key));
  if (func != NULL)
    func (data);
  if (destroy != NULL)
    destroy (data);
  adw_toast_dismiss (toast);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
dismissed_cb (FilRemovals *self,
              AdwToast *toast)
{
  if (toast == self->toast)
    settle (self, FALSE);
}

static void
undo_cb (FilRemovals *self,
         AdwToast *toast)
{
  if (toast == self->toast)
    settle (self, TRUE);
}

static void
fil_removals_dispose (GObject *object)
{
  FilRemovals *self = FIL_REMOVALS (object);

  fil_removals_commit (self);
  g_clear_weak_pointer (&self->overlay);
  g_clear_pointer (&self->gone, g_hash_table_unref);
  G_OBJECT_CLASS (fil_removals_parent_class)->dispose (object);
}

static void
fil_removals_class_init (FilRemovalsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = fil_removals_dispose;
  signals[CHANGED] = g_signal_new ("changed", FIL_TYPE_REMOVALS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
fil_removals_init (FilRemovals *self)
{
  self->gone = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

FilRemovals *
fil_removals_new (AdwToastOverlay *overlay)
{
  FilRemovals *self = g_object_new (FIL_TYPE_REMOVALS, NULL);

  g_set_weak_pointer (&self->overlay, overlay);
  return self;
}

/**
 * fil_removals_offer:
 * @key: what pages hide meanwhile, as in "download:12"
 * @title: for the toast
 * @commit: (nullable): makes it final; NULL: it is done already, and nothing is hidden
 * @undo: (nullable): takes back what was done so far
 * @data: for both, freed by @destroy
 *
 * Hides @key, unless it is done already, and offers to undo that for a few seconds.
 */
void
fil_removals_offer (FilRemovals *self,
                    const char *key,
                    const char *title,
                    FilRemovalFunc commit,
                    FilRemovalFunc undo,
                    gpointer data,
                    GDestroyNotify destroy)
{
  g_autofree char *escaped = g_markup_escape_text (title, -1);

  g_return_if_fail (FIL_IS_REMOVALS (self));

  fil_removals_commit (self);
  self->key = g_strdup (key);
  self->commit = commit;
  self->undo = undo;
  self->data = data;
  self->destroy = destroy;
  self->toast = g_object_ref_sink (adw_toast_new (escaped));
  adw_toast_set_button_label (self->toast, _("Undo"));
  adw_toast_set_timeout (self->toast, UNDO_S);
  adw_toast_set_priority (self->toast, ADW_TOAST_PRIORITY_HIGH);
  g_signal_connect_object (self->toast, "button-clicked", G_CALLBACK (undo_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->toast, "dismissed", G_CALLBACK (dismissed_cb), self, G_CONNECT_SWAPPED);
  if (self->overlay != NULL)
    adw_toast_overlay_add_toast (self->overlay, g_object_ref (self->toast));
  g_signal_emit (self, signals[CHANGED], 0);
}

gboolean
fil_removals_hides (FilRemovals *self,
                    const char *key)
{
  return (self->commit != NULL && g_strcmp0 (self->key, key) == 0) || g_hash_table_contains (self->gone, key);
}

/**
 * fil_removals_show_again:
 *
 * To be called when @key could not be removed, though that was made final.
 */
void
fil_removals_show_again (FilRemovals *self,
                         const char *key)
{
  g_return_if_fail (FIL_IS_REMOVALS (self));

  if (g_hash_table_remove (self->gone, key))
    g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * fil_removals_can_undo:
 *
 * Returns: whether there is a removal that can be taken back
 */
gboolean
fil_removals_can_undo (FilRemovals *self)
{
  g_return_val_if_fail (FIL_IS_REMOVALS (self), FALSE);
  return self->key != NULL;
}

/**
 * fil_removals_undo:
 *
 * Takes the last removal back, if that is still possible.
 */
void
fil_removals_undo (FilRemovals *self)
{
  g_return_if_fail (FIL_IS_REMOVALS (self));
  settle (self, TRUE);
}

/**
 * fil_removals_commit:
 *
 * Makes the last removal final, as when the window closes.
 */
void
fil_removals_commit (FilRemovals *self)
{
  g_return_if_fail (FIL_IS_REMOVALS (self));
  settle (self, FALSE);
}
