/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "download-card.h"

#include "context-menu.h"
#include "download-details.h"
#include "download-words.h"
#include "file-kinds.h"
#include "formatting.h"
#include "magnet-link.h"

#include <glib/gi18n.h>

struct _FilDownloadCard
{
  GtkListBoxRow parent;

  GtkImage *icon;
  GtkLabel *name;
  GtkProgressBar *progress;
  GtkLabel *facts;
  GtkWidget *why_box;
  GtkLabel *why;
  GtkButton *cure;
  GtkButton *open;
  GtkButton *show;
  GtkButton *pause;
  GtkButton *resume;
  GtkButton *cancel;
  GtkMenuButton *more;
  GtkToggleButton *show_details;
  GtkRevealer *revealer; /* empty before somebody looks */

  FilClient *client;
  FilRow *download;
  gboolean is_narrow; /* only what is done most has a button; all of it is in the menu */
  guint countdown_id;
};

G_DEFINE_FINAL_TYPE (FilDownloadCard, fil_download_card, GTK_TYPE_LIST_BOX_ROW)

static GVariant *
target (FilDownloadCard *self)
{
  return g_variant_new_int64 (fil_row_get_id (self->download));
}

static void
add_moves (FilDownloadCard *self,
           GMenu *menu)
{
  gint64 id = fil_row_get_id (self->download);

  fil_menu_add (menu, _("Move to Top"), "win.move", g_variant_new ("(xs)", id, "top"));
  fil_menu_add (menu, _("Move Up"), "win.move", g_variant_new ("(xs)", id, "up"));
  fil_menu_add (menu, _("Move Down"), "win.move", g_variant_new ("(xs)", id, "down"));
  fil_menu_add (menu, _("Move to Bottom"), "win.move", g_variant_new ("(xs)", id, "bottom"));
}

static char *
make_magnet (FilRow *download)
{
  const char *sha1 = fil_row_get_string (download, "sha1");

  if (sha1 == NULL)
    return NULL;
  return fil_magnet_link_new (sha1, fil_row_get_string (download, "tth"), fil_row_get_string (download, "name"),
                              fil_row_get_int (download, "size"));
}

static GMenuModel *
make_menu (GtkWidget *widget,
           gpointer data)
{
  FilDownloadCard *self = FIL_DOWNLOAD_CARD (widget);
  FilDownloadPhase phase = fil_download_phase (self->download);
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) more = g_menu_new ();
  g_autofree char *magnet = make_magnet (self->download);

  if (phase == FIL_DOWNLOAD_IS_DONE)
    {
      fil_menu_add (menu, _("Open"), "win.open", target (self));
      fil_menu_add (menu, _("Show in Folder"), "win.show-in-folder", target (self));
      if (fil_download_has_changed (self->download))
        fil_menu_add (menu, _("Download Again"), "win.retry", target (self));
      fil_menu_add (more, _("Check Again"), "win.verify", target (self));
      fil_menu_add (more, _("Move to Trash"), "win.trash", target (self));
    }
  else
    {
      if (phase == FIL_DOWNLOAD_IS_MOVING)
        fil_menu_add (menu, _("Pause"), "win.pause", target (self));
      else if (phase == FIL_DOWNLOAD_IS_PAUSED)
        fil_menu_add (menu, _("Resume"), "win.resume", target (self));
      fil_menu_add (menu, phase == FIL_DOWNLOAD_HAS_FAILED ? _("Try Again") : _("Find More Sources"), "win.retry",
                    target (self));
      if (fil_row_get_int (self->download, "received_bytes") > 0)
        fil_menu_add (menu, _("Look at the Beginning"), "win.preview", target (self));
      fil_menu_add (menu, _("Limit Speed…"), "win.limit", target (self));
      add_moves (self, more);
    }
  fil_menu_add (more, gtk_toggle_button_get_active (self->show_details) ? _("Hide Details") : _("Details"),
                "transfer.details", NULL);
  if (magnet != NULL)
    fil_menu_add (more, _("Copy Link"), "win.copy", g_variant_new_string (magnet));
  fil_menu_add (more, phase == FIL_DOWNLOAD_IS_DONE ? _("Take off the List") : _("Cancel"), "win.cancel", target (self));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (more));
  return G_MENU_MODEL (menu);
}

static void show_why (FilDownloadCard *self, FilDownloadPhase phase);

/* The menu is made when it is opened: what can be done changes. */
static void
create_popup_cb (GtkMenuButton *button,
                 gpointer data)
{
  g_autoptr (GMenuModel) menu = make_menu (data, NULL);

  gtk_menu_button_set_menu_model (button, menu);
}

