/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "file-kind.h"
#include "files-error.h"
#include "share-policy.h"
#include "worker.h"

G_BEGIN_DECLS

/* What the world would see of a folder. */
typedef struct
{
  char *path;           /* real */
  char *refusal;        /* one sentence why it is never shared, or NULL */
  guint files;          /* that would be shared, the private-looking left out */
  guint64 bytes;
  guint kinds[FIL_N_KINDS];
  GPtrArray *names;     /* char *, valid UTF-8, below path; at most FIL_PREVIEW_MAX_NAMES */
  GPtrArray *private_names;
  guint private_files;  /* that look private */
  guint unreadable;     /* folders that could not be read */
} FilShareCheck;

typedef void (*FilShareChecked) (const FilShareCheck *check, const GError *error, gpointer data);

void fil_share_check (FilWorker *worker, const FilSharePlaces *places, const char *path, FilShareChecked func,
                      gpointer data);
void fil_share_check_free (FilShareCheck *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilShareCheck, fil_share_check_free)

G_END_DECLS
