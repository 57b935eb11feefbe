/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "hit-record.h"
#include "hit-trailer.h"
#include "punch-offer.h"
#include "safe-name.h"

/* GGEP "M" (ggep.md §3). */
#define MEDIA_AUDIO 0x04
#define MEDIA_VIDEO 0x08
#define MEDIA_DOCUMENT 0x10
#define MEDIA_IMAGE 0x20
#define MEDIA_PROGRAM (0x40 | 0x80)

/* How long a download's own search for sources listens. */
#define SOURCE_SEARCH_US (180 * FIL_SEC)
#define SOURCE_SEARCHES_MAX 8

/* A search that looks for sources of a download and shows nobody its hits. */
typedef struct
{
  gint64 download;
  gint64 started_us;
} SourceSearch;

static guint
media_mask (FilFileKind kind)
{
  switch (kind)
    {
    case FIL_KIND_AUDIO:
      return MEDIA_AUDIO;
    case FIL_KIND_VIDEO:
      return MEDIA_VIDEO;
    case FIL_KIND_IMAGE:
      return MEDIA_IMAGE;
    case FIL_KIND_DOCUMENT:
      return MEDIA_DOCUMENT;
    case FIL_KIND_PROGRAM:
      return MEDIA_PROGRAM;
    case FIL_KIND_ARCHIVE:
    case FIL_KIND_OTHER:
    case FIL_N_KINDS:
    default:
      return 0;
    }
}

/* "-word" only leaves out what others find, and one letter would find everything. */
static gboolean
has_word_to_find (FilNode *self,
                  const char *words)
{
  guint n = fil_words_split_query (self->words, words, -1);
  gboolean found = FALSE;

  for (guint i = 0; i < n && !found; i++)
    {
      const FilWord *word = fil_words_get (self->words, i);

      found = !word->excluded && word->len >= FIL_SEARCH_MIN_BYTES;
    }
  return found;
}

/**
 * fil_node_search:
 * @words: what to look for
 * @kind: (nullable): audio, video, image, document, archive, program, other, or NULL for all
 *
 * Asks the network.
 *
 * Returns: the id of the search, 0 with a #FilNodeError
 */
gint64
fil_node_search (FilNode *self,
                 const char *words,
                 const char *kind,
                 GError **error)
{
  FilFileKind wanted = FIL_N_KINDS;
  FilSearch *search;
  guint32 handle;
  FilGuid muid;

  if (kind != NULL && *kind != '\0' && !fil_file_kind_parse (&wanted, kind))
    {
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE, _("There is no kind of file called %s."), kind);
      return 0;
    }
  if (!g_utf8_validate (words, -1, NULL) || !has_word_to_find (self, words))
    {
      g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE,
                           _("A search needs a word of at least two letters to look for."));
      return 0;
    }
  if (fil_searches_count (self->searches) >= FIL_SEARCHES_MAX)
    {
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_FAILED, _("%d searches are open. Close one first."),
                   FIL_SEARCHES_MAX);
      return 0;
    }

  handle = fil_overlay_search (self->overlay, words, NULL, media_mask (wanted), _fil_node_now (self));
  if (handle == 0 || !fil_overlay_search_muid (self->overlay, handle, &muid))
    {
      g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_FAILED, _("Too many searches are under way."));
      return 0;
    }
  search = fil_searches_add (self->searches, handle, &muid, words, wanted, _fil_node_wall_s (self));
  _fil_node_mark (self, FIL_LIST_SEARCHES, 0);
  return search->id;
}

static FilSearch *
find_search (FilNode *self,
             gint64 id,
             GError **error)
{
  FilSearch *search = fil_searches_get (self->searches, id);

  if (search == NULL)
    _fil_node_not_found (error, _("There is no search %s."), id);
  return search;
}

static void
end_search (FilNode *self,
            FilSearch *search)
{
  if (search->is_browse)
    _fil_node_browse_cancel (self, search->id);
  else
    fil_overlay_close_search (self->overlay, search->handle, _fil_node_now (self));
}

/**
 * fil_node_stop_search:
 *
 * Takes no more hits; the results stay.
 */
gboolean
fil_node_stop_search (FilNode *self,
                      gint64 id,
                      GError **error)
{
  FilSearch *search = find_search (self, id, error);

  if (search == NULL)
    return FALSE;
  if (search->is_active)
    {
      end_search (self, search);
      search->is_active = FALSE;
      fil_searches_touch (self->searches, search);
      _fil_node_mark (self, FIL_LIST_SEARCHES, 0);
    }
  return TRUE;
}

/**
 * fil_node_close_search:
 *
 * Forgets a search and its results.
 */
