/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>

#include "downloads-table.h"
#include "magnet.h"
#include "source-row.h"

/* What people do with downloads. */

static FilDownload *
add_download (FilNode *self,
              const char *name,
              guint64 size,
              const FilUrn *urn,
              GError **error)
{
  FilDownloadSpec spec = {
    .id = fil_ids_next (self->ids, FIL_ID_DOWNLOAD),
    .name = name,
    .size = size,
    .has_size = size > 0,
    .sha1 = urn->sha1,
    .tth = urn->tth,
    .has_sha1 = urn->has_sha1,
    .has_tth = urn->has_tth,
    .added = _fil_node_wall_s (self),
  };
  FilDownload *download = fil_downloads_add (self->downloads, &spec, _fil_node_now (self));

  if (download == NULL)
    {
      g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_FAILED,
                           _("The list of downloads is full. Clear those that are done."));
      return NULL;
    }
  _fil_node_touch (self, FIL_LIST_DOWNLOADS, download->id);
  _fil_node_results_file_changed (self, urn->has_sha1 ? &urn->sha1 : NULL);
  return download;
}

/* @was: its hash, as far as it had one */
static void
left_the_list (FilNode *self,
               gint64 id,
               const FilUrn *was)
{
  _fil_node_limit_download (self, id, 0);
  _fil_node_gone (self, FIL_LIST_DOWNLOADS, id);
  _fil_node_results_file_changed (self, was->has_sha1 ? &was->sha1 : NULL);
  _fil_node_mark_status (self);
}

static FilUrn
urn_of (FilNode *self,
        gint64 id)
{
  const FilDownload *download = fil_downloads_get (self->downloads, id);
  FilUrn urn = { 0 };

  if (download != NULL && download->has_sha1)
    urn = (FilUrn){ .sha1 = download->sha1, .has_sha1 = TRUE };
  return urn;
}

static void
drop_download (FilNode *self,
               gint64 id)
{
  FilUrn urn = urn_of (self, id);

  fil_downloads_remove (self->downloads, id, _fil_node_now (self));
  fil_downloads_table_remove (self->database, id);
  left_the_list (self, id, &urn);
}

/* Whether a file was finished and is gone or another one now. */
static gboolean
is_lost (const FilDownload *download)
{
  return download->state == FIL_DOWNLOAD_STATE_DONE &&
         (!g_file_test (download->path, G_FILE_TEST_IS_REGULAR) || g_strcmp0 (download->reason_code, "changed") == 0);
}

/* The download of that file. One whose file is lost makes way. */
static const FilDownload *
find_wanted (FilNode *self,
             const FilSha1 *sha1)
{
  const FilDownload *download = fil_downloads_find (self->downloads, sha1);

  if (download == NULL || !is_lost (download))
    return download;
  drop_download (self, download->id);
  return NULL;
}

/**
 * fil_node_get:
 * @result: id of a result
 *
 * Downloads a file from all hosts that the search found for its hash.
 *
 * Returns: the id of the download, an older one when the file is already wanted; 0 with a #FilNodeError
 */
gint64
fil_node_get (FilNode *self,
              gint64 result_id,
              GError **error)
{
  const FilResult *result = fil_searches_get_result (self->searches, result_id);
  const FilDownload *download;
  const GPtrArray *same;
  FilUrn urn;

  if (result == NULL)
    {
      _fil_node_not_found (error, _("There is no result %s."), result_id);
      return 0;
    }
  if (!result->hit.urn.has_sha1)
    {
      g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_FAILED,
                           _("This result has no hash, so nothing could prove that the bytes are right."));
      return 0;
    }
  /* What a lone stranger says of the tree binds nobody. */
  urn = (FilUrn){ .sha1 = result->hit.urn.sha1, .has_sha1 = TRUE };
  download = find_wanted (self, &urn.sha1);
  if (download == NULL)
    download = add_download (self, result->hit.name, result->hit.size, &urn, error);
  if (download == NULL)
    return 0;

  same = fil_searches_same_file (self->searches, result);
  for (guint i = 0; i < same->len; i++)
    _fil_node_add_source (self, download->id, &((const FilResult *) g_ptr_array_index (same, i))->hit);
  return download->id;
}

