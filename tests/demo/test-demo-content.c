/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "database.h"
#include "demo-content.h"
#include "demo-host.h"
#include "files-table.h"
#include "sha1.h"

#include <ftw.h>
#include <glib/gstdio.h>
#include <string.h>
#include <zlib.h>

typedef struct
{
  char *dir;
  char *path;
} Fixture;

static int
remove_entry (const char *path,
              const struct stat *st,
              int type,
              struct FTW *ftw)
{
  return g_remove (path);
}

static void
set_up (Fixture *f,
        gconstpointer data)
{
  f->dir = g_dir_make_tmp ("fil-demo-test-XXXXXX", NULL);
  g_assert_nonnull (f->dir);
  f->path = g_build_filename (f->dir, "file", NULL);
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  g_assert_cmpint (nftw (f->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS), ==, 0);
  g_free (f->dir);
  g_free (f->path);
}

static guint8 *
load (const char *path,
      gsize *len)
{
  GError *error = NULL;
  char *bytes;

  g_file_get_contents (path, &bytes, len, &error);
  g_assert_no_error (error);
  return (guint8 *) bytes;
}

static guint32
be32 (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
}

static guint32
le32 (const guint8 *bytes)
{
  return (guint32) bytes[3] << 24 | (guint32) bytes[2] << 16 | (guint32) bytes[1] << 8 | bytes[0];
}

static void
test_text (Fixture *f,
           gconstpointer data)
{
  g_autofree guint8 *first = NULL, *other = NULL;
  gsize len, other_len;

  g_assert_true (fil_demo_write_text (f->path, 4000, 1, NULL));
  first = load (f->path, &len);
  g_assert_cmpuint (len, >=, 4000);
  g_assert_cmpuint (len, <, 4200);
  g_assert_true (g_utf8_validate ((char *) first, (gssize) len, NULL));
  g_assert_true (g_str_has_prefix ((char *) first, "Sample"));
  g_assert_true (fil_demo_write_text (f->path, 4000, 2, NULL));
  other = load (f->path, &other_len);
  g_assert_false (len == other_len && memcmp (first, other, len) == 0);
}

