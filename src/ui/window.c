/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "window-private.h"

#include "formatting.h"
#include "schema.h"
#include "status-watch.h"

#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (FilWindow, fil_window, ADW_TYPE_APPLICATION_WINDOW)

/* Between the things in the header, on one side of the pages. */
#define HEADER_GAPS 18

static gboolean
is_narrow (FilWindow *self)
{
  return adw_view_switcher_title_get_title_visible (self->switcher_title);
}

static void
set_narrow (FilWindow *self)
{
  gboolean narrow = is_narrow (self);

  adw_view_switcher_bar_set_reveal (self->switcher_bar, narrow);
  adw_header_bar_set_centering_policy (self->header, narrow ? ADW_CENTERING_POLICY_LOOSE : ADW_CENTERING_POLICY_STRICT);
  g_object_set (self->chip, "narrow", narrow, NULL);
  if (self->search_page != NULL)
    fil_search_page_set_narrow (self->search_page, narrow);
  if (self->transfers_page != NULL)
    fil_transfers_page_set_narrow (self->transfers_page, narrow);
  if (self->library_page != NULL)
    fil_library_page_set_narrow (self->library_page, narrow);
  if (self->network_page != NULL)
    fil_network_page_set_narrow (self->network_page, narrow);
}

static gboolean
set_narrow_cb (gpointer data)
{
  FilWindow *self = data;

  self->narrow_id = 0;
  set_narrow (self);
  return G_SOURCE_REMOVE;
}

/* The header finds out while it is being given its place; nothing may change its size before that ends. */
static void
narrow_cb (FilWindow *self)
{
  if (self->narrow_id != 0)
    return;
  self->narrow_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, set_narrow_cb, self, NULL);
  g_source_set_name_by_id (self->narrow_id, "[filbert] narrow");
}

/* Makes what is shown at the page of that name, unless that has been done. */
static void
make_page (FilWindow *self,
           const char *name)
{
  if (g_str_equal (name, "search") && self->search_page == NULL)
    {
      self->search_page = fil_search_page_new (self->client, self->state);
      adw_bin_set_child (self->search_bin, GTK_WIDGET (self->search_page));
    }
  else if (g_str_equal (name, "transfers") && self->transfers_page == NULL)
    {
      self->transfers_page = fil_transfers_page_new (self->client, self->downloads, self->removals);
      adw_bin_set_child (self->transfers_bin, GTK_WIDGET (self->transfers_page));
    }
  else if (g_str_equal (name, "library") && self->library_page == NULL)
    {
      self->library_page = fil_library_page_new (self->client, self->removals);
      adw_bin_set_child (self->library_bin, GTK_WIDGET (self->library_page));
    }
  else if (g_str_equal (name, "network") && self->network_page == NULL)
    {
      self->network_page = fil_network_page_new (self->client);
      adw_bin_set_child (self->network_bin, GTK_WIDGET (self->network_page));
    }
  else
    return;
  set_narrow (self);
}