static void
add_magnet_source (FilNode *self,
                   gint64 download,
                   const FilMagnetSource *source)
{
  FilHost proxies[FIL_MAGNET_MAX_PROXIES] = { 0 };
  FilSourceSpec spec = {
    .endpoint = source->endpoint,
    .guid = source->guid,
    .proxies = proxies,
    .n_proxies = source->n_proxies,
    .needs_push = source->is_push,
  };

  for (guint i = 0; i < source->n_proxies; i++)
    proxies[i].endpoint = source->proxies[i];
  if (source->is_push || fil_gate_judge (self->gate, &source->endpoint, FIL_GATE_SOURCE) == FIL_GATE_OPEN)
    fil_downloads_add_source (self->downloads, download, &spec, _fil_node_now (self));
}

/**
 * fil_node_get_magnet:
 *
 * Downloads the files that a magnet link names.
 *
 * Returns: the id of the first download, 0 with a #FilNodeError
 */
gint64
fil_node_get_magnet (FilNode *self,
                     const char *magnet,
                     GError **error)
{
  g_autoptr (GPtrArray) files = fil_magnet_parse (magnet, error);
  gint64 first = 0;

  if (files == NULL)
    return 0;
  for (guint i = 0; i < files->len; i++)
    {
      const FilMagnet *file = g_ptr_array_index (files, i);
      const FilDownload *download;
      char sha1[FIL_SHA1_TEXT_LEN + 1];

      if (!file->urn.has_sha1)
        continue;
      fil_sha1_to_text (&file->urn.sha1, sha1);
      download = find_wanted (self, &file->urn.sha1);
      if (download == NULL)
        download = add_download (self, file->name != NULL ? file->name : sha1, file->size, &file->urn, error);
      if (download == NULL)
        return 0;
      for (guint j = 0; j < file->n_sources; j++)
        add_magnet_source (self, download->id, &file->sources[j]);
      if (first == 0)
        first = download->id;
    }
  if (first == 0)
    g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE,
                         _("This magnet link asks for a search; search for its words instead."));
  return first;
}

/* @objection: why it cannot be done to a download that there is and that is not done */
static gboolean
check_download (FilNode *self,
                gboolean worked,
                gint64 id,
                const char *objection,
                GError **error)
{
  const FilDownload *download = fil_downloads_get (self->downloads, id);

  if (worked)
    return TRUE;
  if (download == NULL)
    return _fil_node_not_found (error, _("There is no download %s."), id);
  if (download->state == FIL_DOWNLOAD_STATE_DONE)
    objection = _("This download is done: every byte was checked before the file came to its place.");
  g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_FAILED, objection);
  return FALSE;
}

typedef gboolean (*DownloadVerb) (FilDownloads *downloads, gint64 id, gint64 now_us);

static void
for_all (FilNode *self,
         DownloadVerb verb)
{
  const GPtrArray *all = fil_downloads_list (self->downloads);

  for (guint i = 0; i < all->len; i++)
    verb (self->downloads, ((const FilDownload *) g_ptr_array_index (all, i))->id, _fil_node_now (self));
}

/**
 * fil_node_pause:
 * @id: of a download, -1 for all of them
 */
gboolean
fil_node_pause (FilNode *self,
                gint64 id,
                GError **error)
{
  if (id == -1)
    {
      for_all (self, fil_downloads_pause);
      return TRUE;
    }
  return check_download (self, fil_downloads_pause (self->downloads, id, _fil_node_now (self)), id,
                         _("This download has ended."), error);
}

/**
 * fil_node_resume:
 * @id: of a download, -1 for all of them
 *
 * Goes on; one that is not paused goes on anyway.
 */
gboolean
fil_node_resume (FilNode *self,
                 gint64 id,
                 GError **error)
{
  const FilDownload *download = fil_downloads_get (self->downloads, id);

  if (id == -1)
    {
      for_all (self, fil_downloads_resume);
      return TRUE;
    }
  return check_download (self,
                         fil_downloads_resume (self->downloads, id, _fil_node_now (self)) ||
                             (download != NULL && !fil_download_is_over (download)),
                         id, _("This download has ended."), error);
}

/* What a person has paused is not meant when all are tried again. */
static gboolean
retry_unpaused (FilDownloads *downloads,
                gint64 id,
                gint64 now_us)
{
  return fil_downloads_get (downloads, id)->state != FIL_DOWNLOAD_STATE_PAUSED &&
         fil_downloads_retry (downloads, id, now_us);
}

