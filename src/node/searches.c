/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "searches.h"

#include <string.h>

/* What makes two hits the same offer: who, which of its files, which bytes. */
typedef struct
{
  gint64 search;
  FilGuid guid;
  FilSha1 sha1;
  guint32 index;
} OfferKey;

/* The results of one search that carry the same hash. */
typedef struct
{
  gint64 search;
  FilSha1 sha1;
} FileKey;

struct _FilSearches
{
  FilIds *ids;          /* not owned */
  GHashTable *searches; /* &FilSearch.id → FilSearch, owned */
  GHashTable *handles;  /* FilSearch.handle → FilSearch */
  GHashTable *results;  /* &FilResult.id → FilResult; owned by the search's array */
  GHashTable *offers;   /* OfferKey, owned → FilResult */
  GHashTable *files;    /* FileKey, owned → GPtrArray of FilResult, owned */
  FilJournal *journal;
};

static guint
offer_hash (gconstpointer key)
{
  const OfferKey *offer = key;

  return fil_guid_hash (&offer->guid) ^ fil_sha1_hash (&offer->sha1) ^ offer->index * 2654435761u;
}

static gboolean
offer_equal (gconstpointer a,
             gconstpointer b)
{
  const OfferKey *x = a, *y = b;

  return x->search == y->search && x->index == y->index && fil_guid_equal (&x->guid, &y->guid) &&
         fil_sha1_equal (&x->sha1, &y->sha1);
}

static guint
file_hash (gconstpointer key)
{
  const FileKey *file = key;

  return fil_sha1_hash (&file->sha1) ^ (guint) file->search;
}

static gboolean
file_equal (gconstpointer a,
            gconstpointer b)
{
  const FileKey *x = a, *y = b;

  return x->search == y->search && fil_sha1_equal (&x->sha1, &y->sha1);
}

static void
result_free (FilResult *result)
{
  g_free ((char *) result->hit.name);
  g_free ((FilHost *) result->hit.alts);
  g_free (result);
}

static void
search_free (FilSearch *search)
{
  g_free (search->text);
  g_ptr_array_unref (search->results);
  fil_journal_free (search->journal);
  g_free (search);
}

/**
 * fil_searches_new:
 * @ids: gives searches and results their ids; outlives this
 *
 * Returns: (transfer full): no searches yet
 */
FilSearches *
fil_searches_new (FilIds *ids)
{
  FilSearches *self = g_new0 (FilSearches, 1);

  self->ids = ids;
  self->searches = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) search_free);
  self->handles = g_hash_table_new (NULL, NULL);
  self->results = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->offers = g_hash_table_new_full (offer_hash, offer_equal, g_free, NULL);
  self->files = g_hash_table_new_full (file_hash, file_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self->journal = fil_journal_new ();
  return self;
}

void
fil_searches_free (FilSearches *self)
{
  g_hash_table_unref (self->files);
  g_hash_table_unref (self->offers);
  g_hash_table_unref (self->results);
  g_hash_table_unref (self->handles);
  g_hash_table_unref (self->searches);
  fil_journal_free (self->journal);
  g_free (self);
}

FilJournal *
fil_searches_journal (FilSearches *self)
{
  return self->journal;
}

/**
 * fil_searches_add:
 * @handle: what the overlay calls it, 0 when the overlay does not know it
 * @muid: names the query and its answers on the network
 * @kind: FIL_N_KINDS for any
 *
 * Returns: (transfer none) (nullable): the new search, NULL when FIL_SEARCHES_MAX are open
 */
FilSearch *
fil_searches_add (FilSearches *self,
                  guint32 handle,
                  const FilGuid *muid,
                  const char *text,
                  FilFileKind kind,
                  gint64 now_s)
{
  FilSearch *search;

  if (g_hash_table_size (self->searches) >= FIL_SEARCHES_MAX)
    return NULL;
  search = g_new0 (FilSearch, 1);
  search->id = fil_ids_next (self->ids, FIL_ID_SEARCH);
  search->handle = handle;
  search->muid = *muid;
  search->text = g_strdup (text);
  search->kind = kind;
  search->is_active = TRUE;
  search->started_s = now_s;
  search->results = g_ptr_array_new_with_free_func ((GDestroyNotify) result_free);
  search->journal = fil_journal_new ();
  g_hash_table_insert (self->searches, &search->id, search);
  if (handle != 0)
    g_hash_table_insert (self->handles, GUINT_TO_POINTER (handle), search);
  fil_journal_touch (self->journal, search->id);
  return search;
}

static OfferKey
offer_key (gint64 search,
           const FilHit *hit)
{
  return (OfferKey){ .search = search, .guid = hit->guid, .sha1 = hit->urn.sha1, .index = hit->index };
}

/**
 * fil_searches_close:
 * @search: (transfer full): freed, with all its results
 */
void
fil_searches_close (FilSearches *self,
                    FilSearch *search)
{
  for (guint i = 0; i < search->results->len; i++)
    {
      const FilResult *result = g_ptr_array_index (search->results, i);
      OfferKey offer = offer_key (search->id, &result->hit);
      FileKey file = { .search = search->id, .sha1 = result->hit.urn.sha1 };

      g_hash_table_remove (self->offers, &offer);
      g_hash_table_remove (self->files, &file);
      g_hash_table_remove (self->results, &result->id);
    }
  fil_journal_remove (self->journal, search->id);
  if (search->handle != 0)
    g_hash_table_remove (self->handles, GUINT_TO_POINTER (search->handle));
  g_hash_table_remove (self->searches, &search->id);
}

guint
fil_searches_count (FilSearches *self)
{
  return g_hash_table_size (self->searches);
}

/**
 * fil_searches_get:
 *
 * Returns: (transfer none) (nullable): the open search with this id
 */
