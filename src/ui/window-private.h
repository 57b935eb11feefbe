/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "window.h"

#include "banner.h"
#include "library-page.h"
#include "list-model.h"
#include "network-page.h"
#include "removals.h"
#include "search-page.h"
#include "status-chip.h"
#include "transfers-page.h"
#include "window-state.h"

G_BEGIN_DECLS

struct _FilWindow
{
  AdwApplicationWindow parent;

  AdwToastOverlay *toasts;
  AdwViewStack *stack;
  AdwHeaderBar *header;
  AdwViewSwitcherTitle *switcher_title;
  AdwViewSwitcherBar *switcher_bar;
  AdwViewStackPage *transfers_stack_page;
  FilStatusChip *chip;
  GtkButton *sharing_chip;
  FilBanner *banner;
  AdwBin *search_bin;
  AdwBin *transfers_bin;
  AdwBin *library_bin;
  AdwBin *network_bin;

  FilSearchPage *search_page;       /* these four unowned, NULL until made */
  FilTransfersPage *transfers_page;
  FilLibraryPage *library_page;
  FilNetworkPage *network_page;

  FilClient *client;
  FilListModel *downloads;
  FilRemovals *removals;
  FilWindowState *state;
  GCancellable *cancellable;
  gint64 last_limit; /* bytes a second, the one that a transfer was given last; 0: none yet */
  guint make_pages_id;
  guint narrow_id;
  guint count_id;
  gboolean is_sharing;
  gboolean is_sharing_paused;
};

/* Calls a verb of the client; what goes wrong is told. */
#define CALL(verb, ...) verb (self->client, __VA_ARGS__, self->cancellable, _fil_window_done, g_object_ref (self))

void _fil_window_init_actions (FilWindow *self);
void _fil_window_init_search_actions (FilWindow *self);
void _fil_window_init_transfer_actions (FilWindow *self);
void _fil_window_init_drops (FilWindow *self);
gboolean _fil_window_take_drop (FilWindow *self, const GValue *value);
void _fil_window_done (GObject *source, GAsyncResult *result, gpointer data);
void _fil_window_class_init_actions (GtkWidgetClass *widget_class);
void _fil_window_tell (FilWindow *self, const char *text, const char *button, const char *action);
void _fil_window_complain (FilWindow *self, const GError *error);

G_END_DECLS