gboolean
fil_node_close_search (FilNode *self,
                       gint64 id,
                       GError **error)
{
  FilSearch *search = find_search (self, id, error);

  if (search == NULL)
    return FALSE;
  if (search->is_active)
    end_search (self, search);
  fil_searches_close (self->searches, search);
  _fil_node_mark (self, FIL_LIST_SEARCHES, 0);
  return TRUE;
}

/* Hits */

/* The one to begin with, and the other one when both families are open to us. */
static void
take_addresses (FilNode *self,
                const FilEndpoint *v4,
                const FilEndpoint *v6,
                FilHit *out)
{
  FilEndpoint own6 = fil_overlay_own_ipv6 (self->overlay);
  gboolean is_only6 = fil_endpoint_is_set (&own6) && self->route.family == 6;

  out->endpoint = fil_endpoint_is_set (v4) && !(is_only6 && fil_endpoint_is_set (v6)) ? *v4 : *v6;
  if (out->endpoint.family == 4 && fil_endpoint_is_set (v6) && fil_endpoint_is_set (&own6) &&
      fil_gate_judge (self->gate, v6, FIL_GATE_SOURCE) == FIL_GATE_OPEN)
    out->other = *v6;
}

static void
hit_of_record (FilNode *self,
               FilHit *out,
               const FilQueryHit *hit,
               const FilHitTrailer *trailer,
               const FilHitRecord *record,
               const FilSource *source)
{
  FilPunchOffer offer;

  *out = (FilHit){
    .size = record->size,
    .index = record->index,
    .urn = record->urn,
    .guid = hit->servent,
    .hops = source->hops,
    .is_tls = trailer->tls,
    .needs_push = (trailer->known & trailer->set & FIL_HIT_FIREWALLED) != 0,
  };
  take_addresses (self, &hit->endpoint, &trailer->endpoint6, out);
  for (guint i = 0; i < trailer->n_proxies && out->n_proxies < FIL_RESULT_MAX_PROXIES; i++)
    out->proxies[out->n_proxies++] = trailer->proxies[i];
  out->punch.can_punch = trailer->fw_version > 0;
  if (fil_punch_offer_decode (&offer, trailer->signal))
    out->punch = (FilPunchHint){ .can_punch = TRUE,
                                 .knows_offers = TRUE,
                                 .nat = { .udp = offer.udp,
                                          .tcp = offer.tcp,
                                          .has_tcp = offer.has_tcp,
                                          .has_ipv6 = fil_endpoint_is_set (&trailer->endpoint6) } };
  if (trailer->present)
    for (guint i = 0; i < 4; i++)
      out->vendor[i] = g_ascii_isgraph (trailer->vendor[i]) ? (char) trailer->vendor[i] : '?';
}

/* An address that strangers named and that nobody should call is none; a push may still reach the host. */
static void
judge_address (FilNode *self,
               FilHit *hit)
{
  if (!fil_endpoint_is_set (&hit->endpoint) ||
      fil_gate_judge (self->gate, &hit->endpoint, FIL_GATE_SOURCE) == FIL_GATE_OPEN)
    return;
  hit->endpoint = hit->other;
  hit->other = (FilEndpoint){ 0 };
  hit->needs_push = hit->needs_push || !fil_endpoint_is_set (&hit->endpoint);
}

static void
take_for_download (FilNode *self,
                   const FilHit *hit)
{
  FilDownload *download = hit->urn.has_sha1 ? fil_downloads_find (self->downloads, &hit->urn.sha1) : NULL;

  if (download != NULL && !fil_download_is_over (download))
    _fil_node_add_source (self, download->id, hit);
}

/* The name, which is UTF-8, without what is beyond all measure. */
static char *
name_of (const FilHitRecord *record)
{
  const char *text = (const char *) record->name.data;
  const char *end = text + record->name.len;

  if (record->name.len > FIL_RESULT_MAX_NAME)
    end = g_utf8_find_prev_char (text, text + FIL_RESULT_MAX_NAME + 1);
  return g_strndup (text, (gsize) (end - text));
}

/* Others that have the file, without those that nobody should call. */
static guint
alts_of (FilNode *self,
         const FilHitRecord *record,
         FilHost out[FIL_RESULT_MAX_ALTS])
{
  guint n = fil_hit_record_alts (record, out, FIL_RESULT_MAX_ALTS);
  guint kept = 0;

  for (guint i = 0; i < n; i++)
    if (fil_gate_judge (self->gate, &out[i].endpoint, FIL_GATE_SOURCE) == FIL_GATE_OPEN)
      out[kept++] = out[i];
  return kept;
}

