/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "files-error.h"
#include "route-table-builder.h"
#include "safe-name.h"

/* While files are being hashed the neighbours hear of the new ones now and then, so that their patience
 * (FIL_QRP_UPDATES_AT_ONCE) is there when the last one is. */
#define ROUTE_TABLE_WHILE_HASHING_US (10 * FIL_SEC)

static void
tell_overlay (FilNode *self)
{
  FilLibraryStatus status;

  if (self->overlay == NULL)
    return;
  fil_library_get_status (self->library, &status);
  fil_overlay_set_library (self->overlay, self->is_sharing_paused ? 0 : status.files,
                           self->is_sharing_paused ? 0 : status.bytes);
}

static void
update_route_table (FilNode *self)
{
  g_autoptr (FilRouteTableBuilder) builder = fil_route_table_builder_new ();
  g_autoptr (FilRouteTable) table = NULL;
  FilKeywordIndex *index = fil_library_get_index (self->library);

  if (self->overlay == NULL)
    return;
  if (index != NULL && !self->is_sharing_paused)
    fil_route_table_builder_add_index (builder, index);
  table = fil_route_table_builder_finish (builder);
  fil_overlay_set_route_table (self->overlay, table, _fil_node_now (self));
  self->is_route_table_old = FALSE;
  self->route_table_us = _fil_node_now (self);
  tell_overlay (self);
}

static void
follow_index (FilNode *self)
{
  FilLibraryStatus status;

  fil_library_get_status (self->library, &status);
  if (self->is_route_table_old &&
      (status.to_hash == 0 || _fil_node_now (self) - self->route_table_us >= ROUTE_TABLE_WHILE_HASHING_US))
    update_route_table (self);
}

static void
status_changed (gpointer data)
{
  follow_index (data);
  tell_overlay (data);
  _fil_node_mark_status (data);
}

/* Once when a folder goes away, and once when it is back. */
static void
tell_away (FilNode *self,
           gint64 share)
{
  FilShareStatus status;
  g_autofree char *name = NULL;
  gboolean is_away;

  if (!fil_library_get_share (self->library, share, &status))
    return;
  is_away = status.state == FIL_SHARE_AWAY;
  if (is_away == g_hash_table_contains (self->away_shares, &share))
    return;
  name = fil_display_name (status.path);
  if (is_away)
    {
      g_hash_table_add (self->away_shares, g_memdup2 (&share, sizeof share));
      _fil_node_event (self, "share-away", share, _("The shared folder %s is away. It is shared again when it is back."),
                       name);
    }
  else
    {
      g_hash_table_remove (self->away_shares, &share);
      _fil_node_event (self, "share-back", share, _("The shared folder %s is back."), name);
    }
}

static void
share_changed (gint64 share,
               gpointer data)
{
  tell_away (data, share);
  _fil_node_touch (data, FIL_LIST_SHARES, share);
}

static void
share_removed (gint64 share,
               gpointer data)
{
  g_hash_table_remove (((FilNode *) data)->away_shares, &share);
  _fil_node_gone (data, FIL_LIST_SHARES, share);
}

static void
index_changed (gpointer data)
{
  FilNode *self = data;

  g_debug ("%u files can be found", fil_keyword_index_n_files (fil_library_get_index (self->library)));
  self->is_route_table_old = TRUE;
  follow_index (self);
  _fil_node_mark_status (data);
}

static const FilLibraryDelegate library_delegate = {
  .status_changed = status_changed,
  .share_changed = share_changed,
  .share_removed = share_removed,
  .index_changed = index_changed,
};

/**
 * _fil_node_shares_start:
 *
 * Opens the library with the folders that were chosen before.
 */
