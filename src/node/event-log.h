/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ids.h"
#include "journal.h"
#include "node-types.h"

G_BEGIN_DECLS

/* Events that are kept; the oldest go first. */
#define FIL_EVENT_LOG_MAX 1000

/**
 * FilEventLog:
 *
 * The last things that happened, in sentences for a person.
 */
typedef struct _FilEventLog FilEventLog;

FilEventLog *fil_event_log_new (FilIds *ids) G_GNUC_WARN_UNUSED_RESULT;
void fil_event_log_free (FilEventLog *self);
FilJournal *fil_event_log_journal (FilEventLog *self);
void fil_event_log_add (FilEventLog *self, gint64 time_s, const char *kind, gint64 subject, const char *text);
gboolean fil_event_log_get (FilEventLog *self, gint64 id, FilEventInfo *info);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilEventLog, fil_event_log_free)

G_END_DECLS
