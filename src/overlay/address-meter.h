/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "random.h"

G_BEGIN_DECLS

/**
 * FilAddressMeter:
 *
 * Counts how often something was done for or to each address, and says when it is enough. Ports play no
 * part. Bounded memory; a flood of addresses makes it forget, it never makes it grow.
 */
typedef struct _FilAddressMeter FilAddressMeter;

FilAddressMeter *fil_address_meter_new (guint max_per_window, gint64 window_us, guint max_addresses,
                                        FilRandom *random) G_GNUC_WARN_UNUSED_RESULT;
void fil_address_meter_free (FilAddressMeter *self);

gboolean fil_address_meter_take (FilAddressMeter *self, const FilEndpoint *address, gint64 now_us);
gboolean fil_address_meter_may (FilAddressMeter *self, const FilEndpoint *address, gint64 now_us);
void fil_address_meter_clear (FilAddressMeter *self, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilAddressMeter, fil_address_meter_free)

G_END_DECLS
