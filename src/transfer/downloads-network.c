/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include "download-session.h"
#include "fetch.h"

/* What becomes of the downloads when our own network goes, comes, or is another one. */

/* What failed before may work now. */
static void
revive_all (FilDownloads *self)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      FilDownload *download = g_ptr_array_index (self->list, i);

      for (guint j = 0; j < download->sources->len; j++)
        {
          FilFileSource *source = g_ptr_array_index (download->sources, j);

          if (source->failures > 0)
            fil_file_source_revive (source);
        }
    }
}

/**
 * fil_downloads_network_changed:
 *
 * The network went or came, or we became reachable.
 */
void
fil_downloads_network_changed (FilDownloads *self,
                               gboolean is_available,
                               gint64 now_us)
{
  self->now_us = MAX (self->now_us, now_us);
  if (is_available && self->is_offline)
    revive_all (self);
  self->is_offline = !is_available;
  _fil_downloads_soon (self);
}

/**
 * fil_downloads_moved:
 *
 * Our address is another one now, that of this computer or that of its router. Connections that have fallen silent
 * are dead and are made anew; so are those that fall silent later.
 */
void
fil_downloads_moved (FilDownloads *self,
                     gint64 now_us)
{
  g_autoptr (GPtrArray) fetches = g_ptr_array_copy (self->fetches, NULL, NULL);

  self->now_us = MAX (self->now_us, now_us);
  self->moved_us = now_us;
  for (guint i = 0; i < fetches->len; i++)
    fil_download_session_end_quiet (((FilFetch *) g_ptr_array_index (fetches, i))->session, now_us);
  revive_all (self);
  _fil_downloads_soon (self);
}

/* For a session: no byte has come for a while. What broke this connection may have broken others. */
void
_fil_downloads_fetch_quiet (gpointer data,
                            gint64 now_us)
{
  FilFetch *fetch = data;
  FilDownloads *self = fetch->downloads;

  if (fetch->started_us < self->moved_us)
    fil_download_session_end_quiet (fetch->session, now_us);
  else if (self->delegate.quiet != NULL)
    self->delegate.quiet (self->data);
}
