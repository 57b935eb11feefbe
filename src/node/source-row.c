/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "source-row.h"

#include "alt-locs.h"
#include "push-endpoint.h"
#include "writer.h"

/* FilSourceRow.flags */
#define NEEDS_PUSH (1u << 0)
#define TLS (1u << 1)
#define BLAMED (1u << 2)
#define PUNCHES (1u << 3)
#define TAKES_OFFERS (1u << 4)
#define NAMED_BY_OTHERS (1u << 5)
#define OWN_PROXIES_SHIFT 8 /* how many of the first proxies the host itself named … */
#define OWN_PROXIES_MASK 0xfu

static guint32
flags_of (const FilFileSource *source)
{
  return (source->needs_push ? NEEDS_PUSH : 0) | (source->tls ? TLS : 0) | (source->is_blamed ? BLAMED : 0) |
         (source->punch.can_punch ? PUNCHES : 0) | (source->punch.knows_offers ? TAKES_OFFERS : 0) |
         (source->is_alt ? NAMED_BY_OTHERS : 0) |
         (source->n_own_proxies & OWN_PROXIES_MASK) << OWN_PROXIES_SHIFT;
}

/**
 * fil_source_row_add:
 * @now_s: unix seconds
 *
 * Adds a row for @source to that of its download.
 */
void
fil_source_row_add (FilDownloadRow *row,
                    const FilFileSource *source,
                    gint64 now_s)
{
  char text[FIL_ENDPOINT_TEXT_LEN];
  g_auto (FilWriter) proxies;
  FilSourceRow *saved;

  fil_writer_init (&proxies);
  saved = fil_download_row_add_source (
      row, fil_endpoint_is_set (&source->endpoint) ? fil_endpoint_to_text (&source->endpoint, text) : NULL,
      &source->guid);
  fil_push_proxies_write (source->proxies, source->n_proxies, &proxies);
  if (proxies.len > 0)
    saved->proxies = g_strndup ((const char *) fil_writer_data (&proxies), proxies.len);
  saved->flags = flags_of (source);
  saved->last_seen = now_s;
}

/**
 * fil_source_row_read:
 * @spec: (out): borrows from @proxies
 * @proxies: room for FIL_SOURCE_MAX_PROXIES
 *
 * Returns: FALSE when the row does not name a source
 */
gboolean
fil_source_row_read (const FilSourceRow *row,
                     FilSourceSpec *spec,
                     FilHost *proxies)
{
  *spec = (FilSourceSpec){
    .guid = row->guid,
    .proxies = proxies,
    .n_proxies = fil_alt_locs_parse (row->proxies, proxies, FIL_SOURCE_MAX_PROXIES),
    .needs_push = (row->flags & NEEDS_PUSH) != 0,
    .tls = (row->flags & TLS) != 0,
    .is_blamed = (row->flags & BLAMED) != 0,
    .is_alt = (row->flags & NAMED_BY_OTHERS) != 0,
    .punch = { .can_punch = (row->flags & PUNCHES) != 0, .knows_offers = (row->flags & TAKES_OFFERS) != 0 },
  };
  spec->n_own_proxies = MIN (row->flags >> OWN_PROXIES_SHIFT & OWN_PROXIES_MASK, spec->n_proxies);
  return row->address == NULL || fil_endpoint_parse (&spec->endpoint, row->address, -1, 0);
}
