/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "banner.h"

struct _FilBanner
{
  GtkWidget parent;

  GtkRevealer *revealer;
  GtkLabel *label;
  GtkButton *button;
};

G_DEFINE_FINAL_TYPE (FilBanner, fil_banner, GTK_TYPE_WIDGET)

static void
hidden_cb (FilBanner *self)
{
  /* Not only out of sight: out of the way of the keyboard and of screen readers too. */
  gtk_widget_set_visible (GTK_WIDGET (self->revealer), gtk_revealer_get_reveal_child (self->revealer) ||
                                                           gtk_revealer_get_child_revealed (self->revealer));
}

static void
fil_banner_dispose (GObject *object)
{
  FilBanner *self = FIL_BANNER (object);

  if (self->revealer != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->revealer));
  self->revealer = NULL;
  G_OBJECT_CLASS (fil_banner_parent_class)->dispose (object);
}

static void
fil_banner_class_init (FilBannerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fil_banner_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/filbert/Filbert/ui/banner.ui");
  gtk_widget_class_bind_template_child (widget_class, FilBanner, revealer);
  gtk_widget_class_bind_template_child (widget_class, FilBanner, label);
  gtk_widget_class_bind_template_child (widget_class, FilBanner, button);
  gtk_widget_class_bind_template_callback (widget_class, fil_banner_clear);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_ALERT);
}

static void
fil_banner_init (FilBanner *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->revealer, "notify::child-revealed", G_CALLBACK (hidden_cb), self,
                           G_CONNECT_SWAPPED);
}

/**
 * fil_banner_show:
 * @text: cause in one sentence
 * @button: (nullable): a verb
 * @action: (nullable): detailed name of the action behind @button
 *
 * Replaces what was there.
 */
void
fil_banner_show (FilBanner *self,
                 const char *text,
                 const char *button,
                 const char *action)
{
  g_return_if_fail (FIL_IS_BANNER (self));

  gtk_label_set_label (self->label, text);
  gtk_widget_set_visible (GTK_WIDGET (self->button), button != NULL);
  if (button != NULL)
    {
      gtk_button_set_label (self->button, button);
      gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (self->button), action);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->revealer), TRUE);
  gtk_revealer_set_reveal_child (self->revealer, TRUE);
}

void
fil_banner_clear (FilBanner *self)
{
  g_return_if_fail (FIL_IS_BANNER (self));

  gtk_revealer_set_reveal_child (self->revealer, FALSE);
  hidden_cb (self);
}

/**
 * fil_banner_get_text:
 *
 * Returns: (transfer none) (nullable): what it says now
 */
const char *
fil_banner_get_text (FilBanner *self)
{
  return gtk_revealer_get_reveal_child (self->revealer) ? gtk_label_get_label (self->label) : NULL;
}
