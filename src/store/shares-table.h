/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "database.h"

G_BEGIN_DECLS

/* A folder that somebody chose to share. */
typedef struct
{
  gint64 id;
  char *path; /* absolute, real, bytes as the disk has them */
  gboolean include_private;
  gint64 added; /* unix seconds */
} FilShareRow;

FilShareRow *fil_share_row_copy (const FilShareRow *row) G_GNUC_WARN_UNUSED_RESULT;
void fil_share_row_free (FilShareRow *row);

GPtrArray *fil_shares_table_load (FilDatabase *database, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_shares_table_save (FilDatabase *database, const FilShareRow *row);
void fil_shares_table_remove (FilDatabase *database, gint64 id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilShareRow, fil_share_row_free)

G_END_DECLS
