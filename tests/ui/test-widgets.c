/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "application.h"
#include "banner.h"
#include "doctor-row.h"
#include "chunk-map.h"
#include "download-card.h"
#include "download-details.h"
#include "download-list.h"
#include "download-order.h"
#include "download-words.h"
#include "formatting.h"
#include "head-model.h"
#include "limit-dialog.h"
#include "magnet-offer.h"
#include "network-map.h"
#include "path-picture.h"
#include "reach.h"
#include "removals.h"
#include "result-slot.h"
#include "results-table.h"
#include "result-words.h"
#include "row-private.h"
#include "status-chip.h"
#include "status-words.h"
#include "upload-card.h"
#include "window-private.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <locale.h>

static FilRow *
make_download (gint64 id,
               const char *state,
               const char *reason,
               gint64 received)
{
  return _fil_row_new (&fil_schema_download,
                       g_variant_new ("(xsxsssssxxxxxssxxxxxxxx)", id, "hazel.ogg", (gint64) 1000000, "SHA", "", state, reason,
                                      "code", (gint64) 0, received, (gint64) 50000, (gint64) 90, (gint64) 3, "push", "",
                                      FIL_NULL_INT, FIL_NULL_INT, (gint64) 2, (gint64) 0, FIL_NULL_INT, FIL_NULL_INT,
                                      FIL_NULL_INT, FIL_NULL_INT));
}

static FilRow *
make_whole_status (const char *state,
                   const char *role,
                   gint64 peers,
                   gint64 leaves,
                   FilTri tcp_reachable,
                   const char *nat)
{
  return _fil_row_new (&fil_schema_status,
                       g_variant_new ("(ssssssxxyysxxxxxsb)", state, role, "g", "0.1.0", "", "", peers, leaves,
                                      (guchar) tcp_reachable, (guchar) FIL_TRI_UNKNOWN, nat, (gint64) 0, (gint64) 0,
                                      (gint64) 0, (gint64) 0, (gint64) 0, "", FALSE));
}

static FilRow *
make_status (const char *state,
             const char *role,
             gint64 peers,
             gint64 leaves)
{
  return make_whole_status (state, role, peers, leaves, FIL_TRI_NO, "");
}

static FilRow *
make_status_behind (const char *nat,
                    FilTri tcp_reachable)
{
  return make_whole_status ("online", "leaf", 4, 0, tcp_reachable, nat);
}

static void
check_chip (const char *state,
            const char *role,
            gint64 peers,
            gint64 leaves,
            const char *expected)
{
  g_autoptr (FilRow) status = make_status (state, role, peers, leaves);
  g_autofree char *text = fil_status_chip_text (status);
  g_autofree char *sentence = fil_status_sentence (status);

  g_assert_cmpstr (text, ==, expected);
  g_assert_true (g_str_has_suffix (sentence, "."));
}

static void
test_status_words (void)
{
  check_chip ("offline", "leaf", 0, 0, "Offline");
  check_chip ("connecting", "leaf", 1, 0, "Connecting… 1 of 3");
  check_chip ("online", "leaf", 4, 0, "Connected · 4 links");
  check_chip ("online", "leaf", 1, 0, "Connected · 1 link");
  check_chip ("online", "ultrapeer", 32, 87, "Ultrapeer · 32 + 87");
}

static void
test_numbers (void)
{
  g_autofree char *seconds = fil_format_duration (42);
  g_autofree char *minutes = fil_format_duration (300);
  g_autofree char *hours = fil_format_duration (4800);
  g_autofree char *days = fil_format_duration (G_MAXINT64 / 2);
  g_autofree char *almost = fil_format_percent (999999, 1000000);
  g_autofree char *unknown = fil_format_percent (5, -1);

  g_assert_cmpstr (seconds, ==, "42 s");
  g_assert_cmpstr (minutes, ==, "5 min");
  g_assert_cmpstr (hours, ==, "1 h 20 min");
  g_assert_nonnull (days);
  /* 100 % means all of it. */
  g_assert_cmpstr (almost, ==, "99 %");
  g_assert_cmpstr (unknown, ==, "0 %");
  g_assert_cmpint (fil_reach_from_text ("something new"), ==, FIL_REACH_BY_NONE);
}

static void
test_download_words (void)
{
  g_autoptr (FilRow) moving = make_download (1, "downloading", "old reason", 620000);
  g_autoptr (FilRow) waiting = make_download (2, "queued", "The only source is busy.", 0);
  g_autoptr (FilRow) failed = make_download (3, "failed", "", 0);
  g_autofree char *line = fil_download_progress_line (moving);
  g_autofree char *no_why = fil_download_why_line (moving);
  g_autofree char *why = fil_download_why_line (waiting);
  g_autofree char *some_why = fil_download_why_line (failed);
  g_autoptr (FilRow) paused = make_download (4, "paused", "", 0);
  g_autofree char *next_try = NULL, *ask_again = NULL, *in_queue = NULL, *nothing_yet = NULL, *paused_why = NULL, *limited = NULL;

  g_assert_true (g_str_has_prefix (line, "62 % · "));
  /* Nothing is nothing to count, and "Paused" is not said twice. */
  nothing_yet = fil_download_progress_line (waiting);
  g_assert_null (strstr (nothing_yet, "0 %"));
  _fil_row_set_variant (paused, g_variant_new ("(xsxsssssxxxxxssxxxxxxxx)", (gint64) 4, "hazel.ogg", (gint64) 1000000, "SHA", "",
                                               "paused", "Paused.", "paused", (gint64) 0, (gint64) 0, (gint64) 0,
                                               FIL_NULL_INT, (gint64) 1, "direct", "", FIL_NULL_INT, FIL_NULL_INT,
                                               (gint64) 0, (gint64) 0, FIL_NULL_INT, FIL_NULL_INT, FIL_NULL_INT, (gint64) 500000));
  paused_why = fil_download_why_line (paused);
  g_assert_null (paused_why);
  limited = fil_download_progress_line (paused);
  g_assert_cmpstr (limited, ==, "Paused · 1.0\302\240MB · at most 500.0\302\240kB/\342\201\240s");
  g_assert_nonnull (strstr (line, "2 of 3 sources, push"));
  g_assert_nonnull (strstr (line, "2 min left"));
  g_assert_null (no_why);
  g_assert_cmpstr (why, ==, "The only source is busy.");
  g_assert_cmpint (fil_download_retry_in (waiting, 1000), ==, -1);
  _fil_row_set_variant (waiting, g_variant_new ("(xsxsssssxxxxxssxxxxxxxx)", (gint64) 2, "hazel.ogg", (gint64) 1000000, "SHA", "",
                                                "queued", "The only source is busy.", "busy", (gint64) 0, (gint64) 0,
                                                (gint64) 0, FIL_NULL_INT, (gint64) 1, "direct", "", FIL_NULL_INT,
                                                FIL_NULL_INT, (gint64) 0, (gint64) 0, (gint64) 1040, FIL_NULL_INT,
                                                FIL_NULL_INT, FIL_NULL_INT));
  g_assert_cmpint (fil_download_retry_in (waiting, 1000), ==, 40);
  g_assert_cmpint (fil_download_retry_in (waiting, 1040), ==, -1);
  next_try = fil_download_retry_line (waiting, 40);
  g_assert_cmpstr (next_try, ==, "Next try in 40 s.");
  _fil_row_set_variant (waiting, g_variant_new ("(xsxsssssxxxxxssxxxxxxxx)", (gint64) 2, "hazel.ogg", (gint64) 1000000, "SHA", "",
                                                "connecting", "Waiting at place 3 of 12 in the queue of the source.",
                                                "remote-queue", (gint64) 0, (gint64) 0, (gint64) 0, FIL_NULL_INT,
                                                (gint64) 1, "direct", "", FIL_NULL_INT, FIL_NULL_INT, (gint64) 0,
                                                (gint64) 0, (gint64) 1040, (gint64) 3, (gint64) 12, FIL_NULL_INT));
  ask_again = fil_download_retry_line (waiting, fil_download_retry_in (waiting, 1000));
  g_assert_cmpstr (ask_again, ==, "It is asked again in 40 s.");
  in_queue = fil_download_progress_line (waiting);
  g_assert_true (g_str_has_prefix (in_queue, "Waiting · "));
  /* Whenever nothing moves, something is said. */
  g_assert_nonnull (some_why);
}