static gboolean
countdown_cb (gpointer data)
{
  FilDownloadCard *self = data;

  self->countdown_id = 0;
  show_why (self, fil_download_phase (self->download));
  return G_SOURCE_REMOVE;
}

/* "Nobody answers. Next try in 40 s.", which counts down. */
static char *
add_countdown (FilDownloadCard *self,
               char *why)
{
  gint64 seconds = fil_download_retry_in (self->download, g_get_real_time () / G_USEC_PER_SEC);
  g_autofree char *taken = why;
  g_autofree char *next = NULL;

  if (seconds < 0 || why == NULL)
    return g_steal_pointer (&taken);
  if (self->countdown_id == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      self->countdown_id = g_timeout_add_seconds_full (G_PRIORITY_LOW, 1, countdown_cb, self, NULL);
      g_source_set_name_by_id (self->countdown_id, "[filbert] next try");
    }
  next = fil_download_retry_line (self->download, seconds);
  return g_strdup_printf ("%s %s", why, next);
}

/* (nullable): what can be done about it, on a button */
static const char *
cure_word (FilDownloadCard *self,
           FilDownloadPhase phase)
{
  switch (phase)
    {
    case FIL_DOWNLOAD_IS_MOVING:
      return _("Find more");
    case FIL_DOWNLOAD_HAS_FAILED:
      return _("Try again");
    case FIL_DOWNLOAD_IS_DONE:
      return fil_download_has_changed (self->download) ? _("Download again") : NULL;
    case FIL_DOWNLOAD_IS_PAUSED:
    default:
      return NULL;
    }
}

static void
show_why (FilDownloadCard *self,
          FilDownloadPhase phase)
{
  const char *cure = cure_word (self, phase);
  g_autofree char *why = add_countdown (self, fil_download_why_line (self->download));

  gtk_widget_set_visible (self->why_box, why != NULL);
  gtk_label_set_label (self->why, why != NULL ? why : "");
  gtk_widget_set_visible (GTK_WIDGET (self->cure), cure != NULL);
  gtk_button_set_label (self->cure, cure != NULL ? cure : "");
}

static void
show_buttons (FilDownloadCard *self,
              FilDownloadPhase phase)
{
  gtk_widget_set_visible (GTK_WIDGET (self->open), phase == FIL_DOWNLOAD_IS_DONE);
  gtk_widget_set_visible (GTK_WIDGET (self->show), phase == FIL_DOWNLOAD_IS_DONE && !self->is_narrow);
  gtk_widget_set_visible (GTK_WIDGET (self->pause), phase == FIL_DOWNLOAD_IS_MOVING);
  gtk_widget_set_visible (GTK_WIDGET (self->resume), phase == FIL_DOWNLOAD_IS_PAUSED);
  gtk_widget_set_visible (GTK_WIDGET (self->cancel), phase != FIL_DOWNLOAD_IS_DONE && !self->is_narrow);
  gtk_widget_set_visible (GTK_WIDGET (self->show_details), !self->is_narrow);
}

static void
update (FilDownloadCard *self)
{
  FilDownloadPhase phase = fil_download_phase (self->download);
  gint64 size = fil_row_get_int (self->download, "size");
  gint64 received = MAX (fil_row_get_int (self->download, "received_bytes"),
                         fil_row_get_int (self->download, "verified_bytes"));
  g_autofree char *facts = fil_download_progress_line (self->download);
  g_autofree char *spoken = fil_download_spoken (self->download);

  gtk_image_set_from_icon_name (self->icon,
                                fil_kind_to_icon (fil_kind_of_name (fil_row_get_string (self->download, "name"))));
  gtk_label_set_label (self->name, fil_row_get_string (self->download, "name"));
  gtk_label_set_label (self->facts, facts);
  gtk_progress_bar_set_fraction (self->progress, fil_format_fraction (received, size));
  gtk_widget_set_visible (GTK_WIDGET (self->progress), phase != FIL_DOWNLOAD_IS_DONE);
  show_why (self, phase);
  show_buttons (self, phase);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

/* Buttons say whose they are: a screen reader meets five "Pause" in a list. Takes @label. */
static void
label_widget (gpointer widget,
              char *label)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_free (label);
}

