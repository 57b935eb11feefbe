/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "urn.h"

G_BEGIN_DECLS

/**
 * FilSha1Context:
 *
 * The SHA-1 of bytes that come in pieces. Belongs to one thread at a time.
 */
typedef struct _FilSha1Context FilSha1Context;

FilSha1Context *fil_sha1_context_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_sha1_context_free (FilSha1Context *self);

void fil_sha1_context_update (FilSha1Context *self, const void *bytes, gsize len);
void fil_sha1_context_finish (FilSha1Context *self, FilSha1 *out);

void fil_sha1_of (FilSha1 *out, const void *bytes, gsize len);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilSha1Context, fil_sha1_context_free)

G_END_DECLS