/* Of a finished file that was changed nobody says that every byte was checked. */
static void
test_changed_words (void)
{
  g_autoptr (FilRow) done = make_download (1, "done", "", 1000000);
  g_autoptr (FilRow) changed = make_download (2, "done", "The file is not what was downloaded any more.", 1000000);
  g_autofree char *done_line = fil_download_progress_line (done);
  g_autofree char *done_why = fil_download_why_line (done);
  g_autofree char *changed_line = fil_download_progress_line (changed);
  g_autofree char *changed_why = fil_download_why_line (changed);

  g_assert_nonnull (strstr (done_line, "every byte checked"));
  g_assert_null (done_why);
  g_assert_null (strstr (changed_line, "every byte checked"));
  g_assert_cmpstr (changed_why, ==, "The file is not what was downloaded any more.");
  g_assert_false (fil_download_has_changed (changed));
  _fil_row_set_variant (changed, g_variant_new ("(xsxsssssxxxxxssxxxxxxxx)", (gint64) 2, "hazel.ogg", (gint64) 1000000,
                                                "SHA", "", "done", "The file is not what was downloaded any more.",
                                                "changed", (gint64) 1000000, (gint64) 1000000, (gint64) 0, FIL_NULL_INT,
                                                (gint64) 0, "direct", "/x", FIL_NULL_INT, (gint64) 5, (gint64) 0,
                                                (gint64) 0, FIL_NULL_INT, FIL_NULL_INT, FIL_NULL_INT, FIL_NULL_INT));
  g_assert_true (fil_download_has_changed (changed));
}

/* A file that is here is not said to be coming, and a finished one not to be shared. */
static void
test_result_state (void)
{
  FilResultFacts facts = { 0 };

  g_assert_cmpstr (fil_result_describe_state (&facts), ==, "");
  facts.download = 7;
  g_assert_cmpstr (fil_result_describe_state (&facts), ==, "Downloading");
  facts.in_library = TRUE;
  g_assert_cmpstr (fil_result_describe_state (&facts), ==, "✓ Downloaded");
  facts.download = FIL_NULL_INT;
  g_assert_cmpstr (fil_result_describe_state (&facts), ==, "✓ In your library");
}

/* A telephone is 360 pixels wide; what the pages put around a card takes 26. */
#define NARROW 360
#define MARGINS 26

static int
get_least_width (GtkWidget *widget)
{
  int minimum;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  return minimum;
}

static GtkWidget *
find_widget (GtkWidget *widget,
             GType type)
{
  GtkWidget *found = NULL;

  if (g_type_is_a (G_OBJECT_TYPE (widget), type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_widget (child, type);
  return found;
}

static void
test_download_card (void)
{
  g_autoptr (FilRow) row = make_download (7, "queued", "Waits.", 1000);
  g_autoptr (FilClient) client = fil_client_new ("/nonexistent");
  GtkWidget *card = g_object_ref_sink (fil_download_card_new (client, row));

  g_assert_true (fil_download_card_get_row (FIL_DOWNLOAD_CARD (card)) == row);
  g_assert_cmpint (get_least_width (card), <=, NARROW - MARGINS);
  _fil_row_set_variant (row, g_variant_new ("(xsxsssssxxxxxssxxxxxxxx)", (gint64) 7, "hazel.ogg", (gint64) 1000000, "SHA", "",
                                            "done", "", "", (gint64) 1000000, (gint64) 1000000, (gint64) 0, FIL_NULL_INT,
                                            (gint64) 0, "direct", "/x", FIL_NULL_INT, (gint64) 5, (gint64) 0, (gint64) 0,
                                            FIL_NULL_INT, FIL_NULL_INT, FIL_NULL_INT, FIL_NULL_INT));
  g_assert_cmpint (fil_download_phase (row), ==, FIL_DOWNLOAD_IS_DONE);
  g_assert_finalize_object (card);
}

static GtkDragSource *
find_drag_source (GtkWidget *widget)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GObject) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DRAG_SOURCE (controller))
        return GTK_DRAG_SOURCE (controller);
    }
  g_assert_not_reached ();
}

/* The file itself once it is here, and the link to it always. */
static void
test_drag_out (void)
{
  g_autoptr (FilRow) row = make_download (7, "downloading", "", 1000);
  g_autoptr (FilClient) client = fil_client_new ("/nonexistent");
  GtkWidget *card = g_object_ref_sink (fil_download_card_new (client, row));
  GtkDragSource *source = find_drag_source (card);
  g_autoptr (GdkContentProvider) early = NULL, late = NULL;
  g_auto (GValue) text = G_VALUE_INIT, files = G_VALUE_INIT, none = G_VALUE_INIT;
  GSList *list;

  g_value_init (&text, G_TYPE_STRING);
  g_value_init (&files, GDK_TYPE_FILE_LIST);
  g_value_init (&none, GDK_TYPE_FILE_LIST);
  g_signal_emit_by_name (source, "prepare", 1.0, 1.0, &early);
  g_assert_true (gdk_content_provider_get_value (early, &text, NULL));
  g_assert_cmpstr (g_value_get_string (&text), ==, "magnet:?xt=urn:sha1:SHA&dn=hazel.ogg&xl=1000000");
  g_assert_false (gdk_content_provider_get_value (early, &none, NULL));
  _fil_row_set_variant (row, g_variant_new ("(xsxsssssxxxxxssxxxxxxxx)", (gint64) 7, "hazel.ogg", (gint64) 1000000, "SHA", "",
                                            "done", "", "", (gint64) 1000000, (gint64) 1000000, (gint64) 0, FIL_NULL_INT,
                                            (gint64) 0, "direct", "/x", FIL_NULL_INT, (gint64) 5, (gint64) 0, (gint64) 0,
                                            FIL_NULL_INT, FIL_NULL_INT, FIL_NULL_INT, FIL_NULL_INT));
  g_signal_emit_by_name (source, "prepare", 1.0, 1.0, &late);
  g_assert_true (gdk_content_provider_get_value (late, &files, NULL));
  list = g_value_get_boxed (&files);
  g_assert_cmpstr (g_file_peek_path (list->data), ==, "/x");
  g_assert_finalize_object (card);
}

