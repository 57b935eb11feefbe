/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include "disk-guard.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

G_DEFINE_FINAL_TYPE (FilNode, fil_node, G_TYPE_OBJECT)

#define SAVE_EVERY_US (60 * FIL_SEC)
#define PARTS_DISK "parts-disk" /* where part files were seen last */
#define FORMER_FOLDERS "former-incomplete-dirs"
#define FORMER_FOLDERS_MAX 8

gint64
_fil_node_now (FilNode *self)
{
  return fil_reactor_now (self->reactor);
}

gint64
_fil_node_wall_s (FilNode *self)
{
  return fil_clock_wall (self->clock) / FIL_SEC;
}

/* Starting */

static gboolean
make_folder (const char *path,
             GError **error)
{
  if (g_mkdir_with_parents (path, 0700) == 0)
    return TRUE;
  g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_UNAVAILABLE, _("The folder %s cannot be made: %s"), path,
               g_strerror (errno));
  return FALSE;
}

static void
home_cb (gpointer data,
         const char *identity)
{
  fil_settings_set_own (((FilNode *) data)->settings, PARTS_DISK, identity);
}

/* The folders that held part files before, the newest first; one a line. */
static char **
load_former (FilNode *self)
{
  g_autofree char *text = fil_settings_get_own (self->settings, FORMER_FOLDERS);

  return g_strsplit (text != NULL ? text : "", "\n", FORMER_FOLDERS_MAX);
}

static gboolean
open_profile (FilNode *self,
              GError **error)
{
  g_autofree char *home = NULL;
  g_auto (GStrv) former = NULL;

  if (!make_folder (self->profile, error))
    return FALSE;
  self->settings = fil_settings_new (self->profile, error);
  if (self->settings == NULL || !_fil_node_database_open (self, error))
    return FALSE;

  fil_settings_get_guid (self->settings, &self->guid, self->random);
  self->disk = fil_disk_new (FIL_DISK_FLOOR);
  self->folders = fil_download_folders_new (self->profile, self->profile);
  self->storage = fil_disk_storage_new (self->disk, self->folders, self->database);
  home = fil_settings_get_own (self->settings, PARTS_DISK);
  fil_download_folders_set_home (self->folders, home, home_cb, self);
  former = load_former (self);
  fil_download_folders_set_former (self->folders, (const char *const *) former);
  return TRUE;
}

static void
save_cb (gpointer data,
         gint64 now_us)
{
  FilNode *self = data;

  _fil_node_overlay_save_hosts (self);
  _fil_node_database_tidy (self);
  _fil_node_database_retry (self);
  if (self->is_reach_news)
    _fil_node_reach_save (self);
  fil_timer_set (self->save_timer, now_us + SAVE_EVERY_US);
}

static void
apply_folders (FilNode *self)
{
  g_autofree char *incomplete = fil_settings_get (self->settings, "incomplete-dir");
  g_autofree char *downloads = fil_settings_get (self->settings, "downloads-dir");

  if (g_mkdir_with_parents (incomplete, 0700) != 0)
    g_warning ("the folder %s cannot be made: %s", incomplete, g_strerror (errno));
  if (g_mkdir_with_parents (downloads, 0755) != 0)
    g_warning ("the folder %s cannot be made: %s", downloads, g_strerror (errno));
  fil_download_folders_set (self->folders, incomplete, downloads);
  if (self->library != NULL)
    fil_library_set_incomplete (self->library, incomplete);
  for (guint kind = 0; kind < FIL_KIND_OTHER; kind++)
    {
      g_autofree char *key = g_strconcat (fil_file_kind_name (kind), "-dir", NULL);
      g_autofree char *folder = fil_settings_get (self->settings, key);

      fil_download_folders_set_kind (self->folders, kind, *folder != '\0' ? folder : NULL);
    }
}

/* What lies in the folder stays there, and is found there. */
static void
leave_folder (FilNode *self)
{
  g_auto (GStrv) former = load_former (self);
  GString *text = g_string_new (fil_download_folders_incomplete (self->folders));
  g_auto (GStrv) all = NULL;

  for (guint i = 0; former[i] != NULL && i + 1 < FORMER_FOLDERS_MAX; i++)
    if (strcmp (former[i], fil_download_folders_incomplete (self->folders)) != 0)
      g_string_append_printf (text, "\n%s", former[i]);
  fil_settings_set_own (self->settings, FORMER_FOLDERS, text->str);
  g_string_free (text, TRUE);
  all = load_former (self);
  fil_download_folders_set_former (self->folders, (const char *const *) all);
}

static void
settings_changed_cb (const char *key,
                     gpointer data)
{
  FilNode *self = data;

  if (strcmp (key, "incomplete-dir") == 0)
    leave_folder (self);
  if (fil_settings_is_folder (key))
    apply_folders (self);
  if (strcmp (key, "port-mapping") == 0)
    _fil_node_port_map_apply (self);
  _fil_node_listing_apply (self);
  _fil_node_apply_limits (self);
  _fil_node_mark_status (self);
}

