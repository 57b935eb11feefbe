/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "search-view.h"

#include "formatting.h"
#include "result-details.h"
#include "results-feed.h"
#include "results-table.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* Fewer are not "about" so many: each was asked or heard of by name. */
#define FEW_HOSTS 10

struct _FilSearchView
{
  GtkWidget parent;

  GtkWidget *box;
  AdwFlap *flap;
  GtkStack *stack;
  AdwStatusPage *waiting;
  AdwBin *table_place;
  FilResultsTable *table; /* NULL before the first result: to make it in the turn of the search is too much for one */
  AdwBin *details_place;
  FilResultDetails *details; /* NULL before somebody looks: to make them holds up the first results */
  GtkLabel *status;
  GtkButton *stop;

  FilRow *search;
  FilListModel *rows;
  FilResultsModel *results;
  FilResultsFeed *feed;
  gboolean is_narrow;
  gboolean is_gone;
};

G_DEFINE_FINAL_TYPE (FilSearchView, fil_search_view, GTK_TYPE_WIDGET)

enum
{
  PROP_TITLE = 1,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

static char *
make_title (FilSearchView *self)
{
  guint n = fil_results_model_get_n_results (self->results);

  return n == 0 ? g_strdup (fil_search_view_get_words (self))
                : g_strdup_printf (_("%s (%u)"), fil_search_view_get_words (self), n);
}

static char *
describe_asked (FilSearchView *self)
{
  int asked = (int) fil_row_get_int (self->search, "hosts_asked");

  if (asked <= 0)
    return g_strdup (_("Nobody asked yet"));
  if (asked < FEW_HOSTS)
    return g_strdup_printf (ngettext ("Asked %d host", "Asked %d hosts", (gulong) asked), asked);
  return g_strdup_printf (ngettext ("Asked about %d host", "Asked about %d hosts", (gulong) asked), asked);
}

static char *
describe_results (FilSearchView *self)
{
  guint n = fil_results_model_get_n_results (self->results);
  guint n_hidden = fil_results_model_get_n_hidden (self->results);
  g_autofree char *number = fil_format_number (n);
  g_autofree char *results = g_strdup_printf (ngettext ("%s result", "%s results", n), number);
  g_autofree char *hidden_number = NULL;

  if (n_hidden == 0)
    return g_steal_pointer (&results);
  hidden_number = fil_format_number (n_hidden);
  /* Translators: "31 results, 3 hidden by filters" */
  return g_strdup_printf (_("%s, %s hidden by filters"), results, hidden_number);
}

/* What the page says while there is nothing to list. */
static void
update_waiting (FilSearchView *self,
                gboolean is_active)
{
  guint n_hidden = fil_results_model_get_n_hidden (self->results);
  const char *reason = fil_row_get_string (self->search, "reason");

  if (n_hidden > 0)
    {
      adw_status_page_set_icon_name (self->waiting, "view-conceal-symbolic");
      adw_status_page_set_title (self->waiting, _("All results are hidden"));
      adw_status_page_set_description (self->waiting, _("The kinds or words above hide them. Choose All to see more."));
    }
  else if (is_active)
    {
      adw_status_page_set_icon_name (self->waiting, "fil-network-symbolic");
      adw_status_page_set_title (self->waiting, _("Asking the network…"));
      adw_status_page_set_description (self->waiting, _("Results appear here as hosts answer; most do within ten seconds."));
    }
  else
    {
      adw_status_page_set_icon_name (self->waiting, "system-search-symbolic");
      adw_status_page_set_title (self->waiting, _("Nobody has answered"));
      adw_status_page_set_description (self->waiting,
                                       reason != NULL ? reason
                                                      : _("Try fewer or other words, or search again later: other people will be there."));
    }
}

static void
show_details (FilSearchView *self)
{
  g_autoptr (FilResultItem) item = NULL;

  if (!adw_flap_get_reveal_flap (self->flap))
    return;
  if (self->details == NULL)
    {
      self->details = g_object_new (FIL_TYPE_RESULT_DETAILS, NULL);
      adw_bin_set_child (self->details_place, GTK_WIDGET (self->details));
    }
  item = self->table != NULL ? fil_results_table_dup_selected (self->table) : NULL;
  fil_result_details_set_item (self->details, item);
}

static void
ensure_table (FilSearchView *self)
{
  if (self->table != NULL)
    return;
  self->table = g_object_new (FIL_TYPE_RESULTS_TABLE, NULL);
  fil_results_table_set_model (self->table, self->results);
  fil_results_table_set_narrow (self->table, self->is_narrow);
  g_signal_connect_object (self->table, "notify::selected", G_CALLBACK (show_details), self, G_CONNECT_SWAPPED);
  adw_bin_set_child (self->table_place, GTK_WIDGET (self->table));
}

static void
update (FilSearchView *self)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *asked = describe_asked (self);
  g_autofree char *results = describe_results (self);
  gboolean is_active = fil_row_get_bool (self->search, "active");
  gboolean has_lines = g_list_model_get_n_items (G_LIST_MODEL (self->results)) > 0;