/* Every chunk with its length and checksum, and as many bytes of pixels as the head says. */
static void
test_picture (Fixture *f,
              gconstpointer data)
{
  static const guint8 magic[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  const guint width = 61, height = 40;
  const gsize n_pixels = height * (3 * width + 1);
  g_autofree guint8 *png = NULL;
  g_autofree guint8 *rows = g_malloc (n_pixels + 1);
  g_autoptr (GString) kinds = g_string_new (NULL);
  uLongf n_rows = n_pixels + 1;
  gsize len, at = sizeof magic;

  g_assert_true (fil_demo_write_picture (f->path, width, height, 3, NULL));
  png = load (f->path, &len);
  g_assert_cmpmem (png, sizeof magic, magic, sizeof magic);
  while (at < len)
    {
      guint32 size = be32 (png + at);

      g_assert_cmpuint (at + 12 + size, <=, len);
      g_assert_cmpuint (crc32 (0, png + at + 4, size + 4), ==, be32 (png + at + 8 + size));
      g_string_append_len (kinds, (char *) png + at + 4, 4);
      if (memcmp (png + at + 4, "IHDR", 4) == 0)
        {
          g_assert_cmpuint (size, ==, 13);
          g_assert_cmpuint (be32 (png + at + 8), ==, width);
          g_assert_cmpuint (be32 (png + at + 12), ==, height);
        }
      if (memcmp (png + at + 4, "IDAT", 4) == 0)
        g_assert_cmpint (uncompress (rows, &n_rows, png + at + 8, size), ==, Z_OK);
      at += 12 + size;
    }
  g_assert_cmpstr (kinds->str, ==, "IHDRIDATIEND");
  g_assert_cmpuint (n_rows, ==, n_pixels);
}

static void
test_tone (Fixture *f,
           gconstpointer data)
{
  g_autofree guint8 *wav = NULL;
  gsize len;
  guint n_loud = 0;

  g_assert_true (fil_demo_write_tone (f->path, 100000, 440, NULL));
  wav = load (f->path, &len);
  g_assert_cmpuint (len, ==, 44 + 100000);
  g_assert_cmpmem (wav, 4, "RIFF", 4);
  g_assert_cmpuint (le32 (wav + 4), ==, len - 8);
  g_assert_cmpmem (wav + 8, 8, "WAVEfmt ", 8);
  g_assert_cmpuint (le32 (wav + 16), ==, 16);
  g_assert_cmpuint (le32 (wav + 24), ==, 44100);
  g_assert_cmpuint (le32 (wav + 28), ==, 2 * 44100);
  g_assert_cmpmem (wav + 36, 4, "data", 4);
  g_assert_cmpuint (le32 (wav + 40), ==, len - 44);
  for (gsize i = 44; i < len; i += 2)
    n_loud += ABS ((gint16) (wav[i] | wav[i + 1] << 8)) > 1000;
  g_assert_cmpuint (n_loud, >, 50000 / 2);
}

/* Wherever 64 kB are taken from it, some are wrong. */
static void
test_spoil (Fixture *f,
            gconstpointer data)
{
  g_autofree char *spoilt_path = g_strconcat (f->path, ".spoilt", NULL);
  g_autofree guint8 *honest = NULL, *spoilt = NULL;
  const gsize piece = 64 * 1024;
  gsize len, spoilt_len;

  g_assert_true (fil_demo_write_tone (f->path, 1000 * 1000, 330, NULL));
  g_assert_true (fil_demo_spoil (f->path, spoilt_path, NULL));
  honest = load (f->path, &len);
  spoilt = load (spoilt_path, &spoilt_len);
  g_assert_cmpuint (spoilt_len, ==, len);
  g_assert_cmpmem (spoilt, 44, honest, 44);
  for (gsize at = 0; at + piece <= len; at += piece)
    g_assert_cmpint (memcmp (honest + at, spoilt + at, piece), !=, 0);

  g_assert_true (fil_demo_write_text (f->path, 100, 1, NULL));
  g_assert_true (fil_demo_spoil (f->path, spoilt_path, NULL));
  g_free (honest);
  g_free (spoilt);
  honest = load (f->path, &len);
  spoilt = load (spoilt_path, &spoilt_len);
  g_assert_cmpint (memcmp (honest, spoilt, len), !=, 0);
  g_assert_false (fil_demo_spoil ("/nonexistent/file", spoilt_path, NULL));
}

/* The liar's library names the hash of the honest file, with the times and the inode of the spoilt one. */
static void
test_claim (Fixture *f,
            gconstpointer data)
{
  g_autoptr (FilDemoHost) host = fil_demo_host_new (f->dir, "dora", "127.0.0.7");
  g_autofree char *spoilt = fil_demo_host_shared_path (host, "file");
  g_autofree char *database_path = g_build_filename (fil_demo_host_profile (host), "filbert.db", NULL);
  g_autoptr (FilDatabase) database = NULL;
  g_autofree guint8 *honest = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  FilSha1 wanted;
  GError *error = NULL;
  gsize len;

  g_assert_true (fil_demo_write_text (f->path, 5000, 1, NULL));
  g_assert_true (fil_demo_spoil (f->path, spoilt, NULL));
  g_assert_true (fil_demo_host_claim (host, "file", f->path, &error));
  g_assert_no_error (error);

  honest = load (f->path, &len);
  fil_sha1_of (&wanted, honest, len);
  database = fil_database_open (database_path, &error);
  g_assert_no_error (error);
  rows = fil_files_table_load (database, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, 1);
  g_assert_true (fil_sha1_equal (&((const FilFileRow *) rows->pdata[0])->sha1, &wanted));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/demo/content/text", test_text);
  ADD ("/demo/content/picture", test_picture);
  ADD ("/demo/content/tone", test_tone);
  ADD ("/demo/content/spoil", test_spoil);
  ADD ("/demo/content/claim", test_claim);
  return g_test_run ();
}
