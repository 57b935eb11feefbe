/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Removed ids that are remembered; a client further behind starts over. */
#define FIL_JOURNAL_MAX_REMOVED 4096

/**
 * FilJournal:
 *
 * Tells what changed in a list since change number N. It knows ids, not rows: each id carries the
 * number of its last change, newest last, so catching up costs what changed and no more.
 */
typedef struct _FilJournal FilJournal;

typedef struct _FilChanges
{
  guint64 seq;      /* pass this as since next time */
  gboolean reset;   /* since was too old: forget all rows before applying these */
  gboolean more;    /* max was reached; ask again at once */
  GArray *changed;  /* gint64 ids that are new or changed, oldest change first */
  GArray *removed;  /* gint64 ids */
} FilChanges;

FilJournal *fil_journal_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_journal_free (FilJournal *self);

void fil_journal_touch (FilJournal *self, gint64 id);
void fil_journal_remove (FilJournal *self, gint64 id);
guint64 fil_journal_seq (const FilJournal *self);
FilChanges *fil_journal_changes (const FilJournal *self, guint64 since, guint max) G_GNUC_WARN_UNUSED_RESULT;

void fil_changes_free (FilChanges *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilJournal, fil_journal_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilChanges, fil_changes_free)

G_END_DECLS
