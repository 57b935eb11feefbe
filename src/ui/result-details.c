/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "result-details.h"

#include "file-kinds.h"
#include "formatting.h"
#include "result-words.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* More sources than this tell a person nothing. */
#define MAX_SOURCES 20

struct _FilResultDetails
{
  GtkWidget parent;

  GtkStack *stack;
  GtkLabel *name;
  GtkLabel *facts;
  GtkLabel *reach;
  GtkLabel *hashes;
  GtkButton *download;
  GtkListBox *sources;
};

G_DEFINE_FINAL_TYPE (FilResultDetails, fil_result_details, GTK_TYPE_WIDGET)

static void
fil_result_details_dispose (GObject *object)
{
  FilResultDetails *self = FIL_RESULT_DETAILS (object);

  if (self->stack != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->stack));
  self->stack = NULL;
  G_OBJECT_CLASS (fil_result_details_parent_class)->dispose (object);
}

static void
fil_result_details_class_init (FilResultDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fil_result_details_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/filbert/Filbert/ui/result-details.ui");
  gtk_widget_class_bind_template_child (widget_class, FilResultDetails, stack);
  gtk_widget_class_bind_template_child (widget_class, FilResultDetails, name);
  gtk_widget_class_bind_template_child (widget_class, FilResultDetails, facts);
  gtk_widget_class_bind_template_child (widget_class, FilResultDetails, reach);
  gtk_widget_class_bind_template_child (widget_class, FilResultDetails, hashes);
  gtk_widget_class_bind_template_child (widget_class, FilResultDetails, download);
  gtk_widget_class_bind_template_child (widget_class, FilResultDetails, sources);
}

static void
fil_result_details_init (FilResultDetails *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static GtkWidget *
make_source_row (const FilResultFacts *facts,
                 const char *group_name)
{
  GtkWidget *row = adw_action_row_new ();
  g_autoptr (GString) subtitle = g_string_new (NULL);
  g_autofree char *hops = g_strdup_printf (ngettext ("%d hop away", "%d hops away", (gulong) MAX (facts->hops, 0)),
                                           (int) MAX (facts->hops, 0));
  g_autofree char *title = g_markup_escape_text (facts->address != NULL ? facts->address : _("Known by its GUID only"), -1);
  g_autofree char *escaped = NULL;

  fil_format_join (subtitle, fil_reach_to_word (facts->reach));
  fil_format_join (subtitle, facts->vendor);
  fil_format_join (subtitle, hops);
  if (g_strcmp0 (facts->name, group_name) != 0)
    g_string_append_printf (subtitle, "\n%s", facts->name);
  if (facts->reach == FIL_REACH_BY_NONE)
    g_string_append_printf (subtitle, "\n%s", fil_result_describe_reach (facts));
  escaped = g_markup_escape_text (subtitle->str, -1);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), escaped);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name (fil_reach_to_icon (facts->reach)));
  gtk_widget_set_tooltip_text (row, fil_result_describe_reach (facts));
  return row;
}

static void
show_sources (FilResultDetails *self,
              FilResultItem *item)
{
  const FilResultFacts *facts = fil_result_item_get_facts (item);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->sources))) != NULL)
    gtk_list_box_remove (self->sources, child);
  for (guint i = 0; i < MIN (fil_result_item_get_n_rows (item), MAX_SOURCES); i++)
    {
      g_autoptr (FilResultItem) member = fil_result_item_make_member (item, i);

      gtk_list_box_append (self->sources, make_source_row (fil_result_item_get_facts (member), facts->name));
    }
}

static void
show_hashes (FilResultDetails *self,
             const FilResultFacts *facts)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (facts->sha1 != NULL)
    g_string_append_printf (text, "SHA-1 %s", facts->sha1);
  if (facts->tth != NULL)
    g_string_append_printf (text, "%sTTH %s", text->len > 0 ? "\n" : "", facts->tth);
  if (text->len == 0)
    g_string_append (text, _("No hash is known, so the file cannot be checked."));
  gtk_label_set_label (self->hashes, text->str);
}

/**
 * fil_result_details_set_item:
 * @item: (nullable): what to show
 */
void
fil_result_details_set_item (FilResultDetails *self,
                             FilResultItem *item)
{
  const FilResultFacts *facts;
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *size = NULL;

  g_return_if_fail (FIL_IS_RESULT_DETAILS (self));

  gtk_stack_set_visible_child_name (self->stack, item != NULL ? "item" : "none");
  if (item == NULL)
    return;

  facts = fil_result_item_get_facts (item);
  size = fil_format_size (facts->size);
  fil_format_join (line, fil_kind_to_word (facts->kind));
  fil_format_join (line, size);
  fil_format_join (line, fil_result_describe_state (facts));
  gtk_label_set_label (self->name, facts->name);
  gtk_label_set_label (self->facts, line->str);
  gtk_label_set_label (self->reach, fil_result_describe_reach (facts));
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->download), "x", facts->best_id);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->download), "win.download");
  gtk_widget_set_visible (GTK_WIDGET (self->download), facts->download <= 0);
  show_sources (self, item);
  show_hashes (self, facts);
}
