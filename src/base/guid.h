/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "random.h"

G_BEGIN_DECLS

#define FIL_GUID_HEX_LEN 32

/**
 * FilGuid:
 *
 * 16 bytes that name a servent (servent GUID) or one request and its answers (MUID).
 */
typedef struct
{
  guint8 bytes[16];
} FilGuid;

void fil_guid_random (FilGuid *self, FilRandom *random);
gboolean fil_guid_parse_hex (FilGuid *self, const char *hex, gssize len) G_GNUC_WARN_UNUSED_RESULT;
void fil_guid_to_hex (const FilGuid *self, char out[FIL_GUID_HEX_LEN + 1]);
gboolean fil_guid_is_zero (const FilGuid *self);

guint fil_guid_hash (gconstpointer guid);
gboolean fil_guid_equal (gconstpointer a, gconstpointer b);

G_END_DECLS
