/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "context-menu.h"

typedef struct
{
  FilMenuFunc make;
  gpointer data;
  double x, y; /* where it was asked for; negative: by the keyboard */
} ContextMenu;

static gboolean
unparent_cb (gpointer data)
{
  g_autoptr (GtkWidget) popover = data;

  if (gtk_widget_get_parent (popover) != NULL)
    gtk_widget_unparent (popover);
  return G_SOURCE_REMOVE;
}

/* The chosen action runs after "closed", so the popover has to stay for one more turn. */
static void
closed_cb (GtkWidget *popover)
{
  g_idle_add (unparent_cb, g_object_ref (popover));
}

static gboolean
pop_up (GtkWidget *widget,
        double x,
        double y)
{
  ContextMenu *self = g_object_get_data (G_OBJECT (widget), "fil-context-menu");
  g_autoptr (GMenuModel) model = NULL;
  gboolean is_mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int start = is_mirrored ? gtk_widget_get_width (widget) - 24 : 24;
  GtkWidget *popover;

  self->x = x;
  self->y = y;
  model = self->make (widget, self->data);
  if (model == NULL || g_menu_model_get_n_items (model) == 0)
    return FALSE;
  popover = gtk_popover_menu_new_from_model (model);
  gtk_popover_set_has_arrow (GTK_POPOVER (popover), FALSE);
  if (x < 0)
    y = gtk_widget_get_height (widget) / 2.0;
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), &(GdkRectangle){ x < 0 ? start : (int) x, (int) y, 1, 1 });
  gtk_widget_set_halign (popover, GTK_ALIGN_START);
  gtk_widget_set_parent (popover, widget);
  g_signal_connect (popover, "closed", G_CALLBACK (closed_cb), NULL);
  gtk_popover_popup (GTK_POPOVER (popover));
  return TRUE;
}

static void
pressed_cb (GtkGestureClick *gesture,
            int n_press,
            double x,
            double y,
            GtkWidget *widget)
{
  if (pop_up (widget, x, y))
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

static gboolean
menu_key_cb (GtkWidget *widget,
             GVariant *arguments,
             gpointer data)
{
  return pop_up (widget, -1, -1);
}

/**
 * fil_context_menu_attach:
 * @make: (scope forever): makes the menu when it is asked for
 *
 * Opens a menu by the secondary button, the menu key and Shift+F10.
 */
void
fil_context_menu_attach (GtkWidget *widget,
                         FilMenuFunc make,
                         gpointer data)
{
  GtkGesture *gesture = gtk_gesture_click_new ();
  GtkEventController *keys = gtk_shortcut_controller_new ();
  ContextMenu *self = g_new0 (ContextMenu, 1);

  self->make = make;
  self->data = data;
  g_object_set_data_full (G_OBJECT (widget), "fil-context-menu", self, g_free);

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (gesture), GDK_BUTTON_SECONDARY);
  g_signal_connect (gesture, "pressed", G_CALLBACK (pressed_cb), widget);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (gesture));

  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("Menu|<Shift>F10"),
                        gtk_callback_action_new (menu_key_cb, NULL, NULL)));
  gtk_widget_add_controller (widget, keys);
}

/**
 * fil_context_menu_get_point:
 *
 * For a widget with many rows: called while the menu is made.
 *
 * Returns: whether the menu was asked for at a point of @widget, not by the keyboard
 */
gboolean
fil_context_menu_get_point (GtkWidget *widget,
                            double *x,
                            double *y)
{
  ContextMenu *self = g_object_get_data (G_OBJECT (widget), "fil-context-menu");

  *x = self->x;
  *y = self->y;
  return self->x >= 0;
}

/**
 * fil_menu_add:
 * @target: (nullable): floating: consumed
 */
void
fil_menu_add (GMenu *menu,
              const char *label,
              const char *action,
              GVariant *target)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target_value (item, action, target);
  g_menu_append_item (menu, item);
}
