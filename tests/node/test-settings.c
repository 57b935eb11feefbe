/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "settings.h"

#include <glib/gstdio.h>
#include <string.h>

#include "node-error.h"

typedef struct
{
  char *profile;
  FilSettings *settings;
} Fixture;

static void
set_up (Fixture *fixture,
        gconstpointer data)
{
  fixture->profile = g_dir_make_tmp ("filbert-settings-XXXXXX", NULL);
  fixture->settings = fil_settings_new (fixture->profile, NULL);
  g_assert_nonnull (fixture->settings);
}

static void
tear_down (Fixture *fixture,
           gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->profile, "settings.ini", NULL);

  fil_settings_free (fixture->settings);
  g_unlink (path);
  g_assert_cmpint (g_rmdir (fixture->profile), ==, 0);
  g_free (fixture->profile);
}

static void
reload (Fixture *fixture)
{
  fil_settings_free (fixture->settings);
  fixture->settings = fil_settings_new (fixture->profile, NULL);
}

static void
test_values (Fixture *fixture,
             gconstpointer data)
{
  static const struct
  {
    const char *key;
    const char *value;
    gboolean good;
  } cases[] = {
    { "download-limit", "20000", TRUE },  { "download-limit", "-1", FALSE },  { "download-limit", "20k", FALSE },
    { "download-limit", "", FALSE },      { "listen-port", "65535", TRUE },   { "listen-port", "65536", FALSE },
    { "role", "leaf", TRUE },             { "role", "boss", FALSE },          { "role", "leaf ultrapeer", FALSE },
    { "role", "", FALSE },                { "port-mapping", "false", TRUE },  { "port-mapping", "no", FALSE },
    { "downloads-dir", "/srv/x", TRUE },  { "downloads-dir", "x", FALSE },    { "bind-interface", "wg0", TRUE },
    { "alt-limits", "schedule", TRUE },   { "alt-limits", "maybe", FALSE },   { "alt-schedule", "mon 8-9", FALSE },
    { "alt-schedule", "mon-fri 08:00-18:00; sat 22:00-06:00", TRUE },
    { "bind-interface", "../x", FALSE },  { "bind-interface", "a-name-too-long-for-it", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean good = fil_settings_set (fixture->settings, cases[i].key, cases[i].value, &error);

      g_test_message ("%s=%s", cases[i].key, cases[i].value);
      g_assert_cmpint (good, ==, cases[i].good);
      if (!good)
        g_assert_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE);
    }

  reload (fixture);
  g_assert_cmpint (fil_settings_get_int (fixture->settings, "download-limit"), ==, 20000);
  g_assert_false (fil_settings_get_bool (fixture->settings, "port-mapping"));
}

static void
test_unknown (Fixture *fixture,
              gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (fil_settings_set (fixture->settings, "colour", "red", &error));
  g_assert_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_NOT_FOUND);
}

static void
test_standards (Fixture *fixture,
                gconstpointer data)
{
  for (guint i = 0; i < fil_settings_n_keys (); i++)
    {
      g_autofree char *value = fil_settings_get (fixture->settings, fil_settings_key (i));
      g_autoptr (GError) error = NULL;

      g_assert_true (fil_settings_set (fixture->settings, fil_settings_key (i), value, &error));
      g_assert_no_error (error);
    }
}

static void
test_guid (Fixture *fixture,
           gconstpointer data)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (1);
  FilGuid first, second;

  fil_settings_get_guid (fixture->settings, &first, random);
  reload (fixture);
  fil_settings_get_guid (fixture->settings, &second, random);
  g_assert_true (fil_guid_equal (&first, &second));
  g_assert_false (fil_guid_is_zero (&first));
}

static void
note_key (const char *key,
          gpointer data)
{
  g_string_append (data, key);
}

static void
test_changed (Fixture *fixture,
              gconstpointer data)
{
  g_autoptr (GString) noted = g_string_new (NULL);

  fil_settings_set_changed_func (fixture->settings, note_key, noted);
  g_assert_true (fil_settings_set (fixture->settings, "upload-slots", "3", NULL));
  g_assert_false (fil_settings_set (fixture->settings, "role", "x", NULL));
  g_assert_cmpstr (noted->str, ==, "upload-slots");
}

/* What was found out is replaced as a whole, outlives the process, and leaves the settings alone. */
static void
test_notes (Fixture *fixture,
            gconstpointer data)
{
  static const char *const first[] = { "tcp", "yes", "nat", "full-cone", NULL };
  static const char *const second[] = { "tcp", "no", NULL };
  g_autofree char *nat = NULL;
  g_autofree char *tcp = NULL;
  g_autofree char *role = NULL;

  g_assert_true (fil_settings_set (fixture->settings, "role", "leaf", NULL));
  g_assert_null (fil_settings_get_note (fixture->settings, "tcp"));
  fil_settings_set_notes (fixture->settings, first);
  reload (fixture);
  nat = fil_settings_get_note (fixture->settings, "nat");
  g_assert_cmpstr (nat, ==, "full-cone");
  fil_settings_set_notes (fixture->settings, second);
  reload (fixture);
  tcp = fil_settings_get_note (fixture->settings, "tcp");
  role = fil_settings_get (fixture->settings, "role");
  g_assert_cmpstr (tcp, ==, "no");
  g_assert_null (fil_settings_get_note (fixture->settings, "nat"));
  g_assert_cmpstr (role, ==, "leaf");
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/node/settings/values", Fixture, NULL, set_up, test_values, tear_down);
  g_test_add ("/node/settings/unknown", Fixture, NULL, set_up, test_unknown, tear_down);
  g_test_add ("/node/settings/standards", Fixture, NULL, set_up, test_standards, tear_down);
  g_test_add ("/node/settings/guid", Fixture, NULL, set_up, test_guid, tear_down);
  g_test_add ("/node/settings/notes", Fixture, NULL, set_up, test_notes, tear_down);
  g_test_add ("/node/settings/changed", Fixture, NULL, set_up, test_changed, tear_down);
  return g_test_run ();
}
