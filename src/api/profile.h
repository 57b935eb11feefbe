/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* sun_path of Linux without its NUL. */
#define FIL_PROFILE_MAX_SOCKET_PATH 107

/**
 * FilProfile:
 *
 * Where a profile's files lie, its lock, and the file by which clients find the node. Making one
 * touches no disk.
 */
typedef struct _FilProfile FilProfile;

FilProfile *fil_profile_new (const char *dir, const char *runtime_dir) G_GNUC_WARN_UNUSED_RESULT;
void fil_profile_free (FilProfile *self);

const char *fil_profile_dir (const FilProfile *self);
const char *fil_profile_log_path (const FilProfile *self);
char *fil_profile_hash (const FilProfile *self) G_GNUC_WARN_UNUSED_RESULT;
char *fil_profile_app_id (const FilProfile *self) G_GNUC_WARN_UNUSED_RESULT;

/* The node's side. */
gboolean fil_profile_make (FilProfile *self, GError **error);
gboolean fil_profile_lock (FilProfile *self, GError **error);
void fil_profile_unlock (FilProfile *self);
char *fil_profile_make_socket_path (FilProfile *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_profile_write_address (FilProfile *self, const char *address, const char *version, GError **error);
void fil_profile_remove_address (FilProfile *self);

/* The client's side. */
gboolean fil_profile_read_address (FilProfile *self, char **address, char **version, GError **error);
gboolean fil_profile_is_locked (const FilProfile *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilProfile, fil_profile_free)

G_END_DECLS
