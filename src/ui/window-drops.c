/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "window-private.h"

#include "magnet-link.h"

/* What is dropped on the window: links to download, folders to share. Both are asked about before anything
 * happens. */

static gboolean
take_link (FilWindow *self,
           const char *text)
{
  g_autofree char *link = g_strstrip (g_strdup (text));

  if (!fil_magnet_link_is (link))
    return FALSE;
  fil_window_offer_magnet (self, link);
  return TRUE;
}

static gboolean
take_files (FilWindow *self,
            GSList *files)
{
  for (const GSList *l = files; l != NULL; l = l->next)
    {
      const char *path = g_file_peek_path (l->data);

      if (path == NULL || !g_file_test (path, G_FILE_TEST_IS_DIR))
        continue;
      g_action_group_activate_action (G_ACTION_GROUP (self), "share-check", g_variant_new_string (path));
      return TRUE;
    }
  return FALSE;
}

static gboolean
drop_cb (FilWindow *self,
         const GValue *value)
{
  if (G_VALUE_HOLDS_STRING (value))
    return take_link (self, g_value_get_string (value));
  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return take_files (self, g_value_get_boxed (value));
  return FALSE;
}

void
_fil_window_init_drops (FilWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);
  GType types[] = { GDK_TYPE_FILE_LIST, G_TYPE_STRING };

  gtk_drop_target_set_gtypes (target, types, G_N_ELEMENTS (types));
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