static guint
count_visible_buttons (GtkWidget *widget)
{
  guint n = GTK_IS_BUTTON (widget);

  if (!gtk_widget_get_visible (widget))
    return 0;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_visible_buttons (child);
  return n;
}

/* Where there is little room, "Cancel" and "Details" are in the menu alone, and work. */
static void
test_narrow_card (void)
{
  g_autoptr (FilRow) row = make_download (7, "downloading", "", 1000);
  g_autoptr (FilRow) later = make_download (7, "downloading", "", 2000);
  g_autoptr (FilClient) client = fil_client_new ("/nonexistent");
  GtkWidget *card = g_object_ref_sink (fil_download_card_new (client, row));
  guint n_wide = count_visible_buttons (card);

  fil_download_card_set_narrow (FIL_DOWNLOAD_CARD (card), TRUE);
  g_assert_cmpuint (count_visible_buttons (card), ==, n_wide - 2);
  _fil_row_set_variant (row, fil_row_get_variant (later));
  g_assert_cmpuint (count_visible_buttons (card), ==, n_wide - 2);
  g_assert_null (find_widget (card, FIL_TYPE_DOWNLOAD_DETAILS));
  g_assert_true (gtk_widget_activate_action (card, "transfer.details", NULL));
  g_assert_nonnull (find_widget (card, FIL_TYPE_DOWNLOAD_DETAILS));
  fil_download_card_set_narrow (FIL_DOWNLOAD_CARD (card), FALSE);
  g_assert_cmpuint (count_visible_buttons (card), ==, n_wide);
  g_assert_finalize_object (card);
}

static FilRow *
make_queued (gint64 id,
             gint64 priority)
{
  g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT ".ogg", id);

  return _fil_row_new (&fil_schema_download,
                       g_variant_new ("(xsxsssssxxxxxssxxxxxxxx)", id, name, (gint64) 1000000, "SHA", "", "queued", "Waits.",
                                      "waits-turn", (gint64) 0, (gint64) 0, (gint64) 0, (gint64) 0, (gint64) 1, "direct", "",
                                      FIL_NULL_INT, FIL_NULL_INT, (gint64) 0, priority, FIL_NULL_INT, FIL_NULL_INT,
                                      FIL_NULL_INT, FIL_NULL_INT));
}

/* Moves a download of a queue whose ids are single digits, as the node would; says how many priorities that took. */
static guint
move_in_queue (GListStore *queue,
               gint64 id,
               const char *where,
               const char *expected)
{
  g_autoptr (GArray) changes = NULL;
  g_autoptr (GString) order = g_string_new (NULL);
  FilDownloadMove move;

  g_assert_true (fil_download_move_from_name (where, &move));
  changes = fil_download_order_move (G_LIST_MODEL (queue), id, move);
  for (guint i = 0; i < changes->len; i++)
    {
      const FilNewPriority *change = &g_array_index (changes, FilNewPriority, i);

      for (guint j = 0; j < g_list_model_get_n_items (G_LIST_MODEL (queue)); j++)
        {
          g_autoptr (FilRow) row = g_list_model_get_item (G_LIST_MODEL (queue), j);
          g_autoptr (FilRow) changed = make_queued (change->id, change->priority);

          if (fil_row_get_id (row) == change->id)
            _fil_row_set_variant (row, fil_row_get_variant (changed));
        }
    }
  g_list_store_sort (queue, fil_download_order_compare, NULL);
  for (guint j = 0; j < g_list_model_get_n_items (G_LIST_MODEL (queue)); j++)
    {
      g_autoptr (FilRow) row = g_list_model_get_item (G_LIST_MODEL (queue), j);

      g_string_append_printf (order, "%" G_GINT64_FORMAT, fil_row_get_id (row));
    }
  g_assert_cmpstr (order->str, ==, expected);
  return changes->len;
}

/* One place a time, whatever the priorities are, and no more of them than need be. */
static void
test_download_order (void)
{
  g_autoptr (GListStore) queue = g_list_store_new (FIL_TYPE_ROW);
  FilDownloadMove move;

  for (gint64 id = 1; id <= 5; id++)
    {
      g_autoptr (FilRow) row = make_queued (id, id == 1 ? 7 : 0);

      g_list_store_append (queue, row);
    }
  g_assert_cmpuint (move_in_queue (queue, 5, "up", "12354"), ==, 3);
  g_assert_cmpuint (move_in_queue (queue, 5, "up", "12534"), <=, 2);
  g_assert_cmpuint (move_in_queue (queue, 1, "down", "21534"), <=, 2);
  g_assert_cmpuint (move_in_queue (queue, 2, "up", "21534"), ==, 0);
  g_assert_cmpuint (move_in_queue (queue, 4, "down", "21534"), ==, 0);
  g_assert_cmpuint (move_in_queue (queue, 4, "top", "42153"), ==, 1);
  g_assert_cmpuint (move_in_queue (queue, 2, "bottom", "41532"), ==, 1);
  g_assert_cmpuint (move_in_queue (queue, 3, "top", "34152"), ==, 1);
  g_assert_cmpuint (move_in_queue (queue, 9, "top", "34152"), ==, 0);
  g_assert_false (fil_download_move_from_name ("sideways", &move));
}

static guint
count_cards (GtkWidget *widget)
{
  guint n = FIL_IS_DOWNLOAD_CARD (widget);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_cards (child);
  return n;
}

typedef struct
{
  GPtrArray *items; /* as the signals tell them */
  guint n_changed;  /* items that were told to go or to come */
} Mirror;

