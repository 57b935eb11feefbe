/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "head.h"
#include "mesh.h"
#include "uploads.h"
#include "writer.h"

G_BEGIN_DECLS

/* Who asks for a file, and what he has been told on this connection. */
typedef struct
{
  FilEndpoint peer;
  gint64 told_us;            /* what is known since then is news to him */
  gboolean takes_push_places; /* announced fwalt once */
} FilUploadPeer;

void _fil_upload_mesh_hear (FilUploads *uploads, FilUploadPeer *peer, const FilSha1 *file, const FilHead *request,
                            gint64 now_us);
void _fil_upload_mesh_tell (FilUploads *uploads, FilUploadPeer *peer, const FilSha1 *file, FilWriter *out,
                            gint64 now_us);

G_END_DECLS