static FilRole
parse_role (const char *text)
{
  if (g_strcmp0 (text, "ultrapeer") == 0)
    return FIL_ROLE_ULTRAPEER;
  if (g_strcmp0 (text, "leaf") == 0)
    return FIL_ROLE_LEAF;
  return FIL_ROLE_AUTO;
}

/* A download that is complete is a bad moment to find out that there is no place for it. */
static gboolean
check_folder (const char *path,
              GError **error)
{
  if (g_mkdir_with_parents (path, 0755) == 0 && access (path, W_OK | X_OK) == 0)
    return TRUE;
  g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_FAILED, _("Nothing can be written to the folder %s: %s"), path,
               g_strerror (errno));
  return FALSE;
}

static gboolean
check_hosts (const char *const *hosts,
             GError **error)
{
  for (guint i = 0; hosts != NULL && hosts[i] != NULL; i++)
    if (!_fil_node_is_host_and_port (hosts[i]))
      {
        g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE, _("%s is not HOST:PORT."), hosts[i]);
        return FALSE;
      }
  return TRUE;
}

/* One that was chosen before may be a drive that is away; downloads wait for it. */
static gboolean
take_downloads (FilNode *self,
                const char *path,
                GError **error)
{
  g_autofree char *known = fil_settings_get (self->settings, "downloads-dir");

  return g_strcmp0 (known, path) == 0 || fil_node_set (self, "downloads-dir", path, error);
}

static gboolean
take_options (FilNode *self,
              const FilNodeOptions *options,
              GError **error)
{
  self->profile = g_strdup (options->profile);
  self->user_agent = g_strdup ("Filbert/" FIL_VERSION);
  self->is_private = options->private_network;
  self->has_bootstrap = !options->no_bootstrap;
  self->connect_to = g_strdupv ((char **) options->connect);
  if (!check_hosts (options->connect, error) || !open_profile (self, error))
    return FALSE;

  if (options->role != NULL && !fil_settings_set (self->settings, "role", options->role, error))
    return FALSE;
  if (options->downloads != NULL && !take_downloads (self, options->downloads, error))
    return FALSE;
  apply_folders (self);
  if (options->listen != NULL)
    {
      self->listen = g_strdup (options->listen);
    }
  else
    {
      gint64 port = fil_settings_get_int (self->settings, "listen-port");

      /* Others refuse or doubt the old standard port, so each profile picks a high one and keeps it. */
      if (port == 0)
        {
          g_autofree char *text = NULL;

          port = 20000 + fil_random_below (self->random, 40000);
          text = g_strdup_printf ("%" G_GINT64_FORMAT, port);
          if (!fil_settings_set (self->settings, "listen-port", text, error))
            return FALSE;
        }
      self->listen = g_strdup_printf ("0.0.0.0:%" G_GINT64_FORMAT, port);
    }
  return TRUE;
}

/**
 * fil_node_new:
 * @options: borrowed
 *
 * Opens the profile, listens, and starts to look for the network.
 *
 * Returns: (transfer full): the running node, NULL with a #FilNodeError whose message is one sentence
 */
FilNode *
fil_node_new (const FilNodeOptions *options,
              GError **error)
{
  g_autoptr (FilNode) self = g_object_new (FIL_TYPE_NODE, NULL);
  g_autofree char *role = NULL;

  if (!take_options (self, options, error))
    return NULL;
  _fil_node_lists_start (self);

  role = fil_settings_get (self->settings, "role");
  self->role = parse_role (role);
  if (!_fil_node_network_start (self, error) || !_fil_node_shares_start (self, error))
    return NULL;
  self->mesh = fil_mesh_new ();
  _fil_node_uploads_start (self);
  _fil_node_preview_clear (self);
  _fil_node_verify_start (self);
  _fil_node_downloads_start (self);
  _fil_node_browse_start (self);
  if (!_fil_node_restore_downloads (self, error))
    return NULL;
  _fil_node_limits_start (self);
  fil_settings_set_changed_func (self->settings, settings_changed_cb, self);
  _fil_node_overlay_start (self);
  _fil_node_port_map_apply (self);
  if (!_fil_node_share_options (self, options->share, error))
    return NULL;

  fil_timer_set (self->save_timer, _fil_node_now (self) + SAVE_EVERY_US);
  _fil_node_event (self, "started", 0, _("Filbert %s started."), FIL_VERSION);
  _fil_node_database_tell (self);
  return g_steal_pointer (&self);
}

/**
 * fil_node_stop:
 *
 * Says goodbye to the neighbours and saves. The node stays readable, and is freed afterwards.
 */
