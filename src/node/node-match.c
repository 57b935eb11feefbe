/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

/* Which files of ours answer a query, and what hits say of them. */

static gboolean
wants_kind (const FilLocalQuery *query,
            FilFileKind kind)
{
  static const guint masks[FIL_N_KINDS] = {
    [FIL_KIND_AUDIO] = 0x04, [FIL_KIND_VIDEO] = 0x08,   [FIL_KIND_DOCUMENT] = 0x10,
    [FIL_KIND_IMAGE] = 0x20, [FIL_KIND_PROGRAM] = 0xc0,
  };

  return query->kinds == 0 || (query->kinds & masks[kind]) != 0;
}

/* A file of ours as hits tell it; FALSE: there is none of that number. */
gboolean
_fil_node_local_file (FilNode *self,
                      guint32 index,
                      FilLocalFile *file)
{
  const FilFileRow *row = fil_library_get (self->library, index);
  const char *name = fil_library_display_name (self->library, index);

  if (row == NULL || name == NULL)
    return FALSE;
  *file = (FilLocalFile){
    .index = index,
    .size = row->size,
    .name = name,
    .sha1 = &row->sha1,
    .tth = &row->tth,
    .created_s = row->mtime_ns / G_GINT64_CONSTANT (1000000000),
  };
  return TRUE;
}

/* Who else has it and can be connected to; so the asker has others when all of our slots are taken. */
static void
add_places (FilNode *self,
            FilLocalFile *file)
{
  static const FilEndpoint anybody = { 0 };

  file->n_alts = fil_mesh_good (self->mesh, file->sha1, &anybody, 0, file->alts, FIL_LOCAL_ALTS, _fil_node_now (self));
}

/**
 * _fil_node_match:
 * @files: (out): the files of ours that answer, at most @max
 *
 * Looks into the library; memory only.
 *
 * Returns: how many answer
 */
guint
_fil_node_match (FilNode *self,
                 const FilLocalQuery *query,
                 FilLocalFile *files,
                 guint max)
{
  guint32 ids[64];
  guint n_ids = 0, n = 0;

  if (self->is_sharing_paused || self->is_stopped)
    return 0;
  if (query->sha1 != NULL)
    {
      ids[0] = fil_library_find (self->library, query->sha1);
      n_ids = ids[0] != 0 ? 1 : 0;
    }
  else if (query->text != NULL && fil_library_get_index (self->library) != NULL &&
           fil_words_split_query (self->words, query->text, -1) > 0)
    {
      n_ids = fil_keyword_index_search (fil_library_get_index (self->library), self->words, ids, G_N_ELEMENTS (ids));
    }

  for (guint i = 0; i < n_ids && n < max; i++)
    if (_fil_node_local_file (self, ids[i], &files[n]) && wants_kind (query, fil_file_kind_of (files[n].name)))
      {
        add_places (self, &files[n]);
        fil_library_count (self->library, files[n++].index, 1, 0);
      }
  return n;
}
