/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "punch-offer.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_PUNCH_ADMITTED,
  FIL_PUNCH_NO_TARGET,       /* names nobody that may be knocked at */
  FIL_PUNCH_TOO_OFTEN,       /* this minute */
  FIL_PUNCH_TOO_OFTEN_THERE, /* towards this address */
  FIL_PUNCH_REPLAYED,        /* the nonce was used before */
  FIL_PUNCH_VERDICTS,
} FilPunchAdmission;

/**
 * FilPunchGuard:
 *
 * Offers make us send datagrams to addresses that strangers name. This counts them, so that nobody can
 * use us against a third host. An address that came through itself and proved the nonce costs nothing.
 */
typedef struct _FilPunchGuard FilPunchGuard;

FilPunchGuard *fil_punch_guard_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_punch_guard_free (FilPunchGuard *self);

FilPunchAdmission fil_punch_guard_admit (FilPunchGuard *self, const FilEndpoint *target, const guint8 *nonce,
                                         gboolean is_brief, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_punch_guard_proved (FilPunchGuard *self, const FilEndpoint *target, const FilEndpoint *from);
guint fil_punch_guard_refused (const FilPunchGuard *self, FilPunchAdmission why);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilPunchGuard, fil_punch_guard_free)

G_END_DECLS
