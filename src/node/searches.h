/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"
#include "file-kind.h"
#include "guid.h"
#include "ids.h"
#include "journal.h"
#include "own-reach.h"
#include "packed-hosts.h"
#include "urn.h"

G_BEGIN_DECLS

#define FIL_SEARCHES_MAX 50
#define FIL_SEARCH_MAX_RESULTS 10000
#define FIL_SEARCH_SAME_TOUCHED 100 /* results of one file that are told anew when it gets one more source */
#define FIL_RESULT_MAX_PROXIES 4
#define FIL_RESULT_MAX_ALTS 10
#define FIL_RESULT_MAX_NAME 1024 /* bytes; what no disk could hold anyway is cut off */

/* One file that one host offers. */
typedef struct
{
  const char *name; /* valid UTF-8; owned once it lies in a #FilResult */
  guint64 size;
  guint32 index;    /* the host's number for the file */
  FilUrn urn;
  FilEndpoint endpoint; /* none when only the GUID is known */
  FilEndpoint other;    /* of the other family; none when we cannot go there anyway */
  FilGuid guid;
  FilHost proxies[FIL_RESULT_MAX_PROXIES];
  guint8 n_proxies;
  guint8 hops;
  char vendor[5];
  gboolean needs_push;
  gboolean is_tls;
  FilPunchHint punch;
  const FilHost *alts; /* others that have the file, as the hit says; owned once they lie in a #FilResult */
  guint8 n_alts;
} FilHit;

typedef struct
{
  gint64 id;
  gint64 search;
  FilHit hit;
  FilFileKind kind;
} FilResult;

typedef struct
{
  gint64 id;
  guint32 handle;     /* the overlay's name for it, 0: the overlay does not know it */
  FilGuid muid;       /* of its query */
  char *text;
  FilFileKind kind;   /* FIL_N_KINDS: any */
  gboolean is_active;
  gboolean is_browse; /* asks one host for its list */
  const char *reason; /* why it found nothing or not everything, static and translated; or NULL */
  gint64 started_s;
  guint hosts_asked;
  GPtrArray *results; /* of FilResult, in the order they came */
  FilJournal *journal;
} FilSearch;

/**
 * FilSearches:
 *
 * The searches that are open here and what came back, kept until they are closed.
 */
typedef struct _FilSearches FilSearches;

FilSearches *fil_searches_new (FilIds *ids) G_GNUC_WARN_UNUSED_RESULT;
void fil_searches_free (FilSearches *self);
FilJournal *fil_searches_journal (FilSearches *self);

FilSearch *fil_searches_add (FilSearches *self, guint32 handle, const FilGuid *muid, const char *text,
                             FilFileKind kind, gint64 now_s);
void fil_searches_close (FilSearches *self, FilSearch *search);
guint fil_searches_count (FilSearches *self);
FilSearch *fil_searches_get (FilSearches *self, gint64 id);
FilSearch *fil_searches_find (FilSearches *self, guint32 handle);
void fil_searches_foreach (FilSearches *self, GFunc func, gpointer data);
void fil_searches_touch (FilSearches *self, FilSearch *search);
gboolean fil_searches_touch_unreached (FilSearch *search);
gboolean fil_searches_touch_file (FilSearches *self, FilSearch *search, const FilSha1 *sha1);

FilResult *fil_searches_add_hit (FilSearches *self, FilSearch *search, const FilHit *hit);
FilResult *fil_searches_get_result (FilSearches *self, gint64 id);
const GPtrArray *fil_searches_same_file (FilSearches *self, const FilResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilSearches, fil_searches_free)

G_END_DECLS
