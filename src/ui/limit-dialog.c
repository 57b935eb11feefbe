/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "limit-dialog.h"

#include <glib/gi18n.h>

/* The window speaks of kB/s, as in the preferences. */
#define KILO 1000
#define MOST_KILO 100000000.0
#define FIRST_KILO 500.0

typedef struct
{
  gint64 id;
  GtkSpinButton *speed; /* the dialog's */
} LimitDialog;

static void
response_cb (AdwMessageDialog *dialog,
             const char *response,
             LimitDialog *self)
{
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (dialog));
  gint64 limit = 0;

  if (parent == NULL || g_str_equal (response, "cancel"))
    return;
  if (g_str_equal (response, "limit"))
    {
      gtk_spin_button_update (self->speed);
      limit = (gint64) gtk_spin_button_get_value (self->speed) * KILO;
    }
  gtk_widget_activate_action (GTK_WIDGET (parent), "win.set-limit", "(xx)", self->id, limit);
}

static GtkSpinButton *
make_speed (double kilo)
{
  GtkWidget *speed = gtk_spin_button_new_with_range (1, MOST_KILO, 50);

  gtk_spin_button_set_value (GTK_SPIN_BUTTON (speed), kilo);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (speed), TRUE);
  gtk_widget_set_valign (speed, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (speed), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Speed limit"), -1);
  gtk_text_set_activates_default (GTK_TEXT (gtk_editable_get_delegate (GTK_EDITABLE (speed))), TRUE);
  return GTK_SPIN_BUTTON (speed);
}

static GtkWidget *
make_list (GtkSpinButton *speed)
{
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _("Speed limit"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), _("kB/s"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), GTK_WIDGET (speed));
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), GTK_WIDGET (speed));
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  return list;
}

/**
 * fil_limit_dialog_present:
 * @parent: has the action win.set-limit
 * @download: a row of the list "downloads"
 *
 * Asks how fast one download may be.
 */
void
fil_limit_dialog_present (GtkWindow *parent,
                          FilRow *download)
{
  gint64 limit = fil_row_get_int (download, "limit_bps");
  gboolean has_limit = limit != FIL_ROW_UNKNOWN && limit > 0;
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (parent, _("Limit Speed"), NULL));
  LimitDialog *self = g_new0 (LimitDialog, 1);

  self->id = fil_row_get_id (download);
  self->speed = make_speed (has_limit ? (double) limit / KILO : FIRST_KILO);
  adw_message_dialog_format_body (dialog, _("How fast “%s” may be, beside the limits for everything."),
                                  fil_row_get_string (download, "name"));
  adw_message_dialog_set_extra_child (dialog, make_list (self->speed));
  adw_message_dialog_add_response (dialog, "cancel", _("_Cancel"));
  if (has_limit)
    adw_message_dialog_add_response (dialog, "none", _("_No Limit"));
  adw_message_dialog_add_response (dialog, "limit", _("_Limit"));
  adw_message_dialog_set_response_appearance (dialog, "limit", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "limit");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (response_cb), self, (GClosureNotify) g_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_grab_focus (GTK_WIDGET (self->speed));
}
