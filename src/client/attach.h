/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client.h"

#include "profile.h"

G_BEGIN_DECLS

/* What finding a node has led to. */
typedef struct
{
  GDBusConnection *connection;
  char *node_version;
  gboolean has_started; /* by this very attempt */
} FilAttachment;

FilAttachment *fil_attach (FilProfile *profile, FilAttachFlags flags, const char *const *start_arguments,
                           GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_attach_wait_until_gone (FilProfile *profile, GError **error);
void fil_attachment_free (FilAttachment *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilAttachment, fil_attachment_free)

G_END_DECLS