static void
mirror_cb (GListModel *model,
           guint position,
           guint removed,
           guint added,
           Mirror *self)
{
  if (removed > 0)
    g_ptr_array_remove_range (self->items, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (self->items, (int) (position + i), g_list_model_get_item (model, position + i));
  g_assert_cmpuint (self->items->len, ==, g_list_model_get_n_items (model));
  self->n_changed += removed + added;
}

/* Whatever happens to the whole list, the signals tell the first items of it, and no more than need be. */
static void
test_head_model (void)
{
  g_autoptr (GListStore) all = g_list_store_new (G_TYPE_OBJECT);
  g_autoptr (FilHeadModel) head = fil_head_model_new (G_LIST_MODEL (all), 10);
  g_autoptr (GPtrArray) crowd = g_ptr_array_new_with_free_func (g_object_unref);
  Mirror mirror = { g_ptr_array_new_with_free_func (g_object_unref), 0 };

  g_signal_connect (head, "items-changed", G_CALLBACK (mirror_cb), &mirror);
  for (guint i = 0; i < 2000; i++)
    {
      guint n = g_list_model_get_n_items (G_LIST_MODEL (all));
      guint position = (guint) g_test_rand_int_range (0, (int) n + 1);
      guint removed = (guint) g_test_rand_int_range (0, (int) MIN (n - position, 15) + 1);
      guint added = (guint) g_test_rand_int_range (0, n > 40 ? 1 : 15);
      g_autoptr (GPtrArray) additions = g_ptr_array_new_with_free_func (g_object_unref);

      for (guint j = 0; j < added; j++)
        g_ptr_array_add (additions, g_object_new (G_TYPE_OBJECT, NULL));
      mirror.n_changed = 0;
      g_list_store_splice (all, position, removed, additions->pdata, added);
      if (removed == 1 && added == 0)
        g_assert_cmpuint (mirror.n_changed, <=, 2);
      if (i % 50 == 0)
        fil_head_model_set_size (head, (guint) g_test_rand_int_range (0, 20));
      n = MIN (g_list_model_get_n_items (G_LIST_MODEL (all)), fil_head_model_get_size (head));
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (head)), ==, n);
      for (guint j = 0; j < n; j++)
        {
          g_autoptr (GObject) item = g_list_model_get_item (G_LIST_MODEL (all), j);

          g_assert_true (item == mirror.items->pdata[j]);
        }
    }
  /* Nothing is made to be taken away at once. */
  g_list_store_remove_all (all);
  mirror.n_changed = 0;
  for (guint i = 0; i < 40; i++)
    g_ptr_array_add (crowd, g_object_new (G_TYPE_OBJECT, NULL));
  g_list_store_splice (all, 0, 0, crowd->pdata, crowd->len);
  g_assert_cmpuint (mirror.n_changed, ==, fil_head_model_get_size (head));
  g_signal_handlers_disconnect_by_data (head, &mirror);
  g_ptr_array_unref (mirror.items);
}

/* Of thousands, so many cards are made as somebody reads; one that is looked for is shown. */
static void
test_download_list (void)
{
  g_autoptr (GListStore) rows = g_list_store_new (FIL_TYPE_ROW);
  g_autoptr (FilClient) client = fil_client_new ("/nonexistent");
  FilDownloadList *list = g_object_ref_sink (g_object_new (FIL_TYPE_DOWNLOAD_LIST, NULL));
  g_autoptr (FilRow) first = NULL;
  g_autoptr (FilRow) last = make_queued (1, -1);
  FilDownloadCard *card;

  for (gint64 id = 1; id <= 2000; id++)
    {
      g_autoptr (FilRow) row = make_queued (id, 0);

      g_list_store_append (rows, row);
    }
  fil_download_list_set_model (list, client, G_LIST_MODEL (rows), fil_download_order_compare, "Downloads");
  g_assert_cmpuint (count_cards (GTK_WIDGET (list)), <=, 100);
  card = fil_download_list_find (list, 300);
  g_assert_cmpint (fil_row_get_id (fil_download_card_get_row (card)), ==, 300);
  g_assert_cmpuint (count_cards (GTK_WIDGET (list)), ==, 300);
  g_assert_null (fil_download_list_find (list, 1999));
  g_assert_cmpuint (count_cards (GTK_WIDGET (list)), ==, 300);

  /* One that goes far down takes nothing along; what is open stays open. */
  fil_download_card_set_open (card, TRUE);
  first = g_list_model_get_item (G_LIST_MODEL (rows), 0);
  _fil_row_set_variant (first, fil_row_get_variant (last));
  fil_download_list_sort_again (list);
  g_assert_cmpuint (count_cards (GTK_WIDGET (list)), ==, 300);
  g_assert_null (fil_download_list_find (list, 1));
  g_assert_true (fil_download_card_is_open (fil_download_list_find (list, 300)));
  g_assert_finalize_object (list);
}

/* How a way is drawn; what is not said is as all 0. */
typedef struct
{
  const char *state, *reach, *their_nat, *transport, *reason;
  gint64 rtt_us;
  const char *own_nat; /* "": not measured yet */
  FilTri tcp_reachable;
  gboolean is_encrypted;
  gint64 hops;         /* 0: not known, -1: the row says 0 */
  guint n_untold;      /* of the two that carried the signalling of all but direct ways, so many are not known */

  FilWall own_wall, their_wall;
  guint n_peers;
  const char *peers;   /* beside the picture, or NULL */
  const char *line;
  const char *parts[3]; /* of the words */
  const char *not_said;
} Way;

static const Way ways[] = {
  { .state = "active", .reach = "direct", .transport = "tcp", .rtt_us = 800, .own_nat = "public", .tcp_reachable = FIL_TRI_YES,
    .line = "TCP · 0.8 ms", .parts = { "straight from there", "not encrypted", "by TCP takes 0.8 ms" }, .not_said = "Between you" },
  /* Nobody gets in by TCP, and yet there is no NAT. */
  { .state = "active", .reach = "direct", .transport = "tcp", .rtt_us = 12300, .own_nat = "no-nat", .tcp_reachable = FIL_TRI_NO,
    .line = "TCP · 12 ms", .not_said = "your" },
  { .state = "pushing", .reach = "push", .own_nat = "full-cone", .tcp_reachable = FIL_TRI_YES, .own_wall = FIL_WALL_NAT,
    .their_wall = FIL_WALL_UNKNOWN, .n_peers = 2, .line = "",
    .parts = { "is asked through the network", "your NAT, 2 ultrapeers for the signalling, their NAT or firewall" }, .not_said = "round trip" },
  { .state = "active", .reach = "punch", .their_nat = "port-restricted", .transport = "udp", .rtt_us = 34200,
    .own_nat = "symmetric-sequential", .own_wall = FIL_WALL_NAT, .their_wall = FIL_WALL_NAT, .n_peers = 2,
    .line = "UDP · 34 ms", .parts = { "opened a path from inside", "your NAT, 2 ultrapeers", "by UDP takes 34 ms" } },
  { .state = "queued", .reach = "punch", .their_nat = "no-nat", .transport = "udp", .own_nat = "firewall",
    .own_wall = FIL_WALL_FIREWALL, .their_wall = FIL_WALL_FIREWALL, .n_peers = 2, .line = "UDP", .not_said = "round trip",
    .parts = { "your firewall", "their firewall" } },
  { .state = "idle", .reach = "unreachable", .reason = "Both routers forbid it.", .own_nat = "udp-blocked",
    .own_wall = FIL_WALL_FIREWALL, .their_wall = FIL_WALL_UNKNOWN, .line = "", .hops = -1, .not_said = "hop",
    .parts = { "No path", "Both routers forbid it." } },
  { .state = "pushing", .reach = "push", .own_nat = "full-cone", .tcp_reachable = FIL_TRI_YES, .hops = 3, .n_untold = 1,
    .own_wall = FIL_WALL_NAT, .their_wall = FIL_WALL_UNKNOWN, .n_peers = 1, .peers = "192.0.2.2:6346", .line = "",
    .parts = { "1 ultrapeer for the signalling", "In the network it is 3 hops away." } },
  { .state = "active", .reach = "push", .own_nat = "public", .transport = "tcp", .is_encrypted = TRUE, .n_untold = 2,
    .their_wall = FIL_WALL_UNKNOWN, .n_peers = 1, .peers = "1 ultrapeer", .line = "TCP",
    .parts = { "was asked through the network", "1 ultrapeer for the signalling", "The connection is encrypted." },
    .not_said = "hop" },
  /* Before anything is measured, only who was tried in vain has something before it. */
  { .state = "dialing", .reach = "direct", .own_nat = "", .tcp_reachable = FIL_TRI_NO, .own_wall = FIL_WALL_UNKNOWN, .line = "",
    .parts = { "your NAT or firewall" } },
  { .state = "dialing", .reach = "direct", .own_nat = "", .tcp_reachable = FIL_TRI_UNKNOWN, .line = "", .not_said = "your" },
};