/* Takes the files of a hit. @at: where its host answered us, NULL when others brought the hit. */
static void
take_records (FilNode *self,
              FilSearch *search,
              const FilQueryHit *query_hit,
              const FilSource *source,
              const FilEndpoint *at)
{
  FilHitIter iter = fil_hit_iter (query_hit);
  FilHitTrailer trailer;
  FilHitRecord record;

  fil_hit_trailer_parse (&trailer, query_hit);
  while (fil_hit_iter_next (&iter, &record))
    {
      g_autofree char *name = name_of (&record);
      FilHost alts[FIL_RESULT_MAX_ALTS];
      FilHit hit;

      hit_of_record (self, &hit, query_hit, &trailer, &record, source);
      hit.name = name;
      hit.alts = alts;
      hit.n_alts = (guint8) alts_of (self, &record, alts);
      if (at != NULL)
        {
          hit.endpoint = *at;
          hit.other = (FilEndpoint){ 0 };
          hit.needs_push = FALSE;
        }
      judge_address (self, &hit);
      take_for_download (self, &hit);
      if (search != NULL)
        fil_searches_add_hit (self->searches, search, &hit);
    }
}

static void
results_came (FilNode *self,
              FilSearch *search)
{
  fil_searches_touch (self->searches, search);
  _fil_node_mark (self, FIL_LIST_RESULTS, search->id);
  _fil_node_mark (self, FIL_LIST_SEARCHES, 0);
  if (search->results->len >= FIL_SEARCH_MAX_RESULTS)
    fil_node_stop_search (self, search->id, NULL);
}

/**
 * _fil_node_search_hit:
 * @handle: what the overlay calls the search
 *
 * Takes a query hit for one of our searches.
 */
void
_fil_node_search_hit (FilNode *self,
                      guint32 handle,
                      const FilQueryHit *query_hit,
                      const FilSource *source)
{
  FilSearch *search = fil_searches_find (self->searches, handle);

  if (search != NULL && !search->is_active)
    search = NULL;
  take_records (self, search, query_hit, source, NULL);
  if (search == NULL)
    return;
  fil_overlay_search_kept (self->overlay, handle, search->results->len);
  results_came (self, search);
}

/**
 * _fil_node_browse_hit:
 * @search: that shows the list
 * @at: (nullable): where the host answered us; NULL: it connected to us
 *
 * Takes a part of a host's list of files.
 */
void
_fil_node_browse_hit (FilNode *self,
                      gint64 search,
                      const FilQueryHit *query_hit,
                      const FilEndpoint *at)
{
  const FilSource source = { 0 };
  FilSearch *found = fil_searches_get (self->searches, search);

  g_return_if_fail (found != NULL);

  take_records (self, found, query_hit, &source, at);
  results_came (self, found);
}

static void
update_reach (gpointer item,
              gpointer data)
{
  FilSearch *search = item;
  FilNode *self = data;
  guint reach;

  if (!search->is_active || search->is_browse)
    return;
  reach = fil_overlay_search_reach (self->overlay, search->handle);
  if (reach == search->hosts_asked)
    return;
  search->hosts_asked = reach;
  fil_searches_touch (self->searches, search);
  _fil_node_mark (self, FIL_LIST_SEARCHES, 0);
}

/**
 * _fil_node_search_progress:
 *
 * Brings up to date how far the searches have come.
 */
void
_fil_node_search_progress (FilNode *self)
{
  GHashTableIter iter;
  gpointer handle;
  SourceSearch *search;

  fil_searches_foreach (self->searches, update_reach, self);
  g_hash_table_iter_init (&iter, self->source_searches);
  while (g_hash_table_iter_next (&iter, &handle, (gpointer *) &search))
    if (_fil_node_now (self) - search->started_us >= SOURCE_SEARCH_US)
      {
        fil_overlay_close_search (self->overlay, GPOINTER_TO_UINT (handle), _fil_node_now (self));
        g_hash_table_iter_remove (&iter);
      }
}

/**
 * _fil_node_search_sources:
 *
 * Asks the network for more sources. Queries by hash are unwelcome and reach nobody, so it asks for the
 * name and takes the hits with the right hash.
 *
 * Returns: FALSE when no search can be made now
 */
gboolean
_fil_node_search_sources (FilNode *self,
                          const FilDownload *download)
{
  SourceSearch *search;
  g_autofree char *words = NULL;
  guint32 handle;

  if (fil_overlay_state (self->overlay) != FIL_OVERLAY_ONLINE ||
      g_hash_table_size (self->source_searches) >= SOURCE_SEARCHES_MAX ||
      fil_words_split_name (self->words, download->name, -1) == 0)
    return FALSE;
  words = fil_words_to_query_text (self->words);
  handle = fil_overlay_search (self->overlay, words, NULL, 0, _fil_node_now (self));
  if (handle == 0)
    return FALSE;

  search = g_new0 (SourceSearch, 1);
  search->download = download->id;
  search->started_us = _fil_node_now (self);
  g_hash_table_insert (self->source_searches, GUINT_TO_POINTER (handle), search);
  return TRUE;
}