/* Begins anew with the sources that are known, in place of the row; a file that is where the old one was stays. */
static gboolean
download_again (FilNode *self,
                const FilDownload *old,
                GError **error)
{
  g_autoptr (FilDownloadRow) known = fil_download_row_new ();
  g_autofree char *name = g_strdup (old->name);
  FilUrn urn = { .sha1 = old->sha1, .tth = old->tth, .has_sha1 = old->has_sha1, .has_tth = old->has_tth };
  guint64 size = old->size;
  const FilDownload *download;

  for (guint i = 0; i < old->sources->len; i++)
    fil_source_row_add (known, g_ptr_array_index (old->sources, i), _fil_node_wall_s (self));
  drop_download (self, old->id);
  download = add_download (self, name, size, &urn, error);
  if (download == NULL)
    return FALSE;
  for (guint i = 0; i < known->sources->len; i++)
    _fil_node_restore_source (self, download->id, g_ptr_array_index (known->sources, i));
  return TRUE;
}

/**
 * fil_node_retry:
 * @id: of a download, -1 for all that are not paused
 *
 * Tries every source again now. A file that was finished and is gone or another one now is downloaded again, as a new
 * download.
 */
gboolean
fil_node_retry (FilNode *self,
                gint64 id,
                GError **error)
{
  const FilDownload *download = fil_downloads_get (self->downloads, id);

  if (download != NULL && is_lost (download))
    return download_again (self, download, error);
  if (id == -1)
    {
      for_all (self, retry_unpaused);
      return TRUE;
    }
  return check_download (self, fil_downloads_retry (self->downloads, id, _fil_node_now (self)), id,
                         _("This download has ended."), error);
}

/**
 * fil_node_verify:
 *
 * Checks every byte again, of a file that is done or whose bytes are all there.
 */
gboolean
fil_node_verify (FilNode *self,
                 gint64 id,
                 GError **error)
{
  const FilDownload *download = fil_downloads_get (self->downloads, id);

  if (download != NULL && download->state == FIL_DOWNLOAD_STATE_DONE)
    {
      _fil_node_verify_again (self, download);
      return TRUE;
    }
  return check_download (self, fil_downloads_verify (self->downloads, id, _fil_node_now (self)), id,
                         _("Not all bytes of this file are here yet; they are checked when they are."), error);
}

gboolean
fil_node_set_priority (FilNode *self,
                       gint64 id,
                       int priority,
                       GError **error)
{
  return check_download (self, fil_downloads_set_priority (self->downloads, id, priority, _fil_node_now (self)), id,
                         _("This download has ended."), error);
}

/**
 * fil_node_set_limit:
 * @bytes_per_s: beside the limits for all downloads; 0: none of its own
 *
 * Limits the speed of one download, until it is done.
 */
gboolean
fil_node_set_limit (FilNode *self,
                    gint64 id,
                    gint64 bytes_per_s,
                    GError **error)
{
  if (!_fil_node_check_limit (bytes_per_s, error))
    return FALSE;
  if (!check_download (self, fil_downloads_set_limit (self->downloads, id, bytes_per_s, _fil_node_now (self)), id,
                       _("This download has ended."), error))
    return FALSE;
  _fil_node_limit_download (self, id, bytes_per_s);
  return TRUE;
}

/**
 * fil_node_cancel:
 *
 * Ends a download. What is there of it is kept for %FIL_NODE_REMOVED_KEPT_DAYS days: fil_node_restore().
 */
gboolean
fil_node_cancel (FilNode *self,
                 gint64 id,
                 GError **error)
{
  FilUrn urn = urn_of (self, id);

  if (!fil_downloads_set_aside (self->downloads, id, _fil_node_now (self)))
    return _fil_node_not_found (error, _("There is no download %s."), id);
  fil_downloads_table_set_removed (self->database, id, _fil_node_wall_s (self));
  left_the_list (self, id, &urn);
  return TRUE;
}

/**
 * fil_node_clear_finished:
 *
 * Removes the rows of finished downloads; the files and the history stay.
 */
void
fil_node_clear_finished (FilNode *self)
{
  const GPtrArray *all = fil_downloads_list (self->downloads);
  g_autoptr (GArray) done = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < all->len; i++)
    {
      const FilDownload *download = g_ptr_array_index (all, i);

      if (download->state == FIL_DOWNLOAD_STATE_DONE)
        g_array_append_val (done, download->id);
    }
  for (guint i = 0; i < done->len; i++)
    drop_download (self, g_array_index (done, gint64, i));
}