static FilRow *
make_source (const Way *way)
{
  static const char *const via[] = { "192.0.2.1:6346", "192.0.2.2:6346", NULL };
  guint n_untold = g_str_equal (way->reach, "direct") ? 2 : way->n_untold;

  return _fil_row_new (&fil_schema_download_source,
                       g_variant_new ("(xssssxxxxs^asxsssbx)", (gint64) 1, "192.0.2.9:6346", "FLBT", way->state, way->reach,
                                      way->hops == 0 ? FIL_NULL_INT : MAX (way->hops, 0), (gint64) 0, (gint64) 0, FIL_NULL_INT, "",
                                      via + n_untold, FIL_NULL_INT,
                                      way->reason != NULL ? way->reason : "", way->their_nat != NULL ? way->their_nat : "",
                                      way->transport != NULL ? way->transport : "", way->is_encrypted,
                                      way->rtt_us > 0 ? way->rtt_us : FIL_NULL_INT));
}

/* Of the picture: where hosts, walls and ultrapeers stand when it is 420 wide. */
#define PICTURE_WIDTH 420
#define PICTURE_HEIGHT 146
#define YOU_X 56
#define WALL_X 133 /* from the side of its host */
#define WALL_Y 72  /* above the line of the bytes */
#define GROUND_Y 84
#define PEERS_Y 26

/* The picture as pixels: drawn by itself, since no window shows it. */
static cairo_surface_t *
draw_picture (GtkWidget *picture)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, PICTURE_WIDTH, PICTURE_HEIGHT);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  cairo_t *cr = cairo_create (surface);
  GskRenderNode *node;
  int least;

  gtk_widget_measure (picture, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  g_assert_cmpint (least, <=, PICTURE_WIDTH);
  gtk_widget_allocate (picture, PICTURE_WIDTH, PICTURE_HEIGHT, -1, NULL);
  GTK_WIDGET_GET_CLASS (picture)->snapshot (picture, snapshot);
  node = gtk_snapshot_free_to_node (snapshot);
  gsk_render_node_draw (node, cr);
  gsk_render_node_unref (node);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

/* How opaque a pixel is, 0 to 255. */
static guint
alpha_at (cairo_surface_t *surface,
          int x,
          int y)
{
  const guchar *row = cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface);

  return ((const guint32 *) (gconstpointer) row)[x] >> 24;
}

/* How many lines, dots or walls a row of pixels meets. */
static guint
count_runs (cairo_surface_t *surface,
            int from,
            int to,
            int y)
{
  guint n = 0;

  for (int x = from; x < to; x++)
    n += alpha_at (surface, x, y) > 0 && alpha_at (surface, x - 1, y) == 0;
  return n;
}

/* Solid where the bytes run, dots where they would; walls and ultrapeers as many as there are, on the side where reading
 * begins. */
static void
assert_drawn (GtkWidget *picture,
              const Way *way,
              gboolean is_standing)
{
  for (guint is_rtl = 0; is_rtl < 2; is_rtl++)
    {
      cairo_surface_t *surface;
      int left = is_rtl ? way->their_wall : way->own_wall, right = is_rtl ? way->own_wall : way->their_wall;
      int from = YOU_X + 20, to = PICTURE_WIDTH - YOU_X - 20;
      guint n;

      gtk_widget_set_direction (picture, is_rtl ? GTK_TEXT_DIR_RTL : GTK_TEXT_DIR_LTR);
      surface = draw_picture (picture);
      g_assert_cmpint (alpha_at (surface, WALL_X, WALL_Y) > 0, ==, left != FIL_WALL_NONE);
      g_assert_cmpint (alpha_at (surface, PICTURE_WIDTH - WALL_X, WALL_Y) > 0, ==, right != FIL_WALL_NONE);
      g_assert_cmpuint (count_runs (surface, from, to, PEERS_Y), ==, way->n_peers);
      g_assert_cmpuint (alpha_at (surface, is_rtl ? PICTURE_WIDTH - YOU_X : YOU_X, GROUND_Y), ==, 255);
      g_assert_cmpuint (alpha_at (surface, is_rtl ? YOU_X : PICTURE_WIDTH - YOU_X, GROUND_Y), <, 128);
      n = count_runs (surface, from, to, GROUND_Y);
      if (g_str_equal (way->reach, "unreachable"))
        g_assert_cmpuint (n, ==, (left != FIL_WALL_NONE) + (right != FIL_WALL_NONE));
      else if (is_standing)
        g_assert_cmpuint (n, ==, 0);
      else
        g_assert_cmpuint (n, >, 10);
      cairo_surface_destroy (surface);
    }
}

static void
test_path (gconstpointer data)
{
  const Way *way = data;
  g_autoptr (FilRow) source = make_source (way);
  g_autoptr (FilRow) status = make_status_behind (way->own_nat, way->tcp_reachable);
  g_auto (GStrv) via = fil_row_get_strings (source, "via");
  FilPathPicture *picture = g_object_ref_sink (g_object_new (FIL_TYPE_PATH_PICTURE, NULL));
  g_autofree char *words = NULL;
  g_autofree char *line = NULL;
  FilPathFacts facts;

  fil_path_facts_read (&facts, source, (const char *const *) via, status);
  g_assert_cmpint (facts.own_wall, ==, way->own_wall);
  g_assert_cmpint (facts.their_wall, ==, way->their_wall);
  g_assert_cmpuint (fil_path_facts_n_peers (&facts), ==, way->n_peers);
  line = fil_path_describe_line (&facts);
  g_assert_cmpstr (line, ==, way->line);
  if (way->peers != NULL)
    {
      g_autofree char *peers = fil_path_describe_peers (&facts);

      g_assert_cmpstr (peers, ==, way->peers);
    }
  words = fil_path_describe (&facts);
  g_test_message ("%s", words);
  for (guint i = 0; i < G_N_ELEMENTS (way->parts) && way->parts[i] != NULL; i++)
    g_assert_nonnull (strstr (words, way->parts[i]));
  if (way->not_said != NULL)
    g_assert_null (strstr (words, way->not_said));
  g_assert_true (g_str_has_suffix (words, "."));
  fil_path_picture_set_facts (picture, &facts);
  fil_path_picture_set_facts (picture, &facts);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (picture), GTK_ACCESSIBLE_PROPERTY_LABEL, words);
  assert_drawn (GTK_WIDGET (picture), way, facts.is_standing);
  g_assert_finalize_object (picture);
}

