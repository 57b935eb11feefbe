/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "filbertd-desktop.h"

#include <glib/gi18n.h>
#include <string.h>

struct _FilbertdDesktop
{
  FilNode *node;      /* not owned */
  FilBus *bus;        /* not owned */
  GMainLoop *loop;    /* not owned */
  FilDesktop *desktop;
  guint64 events_seq; /* what of the log of events was looked at */
  gulong handlers[2];
};

static void
quit (gpointer data)
{
  g_main_loop_quit (((FilbertdDesktop *) data)->loop);
}

static void
set_downloads_paused (gpointer data,
                      gboolean paused)
{
  FilNode *node = ((FilbertdDesktop *) data)->node;

  if (paused)
    fil_node_pause (node, -1, NULL);
  else
    fil_node_resume (node, -1, NULL);
}

static void
set_sharing_paused (gpointer data,
                    gboolean paused)
{
  fil_node_set_sharing_paused (((FilbertdDesktop *) data)->node, paused);
}

static void
network_changed (gpointer data,
                 gboolean available)
{
  fil_node_network_changed (((FilbertdDesktop *) data)->node, available);
}

/* Links do not survive sleep; after it the network is looked for as if it were new. */
static void
suspended (gpointer data,
           gboolean sleeps)
{
  fil_node_network_changed (((FilbertdDesktop *) data)->node, !sleeps);
}

static const FilDesktopDelegate delegate = {
  .quit = quit,
  .set_downloads_paused = set_downloads_paused,
  .set_sharing_paused = set_sharing_paused,
  .network_changed = network_changed,
  .suspend = suspended,
};

static char *
sentence (const FilStatusInfo *status)
{
  g_autofree char *down = g_format_size (status->down_bps);
  g_autofree char *up = g_format_size (status->up_bps);
  guint links = status->peers + status->leaves;

  if (status->state != FIL_STATE_ONLINE)
    return g_strdup (status->state == FIL_STATE_CONNECTING ? _("Connecting…") : _("Offline"));
  if (status->down_bps + status->up_bps == 0)
    return g_strdup_printf (ngettext ("Connected · %u link", "Connected · %u links", links), links);
  return g_strdup_printf (_("Connected · %s/s in · %s/s out"), down, up);
}

static void
status_changed (FilNode *node,
                gpointer data)
{
  FilbertdDesktop *self = data;
  g_autofree char *text = NULL;
  FilStatusInfo status;

  fil_node_get_status (node, &status);
  text = sentence (&status);
  fil_desktop_set_status (self->desktop, status.down_bps + status.up_bps > 0 ? FIL_TRAY_MOVING : FIL_TRAY_IDLE, text);
  fil_desktop_set_sharing_paused (self->desktop, fil_node_get_sharing_paused (node));
}

static void
changed (FilNode *node,
         guint list,
         gint64 scope,
         gpointer data)
{
  FilbertdDesktop *self = data;
  g_autoptr (FilChanges) changes = NULL;

  if (list != FIL_LIST_EVENTS)
    return;
  changes = fil_node_changes (node, FIL_LIST_EVENTS, 0, self->events_seq, G_MAXUINT);
  self->events_seq = changes->seq;
  for (guint i = 0; i < changes->changed->len; i++)
    {
      FilDownloadInfo download;
      FilEventInfo event;

      if (!fil_bus_is_watched (self->bus) &&
          fil_node_get_event (node, g_array_index (changes->changed, gint64, i), &event) &&
          strcmp (event.kind, "download-done") == 0 && fil_node_get_download (node, event.subject, &download))
        fil_desktop_download_done (self->desktop, download.id, download.name);
    }
}

/**
 * filbertd_desktop_new:
 * @node: outlives this
 * @bus: outlives this; it knows whether a window is in front, which makes notifications idle
 * @app_id: the ID that the window of this profile owns
 * @loop: what to quit when the user says so in the tray
 *
 * Returns: (transfer full): the node's face on the desktop
 */
FilbertdDesktop *
filbertd_desktop_new (FilNode *node,
                      FilBus *bus,
                      const char *app_id,
                      GMainLoop *loop)
{
  FilbertdDesktop *self = g_new0 (FilbertdDesktop, 1);

  self->node = node;
  self->bus = bus;
  self->loop = loop;
  self->desktop = fil_desktop_new (app_id, &delegate, self);
  self->events_seq = fil_node_list_seq (node, FIL_LIST_EVENTS, 0);
  self->handlers[0] = g_signal_connect (node, "changed", G_CALLBACK (changed), self);
  self->handlers[1] = g_signal_connect (node, "status-changed", G_CALLBACK (status_changed), self);
  status_changed (node, self);
  return self;
}

void
filbertd_desktop_free (FilbertdDesktop *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->handlers); i++)
    g_signal_handler_disconnect (self->node, self->handlers[i]);
  fil_desktop_free (self->desktop);
  g_free (self);
}
