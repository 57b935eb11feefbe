/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are done and are to be read once more: is every byte still as it was proved to be? */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>

struct _FilNodeVerify
{
  FilHasher *hasher;
  GQueue waiting; /* of ids of downloads, the one that is read at the head */
};

void
_fil_node_verify_start (FilNode *self)
{
  self->verify = g_new0 (FilNodeVerify, 1);
  self->verify->hasher = fil_hasher_new ();
}

void
_fil_node_verify_stop (FilNode *self)
{
  FilNodeVerify *verify = g_steal_pointer (&self->verify);

  if (verify == NULL)
    return;
  fil_hasher_free (verify->hasher);
  g_queue_clear_full (&verify->waiting, g_free);
  g_free (verify);
}

static void read_next (FilNode *self);

static void
tell (FilNode *self,
      const FilDownload *download,
      const FilFileRow *row,
      const GError *error)
{
  gboolean is_right = error == NULL && download->size == row->size && fil_sha1_equal (&download->sha1, &row->sha1);

  fil_downloads_set_changed (self->downloads, download->id, !is_right, _fil_node_now (self));
  if (is_right)
    {
      _fil_node_event (self, "file-right", download->id, _("%s was read again: every byte is right."), download->name);
      return;
    }
  if (error != NULL)
    _fil_node_event (self, "file-changed", download->id, _("%s cannot be read any more: %s"), download->name,
                     error->message);
  else
    _fil_node_event (self, "file-changed", download->id, _("%s is not what was downloaded any more."), download->name);
}

static void
read_cb (const FilFileRow *row,
         FilTigerTree *tree,
         const GError *error,
         gpointer data)
{
  FilNode *self = data;
  g_autofree gint64 *id = g_queue_pop_head (&self->verify->waiting);
  const FilDownload *download = fil_downloads_get (self->downloads, *id);

  if (download != NULL)
    {
      tell (self, download, row, error);
      _fil_node_touch (self, FIL_LIST_DOWNLOADS, *id);
    }
  read_next (self);
}

static void
read_next (FilNode *self)
{
  FilNodeVerify *verify = self->verify;
  const FilDownload *download = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *name = NULL;
  g_autofree FilFileRow *row = NULL;

  while (!g_queue_is_empty (&verify->waiting) && download == NULL)
    {
      download = fil_downloads_get (self->downloads, *(gint64 *) g_queue_peek_head (&verify->waiting));
      if (download == NULL)
        g_free (g_queue_pop_head (&verify->waiting));
    }
  if (download == NULL)
    return;
  folder = g_path_get_dirname (download->path);
  name = g_path_get_basename (download->path);
  row = fil_file_row_new (name);
  fil_hasher_start (verify->hasher, folder, row, read_cb, self);
}

static gboolean
is_waiting (FilNodeVerify *self,
            gint64 id)
{
  for (const GList *l = self->waiting.head; l != NULL; l = l->next)
    if (*(const gint64 *) l->data == id)
      return TRUE;
  return FALSE;
}

/**
 * _fil_node_verify_again:
 * @download: that is done
 *
 * Reads the file once more; an event and the row say what came of it.
 */
void
_fil_node_verify_again (FilNode *self,
                        const FilDownload *download)
{
  if (is_waiting (self->verify, download->id))
    return;
  g_queue_push_tail (&self->verify->waiting, g_memdup2 (&download->id, sizeof download->id));
  _fil_node_touch (self, FIL_LIST_DOWNLOADS, download->id);
  if (self->verify->waiting.length == 1)
    read_next (self);
}

/**
 * _fil_node_verify_reason:
 * @download: that is done
 * @code: (out) (nullable): stable name, static
 *
 * Returns: (nullable): what is to be said of the file, as long as the download is; NULL: nothing
 */
const char *
_fil_node_verify_reason (FilNode *self,
                         const FilDownload *download,
                         const char **code)
{
  if (is_waiting (self->verify, download->id))
    {
      *code = "checking";
      return _("Every byte is being checked again.");
    }
  *code = download->reason_code;
  return download->reason;
}