static FilRow *
make_upload (const char *state,
             gint64 place,
             gint64 speed,
             gint64 limit)
{
  return _fil_row_new (&fil_schema_upload,
                       g_variant_new ("(xsssxxsxxx)", (gint64) 1, "hazel.ogg", "192.0.2.1:6346", state, (gint64) 1000000,
                                      speed, "direct", (gint64) 4000000, place, limit));
}

/* Who waits in our queue is told from who has a slot, and whoever has a limit from who has none. */
static void
test_upload_card (void)
{
  static const struct
  {
    const char *state;
    gint64 place;
    gint64 limit;
    const char *says;
  } states[] = {
    { "sending", FIL_NULL_INT, FIL_NULL_INT, "40.0\302\240kB/\342\201\240s · to 192.0.2.1:6346 · direct" },
    { "sending", FIL_NULL_INT, 50000, "40.0\302\240kB/\342\201\240s · at most 50.0\302\240kB/\342\201\240s · to 192.0.2.1:6346 · direct" },
    { "queued", 3, FIL_NULL_INT, "Waiting at place 3 · to 192.0.2.1:6346 · direct" },
    { "waiting", FIL_NULL_INT, FIL_NULL_INT, "Has a slot, asks for nothing right now · to 192.0.2.1:6346 · direct" },
    { "done", FIL_NULL_INT, 50000, "Sent · at most 50.0\302\240kB/\342\201\240s · to 192.0.2.1:6346 · direct" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autoptr (FilRow) row = make_upload (states[i].state, states[i].place, 40000, states[i].limit);
      GtkWidget *card = g_object_ref_sink (fil_upload_card_new (row));

      g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (card)), ==, states[i].says);
      g_assert_finalize_object (card);
    }
}

/* The choice of a limit begins at what is near: the limit there is, the speed, what was chosen last. */
static void
test_first_limit (void)
{
  static const struct
  {
    gint64 speed;
    gint64 limit;
    gint64 last;
    gint64 first;
  } cases[] = {
    { 40000, 70000, 90000, 70000 },
    { 40000, FIL_NULL_INT, 90000, 40000 },
    { 10, FIL_NULL_INT, 90000, 1000 },
    { 12345, FIL_NULL_INT, 0, 12000 },
    { 99600, FIL_NULL_INT, 0, 100000 },
    { 1264000, FIL_NULL_INT, 0, 1300000 },
    { 21734000, FIL_NULL_INT, 0, 22000000 },
    { 0, FIL_NULL_INT, 90000, 90000 },
    { 0, FIL_NULL_INT, 0, 500000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FilRow) row = make_upload ("sending", FIL_NULL_INT, cases[i].speed, cases[i].limit);

      g_assert_cmpint (fil_limit_dialog_first (row, cases[i].last), ==, cases[i].first);
    }
}

/* The text of a verdict with a button has the whole width beside the mark, on a telephone too. */
static void
test_doctor_row (void)
{
  const char *text = "Nobody could connect to you. A router or a firewall keeps them out.";
  const char *help = "Let Filbert ask your router to open port 23451.";
  g_autoptr (FilRow) line = _fil_row_new (&fil_schema_doctor,
                                          g_variant_new ("(sysssss)", "tcp", (guchar) FIL_TRI_NO, text, help,
                                                         "port-mapping", "true", "Ask the Router"));
  GtkWidget *row = g_object_ref_sink (fil_doctor_row_new (line));
  GtkWidget *button = find_widget (row, GTK_TYPE_BUTTON);
  guint n_labels = 0;
  int height;

  g_assert_cmpint (get_least_width (row), <=, NARROW - MARGINS);
  gtk_widget_measure (row, GTK_ORIENTATION_VERTICAL, NARROW - MARGINS, &height, NULL, NULL, NULL);
  gtk_widget_size_allocate (row, &(GtkAllocation){ .width = NARROW - MARGINS, .height = height }, -1);
  for (GtkWidget *child = gtk_widget_get_first_child (gtk_widget_get_parent (button)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_LABEL (child))
      {
        n_labels++;
        g_assert_cmpint (gtk_widget_get_width (child), >, NARROW - MARGINS - 80);
      }
  g_assert_cmpuint (n_labels, ==, 3);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (find_widget (row, GTK_TYPE_IMAGE)),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL, "No");
  g_assert_finalize_object (row);
}

