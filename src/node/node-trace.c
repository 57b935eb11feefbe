/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define DOWNLOAD_PREFIX "download:"

static void
tell_steps (FilNode *self,
            const FilGuid *name,
            FilTraceFunc func,
            gpointer data)
{
  gint64 offset_us = fil_clock_wall (self->clock) - _fil_node_now (self);
  guint n = 0;
  const FilTraceRecord *records = fil_overlay_trace (self->overlay, name, &n);

  for (guint i = 0; i < n; i++)
    {
      FilTraceStep step = {
        .time_us = records[i].time_us + offset_us,
        .what = records[i].what,
        .peer = _fil_node_lend_endpoint (self, &records[i].peer),
        .ttl = records[i].ttl,
        .hops = records[i].hops,
        .text = records[i].detail,
      };

      func (&step, data);
    }
}

/* The pushes that went to the hosts whose hits a search brought. */
static void
tell_pushes (FilNode *self,
             const FilSearch *search,
             FilTraceFunc func,
             gpointer data)
{
  g_autoptr (GHashTable) told = g_hash_table_new (fil_guid_hash, fil_guid_equal);

  for (guint i = 0; i < search->results->len; i++)
    {
      const FilResult *result = g_ptr_array_index (search->results, i);

      if (g_hash_table_add (told, (gpointer) &result->hit.guid))
        tell_steps (self, &result->hit.guid, func, data);
    }
}

/* Who hears the way of a download. */
typedef struct
{
  FilNode *node;
  FilTraceFunc func;
  gpointer data;
} Listener;

static void
tell_place (const Listener *listener,
            const char *what,
            const char *peer,
            int hops,
            const char *text)
{
  FilTraceStep step = {
    .time_us = fil_clock_wall (listener->node->clock),
    .what = what,
    .peer = peer,
    .hops = (guint) MAX (hops, 0),
    .text = text,
  };

  listener->func (&step, listener->data);
}

static void
tell_source (const FilDownloadSourceInfo *source,
             gpointer data)
{
  g_autofree char *words = _fil_node_describe_way (source);

  tell_place (data, source->transport != NULL ? "way-stands" : "way", source->address, source->hops, words);
}

/* The signalling that went to the sources of a download, and at the end how each is reached, or can be. */
static gboolean
tell_download (FilNode *self,
               const FilDownload *download,
               FilTraceFunc func,
               gpointer data,
               GError **error)
{
  Listener listener = { self, func, data };
  g_autofree char *own = _fil_node_describe_self (self);
  FilStatusInfo status;

  for (guint i = 0; i < download->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (!fil_guid_is_zero (&source->guid))
        tell_steps (self, &source->guid, func, data);
    }
  fil_node_get_status (self, &status);
  tell_place (&listener, "way-begins", status.external, 0, own);
  return fil_node_download_sources (self, download->id, tell_source, &listener, error);
}

/**
 * fil_node_trace:
 * @id_or_muid: id of a search here, else of a download; "download:" and the id of a download; or the 32 digits
 *   of a query's MUID or a servent GUID
 *
 * Tells this node's part of the way that a search, its hits and its pushes took: every way that was tried
 * to have a host connect, and who answered. Of a download, at the end, also how each source is reached now.
 */
gboolean
fil_node_trace (FilNode *self,
                const char *id_or_muid,
                FilTraceFunc func,
                gpointer data,
                GError **error)
{
  gboolean wants_download = g_str_has_prefix (id_or_muid, DOWNLOAD_PREFIX);
  const char *digits = id_or_muid + (wants_download ? strlen (DOWNLOAD_PREFIX) : 0);
  const FilDownload *download;
  const FilSearch *search;
  gint64 id;
  FilGuid muid;

  if (fil_guid_parse_hex (&muid, id_or_muid, -1))
    {
      tell_steps (self, &muid, func, data);
      return TRUE;
    }
  if (!g_ascii_string_to_signed (digits, 10, 1, G_MAXINT64, &id, NULL))
    {
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE,
                   _("%s is neither the id of a search or a download nor 32 digits."), id_or_muid);
      return FALSE;
    }
  search = wants_download ? NULL : fil_searches_get (self->searches, id);
  download = fil_downloads_get (self->downloads, id);
  if (search == NULL && download != NULL)
    return tell_download (self, download, func, data, error);
  if (search == NULL)
    return _fil_node_not_found (error, wants_download ? _("There is no download %s.")
                                                      : _("There is no search or download %s."), id);
  tell_steps (self, &search->muid, func, data);
  tell_pushes (self, search, func, data);
  return TRUE;
}
