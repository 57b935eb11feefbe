/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "database.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_ID_SEARCH,
  FIL_ID_RESULT,
  FIL_ID_DOWNLOAD,
  FIL_ID_UPLOAD,
  FIL_ID_SHARE,
  FIL_ID_FILE,
  FIL_ID_PEER,
  FIL_ID_EVENT,
  FIL_N_ID_KINDS,
} FilIdKind;

/* Ids reserved on disk at a time; so many are skipped after a crash. */
#define FIL_IDS_RESERVE 4096

/* More than are ever given out between two snapshots of the database. */
#define FIL_IDS_SKIP 10000000

/**
 * FilIds:
 *
 * Gives out integers from 1 that are never given out again in the profile, whatever happens: they are
 * reserved on disk in blocks before they are used.
 */
typedef struct _FilIds FilIds;

FilIds *fil_ids_new (FilDatabase *database, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_ids_free (FilIds *self);
gint64 fil_ids_next (FilIds *self, FilIdKind kind);
void fil_ids_skip (FilIds *self, gint64 wall_s);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilIds, fil_ids_free)

G_END_DECLS
