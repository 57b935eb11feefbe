/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "doctor-row.h"

#include <glib/gi18n.h>

struct _FilDoctorRow
{
  AdwActionRow parent;

  FilRow *line;
};

G_DEFINE_FINAL_TYPE (FilDoctorRow, fil_doctor_row, ADW_TYPE_ACTION_ROW)

enum
{
  PRESSED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

static void
fil_doctor_row_dispose (GObject *object)
{
  g_clear_object (&FIL_DOCTOR_ROW (object)->line);
  G_OBJECT_CLASS (fil_doctor_row_parent_class)->dispose (object);
}

static void
fil_doctor_row_class_init (FilDoctorRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = fil_doctor_row_dispose;

  /**
   * FilDoctorRow::pressed:
   * @setting: what is to be set
   * @value: to what
   *
   * The user wants what the doctor says would help.
   */
  signals[PRESSED] = g_signal_new ("pressed", FIL_TYPE_DOCTOR_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                   2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
fil_doctor_row_init (FilDoctorRow *self)
{
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self), 0);
}

static const char *
title_of (const char *name)
{
  if (g_strcmp0 (name, "tcp") == 0)
    return _("Others can reach you (TCP)");
  if (g_strcmp0 (name, "udp") == 0)
    return _("Others can reach you (UDP)");
  if (g_strcmp0 (name, "calls") == 0)
    return _("Nobody can use this computer against others");
  return g_strcmp0 (name, "punch") == 0 ? _("Two-sided paths work") : name;
}

/* A shape and a word for the verdict; the colour only underlines it. */
static GtkWidget *
make_mark (FilRow *line)
{
  gboolean is_known = fil_row_is_known (line, "verdict");
  gboolean is_yes = is_known && fil_row_get_bool (line, "verdict");
  GtkWidget *mark = gtk_image_new_from_icon_name (!is_known ? "list-remove-symbolic"
                                                  : is_yes  ? "object-select-symbolic"
                                                            : "window-close-symbolic");
  const char *word = !is_known ? _("Not known yet") : is_yes ? _("Yes") : _("No");

  gtk_widget_set_valign (mark, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (mark, "verdict");
  gtk_widget_add_css_class (mark, !is_known ? "unknown" : is_yes ? "yes" : "no");
  gtk_widget_set_tooltip_text (mark, word);
  gtk_accessible_update_property (GTK_ACCESSIBLE (mark), GTK_ACCESSIBLE_PROPERTY_LABEL, word, -1);
  return mark;
}

static void
clicked_cb (FilDoctorRow *self,
            GtkButton *button)
{
  gtk_widget_set_sensitive (GTK_WIDGET (button), FALSE);
  g_signal_emit (self, signals[PRESSED], 0, fil_row_get_string (self->line, "setting"),
                 fil_row_get_string (self->line, "value"));
}

static GtkWidget *
make_button (FilDoctorRow *self,
             const char *label)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_object (button, "clicked", G_CALLBACK (clicked_cb), self, G_CONNECT_SWAPPED);
  return button;
}

/**
 * fil_doctor_row_new:
 * @line: a row of the kind "doctor"
 */
GtkWidget *
fil_doctor_row_new (FilRow *line)
{
  FilDoctorRow *self = g_object_new (FIL_TYPE_DOCTOR_ROW, NULL);
  const char *help = fil_row_get_string (line, "help");
  g_autofree char *text = NULL;
  g_autofree char *subtitle = NULL;

  text = help == NULL ? g_strdup (fil_row_get_string (line, "text"))
                      : g_strdup_printf ("%s %s", fil_row_get_string (line, "text"), help);
  subtitle = g_markup_escape_text (text, -1);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title_of (fil_row_get_string (line, "name")));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), make_mark (line));
  self->line = g_object_ref (line);
  if (fil_row_get_string (line, "action") != NULL && fil_row_get_string (line, "setting") != NULL)
    adw_action_row_add_suffix (ADW_ACTION_ROW (self), make_button (self, fil_row_get_string (line, "action")));
  return GTK_WIDGET (self);
}
