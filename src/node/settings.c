/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "settings.h"

#include "limit-schedule.h"
#include "node-error.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#define GROUP "settings"
#define GROUP_NODE "node"
#define GROUP_NOTES "found-out"

typedef enum
{
  VALUE_NUMBER,
  VALUE_SWITCH,
  VALUE_CHOICE,
  VALUE_FOLDER,
  VALUE_FOLDER_OR_NONE,
  VALUE_TEXT,
  VALUE_SCHEDULE,
} ValueType;

typedef struct
{
  const char *key;
  ValueType type;
  const char *standard; /* NULL: made by standard_folder() */
  gint64 least;
  gint64 most;
  const char *choices; /* between spaces */
} Setting;

static const Setting table[] = {
  { "download-limit", VALUE_NUMBER, "0", 0, G_GINT64_CONSTANT (100000000000), NULL },
  { "upload-limit", VALUE_NUMBER, "0", 0, G_GINT64_CONSTANT (100000000000), NULL },
  { "download-limit-each", VALUE_NUMBER, "0", 0, G_GINT64_CONSTANT (100000000000), NULL },
  { "upload-limit-each", VALUE_NUMBER, "0", 0, G_GINT64_CONSTANT (100000000000), NULL },
  { "alt-download-limit", VALUE_NUMBER, "0", 0, G_GINT64_CONSTANT (100000000000), NULL },
  { "alt-upload-limit", VALUE_NUMBER, "0", 0, G_GINT64_CONSTANT (100000000000), NULL },
  { "alt-limits", VALUE_CHOICE, "off", 0, 0, " off on schedule " },
  { "alt-schedule", VALUE_SCHEDULE, "", 0, 0, NULL },
  { "upload-slots", VALUE_NUMBER, "8", 0, 1000, NULL },
  { "max-downloads", VALUE_NUMBER, "10", 1, 1000, NULL },
  { "downloads-dir", VALUE_FOLDER, NULL, 0, 0, NULL },
  { "incomplete-dir", VALUE_FOLDER, NULL, 0, 0, NULL },
  { "audio-dir", VALUE_FOLDER_OR_NONE, "", 0, 0, NULL },
  { "video-dir", VALUE_FOLDER_OR_NONE, "", 0, 0, NULL },
  { "image-dir", VALUE_FOLDER_OR_NONE, "", 0, 0, NULL },
  { "document-dir", VALUE_FOLDER_OR_NONE, "", 0, 0, NULL },
  { "archive-dir", VALUE_FOLDER_OR_NONE, "", 0, 0, NULL },
  { "program-dir", VALUE_FOLDER_OR_NONE, "", 0, 0, NULL },
  { "listen-port", VALUE_NUMBER, "0", 0, 65535, NULL },
  { "role", VALUE_CHOICE, "auto", 0, 0, " auto leaf ultrapeer " },
  { "bind-interface", VALUE_TEXT, "", 0, 15, NULL },
  { "port-mapping", VALUE_SWITCH, "true", 0, 0, NULL },
  { "share-finished", VALUE_SWITCH, "false", 0, 0, NULL },
  { "share-partial", VALUE_SWITCH, "false", 0, 0, NULL },
  { "browse-host", VALUE_SWITCH, "true", 0, 0, NULL },
};

struct _FilSettings
{
  char *profile;
  char *path;
  GKeyFile *file;
  FilSettingsChanged changed;
  gpointer changed_data;
};

static const Setting *
find (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].key, key) == 0)
      return &table[i];
  return NULL;
}

/**
 * fil_settings_new:
 * @profile: the profile directory; it exists
 *
 * Returns: (transfer full): the settings, NULL with a #FilNodeError when the file is unreadable
 */
