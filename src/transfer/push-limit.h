/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_PUSH_ADMITTED,
  FIL_PUSH_BAD_PORT,       /* a service below FIL_PUSH_MIN_PORT */
  FIL_PUSH_TOO_MANY,       /* altogether, this minute */
  FIL_PUSH_TOO_MANY_HOST,  /* for this address */
  FIL_PUSH_REFUSED_BEFORE, /* this address and port refused lately */
} FilPushVerdict;

/**
 * FilPushLimit:
 *
 * A PUSH makes us connect to whom a stranger names. This counts, so that nobody can use many of them
 * to make us hammer a victim or look for open ports (push.md §6).
 */
typedef struct _FilPushLimit FilPushLimit;

FilPushLimit *fil_push_limit_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_push_limit_free (FilPushLimit *self);

FilPushVerdict fil_push_limit_admit (FilPushLimit *self, const FilEndpoint *to, gboolean any_port,
                                     gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void fil_push_limit_refused (FilPushLimit *self, const FilEndpoint *to, gint64 now_us);
guint fil_push_limit_n_hosts (const FilPushLimit *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilPushLimit, fil_push_limit_free)

G_END_DECLS