/* One page a turn, when nothing is left to draw. */
static int
get_natural_width (gpointer widget)
{
  int natural;

  gtk_widget_measure (GTK_WIDGET (widget), GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
  return natural;
}

/* The second chip, where the words of both and of the pages fit, in whatever language. */
static void
update_sharing_chip (FilWindow *self)
{
  GtkWidget *chip = GTK_WIDGET (self->sharing_chip);
  int room = (gtk_widget_get_width (GTK_WIDGET (self)) - get_natural_width (self->switcher_title)) / 2 - HEADER_GAPS;
  int wanted;

  /* What is invisible measures nothing. */
  gtk_widget_set_visible (chip, self->is_sharing && !is_narrow (self));
  wanted = get_natural_width (self->chip) + get_natural_width (chip);
  gtk_widget_set_visible (chip, self->is_sharing && !is_narrow (self) && wanted <= room);
}

static gboolean
make_pages_cb (gpointer data)
{
  static const char *const names[] = { "transfers", "library", "network" };
  FilWindow *self = data;
  gpointer made[] = { self->transfers_page, self->library_page, self->network_page };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (made[i] == NULL)
      {
        make_page (self, names[i]);
        return G_SOURCE_CONTINUE;
      }
  self->make_pages_id = 0;
  update_sharing_chip (self);
  return G_SOURCE_REMOVE;
}

static void
visible_child_cb (FilWindow *self)
{
  const char *name = adw_view_stack_get_visible_child_name (self->stack);

  /* Called by the template too, before there is a client. */
  if (name == NULL || self->client == NULL)
    return;
  make_page (self, name);
  if (self->network_page != NULL)
    fil_network_page_set_watched (self->network_page, g_str_equal (name, "network"));
}

static void
focus_first (FilWindow *self)
{
  if (self->search_page != NULL && g_str_equal (adw_view_stack_get_visible_child_name (self->stack), "search"))
    fil_search_page_focus (self->search_page);
}

static void
mapped_cb (FilWindow *self)
{
  focus_first (self);
  if (self->make_pages_id == 0)
    {
      self->make_pages_id = g_timeout_add_full (G_PRIORITY_LOW, 100, make_pages_cb, self, NULL);
      g_source_set_name_by_id (self->make_pages_id, "[filbert] pages");
    }
}

static void
status_cb (gpointer watcher,
           FilRow *status)
{
  FilWindow *self = watcher;
  g_autofree char *files = NULL;
  g_autofree char *label = NULL;
  gint64 shared = status != NULL ? fil_row_get_int (status, "shared_files") : 0;

  self->is_sharing_paused = status != NULL && fil_row_get_bool (status, "sharing_paused");
  self->is_sharing = shared > 0;
  files = fil_format_files (shared);
  label = g_strdup_printf (self->is_sharing_paused ? _("Sharing is paused") : _("Sharing %s"), files);
  gtk_button_set_label (self->sharing_chip, label);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->sharing_chip),
                               self->is_sharing_paused ? _("Share again") : _("Pause sharing"));
  update_sharing_chip (self);
}

/* How many downloads move or want to: the number on the page's name. */
static gboolean
count_downloads_cb (gpointer data)
{
  FilWindow *self = data;
  guint n_active = 0;

  self->count_id = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->downloads)); i++)
    {
      const char *state =
          fil_schema_get_string (&fil_schema_download, fil_list_model_peek (self->downloads, i), "state");

      if (!g_str_equal (state, "done") && !g_str_equal (state, "failed") && !g_str_equal (state, "paused"))
        n_active++;
    }
  adw_view_stack_page_set_badge_number (self->transfers_stack_page, n_active);
  return G_SOURCE_REMOVE;
}

/* Thousands may change at once; they are counted once. */
static void
downloads_cb (FilWindow *self)
{
  if (self->count_id != 0)
    return;
  self->count_id = g_idle_add_full (FIL_LIST_MODEL_PRIORITY, count_downloads_cb, self, NULL);
  g_source_set_name_by_id (self->count_id, "[filbert] number of downloads");
}

/* The node */

static void
attached_cb (GObject *source,
             GAsyncResult *result,
             gpointer data)
{
  g_autoptr (FilWindow) self = data;
  g_autoptr (GError) error = NULL;

  if (fil_client_attach_finish (FIL_CLIENT (source), result, &error))
    fil_banner_clear (self->banner);
  else if (g_error_matches (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_MISMATCH))
    fil_banner_show (self->banner, error->message, _("Restart the node"), "win.restart-node");
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    fil_banner_show (self->banner, error->message, _("Try again"), "win.start-node");
}

/**
 * fil_window_attach:
 *
 * Finds the node, or starts one; what goes wrong is said in the banner.
 */
void
fil_window_attach (FilWindow *self)
{
  g_return_if_fail (FIL_IS_WINDOW (self));

  fil_client_attach_async (self->client, FIL_ATTACH_START, self->cancellable, attached_cb, g_object_ref (self));
}

static void
vanished_cb (FilWindow *self)
{
  fil_banner_show (self->banner, _("The node has ended. Transfers wait until it runs again."), _("Start it again"),
                   "win.start-node");
}

/* Telling */

