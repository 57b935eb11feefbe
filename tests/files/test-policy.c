/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "disk-guard.h"
#include "file-kind.h"
#include "safe-name.h"
#include "share-policy.h"

#include <errno.h>
#include <string.h>

static void
test_refusal (void)
{
  static char *mounts[] = { (char *) "/", (char *) "/media/usb", (char *) "/home/ann/disk", NULL };
  static char *shares[] = { (char *) "/home/ann/Music", (char *) "/home/ann/Films/Old", NULL };
  const FilSharePlaces places = {
    .home = (char *) "/home/ann",
    .profile = (char *) "/home/ann/profiles/one",
    .config = (char *) "/home/ann/.config",
    .data = (char *) "/home/ann/.local/share",
    .cache = (char *) "/home/ann/.cache",
    .incomplete = (char *) "/home/ann/Downloads/parts",
    .mounts = mounts,
    .shares = shares,
  };
  static const struct
  {
    const char *path;
    const char *part; /* of the sentence; NULL: may be shared */
  } cases[] = {
    { "/", "whole computer" },
    { "relative", "begin with" },
    { "", "begin with" },
    { "/home", "contains your home folder" },
    { "/home/ann", "whole home folder" },
    { "/home/bob", "whole home or drive" },
    { "/home/ann/Books", NULL },
    { "/home/annex/Books", NULL },
    { "/home/ann/Music", "shared already" },
    { "/home/ann/Music/Jazz", "as a part of /home/ann/Music" },
    { "/home/ann/Musicals", NULL },
    { "/home/ann/Films", "contains /home/ann/Films/Old" },
    { "/home/ann/Films/New", NULL },
    { "/home/ann/profiles", "contains the data" },
    { "/home/ann/profiles/one", "keeps the data" },
    { "/home/ann/profiles/one/incomplete", "keeps the data" },
    { "/home/ann/profiles/two", NULL },
    { "/home/ann/.config", "keeps the data" },
    { "/home/ann/.config/x", "keeps the data" },
    { "/home/ann/.local", "contains the data" },
    { "/home/ann/.ssh", "Hidden" },
    { "/home/ann/Books/.hidden/x", "Hidden" },
    { "/home/ann/Downloads", NULL },
    { "/home/ann/Downloads/parts", "not finished" },
    { "/home/ann/Downloads/parts/x", "not finished" },
    { "/home/ann/disk", "whole drive" },
    { "/media/usb", "whole home or drive" },
    { "/media/usb/songs", NULL },
    { "/media", "whole home or drive" },
    { "/mnt", "whole home or drive" },
    { "/mnt/songs", NULL },
    { "/run/media/ann", "whole home or drive" },
    { "/run/media/ann/STICK", "whole home or drive" },
    { "/run/media/ann/STICK/songs", NULL },
    { "/run/systemd", "system" },
    { "/run/user/1000/doc/abc/songs", NULL },
    { "/etc", "system" },
    { "/etc/ssl", "system" },
    { "/usr", "system" },
    { "/usr/share/sounds", "system" },
    { "/var/lib", "system" },
    { "/var/home", "whole home or drive" },
    { "/var/home/bob/songs", NULL },
    { "/proc/self", "system" },
    { "/root", "system" },
    { "/tmp", "whole home or drive" },
    { "/tmp/songs", NULL },
    { "/srv", "whole home or drive" },
    { "/srv/songs", NULL },
    { "/data", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *refusal = fil_share_policy_refusal (&places, cases[i].path);

      g_test_message ("%s: %s", cases[i].path, refusal);
      if (cases[i].part == NULL)
        g_assert_null (refusal);
      else
        {
          g_assert_nonnull (refusal);
          g_assert_nonnull (strstr (refusal, cases[i].part));
        }
    }
}

/* A drive inside of the folder would go with it. */
static void
test_drive_inside (void)
{
  static char *mounts[] = { (char *) "/srv/songs/usb", NULL };
  const FilSharePlaces places = { .home = (char *) "/home/ann", .mounts = mounts };
  g_autofree char *refusal = fil_share_policy_refusal (&places, "/srv/songs");

  g_assert_nonnull (refusal);
  g_assert_nonnull (strstr (refusal, "drive lies inside"));
}

/* Root's own home is a system folder to everybody else. */
static void
test_root_home (void)
{
  const FilSharePlaces places = { .home = (char *) "/root" };
  g_autofree char *home = fil_share_policy_refusal (&places, "/root");
  g_autofree char *inside = fil_share_policy_refusal (&places, "/root/songs");

  g_assert_nonnull (home);
  g_assert_null (inside);
}

static void
test_places (void)
{
  static const char *const shares[] = { "/x", NULL };
  g_autoptr (FilSharePlaces) places = fil_share_places_new ("/nonexistent/profile", NULL, shares);
  g_autoptr (FilSharePlaces) copy = fil_share_places_copy (places);

  g_assert_nonnull (copy->home);
  g_assert_cmpstr (copy->profile, ==, "/nonexistent/profile");
  g_assert_null (copy->incomplete);
  g_assert_cmpstr (copy->shares[0], ==, "/x");
  g_assert_true (g_strv_contains ((const char *const *) copy->mounts, "/"));
}

static void
test_names (void)
{
  static const struct
  {
    const char *name;
    FilShareVerdict file;
    FilShareVerdict folder;
  } cases[] = {
    { "song.mp3", FIL_SHARE_YES, FIL_SHARE_YES },
    { ".env", FIL_SHARE_NEVER, FIL_SHARE_NEVER },
    { ".git", FIL_SHARE_NEVER, FIL_SHARE_NEVER },
    { ".ssh", FIL_SHARE_NEVER, FIL_SHARE_NEVER },
    { "", FIL_SHARE_NEVER, FIL_SHARE_NEVER },
    { "~$letter.docx", FIL_SHARE_NEVER, FIL_SHARE_YES },
    { "letter.txt~", FIL_SHARE_NEVER, FIL_SHARE_YES },
    { "film.mkv.part", FIL_SHARE_NEVER, FIL_SHARE_YES },
    { "film.CRDOWNLOAD", FIL_SHARE_NEVER, FIL_SHARE_YES },
    { "film.!qB", FIL_SHARE_NEVER, FIL_SHARE_YES },
    { "Thumbs.db", FIL_SHARE_NEVER, FIL_SHARE_YES },
    { "id_rsa", FIL_SHARE_IF_CHOSEN, FIL_SHARE_YES },
    { "id_rsa.pub", FIL_SHARE_IF_CHOSEN, FIL_SHARE_YES },
    { "server.PEM", FIL_SHARE_IF_CHOSEN, FIL_SHARE_YES },
    { "all.kdbx", FIL_SHARE_IF_CHOSEN, FIL_SHARE_YES },
    { "Passwords.txt", FIL_SHARE_IF_CHOSEN, FIL_SHARE_YES },
    { "my-passwords2024.xlsx", FIL_SHARE_IF_CHOSEN, FIL_SHARE_IF_CHOSEN },
    { "tax_2023.pdf", FIL_SHARE_IF_CHOSEN, FIL_SHARE_IF_CHOSEN },
    { "Bank statement.pdf", FIL_SHARE_IF_CHOSEN, FIL_SHARE_IF_CHOSEN },
    { "The Secret Garden.mp3", FIL_SHARE_YES, FIL_SHARE_IF_CHOSEN },
    { "secret.jpg", FIL_SHARE_IF_CHOSEN, FIL_SHARE_IF_CHOSEN },
    { "taxi.pdf", FIL_SHARE_YES, FIL_SHARE_YES },
    { "embankment.pdf", FIL_SHARE_YES, FIL_SHARE_YES },
    { "inbox.mbox", FIL_SHARE_IF_CHOSEN, FIL_SHARE_YES },
    { "cookies.sqlite", FIL_SHARE_IF_CHOSEN, FIL_SHARE_YES },
    { "Login Data", FIL_SHARE_IF_CHOSEN, FIL_SHARE_YES },
    { "Maildir", FIL_SHARE_YES, FIL_SHARE_IF_CHOSEN },
    { "Thunderbird", FIL_SHARE_YES, FIL_SHARE_IF_CHOSEN },
    { "a|b", FIL_SHARE_YES, FIL_SHARE_YES },
    { "\xff\xfe.bin", FIL_SHARE_YES, FIL_SHARE_YES },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("case %u", i);
      g_assert_cmpint (fil_share_policy_file (cases[i].name), ==, cases[i].file);
      if (cases[i].folder != FIL_SHARE_YES || cases[i].file == FIL_SHARE_YES)
        g_assert_cmpint (fil_share_policy_folder (cases[i].name), ==, cases[i].folder);
    }
}

static void
test_safe_name (void)
{
  static const struct
  {
    const char *name;
    const char *safe;
  } cases[] = {
    { "song.mp3", "song.mp3" },
    { "", "download" },
    { ".", "download" },
    { "..", "download" },
    { " . . ", "download" },
    { "../../etc/passwd", "_.._etc_passwd" },
    { "..\\..\\x.exe", "_.._x.exe" },
    { "/etc/passwd", "_etc_passwd" },
    { ".bashrc", "bashrc" },
    { "...hidden", "hidden" },
    { "name.", "name" },
    { "name. . ", "name" },
    { " name ", "name" },
    { "two\nlines\r\n.txt", "two lines  .txt" },
    { "tab\there", "tab here" },
    { "bell\x07.txt", "bell.txt" },
    { "del\x7f.txt", "del.txt" },
    { "\xc2\x85next.txt", "next.txt" },
    { "photo\xe2\x80\xaegpj.exe", "photogpj.exe" },    /* right-to-left override */
    { "a\xe2\x81\xa6" "b\xe2\x81\xa9.txt", "ab.txt" }, /* isolates */
    { "\xe2\x80\x8f.hidden", "hidden" },               /* a mark before the dot */
    { "\xef\xbb\xbfname", "name" },                    /* byte order mark */
    { "line\xe2\x80\xa8sep", "line sep" },
    { "n\xc3\xa4me.ogg", "n\xc3\xa4me.ogg" },
    { "bad\xff.txt", "bad\xef\xbf\xbd.txt" },
    { "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
    { "CON", "CON" },
    { "a:b*c?.txt", "a:b*c?.txt" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *safe = fil_safe_name (cases[i].name, -1);

      g_assert_cmpstr (safe, ==, cases[i].safe);
    }
}

static void
test_safe_name_nul (void)
{
  g_autofree char *safe = fil_safe_name ("a\0b.txt", 7);

  g_assert_cmpstr (safe, ==, "a\xef\xbf\xbd" "b.txt");
}

static void
check_safe (const char *name)
{
  g_assert_cmpuint (strlen (name), >, 0);
  g_assert_cmpuint (strlen (name), <=, FIL_FILE_NAME_MAX);
  g_assert_true (g_utf8_validate (name, -1, NULL));
  g_assert_null (strchr (name, '/'));
  g_assert_cmpint (name[0], !=, '.');
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    g_assert_false (g_unichar_iscntrl (g_utf8_get_char (p)));
}

static void
test_safe_name_long (void)
{
  for (guint n = 200; n < 420; n++)
    {
      g_autoptr (GString) name = g_string_new (NULL);
      g_autofree char *safe = NULL;
      g_autofree char *numbered = NULL;
      g_autofree char *bare = NULL;

      while (name->len < n)
        g_string_append (name, n % 3 == 0 ? "\xf0\x9f\x8c\xb0" : n % 3 == 1 ? "\xc3\xa4" : "x");
      bare = fil_safe_name (name->str, -1);
      check_safe (bare);
      g_string_append (name, ".tar.gz");
      safe = fil_safe_name (name->str, -1);
      check_safe (safe);
      g_assert_true (g_str_has_suffix (safe, ".tar.gz"));
      numbered = fil_safe_name_numbered (safe, 999);
      check_safe (numbered);
      g_assert_true (g_str_has_suffix (numbered, " (999).tar.gz"));
    }
}

static void
test_safe_name_random (void)
{
  for (guint i = 0; i < 20000; i++)
    {
      static const char special[] = "/\\.. \n\t\xe2\x80\xae\xff\xc3\xf0";
      char raw[600];
      gsize len = (gsize) g_test_rand_int_range (0, sizeof raw);
      g_autofree char *safe = NULL;
      g_autofree char *numbered = NULL;

      for (gsize j = 0; j < len; j++)
        raw[j] = g_test_rand_bit () ? (char) g_test_rand_int_range (0, 256)
                                    : special[g_test_rand_int_range (0, sizeof special)];
      safe = fil_safe_name (raw, (gssize) len);
      check_safe (safe);
      numbered = fil_safe_name_numbered (safe, 2);
      check_safe (numbered);
    }
}

static void
test_numbered (void)
{
  static const char *const cases[][2] = {
    { "a.txt", "a (2).txt" },
    { "a", "a (2)" },
    { "a.tar.xz", "a (2).tar.xz" },
    { "a.b.c", "a.b (2).c" },
    { "no ending.this is far too long to be an ending", "no ending.this is far too long to be an ending (2)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *numbered = fil_safe_name_numbered (cases[i][0], 2);

      g_assert_cmpstr (numbered, ==, cases[i][1]);
    }
}

static void
test_kinds (void)
{
  static const struct
  {
    const char *name;
    FilFileKind kind;
  } cases[] = {
    { "a.mp3", FIL_KIND_AUDIO },      { "a.OGG", FIL_KIND_AUDIO },     { "a.mkv", FIL_KIND_VIDEO },
    { "a.jpeg", FIL_KIND_IMAGE },     { "a.pdf", FIL_KIND_DOCUMENT },  { "a.tar.gz", FIL_KIND_ARCHIVE },
    { "a.exe", FIL_KIND_PROGRAM },    { "a.jpg.exe", FIL_KIND_PROGRAM }, { "a", FIL_KIND_OTHER },
    { "a.", FIL_KIND_OTHER },         { "a.mp3 ", FIL_KIND_OTHER },    { "a.mp3 aac", FIL_KIND_OTHER },
    { "mp3", FIL_KIND_OTHER },        { "a.\xff", FIL_KIND_OTHER },    { "a.verylongending", FIL_KIND_OTHER },
    { "a.appimage", FIL_KIND_PROGRAM },
  };
  FilFileKind kind;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (fil_file_kind_of (cases[i].name), ==, cases[i].kind);
  for (guint i = 0; i < FIL_N_KINDS; i++)
    {
      g_assert_true (fil_file_kind_parse (&kind, fil_file_kind_name (i)));
      g_assert_cmpint (kind, ==, i);
    }
  g_assert_false (fil_file_kind_parse (&kind, "nothing"));
  g_assert_false (fil_file_kind_parse (&kind, NULL));
}

static void
test_guard (void)
{
  g_autoptr (GError) error = NULL;
  guint64 usable;
  guint64 more;

  g_assert_cmpuint (fil_disk_guard_floor (1000, 5), ==, 10);
  g_assert_cmpuint (fil_disk_guard_floor (1000, 50), ==, 50);
  g_assert_true (fil_disk_guard_free (g_get_tmp_dir (), G_MAXUINT64 / 2, &usable, NULL));
  g_assert_cmpuint (usable, ==, 0);
  g_assert_true (fil_disk_guard_free (g_get_tmp_dir (), 1, &more, NULL));
  g_assert_true (fil_disk_guard_check (g_get_tmp_dir (), 0, G_MAXUINT64 / 2, NULL));
  g_assert_false (fil_disk_guard_check (g_get_tmp_dir (), 1, G_MAXUINT64 / 2, &error));
  g_assert_error (error, FIL_FILES_ERROR, FIL_FILES_ERROR_FULL);
  g_clear_error (&error);
  g_assert_false (fil_disk_guard_check ("/proc/nonexistent/x", 1, 1, &error));
  g_assert_error (error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE);
}

static void
test_errors (void)
{
  static const struct
  {
    int number;
    FilFilesError code;
  } cases[] = {
    { ENOSPC, FIL_FILES_ERROR_FULL },   { EDQUOT, FIL_FILES_ERROR_FULL },  { EACCES, FIL_FILES_ERROR_DENIED },
    { EROFS, FIL_FILES_ERROR_DENIED },  { ENOENT, FIL_FILES_ERROR_GONE },  { ENOTDIR, FIL_FILES_ERROR_GONE },
    { ELOOP, FIL_FILES_ERROR_CHANGED }, { EFBIG, FIL_FILES_ERROR_LIMIT },  { EIO, FIL_FILES_ERROR_FAILED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      fil_files_set_error (&error, cases[i].number, "/a/\xff\n");
      g_assert_error (error, FIL_FILES_ERROR, (int) cases[i].code);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_nonnull (strstr (error->message, "/a/"));
      g_assert_null (strchr (error->message, '\n'));
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/files/policy/refusal", test_refusal);
  g_test_add_func ("/files/policy/drive-inside", test_drive_inside);
  g_test_add_func ("/files/policy/root-home", test_root_home);
  g_test_add_func ("/files/policy/places", test_places);
  g_test_add_func ("/files/policy/names", test_names);
  g_test_add_func ("/files/safe-name/table", test_safe_name);
  g_test_add_func ("/files/safe-name/nul", test_safe_name_nul);
  g_test_add_func ("/files/safe-name/long", test_safe_name_long);
  g_test_add_func ("/files/safe-name/random", test_safe_name_random);
  g_test_add_func ("/files/safe-name/numbered", test_numbered);
  g_test_add_func ("/files/kinds", test_kinds);
  g_test_add_func ("/files/guard", test_guard);
  g_test_add_func ("/files/errors", test_errors);
  return g_test_run ();
}
