/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "doctor-row.h"

#include "doctor-words.h"

#include <glib/gi18n.h>

struct _FilDoctorRow
{
  AdwPreferencesRow parent;

  FilRow *line;
};

G_DEFINE_FINAL_TYPE (FilDoctorRow, fil_doctor_row, ADW_TYPE_PREFERENCES_ROW)

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
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
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

  gtk_widget_set_valign (mark, GTK_ALIGN_START);
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

  gtk_widget_set_halign (button, GTK_ALIGN_START);
  gtk_widget_set_margin_top (button, 6);
  g_signal_connect_object (button, "clicked", G_CALLBACK (clicked_cb), self, G_CONNECT_SWAPPED);
  return button;
}

static GtkWidget *
make_label (const char *text,
            const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

/* One below the other, so that each has the whole width also where that is small. */
static GtkWidget *
make_words (FilDoctorRow *self)
{
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  const char *help = fil_row_get_string (self->line, "help");
  const char *action = fil_row_get_string (self->line, "action");

  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (words), make_label (fil_doctor_title (fil_row_get_string (self->line, "name")), NULL));
  gtk_box_append (GTK_BOX (words), make_label (fil_row_get_string (self->line, "text"), "dim-label"));
  if (help != NULL)
    gtk_box_append (GTK_BOX (words), make_label (help, NULL));
  if (action != NULL && fil_row_get_string (self->line, "setting") != NULL)
    gtk_box_append (GTK_BOX (words), make_button (self, action));
  return words;
}

/**
 * fil_doctor_row_new:
 * @line: a row of the kind "doctor"
 */
GtkWidget *
fil_doctor_row_new (FilRow *line)
{
  FilDoctorRow *self = g_object_new (FIL_TYPE_DOCTOR_ROW, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  self->line = g_object_ref (line);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), fil_doctor_title (fil_row_get_string (line, "name")));
  gtk_widget_add_css_class (GTK_WIDGET (self), "doctor");
  gtk_box_append (GTK_BOX (box), make_mark (line));
  gtk_box_append (GTK_BOX (box), make_words (self));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
  return GTK_WIDGET (self);
}