void
fil_node_stop (FilNode *self)
{
  if (self->is_stopped)
    return;
  self->is_stopped = TRUE;
  _fil_node_lists_stop (self);
  _fil_node_browse_stop (self);
  if (self->downloads != NULL)
    fil_downloads_shutdown (self->downloads, _fil_node_now (self));
  if (self->uploads != NULL)
    fil_uploads_stop_all (self->uploads, _("This node is stopping."));
  if (self->overlay != NULL)
    {
      _fil_node_overlay_save_hosts (self);
      _fil_node_reach_save (self);
      fil_overlay_stop (self->overlay, _fil_node_now (self));
    }
  _fil_node_port_map_stop (self);
  _fil_node_network_stop (self);
}

/**
 * fil_node_is_settled:
 *
 * Returns: whether everything that was under way when the node was stopped has come to the disk, and the
 *   router has closed our port; until then its main loop has to turn
 */
gboolean
fil_node_is_settled (FilNode *self)
{
  return (self->downloads == NULL || fil_downloads_is_settled (self->downloads)) && self->n_forgetting == 0 &&
         _fil_node_port_map_is_stopped (self);
}

static void
fil_node_finalize (GObject *object)
{
  FilNode *self = FIL_NODE (object);

  fil_node_stop (self);
  g_clear_pointer (&self->port_mapping, fil_port_mapping_free);
  g_clear_pointer (&self->pumps, fil_pumps_free);
  _fil_node_verify_stop (self);
  _fil_node_preview_clear (self);
  g_clear_pointer (&self->downloads, fil_downloads_free);
  g_clear_pointer (&self->push_proxy, fil_push_proxy_free);
  g_clear_pointer (&self->uploads, fil_uploads_free);
  g_clear_pointer (&self->mesh, fil_mesh_free);
  g_clear_pointer (&self->overlay, fil_overlay_free);
  g_clear_pointer (&self->failed_dials, g_array_unref);
  g_clear_pointer (&self->library, fil_library_free);
  g_clear_pointer (&self->away_shares, g_hash_table_unref);
  g_clear_pointer (&self->storage, fil_disk_storage_free);
  g_clear_pointer (&self->folders, fil_download_folders_free);
  g_clear_pointer (&self->disk, fil_disk_free);
  _fil_node_network_free (self);

  g_clear_pointer (&self->source_searches, g_hash_table_unref);
  _fil_node_lists_free (self);
  g_clear_pointer (&self->words, fil_words_free);
  _fil_node_database_free (self);
  g_clear_pointer (&self->forgotten, g_hash_table_unref);
  g_clear_pointer (&self->settings, fil_settings_free);

  fil_timer_free (self->overlay_timer);
  fil_timer_free (self->downloads_timer);
  fil_timer_free (self->uploads_timer);
  fil_timer_free (self->bootstrap_timer);
  fil_timer_free (self->limits_timer);
  fil_timer_free (self->save_timer);
  fil_timer_free (self->connect_timer);
  fil_timer_free (self->route_timer);
  fil_route_watch_free (self->route_watch);
  g_clear_pointer (&self->reactor, fil_reactor_free);
  g_clear_pointer (&self->random, fil_random_free);
  g_clear_pointer (&self->clock, fil_clock_free);
  g_strfreev (self->connect_to);
  g_free (self->profile);
  g_free (self->user_agent);
  g_free (self->listen);

  G_OBJECT_CLASS (fil_node_parent_class)->finalize (object);
}

static void
fil_node_class_init (FilNodeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fil_node_finalize;

  /**
   * FilNode::changed:
   * @list: a #FilList
   * @scope: the search whose results changed, else 0
   */
  g_signal_new ("changed", FIL_TYPE_NODE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT,
                G_TYPE_INT64);
  /**
   * FilNode::status-changed:
   */
  g_signal_new ("status-changed", FIL_TYPE_NODE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
fil_node_init (FilNode *self)
{
  FilTimerQueue *timers;

  self->clock = fil_clock_new_real ();
  self->random = fil_random_new ();
  self->reactor = fil_reactor_new (g_main_context_get_thread_default (), self->clock);
  self->started_us = fil_reactor_now (self->reactor);
  timers = fil_reactor_timers (self->reactor);
  self->save_timer = fil_timer_new (timers, save_cb, self);
  self->words = fil_words_new ();
}

/* Settings */

void
fil_node_settings (FilNode *self,
                   FilSettingFunc func,
                   gpointer data)
{
  for (guint i = 0; i < fil_settings_n_keys (); i++)
    {
      g_autofree char *value = fil_settings_get (self->settings, fil_settings_key (i));

      func (fil_settings_key (i), value, data);
    }
}

gboolean
fil_node_set (FilNode *self,
              const char *key,
              const char *value,
              GError **error)
{
  /* Other paths than absolute ones are refused by the settings themselves. */
  if (fil_settings_is_folder (key) && g_path_is_absolute (value) && !check_folder (value, error))
    return FALSE;
  return fil_settings_set (self->settings, key, value, error);
}
