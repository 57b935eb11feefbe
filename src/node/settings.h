/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "guid.h"

G_BEGIN_DECLS

/**
 * FilSettings:
 *
 * What the user may choose, kept in <profile>/settings.ini. Every value is checked when it is set and
 * saved at once; only the node writes the file.
 */
typedef struct _FilSettings FilSettings;

typedef void (*FilSettingsChanged) (const char *key, gpointer data);

FilSettings *fil_settings_new (const char *profile, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_settings_free (FilSettings *self);
void fil_settings_set_changed_func (FilSettings *self, FilSettingsChanged func, gpointer data);

guint fil_settings_n_keys (void);
const char *fil_settings_key (guint i);
char *fil_settings_get (FilSettings *self, const char *key) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_settings_is_folder (const char *key);
gint64 fil_settings_get_int (FilSettings *self, const char *key);
gboolean fil_settings_get_bool (FilSettings *self, const char *key);
gboolean fil_settings_set (FilSettings *self, const char *key, const char *value, GError **error);

void fil_settings_get_guid (FilSettings *self, FilGuid *guid, FilRandom *random);

/* What the node has found out and wants to know again after a restart. */
char *fil_settings_get_own (FilSettings *self, const char *key) G_GNUC_WARN_UNUSED_RESULT;
void fil_settings_set_own (FilSettings *self, const char *key, const char *value);
char *fil_settings_get_note (FilSettings *self, const char *key) G_GNUC_WARN_UNUSED_RESULT;
void fil_settings_set_notes (FilSettings *self, const char *const *keys_and_values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilSettings, fil_settings_free)

G_END_DECLS
