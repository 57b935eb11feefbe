/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fetch-private.h"

#include "thex.h"
#include "transfer-limits.h"

/* What a reply says of the tree. Who has but a part of the file may only repeat what others told him: his
 * word does not count (swarm.md §1). */
void
_fil_fetch_note_tree (FilFetch *self,
                      const FilDownloadReply *reply)
{
  FilDownload *download = self->download;
  FilFileSource *source = self->source;

  if (!download->has_sha1 || download->size < FIL_TREE_LEAST || reply->available != NULL ||
      (reply->has_thex_root && reply->urn.has_tth && !fil_tth_equal (&reply->thex_root, &reply->urn.tth)))
    return;
  if (reply->has_thex_root || reply->urn.has_tth)
    _fil_downloads_root_named (self->downloads, download, source,
                               reply->has_thex_root ? &reply->thex_root : &reply->urn.tth);
  if (!reply->has_thex_root || source->no_tree)
    return;
  g_free (self->tree_path);
  self->tree_path = fil_slice_dup_text (reply->thex_path);
  self->tree_root = reply->thex_root;
}

/* Whether the network has still bytes to bring, besides what this connection was asked for: what is only on its
 * way to the disk needs no tree any more, and the connection serves the next file. */
static gboolean
is_more_to_come (const FilFetch *self)
{
  const GPtrArray *fetches = self->download->work->fetches;

  if (fil_segment_map_count (self->download->map, FIL_SEGMENT_FREE) > 0)
    return TRUE;
  for (guint i = 0; i < fetches->len; i++)
    {
      const FilFetch *other = g_ptr_array_index (fetches, i);

      if (other != self && other->leases->len > 0)
        return TRUE;
    }
  return FALSE;
}

/* Whether a request for the tree should go out on this connection before anything else; one at a time. */
gboolean
_fil_fetch_wants_tree (const FilFetch *self)
{
  const FilDownload *download = self->download;

  return self->tree_path != NULL && !self->source->no_tree && download->work->tree_fetch == 0 && download->map != NULL &&
         is_more_to_come (self) && fil_tree_trust_wants (download->trust, &self->tree_root);
}

/* The rows of a tree below what helps are folded; they would only be many. */
static FilTigerTree *
fold (FilTigerTree *tree)
{
  guint depth = fil_tiger_tree_depth (tree);

  while (depth > 0 && fil_tiger_node_size_at_depth (fil_tiger_tree_file_size (tree), depth) < FIL_TIGER_MIN_NODE_SIZE)
    depth--;
  return fil_tiger_tree_at_depth (tree, depth);
}

/* The reply to that request; NULL: there is no tree. A tree that does not hash to its own root, or is of a
 * file of another size, says nothing but that this source's trees are worthless; one that is a root and no more proves
 * nothing before the end of the file does. */
void
_fil_fetch_took_tree (FilFetch *self,
                      const FilSlice *body)
{
  FilDownload *download = self->download;
  g_autoptr (FilTigerTree) tree = NULL;
  g_autoptr (FilTigerTree) folded = NULL;
  FilThex thex;

  download->work->tree_fetch = 0;
  if (body != NULL && fil_thex_read (&thex, *body) && (!thex.has_size || thex.size == download->size))
    tree = fil_tiger_tree_new_from_serialised (download->size, &self->tree_root, thex.nodes.data, thex.nodes.len);
  if (tree == NULL || fil_tiger_tree_n_nodes (tree) == 1)
    {
      g_debug ("download %" G_GINT64_FORMAT ", source %u: no tree of this file", download->id, self->source->id);
      self->source->no_tree = TRUE;
      return;
    }
  folded = fold (tree);
  _fil_downloads_tree_came (self->downloads, download, folded);
}