static void
test_chunk_map (void)
{
  static const guint8 cells[] = { 3, 3, 3, 3, 3, 2, 1, 1, 0, 200 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (cells, sizeof cells);
  FilChunkMap *map = g_object_ref_sink (g_object_new (FIL_TYPE_CHUNK_MAP, NULL));
  g_autofree char *words = NULL;

  fil_chunk_map_set_cells (map, bytes);
  words = g_strdup (gtk_widget_get_tooltip_text (GTK_WIDGET (map)));
  /* What a newer node may call something else counts as the best there is. */
  g_assert_cmpstr (words, ==, "60 % verified, 10 % received, 20 % asked for, 10 % missing");
  g_assert_finalize_object (map);
}

static void
test_download_details (void)
{
  g_autoptr (FilClient) client = fil_client_new ("/nonexistent");
  g_autoptr (FilRow) row = make_download (7, "downloading", "", 1000);
  GtkWidget *details = g_object_ref_sink (fil_download_details_new (client, row));

  g_assert_cmpint (get_least_width (details), <=, NARROW - MARGINS);
  g_assert_finalize_object (details);
}

static void
test_banner (void)
{
  FilBanner *banner = g_object_ref_sink (g_object_new (FIL_TYPE_BANNER, NULL));

  g_assert_null (fil_banner_get_text (banner));
  fil_banner_show (banner, "The disk is full.", "Show it", "win.page('transfers')");
  g_assert_cmpstr (fil_banner_get_text (banner), ==, "The disk is full.");
  fil_banner_show (banner, "It is not.", NULL, NULL);
  g_assert_cmpstr (fil_banner_get_text (banner), ==, "It is not.");
  fil_banner_clear (banner);
  g_assert_null (fil_banner_get_text (banner));
  g_assert_finalize_object (banner);
}

typedef struct
{
  guint n_commits, n_undos, n_freed;
} Count;

static void
count_commit (gpointer data)
{
  ((Count *) data)->n_commits++;
}

static void
count_undo (gpointer data)
{
  ((Count *) data)->n_undos++;
}

static void
count_free (gpointer data)
{
  ((Count *) data)->n_freed++;
}

static void
test_removals (void)
{
  AdwToastOverlay *overlay = g_object_ref_sink (ADW_TOAST_OVERLAY (adw_toast_overlay_new ()));
  FilRemovals *removals = fil_removals_new (overlay);
  Count count = { 0 };

  fil_removals_offer (removals, "a", "Gone: <a>", count_commit, count_undo, &count, count_free);
  g_assert_true (fil_removals_hides (removals, "a"));
  fil_removals_undo (removals);
  g_assert_false (fil_removals_hides (removals, "a"));
  g_assert_cmpuint (count.n_undos, ==, 1);

  /* What is done already is not hidden, neither before the offer ends nor after. */
  fil_removals_offer (removals, "d", "d", NULL, count_undo, &count, count_free);
  g_assert_true (fil_removals_can_undo (removals));
  g_assert_false (fil_removals_hides (removals, "d"));
  fil_removals_commit (removals);
  g_assert_false (fil_removals_hides (removals, "d"));
  g_assert_cmpuint (count.n_undos, ==, 1);

  /* A second removal makes the first one final; so does the end. */
  fil_removals_offer (removals, "b", "b", count_commit, count_undo, &count, count_free);
  fil_removals_offer (removals, "c", "c", count_commit, count_undo, &count, count_free);
  g_assert_cmpuint (count.n_commits, ==, 1);
  g_assert_true (fil_removals_hides (removals, "b"));
  /* What could not be removed is there after all. */
  fil_removals_show_again (removals, "b");
  g_assert_false (fil_removals_hides (removals, "b"));
  g_object_unref (removals);
  g_assert_cmpuint (count.n_commits, ==, 2);
  g_assert_cmpuint (count.n_undos, ==, 1);
  g_assert_cmpuint (count.n_freed, ==, 4);
  g_object_unref (overlay);
}

static void
test_magnet_offer (void)
{
  GtkWidget *offer = g_object_ref_sink (fil_magnet_offer_new ("magnet:?xt=urn:sha1:X&dn=%3Cb%3Ehazel%20nut%3C/b%3E&xl=4200000"));
  GtkWidget *broken = g_object_ref_sink (fil_magnet_offer_new ("magnet:?dn=%ff%fe&xl=99999999999999999999"));

  /* What a stranger wrote is text, not markup. */
  g_assert_nonnull (strstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (offer)), "<b>hazel nut"));
  g_assert_false (adw_preferences_row_get_use_markup (ADW_PREFERENCES_ROW (offer)));
  g_assert_true (g_utf8_validate (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (broken)), -1, NULL));
  g_assert_finalize_object (offer);
  g_assert_finalize_object (broken);
}

static void
check_offer (const char *magnet,
             const char *title,
             const char *subtitle,
             const char *button)
{
  GtkWidget *offer = g_object_ref_sink (fil_magnet_offer_new (magnet));
  GtkWidget *last = find_widget (offer, GTK_TYPE_BUTTON);

  while (gtk_widget_get_next_sibling (last) != NULL)
    last = gtk_widget_get_next_sibling (last);
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (offer)), ==, title);
  g_assert_true (g_str_has_prefix (adw_action_row_get_subtitle (ADW_ACTION_ROW (offer)), subtitle));
  g_assert_cmpint (gtk_widget_get_visible (last), ==, button != NULL);
  if (button != NULL)
    g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (last)), ==, button);
  g_assert_finalize_object (offer);
}

#define ONE "VMTHZRDFYWS3N2VTC5YU65HA7AFBJCQO"
#define TWO "VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5"

/* An offer says what is offered, in whatever form of link. */
static void
test_offers (void)
{
  check_offer ("magnet:?xt.1=urn:sha1:" ONE "&dn.1=a.bin&xl.1=1000000&xt.2=urn:sha1:" TWO "&dn.2=b.bin&xl.2=2000000",
               "Download 2 files?", "a.bin, b.bin · 3.0", "Download");
  check_offer ("MAGNET:?XT=URN:SHA1:" ONE "&DN=HAZEL", "Download “HAZEL”?", "from a link", "Download");
  check_offer ("magnet:?&xt=urn:sha1:" ONE "&dn=T%C3%ABst+file+%26+co.bin&xs=urn:guid:00112233445566778899AABBCCDDEEFF",
               "Download “Tëst file & co.bin”?", "from a link", "Download");
  check_offer ("magnet:?kt=free+music", "Search for “free music”?", "from a link", "Search");
  check_offer ("magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=x", "This link names no file of the Gnutella network",
               "from a link", NULL);
}

static void
test_map (void)
{
  FilNetworkMap *map = g_object_ref_sink (g_object_new (FIL_TYPE_NETWORK_MAP, NULL));
  g_autoptr (GListStore) peers = g_list_store_new (FIL_TYPE_ROW);

  fil_network_map_set_peers (map, G_LIST_MODEL (peers));
  fil_network_map_spread (map);
  g_assert_finalize_object (map);
}

/* The results */

static void
put_result (FilResultsModel *model,
            gint64 id,
            const char *sha1)
{
  g_autofree char *name = g_strdup_printf ("%05d", (int) id);
  g_autoptr (GVariant) row = g_variant_ref_sink (
      g_variant_new ("(xxsxsssssxsxbsbxs)", id, (gint64) 1, name, (gint64) 1000, sha1, "", "10.0.0.1:6346", "", "FLBT",
                     (gint64) 2, "direct", (gint64) 1, FALSE, "audio", FALSE, FIL_NULL_INT, ""));

  fil_results_model_put (model, row);
}

static void
frame_cb (GdkFrameClock *clock,
          guint *n_frames)
{
  ++*n_frames;
}

/* Until two more frames have been laid out and drawn. */
static void
wait_for_frames (GtkWidget *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);
  guint n_frames = 0;
  gulong id = g_signal_connect (clock, "after-paint", G_CALLBACK (frame_cb), &n_frames);

  while (n_frames < 2)
    {
      gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_LAYOUT);
      g_main_context_iteration (NULL, TRUE);
    }
  g_signal_handler_disconnect (clock, id);
}

static const char *
name_at (GtkSelectionModel *model,
         guint line)
{
  g_autoptr (FilResultSlot) slot = g_list_model_get_item (G_LIST_MODEL (model), line);

  return fil_result_item_get_facts (fil_result_slot_get_item (slot))->name;
}

