/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "database.h"
#include "urn.h"

G_BEGIN_DECLS

/* Words of a search through the history that count; more are ignored. */
#define FIL_HISTORY_MAX_WORDS 16

/* A download that came to its end, every byte checked. */
typedef struct
{
  gint64 id;   /* the download's */
  char *name;
  guint64 size;
  gboolean has_tth;
  FilSha1 sha1;
  FilTth tth;
  char *path;
  gint64 finished; /* unix seconds */
} FilHistoryRow;

void fil_history_row_free (FilHistoryRow *row);

void fil_history_table_add (FilDatabase *database, const FilHistoryRow *row);
void fil_history_table_clear (FilDatabase *database);
GPtrArray *fil_history_table_search (FilDatabase *database, const char *words, guint max, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilHistoryRow, fil_history_row_free)

G_END_DECLS
