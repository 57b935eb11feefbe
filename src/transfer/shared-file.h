/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "byte-range.h"
#include "tiger-tree.h"
#include "urn.h"

G_BEGIN_DECLS

/* Which file a request names. */
typedef struct
{
  FilUrn urn;         /* has_sha1 is FALSE for /get/<index>/<name> */
  guint32 index;
  const char *name;   /* decoded, as the peer wrote it; NULL with a urn */
} FilSharedWanted;

typedef enum
{
  FIL_SHARED_OK,
  FIL_SHARED_NOT_FOUND, /* no such file, or it changed since it was hashed */
  FIL_SHARED_BUSY,      /* cannot be opened now */
} FilSharedStatus;

/**
 * FilShared:
 *
 * A shared file that is open for reading, or one that is being downloaded. Whoever opens it embeds this and
 * closes the descriptor.
 */
typedef struct
{
  int fd;
  guint64 size;
  char *name; /* UTF-8, without folders */
  FilSha1 sha1;
  FilTth tth;
  gboolean has_sha1;
  gboolean has_tth;
  gboolean has_tree; /* its tree can be asked for */
  GArray *available; /* FilRange, in order: what is there of it; NULL: all of it */
} FilShared;

/* shared is (transfer full), NULL unless status is OK. */
typedef void (*FilSharedOpened) (gpointer done_data, FilSharedStatus status, FilShared *shared);

/* tree is borrowed, NULL when there is none. */
typedef void (*FilSharedTree) (gpointer done_data, FilTigerTree *tree);

G_END_DECLS