/**
 * _fil_window_tell:
 * @button: (nullable): a verb
 * @action: (nullable): detailed name of the action behind @button
 *
 * Says in a toast that something was done.
 */
void
_fil_window_tell (FilWindow *self,
                  const char *text,
                  const char *button,
                  const char *action)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  AdwToast *toast = adw_toast_new (escaped);

  if (button != NULL)
    {
      adw_toast_set_button_label (toast, button);
      adw_toast_set_detailed_action_name (toast, action);
    }
  adw_toast_set_timeout (toast, 3);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

/**
 * _fil_window_complain:
 * @error: of a call to the node; its message can be shown as it is
 *
 * Says in the banner why something was not done.
 */
void
_fil_window_complain (FilWindow *self,
                      const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (g_error_matches (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_UNAVAILABLE))
    fil_banner_show (self->banner, error->message, _("Start the node"), "win.start-node");
  else
    fil_banner_show (self->banner, error->message, NULL, NULL);
}

/* (transfer full): what the node goes on with when the window is closed */
static char *
describe_activity (FilWindow *self)
{
  guint n = adw_view_stack_page_get_badge_number (self->transfers_stack_page);

  if (n == 0)
    return g_strdup (_("Filbert keeps running without a window. Ctrl+Q in the window quits."));
  return g_strdup_printf (ngettext ("Filbert keeps running: %u transfer. Ctrl+Q in the window quits.",
                                    "Filbert keeps running: %u transfers. Ctrl+Q in the window quits.", n),
                          n);
}

static void
tell_once_that_it_goes_on (FilWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *body = NULL;

  if (application == NULL || !fil_client_is_attached (self->client) || fil_window_state_get (self->state, "told-close"))
    return;
  body = describe_activity (self);
  notification = g_notification_new (_("Filbert"));
  g_notification_set_body (notification, body);
  g_application_send_notification (G_APPLICATION (application), "closed", notification);
  fil_window_state_set (self->state, "told-close", TRUE);
}

static gboolean
fil_window_close_request (GtkWindow *window)
{
  FilWindow *self = FIL_WINDOW (window);

  fil_removals_commit (self->removals);
  fil_window_state_keep (self->state, window);
  tell_once_that_it_goes_on (self);
  return GTK_WINDOW_CLASS (fil_window_parent_class)->close_request (window);
}

static void
fil_window_dispose (GObject *object)
{
  FilWindow *self = FIL_WINDOW (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->make_pages_id, g_source_remove);
  g_clear_handle_id (&self->narrow_id, g_source_remove);
  g_clear_handle_id (&self->count_id, g_source_remove);
  g_clear_object (&self->cancellable);
  /* While the pages are there that hide what is removed. */
  if (self->removals != NULL)
    fil_removals_commit (self->removals);
  g_clear_object (&self->removals);
  g_clear_object (&self->downloads);
  G_OBJECT_CLASS (fil_window_parent_class)->dispose (object);
}

static void
fil_window_finalize (GObject *object)
{
  FilWindow *self = FIL_WINDOW (object);

  g_clear_object (&self->client);
  g_clear_pointer (&self->state, fil_window_state_free);
  G_OBJECT_CLASS (fil_window_parent_class)->finalize (object);
}

static void
fil_window_class_init (FilWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = fil_window_dispose;
  object_class->finalize = fil_window_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = fil_window_close_request;

  g_type_ensure (FIL_TYPE_BANNER);
  g_type_ensure (FIL_TYPE_STATUS_CHIP);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/filbert/Filbert/ui/window.ui");
  gtk_widget_class_bind_template_child (widget_class, FilWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, FilWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, FilWindow, switcher_title);
  gtk_widget_class_bind_template_child (widget_class, FilWindow, header);
  gtk_widget_class_bind_template_child (widget_class, FilWindow, switcher_bar);
  gtk_widget_class_bind_template_child (widget_class, FilWindow, transfers_stack_page);
  gtk_widget_class_bind_template_child (widget_class, FilWindow, chip);
  gtk_widget_class_bind_template_child (widget_class, FilWindow, sharing_chip);
  gtk_widget_class_bind_template_child (widget_class, FilWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, FilWindow, search_bin);
  gtk_widget_class_bind_template_child (widget_class, FilWindow, transfers_bin);
  gtk_widget_class_bind_template_child (widget_class, FilWindow, library_bin);
  gtk_widget_class_bind_template_child (widget_class, FilWindow, network_bin);
  gtk_widget_class_bind_template_callback (widget_class, visible_child_cb);
  _fil_window_class_init_actions (widget_class);
}