gboolean
_fil_node_shares_start (FilNode *self,
                        GError **error)
{
  g_autofree char *incomplete = fil_settings_get (self->settings, "incomplete-dir");
  FilLibraryOptions options = { .profile = self->profile, .incomplete = incomplete, .watch = TRUE };
  g_autoptr (GError) local = NULL;
  g_autoptr (GArray) shares = NULL;

  self->away_shares = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->library = fil_library_new (self->database, self->ids, self->reactor, &options, &library_delegate, self, &local);
  if (self->library == NULL)
    {
      g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_UNAVAILABLE, local->message);
      return FALSE;
    }
  shares = fil_library_list_shares (self->library);
  for (guint i = 0; i < shares->len; i++)
    _fil_node_touch (self, FIL_LIST_SHARES, g_array_index (shares, FilShareStatus, i).id);
  return TRUE;
}

/**
 * _fil_node_share_options:
 * @folders: (nullable): what --share named
 *
 * Shares folders; those that are shared already may be away.
 *
 * Returns: FALSE when one is refused; then the others of them are not shared either
 */
gboolean
_fil_node_share_options (FilNode *self,
                         const char *const *folders,
                         GError **error)
{
  g_autoptr (GPtrArray) added = g_ptr_array_new ();

  update_route_table (self);
  for (guint i = 0; folders != NULL && folders[i] != NULL; i++)
    {
      g_autofree char *name = NULL;

      if (fil_library_is_shared (self->library, folders[i]))
        continue;
      if (fil_node_share_add (self, folders[i], FALSE, error) != 0)
        {
          g_ptr_array_add (added, (gpointer) folders[i]);
          continue;
        }
      name = fil_display_name (folders[i]);
      g_prefix_error (error, _("Cannot share %s: "), name);
      for (guint j = 0; j < added->len; j++)
        (void) fil_library_remove (self->library, added->pdata[j], NULL);
      return FALSE;
    }
  return TRUE;
}

static const char *
share_state_name (FilShareState state)
{
  return fil_share_state_name (state);
}

gboolean
fil_node_get_share (FilNode *self,
                    gint64 id,
                    FilShareInfo *info)
{
  FilShareStatus status;

  if (!fil_library_get_share (self->library, id, &status))
    return FALSE;
  *info = (FilShareInfo){
    .id = id,
    .path = _fil_node_lend (self, fil_display_name (status.path)),
    .files = status.files,
    .bytes = status.bytes,
    .state = share_state_name (status.state),
    .reason = status.reason,
    .to_hash = status.to_hash,
  };
  return TRUE;
}

typedef struct
{
  FilPreviewFunc func;
  gpointer data;
} PreviewRequest;

static GStrv
names_of (GPtrArray *names)
{
  GStrv strv = g_new0 (char *, names->len + 1);

  for (guint i = 0; i < names->len; i++)
    strv[i] = g_strdup (g_ptr_array_index (names, i));
  return strv;
}

static void
take_files_error (GError **error,
                  const GError *local)
{
  FilNodeError code = g_error_matches (local, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE) ? FIL_NODE_ERROR_NOT_FOUND
                                                                                      : FIL_NODE_ERROR_FAILED;

  g_set_error_literal (error, FIL_NODE_ERROR, code, local->message);
}

static void
checked_cb (const FilShareCheck *check,
            const GError *error,
            gpointer data)
{
  g_autofree PreviewRequest *request = data;
  FilSharePreview preview = { 0 };
  g_auto (GStrv) names = NULL;
  g_auto (GStrv) private_names = NULL;

  if (check == NULL)
    {
      g_autoptr (GError) told = NULL;

      take_files_error (&told, error);
      request->func (NULL, told, request->data);
      return;
    }

  names = names_of (check->names);
  private_names = names_of (check->private_names);
  preview.path = check->path;
  preview.refusal = check->refusal;
  preview.files = check->files;
  preview.bytes = check->bytes;
  G_STATIC_ASSERT (sizeof preview.kinds == sizeof check->kinds);
  memcpy (preview.kinds, check->kinds, sizeof preview.kinds);
  preview.names = names;
  preview.private_names = private_names;
  preview.private_files = check->private_files;
  request->func (&preview, NULL, request->data);
}

