/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the policy has to know of this machine. Paths are absolute and real; any may be NULL. */
typedef struct
{
  char *home;
  char *profile;
  char *config;
  char *data;
  char *cache;
  char *incomplete;
  GStrv mounts; /* where file systems begin */
  GStrv shares; /* folders that are shared already */
} FilSharePlaces;

/* What becomes of one file or folder inside a shared folder. */
typedef enum
{
  FIL_SHARE_YES,
  FIL_SHARE_IF_CHOSEN, /* looks private: only when somebody said so */
  FIL_SHARE_NEVER,     /* hidden, unfinished, or no name for a stranger */
} FilShareVerdict;

FilSharePlaces *fil_share_places_new (const char *profile, const char *incomplete, const char *const *shares)
    G_GNUC_WARN_UNUSED_RESULT;
FilSharePlaces *fil_share_places_copy (const FilSharePlaces *self) G_GNUC_WARN_UNUSED_RESULT;
void fil_share_places_free (FilSharePlaces *self);

char *fil_share_policy_refusal (const FilSharePlaces *places, const char *real_path) G_GNUC_WARN_UNUSED_RESULT;
FilShareVerdict fil_share_policy_folder (const char *name);
FilShareVerdict fil_share_policy_file (const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilSharePlaces, fil_share_places_free)

G_END_DECLS