static void
fil_window_init (FilWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  self->removals = fil_removals_new (self->toasts);
  g_signal_connect_object (self, "notify::default-width", G_CALLBACK (update_sharing_chip), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->switcher_title, "notify::title-visible", G_CALLBACK (narrow_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "map", G_CALLBACK (mapped_cb), NULL);
}

/* Nobody shall take the demo for the real network. */
static void
mark_as_demo (FilWindow *self)
{
  static const char *const words[] = { "sample", "sample tone", "sample picture", NULL };

  gtk_widget_add_css_class (GTK_WIDGET (self), "devel");
  gtk_window_set_title (GTK_WINDOW (self), _("Filbert – Demo"));
  adw_view_switcher_title_set_title (self->switcher_title, _("Filbert – Demo"));
  fil_search_page_set_examples (self->search_page, words);
}

/**
 * fil_window_new:
 * @client: the way to the node; it need not be attached
 *
 * Returns: (transfer none): a window with the first page made; GTK holds it until it is closed
 */
FilWindow *
fil_window_new (GtkApplication *application,
                FilClient *client)
{
  FilWindow *self = g_object_new (FIL_TYPE_WINDOW, "application", application, NULL);
  const char *id = application != NULL ? g_application_get_application_id (G_APPLICATION (application)) : NULL;

  self->client = g_object_ref (client);
  self->state = fil_window_state_new (id != NULL ? id : "window");
  self->downloads = fil_list_model_new (client, "downloads", 0);
  fil_window_state_restore (self->state, GTK_WINDOW (self));
  _fil_window_init_actions (self);
  _fil_window_init_drops (self);
  fil_status_chip_set_client (self->chip, client);
  fil_status_watch (client, self, status_cb);
  g_signal_connect_object (client, "vanished", G_CALLBACK (vanished_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->downloads, "items-changed", G_CALLBACK (downloads_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->downloads, "row-updated", G_CALLBACK (downloads_cb), self, G_CONNECT_SWAPPED);
  make_page (self, "search");
  if (id != NULL && g_str_has_suffix (id, ".Demo"))
    mark_as_demo (self);
  return self;
}

/**
 * fil_window_show_page:
 * @name: search, transfers, library or network
 */
void
fil_window_show_page (FilWindow *self,
                      const char *name)
{
  g_return_if_fail (FIL_IS_WINDOW (self));

  if (!g_str_equal (name, "search") && !g_str_equal (name, "transfers") && !g_str_equal (name, "library") &&
      !g_str_equal (name, "network"))
    return;
  adw_view_stack_set_visible_child_name (self->stack, name);
  focus_first (self);
}

/**
 * fil_window_offer_magnet:
 * @magnet: a link from outside
 *
 * Shows the link among the transfers, where a person says yes or no.
 */
void
fil_window_offer_magnet (FilWindow *self,
                         const char *magnet)
{
  g_return_if_fail (FIL_IS_WINDOW (self));

  fil_window_show_page (self, "transfers");
  fil_transfers_page_offer_magnet (self->transfers_page, magnet);
}

/**
 * fil_window_open_failed:
 * @window: a #FilWindow
 *
 * Says why a file was not opened; a #FilOpenFailed.
 */
void
fil_window_open_failed (GtkWindow *window,
                        const char *sentence)
{
  g_return_if_fail (FIL_IS_WINDOW (window));

  /* It may have been closed meanwhile. */
  if (FIL_WINDOW (window)->banner != NULL)
    fil_banner_show (FIL_WINDOW (window)->banner, sentence, NULL, NULL);
}