FilSettings *
fil_settings_new (const char *profile,
                  GError **error)
{
  g_autoptr (FilSettings) self = g_new0 (FilSettings, 1);
  g_autoptr (GError) local = NULL;

  self->profile = g_strdup (profile);
  self->path = g_build_filename (profile, "settings.ini", NULL);
  self->file = g_key_file_new ();
  if (!g_key_file_load_from_file (self->file, self->path, G_KEY_FILE_KEEP_COMMENTS, &local) &&
      !g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    {
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_UNAVAILABLE, _("The settings in %s cannot be read: %s"),
                   self->path, local->message);
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
fil_settings_free (FilSettings *self)
{
  g_free (self->profile);
  g_free (self->path);
  g_key_file_unref (self->file);
  g_free (self);
}

void
fil_settings_set_changed_func (FilSettings *self,
                               FilSettingsChanged func,
                               gpointer data)
{
  self->changed = func;
  self->changed_data = data;
}

guint
fil_settings_n_keys (void)
{
  return G_N_ELEMENTS (table);
}

const char *
fil_settings_key (guint i)
{
  return table[i].key;
}

static char *
standard_folder (FilSettings *self,
                 const char *key)
{
  const char *downloads;

  if (strcmp (key, "incomplete-dir") == 0)
    return g_build_filename (self->profile, "incomplete", NULL);

  downloads = g_get_user_special_dir (G_USER_DIRECTORY_DOWNLOAD);
  if (downloads != NULL)
    return g_strdup (downloads);
  return g_build_filename (g_get_home_dir (), "Downloads", NULL);
}

/**
 * fil_settings_get:
 * @key: one of fil_settings_key()
 *
 * Returns: (transfer full): the value as text
 */
char *
fil_settings_get (FilSettings *self,
                  const char *key)
{
  const Setting *setting = find (key);
  char *value;

  g_return_val_if_fail (setting != NULL, NULL);
  value = g_key_file_get_string (self->file, GROUP, key, NULL);
  if (value != NULL)
    return value;
  return setting->standard != NULL ? g_strdup (setting->standard) : standard_folder (self, key);
}

/**
 * fil_settings_is_folder:
 *
 * Returns: whether the value of @key is the path of a folder
 */
gboolean
fil_settings_is_folder (const char *key)
{
  const Setting *setting = find (key);

  return setting != NULL && (setting->type == VALUE_FOLDER || setting->type == VALUE_FOLDER_OR_NONE);
}

gint64
fil_settings_get_int (FilSettings *self,
                      const char *key)
{
  g_autofree char *value = fil_settings_get (self, key);

  return g_ascii_strtoll (value, NULL, 10);
}

gboolean
fil_settings_get_bool (FilSettings *self,
                       const char *key)
{
  g_autofree char *value = fil_settings_get (self, key);

  return strcmp (value, "true") == 0;
}

static gboolean
value_fits (const Setting *setting,
            const char *value,
            GError **error)
{
  g_autofree char *padded = g_strdup_printf (" %s ", value);
  g_autofree char *choices = NULL;
  gint64 number;

  switch (setting->type)
    {
    case VALUE_NUMBER:
      if (g_ascii_string_to_signed (value, 10, setting->least, setting->most, &number, NULL))
        return TRUE;
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE,
                   _("%s is a number from %ld to %ld."), setting->key,
                   (long) setting->least, (long) setting->most);
      return FALSE;
    case VALUE_SWITCH:
      if (strcmp (value, "true") == 0 || strcmp (value, "false") == 0)
        return TRUE;
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE, _("%s is true or false."), setting->key);
      return FALSE;
    case VALUE_CHOICE:
      if (strchr (value, ' ') == NULL && strstr (setting->choices, padded) != NULL)
        return TRUE;
      choices = g_strstrip (g_strdup (setting->choices));
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE, _("%s is one of: %s."), setting->key, choices);
      return FALSE;
    case VALUE_FOLDER_OR_NONE:
      if (*value == '\0')
        return TRUE;
      G_GNUC_FALLTHROUGH;
    case VALUE_FOLDER:
      if (g_path_is_absolute (value))
        return TRUE;
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE, _("%s is a full path, beginning with /."),
                   setting->key);
      return FALSE;
    case VALUE_TEXT:
      if ((gint64) strlen (value) <= setting->most && strchr (value, '/') == NULL)
        return TRUE;
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE,
                   _("%s is a name of at most %ld letters."), setting->key, (long) setting->most);
      return FALSE;
    case VALUE_SCHEDULE:
      {
        g_autoptr (FilLimitSchedule) schedule = fil_limit_schedule_parse (value);

        if (schedule != NULL)
          return TRUE;
        g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE,
                     _("%s is written like “mon-fri 08:00-18:00; sat,sun 22:00-06:00”."), setting->key);
        return FALSE;
      }
    default:
      g_assert_not_reached ();
    }
}

