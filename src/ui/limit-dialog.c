/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "limit-dialog.h"

#include <glib/gi18n.h>

/* The window speaks of kB/s, as in the preferences. */
#define KILO 1000
#define MOST_KILO 100000000.0
#define FIRST (500 * KILO)

typedef struct
{
  gint64 id;
  gboolean is_upload;
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
  gtk_widget_activate_action (GTK_WIDGET (parent), self->is_upload ? "win.set-upload-limit" : "win.set-limit", "(xx)",
                              self->id, limit);
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

/* To two digits, in whole kB/s. */
static gint64
round_speed (gint64 bytes_per_s)
{
  gint64 unit = KILO;

  while (bytes_per_s >= 100 * unit)
    unit *= 10;
  return MAX ((bytes_per_s + unit / 2) / unit, 1) * unit;
}

/**
 * fil_limit_dialog_first:
 * @transfer: a row of the list "downloads" or "uploads"
 * @last: bytes a second, the limit that a transfer was given last; 0: none yet
 *
 * Returns: bytes a second, where the choice begins: at the limit that there is, at how fast the transfer is now, or at
 *   what was chosen last
 */
gint64
fil_limit_dialog_first (FilRow *transfer,
                        gint64 last)
{
  gint64 limit = fil_row_get_int (transfer, "limit_bps");
  gint64 speed = fil_row_get_int (transfer, "bps");

  if (limit > 0)
    return limit;
  if (speed > 0)
    return round_speed (speed);
  return last > 0 ? last : FIRST;
}

static void
set_body (AdwMessageDialog *dialog,
          FilRow *transfer,
          gboolean is_upload)
{
  const char *name = fil_row_get_string (transfer, "name");
  const char *peer = is_upload ? fil_row_get_string (transfer, "peer") : NULL;

  if (peer != NULL)
    /* Translators: the name of a file and the address of a host */
    adw_message_dialog_format_body (dialog, _("How fast “%s” may go to %s, beside the limits for everything."), name, peer);
  else
    adw_message_dialog_format_body (dialog, _("How fast “%s” may be, beside the limits for everything."), name);
}

static void
add_responses (AdwMessageDialog *dialog,
               gboolean has_limit)
{
  adw_message_dialog_add_response (dialog, "cancel", _("_Cancel"));
  if (has_limit)
    adw_message_dialog_add_response (dialog, "none", _("_No Limit"));
  adw_message_dialog_add_response (dialog, "limit", _("_Limit"));
  adw_message_dialog_set_response_appearance (dialog, "limit", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "limit");
  adw_message_dialog_set_close_response (dialog, "cancel");
}

/**
 * fil_limit_dialog_present:
 * @parent: has the actions win.set-limit and win.set-upload-limit
 * @transfer: a row of the list "downloads" or "uploads"
 * @last: see fil_limit_dialog_first()
 *
 * Asks how fast one transfer may be.
 */
void
fil_limit_dialog_present (GtkWindow *parent,
                          FilRow *transfer,
                          gint64 last)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (parent, _("Limit Speed"), NULL));
  LimitDialog *self = g_new0 (LimitDialog, 1);

  self->id = fil_row_get_id (transfer);
  self->is_upload = g_str_equal (fil_row_get_kind (transfer), "upload");
  self->speed = make_speed ((double) fil_limit_dialog_first (transfer, last) / KILO);
  set_body (dialog, transfer, self->is_upload);
  adw_message_dialog_set_extra_child (dialog, make_list (self->speed));
  add_responses (dialog, fil_row_get_int (transfer, "limit_bps") > 0);
  g_signal_connect_data (dialog, "response", G_CALLBACK (response_cb), self, (GClosureNotify) g_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_grab_focus (GTK_WIDGET (self->speed));
}