  fil_format_join (line, asked);
  fil_format_join (line, results);
  if (!is_active)
    fil_format_join (line, _("finished"));
  gtk_label_set_label (self->status, line->str);
  gtk_widget_set_visible (GTK_WIDGET (self->stop), is_active);
  if (has_lines)
    ensure_table (self);
  gtk_stack_set_visible_child_name (self->stack, has_lines ? "results" : "waiting");
  if (!has_lines)
    update_waiting (self, is_active);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TITLE]);
}

static void
fil_search_view_get_property (GObject *object,
                              guint id,
                              GValue *value,
                              GParamSpec *pspec)
{
  if (id == PROP_TITLE)
    g_value_take_string (value, make_title (FIL_SEARCH_VIEW (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
fil_search_view_dispose (GObject *object)
{
  FilSearchView *self = FIL_SEARCH_VIEW (object);

  g_clear_object (&self->feed);
  g_clear_object (&self->rows);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (fil_search_view_parent_class)->dispose (object);
}

static void
fil_search_view_finalize (GObject *object)
{
  FilSearchView *self = FIL_SEARCH_VIEW (object);

  g_clear_object (&self->results);
  g_clear_object (&self->search);
  G_OBJECT_CLASS (fil_search_view_parent_class)->finalize (object);
}

static void
fil_search_view_class_init (FilSearchViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = fil_search_view_get_property;
  object_class->dispose = fil_search_view_dispose;
  object_class->finalize = fil_search_view_finalize;
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/filbert/Filbert/ui/search-view.ui");
  gtk_widget_class_bind_template_child (widget_class, FilSearchView, box);
  gtk_widget_class_bind_template_child (widget_class, FilSearchView, flap);
  gtk_widget_class_bind_template_child (widget_class, FilSearchView, stack);
  gtk_widget_class_bind_template_child (widget_class, FilSearchView, waiting);
  gtk_widget_class_bind_template_child (widget_class, FilSearchView, table_place);
  gtk_widget_class_bind_template_child (widget_class, FilSearchView, details_place);
  gtk_widget_class_bind_template_child (widget_class, FilSearchView, status);
  gtk_widget_class_bind_template_child (widget_class, FilSearchView, stop);
  gtk_widget_class_bind_template_callback (widget_class, show_details);
}

static gboolean
toggle_details_cb (GtkWidget *widget,
                   GVariant *arguments,
                   gpointer data)
{
  FilSearchView *self = FIL_SEARCH_VIEW (widget);

  adw_flap_set_reveal_flap (self->flap, !adw_flap_get_reveal_flap (self->flap));
  return TRUE;
}

static void
fil_search_view_init (FilSearchView *self)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_F9, 0), gtk_callback_action_new (toggle_details_cb, NULL, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

/**
 * fil_search_view_new:
 * @search: a row of the list "searches", which the view follows
 */
FilSearchView *
fil_search_view_new (FilClient *client,
                     FilRow *search)
{
  FilSearchView *self = g_object_new (FIL_TYPE_SEARCH_VIEW, NULL);
  gint64 id = fil_row_get_id (search);

  self->search = g_object_ref (search);
  self->results = fil_results_model_new ();
  self->rows = fil_list_model_new (client, "results", id);
  self->feed = fil_results_feed_new (self->rows, self->results);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->stop), "win.stop-search");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->stop), "x", id);
  g_signal_connect_object (self->search, "notify::variant", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->results, "notify::n-results", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return self;
}

gint64
fil_search_view_get_id (FilSearchView *self)
{
  return fil_row_get_id (self->search);
}

const char *
fil_search_view_get_words (FilSearchView *self)
{
  return fil_row_get_string (self->search, "text");
}

void
fil_search_view_set_filters (FilSearchView *self,
                             guint kind_bits,
                             const char *words)
{
  g_return_if_fail (FIL_IS_SEARCH_VIEW (self));

  fil_results_model_set_kinds (self->results, kind_bits);
  fil_results_model_set_text (self->results, words);
}

void
fil_search_view_set_narrow (FilSearchView *self,
                            gboolean is_narrow)
{
  g_return_if_fail (FIL_IS_SEARCH_VIEW (self));

  self->is_narrow = is_narrow;
  if (self->table != NULL)
    fil_results_table_set_narrow (self->table, is_narrow);
}

/**
 * fil_search_view_focus_results:
 *
 * Returns: whether there was a result to move the keyboard to
 */
gboolean
fil_search_view_focus_results (FilSearchView *self)
{
  g_return_val_if_fail (FIL_IS_SEARCH_VIEW (self), FALSE);

  return self->table != NULL && fil_results_table_focus (self->table);
}

/**
 * fil_search_view_set_gone:
 *
 * The node has forgotten this search already.
 */
void
fil_search_view_set_gone (FilSearchView *self)
{
  self->is_gone = TRUE;
}

gboolean
fil_search_view_is_gone (FilSearchView *self)
{
  return self->is_gone;
}