/* What comes in above what is read or chosen moves neither. */
static void
test_results_keep_their_place (void)
{
  g_autoptr (FilResultsModel) model = fil_results_model_new ();
  GtkWidget *table = g_object_new (FIL_TYPE_RESULTS_TABLE, NULL);
  GtkWidget *window = g_object_new (GTK_TYPE_WINDOW, "default-width", 900, "default-height", 400, "child", table, NULL);
  GtkAdjustment *adjustment;
  GtkSelectionModel *selection;
  g_autoptr (FilResultItem) chosen = NULL;
  double line_height;

  fil_results_table_set_model (FIL_RESULTS_TABLE (table), model);
  for (gint64 id = 1000; id < 1400; id++)
    put_result (model, id, "");
  fil_results_model_commit (model);
  gtk_window_present (GTK_WINDOW (window));
  wait_for_frames (window);
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (find_widget (table, GTK_TYPE_SCROLLED_WINDOW)));
  selection = gtk_column_view_get_model (GTK_COLUMN_VIEW (find_widget (table, GTK_TYPE_COLUMN_VIEW)));
  line_height = gtk_adjustment_get_upper (adjustment) / 400;
  gtk_adjustment_set_value (adjustment, 100 * line_height);
  gtk_selection_model_select_item (selection, 102, TRUE);
  wait_for_frames (window);
  g_assert_cmpstr (name_at (selection, 100), ==, "01100");

  for (gint64 id = 0; id < 50; id++)
    put_result (model, id, "");
  fil_results_model_commit (model);
  wait_for_frames (window);
  g_assert_cmpfloat_with_epsilon (gtk_adjustment_get_value (adjustment), 150 * line_height, 1);
  g_assert_cmpstr (name_at (selection, 150), ==, "01100");
  g_assert_true (gtk_selection_model_is_selected (selection, 152));
  chosen = fil_results_table_dup_selected (FIL_RESULTS_TABLE (table));
  g_assert_cmpstr (fil_result_item_get_facts (chosen)->name, ==, "01102");

  /* What is chosen and goes is chosen no more. */
  fil_results_model_remove (model, 1102);
  fil_results_model_commit (model);
  g_assert_null (fil_results_table_dup_selected (FIL_RESULTS_TABLE (table)));
  g_assert_false (gtk_selection_model_is_selected (selection, 152));
  gtk_window_destroy (GTK_WINDOW (window));
}

static guint
count_offers (GtkWidget *widget)
{
  guint n = FIL_IS_MAGNET_OFFER (widget);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_offers (child);
  return n;
}

/* As a browser does it. */
static void
drop_link (FilWindow *window,
           const char *link)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GFile) file = g_file_new_for_uri (link);
  GdkFileList *list = gdk_file_list_new_from_array (&file, 1);

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, list);
  g_assert_true (_fil_window_take_drop (window, &value));
}

/* A node that is gone is not connected any more. */
static void
test_status_chip (void)
{
  g_autoptr (FilClient) client = fil_client_new ("/nonexistent");
  FilStatusChip *chip = g_object_ref_sink (g_object_new (FIL_TYPE_STATUS_CHIP, NULL));
  GtkWidget *label = find_widget (GTK_WIDGET (chip), GTK_TYPE_LABEL);

  fil_status_chip_set_client (chip, client);
  g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (label)), ==, "Starting…");
  g_signal_emit_by_name (client, "vanished");
  g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (label)), ==, "Not running");
  g_assert_finalize_object (chip);
}

/* Without a node the window is whole, shows every page, and goes without a trace. */
static void
test_window (void)
{
  g_autofree char *dir = g_dir_make_tmp ("filbert-test-XXXXXX", NULL);
  g_autoptr (FilClient) client = fil_client_new (dir);
  static const char *const pages[] = { "transfers", "library", "network", "nonsense", "search" };
  FilWindow *window = fil_window_new (NULL, client);
  gpointer watched = window;
  Count count = { 0 };

  g_object_add_weak_pointer (G_OBJECT (window), &watched);
  gtk_window_present (GTK_WINDOW (window));
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      fil_window_show_page (window, pages[i]);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_cmpint (get_least_width (GTK_WIDGET (window)), <=, NARROW);
    }
  fil_window_offer_magnet (window, "magnet:?xt=urn:sha1:X&dn=hazel");
  fil_window_offer_magnet (window, "magnet:?xt=urn:sha1:X&dn=hazel");
  drop_link (window, "magnet:?xt=urn:sha1:Y&dn=nut");
  g_assert_cmpuint (count_offers (GTK_WIDGET (window)), ==, 2);
  /* What can be undone until the end is final then, for the pages, too. */
  fil_removals_offer (window->removals, "download:1", "hazel", count_commit, count_undo, &count, count_free);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  gtk_window_destroy (GTK_WINDOW (window));
  while (watched != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (count.n_commits, ==, 1);
  g_assert_cmpuint (count.n_undos, ==, 0);
  g_rmdir (dir);
}

/* In the language that is asked for, as the program does; without FILBERT_LOCALEDIR in English. */
static void
load_words (void)
{
  if (g_getenv ("FILBERT_LOCALEDIR") == NULL)
    return;
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("FILBERT_LOCALEDIR"));
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_assert_cmpstr (_("Search"), !=, "Search");
}

/* As the application does. */
static void
load_style (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/org/filbert/Filbert/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  load_words ();
  adw_init ();
  fil_ui_init ();
  load_style ();
  g_test_add_func ("/ui/status-words", test_status_words);
  g_test_add_func ("/ui/numbers", test_numbers);
  g_test_add_func ("/ui/download-words", test_download_words);
  g_test_add_func ("/ui/changed-words", test_changed_words);
  g_test_add_func ("/ui/result-state", test_result_state);
  g_test_add_func ("/ui/download-card", test_download_card);
  g_test_add_func ("/ui/drag-out", test_drag_out);
  g_test_add_func ("/ui/status-chip", test_status_chip);
  g_test_add_func ("/ui/download-order", test_download_order);
  g_test_add_func ("/ui/head-model", test_head_model);
  g_test_add_func ("/ui/download-list", test_download_list);
  g_test_add_func ("/ui/upload-card", test_upload_card);
  g_test_add_func ("/ui/first-limit", test_first_limit);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *path = g_strdup_printf ("/ui/path/%u-%s-%s", i, ways[i].reach, ways[i].own_nat);

      g_test_add_data_func (path, &ways[i], test_path);
    }
  g_test_add_func ("/ui/doctor-row", test_doctor_row);
  g_test_add_func ("/ui/chunk-map", test_chunk_map);
  g_test_add_func ("/ui/narrow-card", test_narrow_card);
  g_test_add_func ("/ui/download-details", test_download_details);
  g_test_add_func ("/ui/banner", test_banner);
  g_test_add_func ("/ui/removals", test_removals);
  g_test_add_func ("/ui/magnet-offer", test_magnet_offer);
  g_test_add_func ("/ui/offers", test_offers);
  g_test_add_func ("/ui/map", test_map);
  g_test_add_func ("/ui/results-keep-their-place", test_results_keep_their_place);
  g_test_add_func ("/ui/window", test_window);
  return g_test_run ();
}
