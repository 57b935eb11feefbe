/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "database.h"

G_BEGIN_DECLS

/* A host that may be there when the node starts again. */
typedef struct
{
  char *endpoint;   /* ADDR:PORT */
  int kind;         /* the caller's: ultrapeer, UDP host cache, … */
  guint32 failures; /* in a row */
  gint64 last_seen; /* unix seconds */
} FilHostRow;

FilHostRow *fil_host_row_new (const char *endpoint, int kind, gint64 last_seen) G_GNUC_WARN_UNUSED_RESULT;
void fil_host_row_free (FilHostRow *row);

GPtrArray *fil_hosts_table_load (FilDatabase *database, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_hosts_table_replace (FilDatabase *database, GPtrArray *rows);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilHostRow, fil_host_row_free)

G_END_DECLS