static void
set_up_buttons (FilDownloadCard *self)
{
  GtkButton *buttons[] = { self->open, self->show, self->pause, self->resume, self->cancel, self->cure };
  const char *name = fil_row_get_string (self->download, "name");

  for (guint i = 0; i < G_N_ELEMENTS (buttons); i++)
    gtk_actionable_set_action_target_value (GTK_ACTIONABLE (buttons[i]), target (self));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->cure), "win.retry");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name), name);
  label_widget (self->open, g_strdup_printf (_("Open %s"), name));
  label_widget (self->show, g_strdup_printf (_("Show %s in its folder"), name));
  label_widget (self->pause, g_strdup_printf (_("Pause %s"), name));
  label_widget (self->resume, g_strdup_printf (_("Resume %s"), name));
  label_widget (self->cancel, g_strdup_printf (_("Cancel %s"), name));
  label_widget (self->show_details, g_strdup_printf (_("Details of %s"), name));
  label_widget (self->more, g_strdup_printf (_("More for %s"), name));
  label_widget (self->progress, g_strdup_printf (_("Progress of %s"), name));
}

static void
details_toggled_cb (FilDownloadCard *self)
{
  gboolean is_open = gtk_toggle_button_get_active (self->show_details);

  if (is_open && gtk_revealer_get_child (self->revealer) == NULL)
    gtk_revealer_set_child (self->revealer, fil_download_details_new (self->client, self->download));
  if (is_open)
    gtk_widget_set_visible (GTK_WIDGET (self->revealer), TRUE);
  gtk_revealer_set_reveal_child (self->revealer, is_open);
  gtk_button_set_icon_name (GTK_BUTTON (self->show_details), is_open ? "pan-up-symbolic" : "pan-down-symbolic");
}

/* Closed, it takes no room and asks nothing. */
static void
revealed_cb (FilDownloadCard *self)
{
  if (!gtk_revealer_get_child_revealed (self->revealer) && !gtk_revealer_get_reveal_child (self->revealer))
    gtk_widget_set_visible (GTK_WIDGET (self->revealer), FALSE);
}

static void
details_cb (GtkWidget *widget,
            const char *action,
            GVariant *parameter)
{
  GtkToggleButton *button = FIL_DOWNLOAD_CARD (widget)->show_details;

  gtk_toggle_button_set_active (button, !gtk_toggle_button_get_active (button));
}

static gboolean
toggle_cb (GtkWidget *widget,
           GVariant *arguments,
           gpointer data)
{
  FilDownloadCard *self = FIL_DOWNLOAD_CARD (widget);
  FilDownloadPhase phase = fil_download_phase (self->download);
  const char *action = phase == FIL_DOWNLOAD_IS_MOVING   ? "win.pause"
                       : phase == FIL_DOWNLOAD_IS_PAUSED ? "win.resume"
                       : phase == FIL_DOWNLOAD_IS_DONE   ? "win.open"
                                                         : "win.retry";

  gtk_widget_activate_action (widget, action, "x", fil_row_get_id (self->download));
  return TRUE;
}

static gboolean
delete_cb (GtkWidget *widget,
           GVariant *arguments,
           gpointer data)
{
  gtk_widget_activate_action (widget, "win.cancel", "x", fil_row_get_id (FIL_DOWNLOAD_CARD (widget)->download));
  return TRUE;
}

static gboolean
move_cb (GtkWidget *widget,
         GVariant *arguments,
         gpointer data)
{
  const char *where;

  g_variant_get (arguments, "(&s)", &where);
  gtk_widget_activate_action (widget, "win.move", "(xs)", fil_row_get_id (FIL_DOWNLOAD_CARD (widget)->download), where);
  return TRUE;
}

/* Where nobody looks, nothing counts down. */
static void
fil_download_card_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (fil_download_card_parent_class)->map (widget);
  show_why (FIL_DOWNLOAD_CARD (widget), fil_download_phase (FIL_DOWNLOAD_CARD (widget)->download));
}

static void
fil_download_card_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&FIL_DOWNLOAD_CARD (widget)->countdown_id, g_source_remove);
  GTK_WIDGET_CLASS (fil_download_card_parent_class)->unmap (widget);
}

static GdkContentProvider *
provide_file (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GdkFileList *list = gdk_file_list_new_from_array (&file, 1);
  GdkContentProvider *provider = gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, list);

  g_boxed_free (GDK_TYPE_FILE_LIST, list);
  return provider;
}

/* A finished file can be dragged to wherever files go, the link to any file to wherever text goes. */
static GdkContentProvider *
prepare_drag_cb (GtkDragSource *source,
                 double x,
                 double y,
                 FilDownloadCard *self)
{
  const char *path = fil_row_get_string (self->download, "path");
  g_autofree char *magnet = make_magnet (self->download);
  GdkContentProvider *providers[2];
  gsize n = 0;

  if (fil_download_phase (self->download) == FIL_DOWNLOAD_IS_DONE && path != NULL)
    providers[n++] = provide_file (path);
  if (magnet != NULL)
    providers[n++] = gdk_content_provider_new_typed (G_TYPE_STRING, magnet);
  return n > 0 ? gdk_content_provider_new_union (providers, n) : NULL;
}

