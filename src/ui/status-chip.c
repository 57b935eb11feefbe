/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "status-chip.h"

#include "status-watch.h"
#include "status-words.h"

#include <glib/gi18n.h>

struct _FilStatusChip
{
  GtkWidget parent;

  GtkMenuButton *button;
  GtkImage *dot;
  GtkLabel *label;
  GtkLabel *title;
  GtkLabel *sentence;
  GtkLabel *facts;

  FilRow *status;
  gboolean is_narrow;
  gboolean has_ended; /* there was a node, and there is none now */
};

G_DEFINE_FINAL_TYPE (FilStatusChip, fil_status_chip, GTK_TYPE_WIDGET)

enum
{
  PROP_NARROW = 1,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

static void
show_facts (FilStatusChip *self)
{
  g_autoptr (GString) facts = g_string_new (NULL);
  g_autofree char *traffic = fil_status_traffic (self->status);
  const char *external, *listen;

  g_string_append (facts, traffic);
  if (self->status != NULL)
    {
      external = fil_row_get_string (self->status, "external");
      listen = fil_row_get_string (self->status, "listen");
      if (external != NULL)
        g_string_append_printf (facts, _("\nOthers see you as %s"), external);
      else if (listen != NULL)
        g_string_append_printf (facts, _("\nListening at %s"), listen);
    }
  gtk_label_set_label (self->facts, facts->str);
}

static void
update (FilStatusChip *self)
{
  g_autofree char *full = self->has_ended ? g_strdup (_("Not running")) : fil_status_chip_text (self->status);
  g_autofree char *brief = self->has_ended ? g_strdup (_("Ended")) : fil_status_short_text (self->status);
  g_autofree char *sentence = self->has_ended ? g_strdup (_("Nothing is searched, downloaded or shared until the node runs again."))
                                              : fil_status_sentence (self->status);
  const char *classes[] = { "dot", fil_status_style (self->status), NULL };

  gtk_label_set_label (self->label, self->is_narrow ? brief : full);
  gtk_label_set_label (self->title, full);
  gtk_label_set_label (self->sentence, sentence);
  gtk_widget_set_css_classes (GTK_WIDGET (self->dot), classes);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, full, -1);
  show_facts (self);
}

static void
status_cb (gpointer watcher,
           FilRow *status)
{
  FilStatusChip *self = watcher;

  g_set_object (&self->status, status);
  if (status != NULL)
    self->has_ended = FALSE;
  update (self);
}

static void
vanished_cb (FilStatusChip *self)
{
  self->has_ended = TRUE;
  update (self);
}

static void
fil_status_chip_get_property (GObject *object,
                              guint id,
                              GValue *value,
                              GParamSpec *pspec)
{
  if (id == PROP_NARROW)
    g_value_set_boolean (value, FIL_STATUS_CHIP (object)->is_narrow);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
fil_status_chip_set_property (GObject *object,
                              guint id,
                              const GValue *value,
                              GParamSpec *pspec)
{
  FilStatusChip *self = FIL_STATUS_CHIP (object);

  if (id != PROP_NARROW)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  if (self->is_narrow == g_value_get_boolean (value))
    return;
  self->is_narrow = g_value_get_boolean (value);
  update (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
fil_status_chip_dispose (GObject *object)
{
  FilStatusChip *self = FIL_STATUS_CHIP (object);

  g_clear_object (&self->status);
  if (self->button != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->button));
  self->button = NULL;
  G_OBJECT_CLASS (fil_status_chip_parent_class)->dispose (object);
}

static void
fil_status_chip_class_init (FilStatusChipClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = fil_status_chip_get_property;
  object_class->set_property = fil_status_chip_set_property;
  object_class->dispose = fil_status_chip_dispose;
  props[PROP_NARROW] = g_param_spec_boolean ("narrow", NULL, NULL, FALSE,
                                             G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/filbert/Filbert/ui/status-chip.ui");
  gtk_widget_class_bind_template_child (widget_class, FilStatusChip, button);
  gtk_widget_class_bind_template_child (widget_class, FilStatusChip, dot);
  gtk_widget_class_bind_template_child (widget_class, FilStatusChip, label);
  gtk_widget_class_bind_template_child (widget_class, FilStatusChip, title);
  gtk_widget_class_bind_template_child (widget_class, FilStatusChip, sentence);
  gtk_widget_class_bind_template_child (widget_class, FilStatusChip, facts);
}

static void
fil_status_chip_init (FilStatusChip *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}

void
fil_status_chip_set_client (FilStatusChip *self,
                            FilClient *client)
{
  g_return_if_fail (FIL_IS_STATUS_CHIP (self));

  fil_status_watch (client, self, status_cb);
  g_signal_connect_object (client, "vanished", G_CALLBACK (vanished_cb), self, G_CONNECT_SWAPPED);
}
