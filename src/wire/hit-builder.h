/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "hit-record.h"
#include "hit-trailer.h"
#include "packet.h"

G_BEGIN_DECLS

/**
 * FilHitBuilder:
 *
 * Packs records into as few query hits as the limits allow: 10 records, and a payload that fits
 * max_payload (FIL_HIT_PAYLOAD_SEND on TCP, FIL_HIT_PAYLOAD_SEND_OOB in datagrams) unless a single
 * record alone is larger.
 */
typedef struct _FilHitBuilder FilHitBuilder;

FilHitBuilder *fil_hit_builder_new (const FilHeader *header, const FilEndpoint *endpoint, guint32 speed_kbps,
                                    const FilGuid *servent, const FilHitTrailer *trailer, gboolean ggep_h,
                                    gsize max_payload) G_GNUC_WARN_UNUSED_RESULT;
void fil_hit_builder_add (FilHitBuilder *self, const FilHitRecord *record);
GPtrArray *fil_hit_builder_end (FilHitBuilder *self) G_GNUC_WARN_UNUSED_RESULT; /* of FilPacket; frees self */
void fil_hit_builder_free (FilHitBuilder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilHitBuilder, fil_hit_builder_free)

G_END_DECLS