static void
attach_drag (FilDownloadCard *self)
{
  GtkDragSource *source = gtk_drag_source_new ();

  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  g_signal_connect_object (source, "prepare", G_CALLBACK (prepare_drag_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (source));
}

static void
fil_download_card_dispose (GObject *object)
{
  g_clear_handle_id (&FIL_DOWNLOAD_CARD (object)->countdown_id, g_source_remove);
  g_clear_object (&FIL_DOWNLOAD_CARD (object)->client);
  g_clear_object (&FIL_DOWNLOAD_CARD (object)->download);
  G_OBJECT_CLASS (fil_download_card_parent_class)->dispose (object);
}

static void
fil_download_card_class_init (FilDownloadCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fil_download_card_dispose;
  widget_class->map = fil_download_card_map;
  widget_class->unmap = fil_download_card_unmap;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/filbert/Filbert/ui/download-card.ui");
  gtk_widget_class_bind_template_child (widget_class, FilDownloadCard, icon);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadCard, name);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadCard, progress);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadCard, facts);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadCard, why_box);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadCard, why);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadCard, cure);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadCard, open);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadCard, show);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadCard, pause);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadCard, resume);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadCard, cancel);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadCard, more);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadCard, show_details);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadCard, revealer);
  gtk_widget_class_bind_template_callback (widget_class, details_toggled_cb);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_space, 0, toggle_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Return, 0, toggle_cb, NULL);
  gtk_widget_class_install_action (widget_class, "transfer.details", NULL, details_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_ALT_MASK, "transfer.details", NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Delete, 0, delete_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Home, GDK_ALT_MASK, move_cb, "(s)", "top");
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Up, GDK_ALT_MASK, move_cb, "(s)", "up");
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Down, GDK_ALT_MASK, move_cb, "(s)", "down");
  gtk_widget_class_add_binding (widget_class, GDK_KEY_End, GDK_ALT_MASK, move_cb, "(s)", "bottom");
}

static void
fil_download_card_init (FilDownloadCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_menu_button_set_create_popup_func (self->more, create_popup_cb, self, NULL);
  g_signal_connect_object (self->revealer, "notify::child-revealed", G_CALLBACK (revealed_cb), self, G_CONNECT_SWAPPED);
  fil_context_menu_attach (GTK_WIDGET (self), make_menu, NULL);
  attach_drag (self);
}

/**
 * fil_download_card_new:
 * @download: a row of the list "downloads", which the card follows
 */
GtkWidget *
fil_download_card_new (FilClient *client,
                       FilRow *download)
{
  FilDownloadCard *self = g_object_new (FIL_TYPE_DOWNLOAD_CARD, NULL);

  self->client = g_object_ref (client);
  self->download = g_object_ref (download);
  g_signal_connect_object (download, "notify::variant", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  set_up_buttons (self);
  update (self);
  return GTK_WIDGET (self);
}

FilRow *
fil_download_card_get_row (FilDownloadCard *self)
{
  return self->download;
}

/**
 * fil_download_card_set_narrow:
 *
 * Leaves the name more room: of the buttons only the one that is needed most and the menu, which has everything, stay.
 */
void
fil_download_card_set_narrow (FilDownloadCard *self,
                              gboolean is_narrow)
{
  g_return_if_fail (FIL_IS_DOWNLOAD_CARD (self));

  if (self->is_narrow == is_narrow)
    return;
  self->is_narrow = is_narrow;
  show_buttons (self, fil_download_phase (self->download));
}

/**
 * fil_download_card_show_details:
 *
 * Opens what is behind the line, and moves the keyboard to it.
 */
void
fil_download_card_show_details (FilDownloadCard *self)
{
  g_return_if_fail (FIL_IS_DOWNLOAD_CARD (self));

  fil_download_card_set_open (self, TRUE);
  gtk_widget_grab_focus (self->is_narrow ? GTK_WIDGET (self->more) : GTK_WIDGET (self->show_details));
}

/**
 * fil_download_card_is_open:
 *
 * Returns: whether its details are shown
 */
gboolean
fil_download_card_is_open (FilDownloadCard *self)
{
  g_return_val_if_fail (FIL_IS_DOWNLOAD_CARD (self), FALSE);

  return gtk_toggle_button_get_active (self->show_details);
}

void
fil_download_card_set_open (FilDownloadCard *self,
                            gboolean is_open)
{
  g_return_if_fail (FIL_IS_DOWNLOAD_CARD (self));

  gtk_toggle_button_set_active (self->show_details, is_open);
}
