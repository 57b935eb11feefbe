/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include "fetch.h"
#include "transfer-limits.h"

/* The places where a file can be had: which are one, which are believed, and which make room for others. */

/* How little is lost with it. */
static guint
worthlessness (const FilFileSource *source)
{
  return source->state == FIL_SOURCE_BAD ? 2 : source->is_alt ? 1 : 0;
}

/* Room for a new source: the least promising one that is not in use goes, but none that was found by a search for one
 * that another source has named. */
static gboolean
make_room (FilDownload *download,
           const FilSourceSpec *spec)
{
  guint worst = G_MAXUINT;

  if (download->sources->len < FIL_DOWNLOAD_MAX_SOURCES)
    return TRUE;
  for (guint i = 0; i < download->sources->len; i++)
    {
      FilFileSource *source = g_ptr_array_index (download->sources, i);
      FilFileSource *other = worst != G_MAXUINT ? g_ptr_array_index (download->sources, worst) : NULL;

      /* Who lied is remembered: it would only come back. One that rests may have a connection: somebody calls in its
       * name. */
      if (source->is_blamed || source->delivered > 0 || source->id == download->solo ||
          (source->state != FIL_SOURCE_IDLE && source->state != FIL_SOURCE_BAD) ||
          fil_fetch_find (download, source) != NULL ||
          (spec->is_alt && worthlessness (source) == 0))
        continue;
      if (other == NULL || worthlessness (source) > worthlessness (other) ||
          (worthlessness (source) == worthlessness (other) && fil_file_source_compare (source, other) > 0))
        worst = i;
    }
  if (worst == G_MAXUINT)
    return FALSE;
  g_ptr_array_remove_index (download->sources, worst);
  return TRUE;
}

/* A liar under another port or a GUID that is known stays a liar. */
static gboolean
is_known_liar (const FilDownload *download,
               const FilFileSource *source)
{
  for (guint i = 0; i < download->sources->len; i++)
    {
      const FilFileSource *other = g_ptr_array_index (download->sources, i);

      if (other->is_blamed && fil_file_source_same_host (other, source))
        return TRUE;
    }
  return FALSE;
}

/* Whether @spec says of a host that has to be pushed that it can be connected to. Anybody can say so, and a hit with
 * a GUID that is known would lead us away from the host that it belongs to. */
static gboolean
is_hearsay (const FilDownload *download,
            const FilSourceSpec *spec)
{
  for (guint i = 0; !spec->needs_push && fil_endpoint_is_set (&spec->endpoint) && i < download->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (source->needs_push && !fil_guid_is_zero (&spec->guid) && fil_guid_equal (&source->guid, &spec->guid))
        return TRUE;
    }
  return FALSE;
}

/* Whether it is another port of an address that is known, and only other sources say so: who names many ports of a
 * victim has it called at one of them. */
static gboolean
is_further_port (const FilDownload *download,
                 const FilSourceSpec *spec)
{
  for (guint i = 0; spec->is_alt && !spec->needs_push && i < download->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (!source->needs_push && fil_endpoint_class (&spec->endpoint) == FIL_ADDRESS_PUBLIC &&
          fil_endpoint_same_address (&source->endpoint, &spec->endpoint))
        return TRUE;
    }
  return FALSE;
}

/**
 * fil_downloads_add_source:
 *
 * Tells of a place where the file can be had; one that is known only learns. An address at which a host is said
 * to be that needs a PUSH is a place of its own, so that the way to the host stays what it is.
 *
 * Returns: whether it is new
 */
gboolean
fil_downloads_add_source (FilDownloads *self,
                          gint64 id,
                          const FilSourceSpec *spec,
                          gint64 now_us)
{
  FilDownload *download = fil_downloads_get (self, id);
  FilFileSource *source;
  FilSourceSpec place;
  gboolean had_proxies;

  self->now_us = MAX (self->now_us, now_us);
  if (download == NULL || download->state == FIL_DOWNLOAD_STATE_DONE ||
      (!fil_endpoint_is_set (&spec->endpoint) && fil_guid_is_zero (&spec->guid)))
    return FALSE;
  if (is_hearsay (download, spec))
    {
      place = (FilSourceSpec){
        .endpoint = spec->endpoint, .other = spec->other, .tls = spec->tls, .index = spec->index, .name = spec->name,
        .vendor = spec->vendor, .is_alt = spec->is_alt
      };
      spec = &place;
    }
  for (guint i = 0; i < download->sources->len; i++)
    {
      source = g_ptr_array_index (download->sources, i);
      if (fil_file_source_is_same (source, spec))
        {
          had_proxies = source->n_proxies > 0;
          if (fil_file_source_learn (source, spec))
            {
              download->work->has_new_sources = !download->work->is_restored;
              _fil_downloads_new_proxies (source, had_proxies, now_us);
            }
          _fil_downloads_soon (self);
          return FALSE;
        }
    }
  if (is_further_port (download, spec) || !make_room (download, spec))
    return FALSE;
  source = fil_file_source_new (++download->work->last_source_id, spec);
  if (is_known_liar (download, source))
    {
      source->is_blamed = TRUE;
      fil_file_source_bad (source, "corrupt");
    }
  download->work->has_new_sources = !download->work->is_restored;
  g_ptr_array_add (download->sources, source);
  _fil_downloads_changed (self, download);
  _fil_downloads_soon (self);
  return TRUE;
}

/**
 * fil_downloads_add_alts:
 * @hosts: that have the file, as somebody else says
 *
 * Tells of places that a source or a hit names. Each is judged again when it is dialled; what can never be dialled,
 * or is known to be gone, does not take a place in the list.
 */
void
fil_downloads_add_alts (FilDownloads *self,
                        gint64 id,
                        const FilHost *hosts,
                        guint n_hosts,
                        gint64 now_us)
{
  const FilDownload *download = fil_downloads_get (self, id);

  for (guint i = 0; download != NULL && i < n_hosts; i++)
    {
      FilSourceSpec spec = { .endpoint = hosts[i].endpoint, .tls = hosts[i].tls, .is_alt = TRUE };

      if (!self->delegate.may_dial (self->data, &spec.endpoint) ||
          (self->mesh != NULL && download->has_sha1 &&
           fil_mesh_is_gone (self->mesh, &download->sha1, &spec.endpoint, now_us)))
        continue;
      fil_downloads_add_source (self, id, &spec, now_us);
    }
}