FilSearch *
fil_searches_get (FilSearches *self,
                  gint64 id)
{
  return g_hash_table_lookup (self->searches, &id);
}

/**
 * fil_searches_find:
 *
 * Returns: (transfer none) (nullable): the open search that the overlay calls @handle
 */
FilSearch *
fil_searches_find (FilSearches *self,
                   guint32 handle)
{
  return g_hash_table_lookup (self->handles, GUINT_TO_POINTER (handle));
}

/**
 * fil_searches_foreach:
 * @func: called with each open #FilSearch; it must not add or close any
 */
void
fil_searches_foreach (FilSearches *self,
                      GFunc func,
                      gpointer data)
{
  GHashTableIter iter;
  gpointer search;

  g_hash_table_iter_init (&iter, self->searches);
  while (g_hash_table_iter_next (&iter, NULL, &search))
    func (search, data);
}

/**
 * fil_searches_touch:
 *
 * Notes that the search itself has changed.
 */
void
fil_searches_touch (FilSearches *self,
                    FilSearch *search)
{
  fil_journal_touch (self->journal, search->id);
}

/**
 * fil_searches_touch_unreached:
 *
 * The way to those that nobody can connect to may be another one now.
 *
 * Returns: whether there are such results
 */
gboolean
fil_searches_touch_unreached (FilSearch *search)
{
  gboolean has_any = FALSE;

  for (guint i = 0; i < search->results->len; i++)
    {
      const FilResult *result = g_ptr_array_index (search->results, i);

      if (!result->hit.needs_push && fil_endpoint_is_set (&result->hit.endpoint))
        continue;
      fil_journal_touch (search->journal, result->id);
      has_any = TRUE;
    }
  return has_any;
}

/**
 * fil_searches_touch_file:
 *
 * What this machine has of a file is another thing now.
 *
 * Returns: whether the search has results with that hash
 */
gboolean
fil_searches_touch_file (FilSearches *self,
                         FilSearch *search,
                         const FilSha1 *sha1)
{
  FileKey key = { .search = search->id, .sha1 = *sha1 };
  const GPtrArray *same = g_hash_table_lookup (self->files, &key);

  for (guint i = 0; same != NULL && i < same->len; i++)
    fil_journal_touch (search->journal, ((const FilResult *) g_ptr_array_index (same, i))->id);
  return same != NULL;
}

/* The others of the same file have one source more to show. */
static void
add_to_file (FilSearches *self,
             FilSearch *search,
             FilResult *result)
{
  FileKey key = { .search = result->search, .sha1 = result->hit.urn.sha1 };
  GPtrArray *same;

  if (!result->hit.urn.has_sha1)
    return;
  same = g_hash_table_lookup (self->files, &key);
  if (same == NULL)
    {
      same = g_ptr_array_new ();
      g_hash_table_insert (self->files, g_memdup2 (&key, sizeof key), same);
    }
  for (guint i = 0; i < MIN (same->len, FIL_SEARCH_SAME_TOUCHED); i++)
    fil_journal_touch (search->journal, ((const FilResult *) g_ptr_array_index (same, i))->id);
  g_ptr_array_add (same, result);
}

/* The name stays the one that is known. */
static void
keep_hit (FilResult *result,
          const FilHit *hit)
{
  const char *name = result->hit.name;

  g_free ((FilHost *) result->hit.alts);
  result->hit = *hit;
  result->hit.name = name;
  result->hit.n_alts = MIN (hit->n_alts, FIL_RESULT_MAX_ALTS);
  result->hit.alts = g_memdup2 (hit->alts, result->hit.n_alts * sizeof *hit->alts);
}

/**
 * fil_searches_add_hit:
 * @hit: copied
 *
 * Adds an offer. The same offer again, come another way, only renews how its host is reached.
 *
 * Returns: (transfer none) (nullable): the result; NULL when it is none that this search shows
 */
FilResult *
fil_searches_add_hit (FilSearches *self,
                      FilSearch *search,
                      const FilHit *hit)
{
  FilFileKind kind = fil_file_kind_of (hit->name);
  OfferKey key = offer_key (search->id, hit);
  FilResult *result = g_hash_table_lookup (self->offers, &key);

  if (result != NULL)
    {
      if (hit->hops <= result->hit.hops)
        keep_hit (result, hit);
      return result;
    }
  if (search->results->len >= FIL_SEARCH_MAX_RESULTS || (search->kind != FIL_N_KINDS && search->kind != kind))
    return NULL;

  result = g_new0 (FilResult, 1);
  result->id = fil_ids_next (self->ids, FIL_ID_RESULT);
  result->search = search->id;
  result->kind = kind;
  result->hit.name = g_strdup (hit->name);
  keep_hit (result, hit);
  g_ptr_array_add (search->results, result);
  g_hash_table_insert (self->results, &result->id, result);
  g_hash_table_insert (self->offers, g_memdup2 (&key, sizeof key), result);
  add_to_file (self, search, result);
  fil_journal_touch (search->journal, result->id);
  return result;
}

/**
 * fil_searches_get_result:
 *
 * Returns: (transfer none) (nullable): the result with this id
 */
FilResult *
fil_searches_get_result (FilSearches *self,
                         gint64 id)
{
  return g_hash_table_lookup (self->results, &id);
}

/**
 * fil_searches_same_file:
 *
 * Returns: (transfer none) (nullable) (element-type FilResult): the results of the same search with the
 *   same hash, @result among them; NULL when it has no hash
 */
const GPtrArray *
fil_searches_same_file (FilSearches *self,
                        const FilResult *result)
{
  FileKey key = { .search = result->search, .sha1 = result->hit.urn.sha1 };

  return result->hit.urn.has_sha1 ? g_hash_table_lookup (self->files, &key) : NULL;
}