static gboolean
save (FilSettings *self,
      GError **error)
{
  gsize len;
  g_autofree char *text = g_key_file_to_data (self->file, &len, NULL);

  return g_file_set_contents_full (self->path, text, (gssize) len, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

/**
 * fil_settings_set:
 *
 * Returns: whether @value fitted and was saved, else a #FilNodeError that says what fits
 */
gboolean
fil_settings_set (FilSettings *self,
                  const char *key,
                  const char *value,
                  GError **error)
{
  const Setting *setting = find (key);
  g_autoptr (GError) local = NULL;

  if (setting == NULL)
    {
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_NOT_FOUND, _("There is no setting %s."), key);
      return FALSE;
    }
  if (!value_fits (setting, value, error))
    return FALSE;

  g_key_file_set_string (self->file, GROUP, key, value);
  if (!save (self, &local))
    {
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_FAILED, _("The settings cannot be saved: %s"),
                   local->message);
      return FALSE;
    }
  if (self->changed != NULL)
    self->changed (setting->key, self->changed_data);
  return TRUE;
}

/**
 * fil_settings_get_guid:
 * @guid: (out): the servent GUID of this profile
 *
 * Makes the GUID the first time, and keeps it: others send pushes to it.
 */
void
fil_settings_get_guid (FilSettings *self,
                       FilGuid *guid,
                       FilRandom *random)
{
  g_autofree char *text = g_key_file_get_string (self->file, GROUP_NODE, "guid", NULL);
  g_autoptr (GError) error = NULL;
  char hex[FIL_GUID_HEX_LEN + 1];

  if (text != NULL && fil_guid_parse_hex (guid, text, -1) && !fil_guid_is_zero (guid))
    return;
  fil_guid_random (guid, random);
  fil_guid_to_hex (guid, hex);
  g_key_file_set_string (self->file, GROUP_NODE, "guid", hex);
  if (!save (self, &error))
    g_warning ("cannot save %s: %s", self->path, error->message);
}

/**
 * fil_settings_get_own:
 *
 * Returns: (transfer full) (nullable): what the node keeps for itself under @key
 */
char *
fil_settings_get_own (FilSettings *self,
                      const char *key)
{
  return g_key_file_get_string (self->file, GROUP_NODE, key, NULL);
}

void
fil_settings_set_own (FilSettings *self,
                      const char *key,
                      const char *value)
{
  g_autoptr (GError) error = NULL;

  g_key_file_set_string (self->file, GROUP_NODE, key, value);
  if (!save (self, &error))
    g_warning ("cannot save %s: %s", self->path, error->message);
}

/**
 * fil_settings_get_note:
 *
 * Returns: (transfer full) (nullable): what was last noted under @key
 */
char *
fil_settings_get_note (FilSettings *self,
                       const char *key)
{
  return g_key_file_get_string (self->file, GROUP_NOTES, key, NULL);
}

/**
 * fil_settings_set_notes:
 * @keys_and_values: key, value, key, value, … NULL
 *
 * Replaces all notes and saves them.
 */
void
fil_settings_set_notes (FilSettings *self,
                        const char *const *keys_and_values)
{
  g_autoptr (GError) error = NULL;

  g_key_file_remove_group (self->file, GROUP_NOTES, NULL);
  for (guint i = 0; keys_and_values[i] != NULL; i += 2)
    g_key_file_set_string (self->file, GROUP_NOTES, keys_and_values[i], keys_and_values[i + 1]);
  if (!save (self, &error))
    g_warning ("cannot save %s: %s", self->path, error->message);
}
