/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sys/stat.h>

#include "share-policy.h"
#include "worker.h"

G_BEGIN_DECLS

/* What a walk meets. path is below the root, bytes as the disk has them; all is borrowed. */
typedef struct
{
  gboolean (*file) (const char *path, const struct stat *st, gboolean is_private, gpointer data); /* FALSE: stop */
  void (*folder) (const char *path, gpointer data);                     /* "" is the root; or NULL */
  void (*unreadable) (const char *path, int saved_errno, gpointer data);
} FilTreeVisitor;

typedef struct
{
  gboolean include_private;      /* also enter folders that look private */
  const FilSharePlaces *places;  /* whose own folders are never entered, wherever they lie */
  const FilWorker *worker;       /* the walk ends early when it stops; or NULL */
} FilTreeOptions;

gboolean fil_tree_walk (const char *root, const FilTreeOptions *options, const FilTreeVisitor *visitor,
                        gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
