/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "push-endpoint.h"
#include "urn.h"

G_BEGIN_DECLS

/* Where a file can be had: an address, or a host behind a firewall (has_push). */
typedef struct
{
  FilHost host;
  gboolean has_push;
  FilPushEndpoint push;
} FilMeshPlace;

/**
 * FilMesh:
 *
 * The download mesh: for each file the places that are known to have it (swarm.md §1). What one host says
 * is hearsay; a place is told to others only when it served us, when it named itself, or when hosts of two
 * networks named it and a way there. A place that hosts of three networks call gone rests for two hours.
 */
typedef struct _FilMesh FilMesh;

FilMesh *fil_mesh_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_mesh_free (FilMesh *self);

void fil_mesh_heard (FilMesh *self, const FilSha1 *file, const FilMeshPlace *place, const FilEndpoint *from,
                     gint64 now_us);
void fil_mesh_served (FilMesh *self, const FilSha1 *file, const FilMeshPlace *place, gint64 now_us);
void fil_mesh_failed (FilMesh *self, const FilSha1 *file, const FilEndpoint *host, gint64 now_us);
void fil_mesh_expected (FilMesh *self, const FilSha1 *file, const FilHost *host, gint64 now_us);
gboolean fil_mesh_reported (FilMesh *self, const FilSha1 *file, const FilEndpoint *host, const FilEndpoint *from,
                            gint64 now_us);
gboolean fil_mesh_is_gone (const FilMesh *self, const FilSha1 *file, const FilEndpoint *host, gint64 now_us);

guint fil_mesh_good (FilMesh *self, const FilSha1 *file, const FilEndpoint *receiver, gint64 since_us, FilHost *out,
                     guint max, gint64 now_us);
guint fil_mesh_good_push (FilMesh *self, const FilSha1 *file, gint64 since_us, FilPushEndpoint *out, guint max,
                          gint64 now_us);
guint fil_mesh_gone (FilMesh *self, const FilSha1 *file, gint64 since_us, FilHost *out, guint max, gint64 now_us);
guint fil_mesh_n_places (const FilMesh *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilMesh, fil_mesh_free)

G_END_DECLS
