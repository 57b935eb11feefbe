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

/* Browsers give a link as a list of files, too. */
static gboolean
take_files (FilWindow *self,
            GSList *files)
{
  gboolean is_taken = FALSE;

  for (const GSList *l = files; l != NULL; l = l->next)
    {
      const char *path = g_file_peek_path (l->data);
      g_autofree char *uri = path == NULL ? g_file_get_uri (l->data) : NULL;

      if (uri != NULL && take_link (self, uri))
        is_taken = TRUE;
      if (path == NULL || !g_file_test (path, G_FILE_TEST_IS_DIR))
        continue;
      g_action_group_activate_action (G_ACTION_GROUP (self), "share-check", g_variant_new_string (path));
      return TRUE;
    }
  return is_taken;
}

/* Returns: whether the window can do something with @value */
gboolean
_fil_window_take_drop (FilWindow *self,
                       const GValue *value)
{
  if (G_VALUE_HOLDS_STRING (value))
    return take_link (self, g_value_get_string (value));
  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return take_files (self, g_value_get_boxed (value));
  return FALSE;
}

/* What comes from a row of ours is here already. */
static gboolean
accept_cb (GtkDropTarget *target,
           GdkDrop *drop,
           gpointer data)
{
  g_autoptr (GdkContentFormats) formats =
      gdk_content_formats_union_deserialize_gtypes (gdk_content_formats_ref (gdk_drop_get_formats (drop)));

  return gdk_drop_get_drag (drop) == NULL && gdk_content_formats_match (formats, gtk_drop_target_get_formats (target));
}

void
_fil_window_init_drops (FilWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);
  GType types[] = { GDK_TYPE_FILE_LIST, G_TYPE_STRING };

  gtk_drop_target_set_gtypes (target, types, G_N_ELEMENTS (types));
  g_signal_connect (target, "accept", G_CALLBACK (accept_cb), NULL);
  g_signal_connect_object (target, "drop", G_CALLBACK (_fil_window_take_drop), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