/**
 * fil_node_share_check:
 * @func: called once with what the world would see of @path
 *
 * Looks into a folder without sharing it.
 */
void
fil_node_share_check (FilNode *self,
                      const char *path,
                      FilPreviewFunc func,
                      gpointer data)
{
  PreviewRequest *request = g_new0 (PreviewRequest, 1);

  request->func = func;
  request->data = data;
  fil_library_check (self->library, path, checked_cb, request);
}

/**
 * fil_node_share_add:
 * @include_private: share what looks private too
 *
 * Returns: the id of the share, 0 with a #FilNodeError when the policy refuses the folder
 */
gint64
fil_node_share_add (FilNode *self,
                    const char *path,
                    gboolean include_private,
                    GError **error)
{
  g_autoptr (GError) local = NULL;
  gint64 id = fil_library_add (self->library, path, include_private, &local);

  if (id == 0)
    take_files_error (error, local);
  return id;
}

gboolean
fil_node_share_remove (FilNode *self,
                       const char *path,
                       GError **error)
{
  g_autoptr (GError) local = NULL;

  if (fil_library_remove (self->library, path, &local))
    return TRUE;
  g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_NOT_FOUND, local->message);
  return FALSE;
}

/**
 * fil_node_set_sharing_paused:
 *
 * Stops answering queries and serving files until it is switched on again, or the node restarts.
 */
void
fil_node_set_sharing_paused (FilNode *self,
                             gboolean paused)
{
  if (paused == self->is_sharing_paused)
    return;
  self->is_sharing_paused = paused;
  if (paused)
    fil_uploads_stop_all (self->uploads, _("Sharing is paused."));
  update_route_table (self);
  _fil_node_mark_status (self);
}

gboolean
fil_node_get_sharing_paused (FilNode *self)
{
  return self->is_sharing_paused;
}

static gboolean
library_row (FilNode *self,
             guint32 index,
             FilLibraryInfo *info,
             char sha1[FIL_SHA1_TEXT_LEN + 1],
             char tth[FIL_TTH_TEXT_LEN + 1])
{
  const FilFileRow *row = fil_library_get (self->library, index);
  const char *name = fil_library_display_name (self->library, index);

  if (row == NULL || name == NULL)
    return FALSE;
  fil_sha1_to_text (&row->sha1, sha1);
  fil_tth_to_text (&row->tth, tth);
  *info = (FilLibraryInfo){
    .id = row->id,
    .name = name,
    .kind = fil_file_kind_name (fil_file_kind_of (name)),
    .size = row->size,
    .sha1 = sha1,
    .tth = tth,
    .asked = row->asked,
    .sent = row->sent,
  };
  return TRUE;
}

/**
 * fil_node_library:
 * @words: (nullable): only files whose names have these words
 * @offset: how many of them to skip
 * @max: how many to tell at most
 *
 * Tells the shared files.
 */
void
fil_node_library (FilNode *self,
                  const char *words,
                  guint offset,
                  guint max,
                  FilLibraryFunc func,
                  gpointer data)
{
  guint32 last = fil_library_last_index (self->library);
  g_autoptr (FilWords) query = fil_words_new ();
  g_autoptr (FilWords) name = fil_words_new ();
  guint n_words = words != NULL ? fil_words_split_query (query, words, -1) : 0;
  guint told = 0;

  for (guint32 index = 1; index <= last && told < max; index++)
    {
      char sha1[FIL_SHA1_TEXT_LEN + 1], tth[FIL_TTH_TEXT_LEN + 1];
      g_autofree char *folder = NULL;
      FilLibraryInfo info;

      if (!library_row (self, index, &info, sha1, tth))
        continue;
      if (n_words > 0)
        {
          fil_words_split_name (name, info.name, -1);
          if (!fil_words_match (query, name))
            continue;
        }
      if (offset > 0)
        {
          offset--;
          continue;
        }
      folder = fil_library_folder (self->library, index);
      info.folder = folder;
      func (&info, data);
      told++;
    }
}
