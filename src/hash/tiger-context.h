/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "tiger-tree.h"
#include "urn.h"

G_BEGIN_DECLS

/**
 * FilTigerContext:
 *
 * The tiger tree of bytes that come in pieces. It keeps one row of the tree and never a copy of the
 * bytes. Belongs to one thread at a time.
 */
typedef struct _FilTigerContext FilTigerContext;

FilTigerContext *fil_tiger_context_new (guint64 node_size) G_GNUC_WARN_UNUSED_RESULT;
void fil_tiger_context_free (FilTigerContext *self);

void fil_tiger_context_update (FilTigerContext *self, const void *bytes, gsize len);
FilTigerTree *fil_tiger_context_finish (FilTigerContext *self) G_GNUC_WARN_UNUSED_RESULT;
void fil_tiger_context_finish_root (FilTigerContext *self, FilTth *out);

void fil_tth_of (FilTth *out, const void *bytes, gsize len);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilTigerContext, fil_tiger_context_free)

G_END_DECLS
