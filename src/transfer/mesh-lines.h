/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "mesh.h"
#include "writer.h"

G_BEGIN_DECLS

void fil_mesh_write_lines (FilMesh *mesh, const FilSha1 *file, const FilHost *own, const FilEndpoint *receiver,
                           gint64 since_us, gboolean with_push, FilWriter *out, gint64 now_us);

G_END_DECLS
