/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "demo-host.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "client-verbs.h"
#include "client.h"
#include "database.h"
#include "file-hash.h"
#include "files-table.h"
#include "ids.h"
#include "row.h"
#include "shares-table.h"

#define PAUSE_US (50 * 1000)

struct _FilDemoHost
{
  char *name;
  char *address;
  char *profile;
  char *shared;
  FilClient *client; /* while it runs */
};

/**
 * fil_demo_host_new:
 * @top: the folder of the whole demo
 * @address: where it listens, "none" for a host that nobody can connect to
 *
 * Makes the folders of a host; it does not run yet.
 *
 * Returns: (transfer full): the host
 */
FilDemoHost *
fil_demo_host_new (const char *top,
                   const char *name,
                   const char *address)
{
  FilDemoHost *self = g_new0 (FilDemoHost, 1);

  self->name = g_strdup (name);
  self->address = g_strdup (address);
  self->profile = g_build_filename (top, name, "profile", NULL);
  self->shared = g_build_filename (top, name, "Shared", NULL);
  if (g_mkdir_with_parents (self->profile, 0700) != 0 || g_mkdir_with_parents (self->shared, 0700) != 0)
    g_warning ("%s: %s", self->profile, g_strerror (errno));
  return self;
}

void
fil_demo_host_free (FilDemoHost *self)
{
  g_clear_object (&self->client);
  g_free (self->name);
  g_free (self->address);
  g_free (self->profile);
  g_free (self->shared);
  g_free (self);
}

/**
 * fil_demo_host_shared_path:
 *
 * Returns: (transfer full): where a shared file of that name lies
 */
char *
fil_demo_host_shared_path (const FilDemoHost *self,
                           const char *file)
{
  return g_build_filename (self->shared, file, NULL);
}

const char *
fil_demo_host_profile (const FilDemoHost *self)
{
  return self->profile;
}

static gboolean
hash_file (const char *path,
           FilFileRow *row,
           GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, error);
  g_autoptr (FilFileHash) hash = NULL;
  g_autoptr (FilTigerTree) tree = NULL;

  if (file == NULL)
    return FALSE;
  hash = fil_file_hash_new (g_mapped_file_get_length (file));
  fil_file_hash_update (hash, g_mapped_file_get_contents (file), g_mapped_file_get_length (file));
  tree = fil_file_hash_finish (hash, &row->sha1);
  row->tth = *fil_tiger_tree_root (tree);
  return TRUE;
}

/**
 * fil_demo_host_claim:
 * @file: name of a shared file
 * @honest_path: another file
 *
 * Makes the host believe that its file has the hash of another one, so that it sends wrong bytes.
 */
gboolean
fil_demo_host_claim (FilDemoHost *self,
                     const char *file,
                     const char *honest_path,
                     GError **error)
{
  g_autofree char *path = fil_demo_host_shared_path (self, file);
  g_autofree char *database_path = g_build_filename (self->profile, "filbert.db", NULL);
  g_autofree FilFileRow *row = fil_file_row_new (file);
  FilShareRow share = { .path = self->shared, .added = 1 };
  g_autoptr (FilDatabase) database = NULL;
  g_autoptr (FilIds) ids = NULL;
  struct stat st;

  if (stat (path, &st) != 0 || !hash_file (honest_path, row, error))
    return FALSE;
  database = fil_database_open (database_path, error);
  if (database == NULL)
    return FALSE;
  ids = fil_ids_new (database, error);
  if (ids == NULL)
    return FALSE;

  share.id = fil_ids_next (ids, FIL_ID_SHARE);
  row->id = fil_ids_next (ids, FIL_ID_FILE);
  row->share = share.id;
  row->size = (guint64) st.st_size;
  row->mtime_ns = st.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + st.st_mtim.tv_nsec;
  row->ctime_ns = st.st_ctim.tv_sec * G_GINT64_CONSTANT (1000000000) + st.st_ctim.tv_nsec;
  row->dev = st.st_dev;
  row->inode = st.st_ino;
  row->hashed_at = 1;
  fil_shares_table_save (database, &share);
  fil_files_table_save (database, row);
  return fil_database_flush (database, error);
}

static gboolean
write_settings (FilDemoHost *self,
                guint upload_limit,
                GError **error)
{
  g_autofree char *path = g_build_filename (self->profile, "settings.ini", NULL);
  g_autofree char *text = g_strdup_printf ("[settings]\nupload-limit=%u\nport-mapping=false\n", upload_limit);

  return g_file_set_contents (path, text, -1, error);
}

/**
 * fil_demo_host_start:
 * @role: leaf or ultrapeer
 * @neighbour: (nullable): HOST:PORT to connect to
 * @upload_limit: bytes a second, 0 for none
 * @while_open: a named pipe; the node ends with the process that holds it open
 *
 * Starts the node and waits until it listens.
 */
gboolean
fil_demo_host_start (FilDemoHost *self,
                     const char *role,
                     const char *neighbour,
                     guint upload_limit,
                     const char *while_open,
                     GError **error)
{
  gboolean accepts = strcmp (self->address, "none") != 0;
  g_autofree char *listen = accepts ? g_strdup_printf ("%s:0", self->address) : g_strdup ("none");
  g_autofree char *downloads = g_build_filename (self->profile, "..", "Downloads", NULL);
  g_autofree char *downloads_real = g_canonicalize_filename (downloads, NULL);
  const char *arguments[20];
  guint n = 0;

  if (!write_settings (self, upload_limit, error))
    return FALSE;
  arguments[n++] = "--headless";
  arguments[n++] = "--private";
  arguments[n++] = "--no-bootstrap";
  arguments[n++] = "--while-open";
  arguments[n++] = while_open;
  arguments[n++] = "--listen";
  arguments[n++] = listen;
  arguments[n++] = "--role";
  arguments[n++] = role;
  arguments[n++] = "--downloads";
  arguments[n++] = downloads_real;
  arguments[n++] = "--share";
  arguments[n++] = self->shared;
  if (neighbour != NULL)
    {
      arguments[n++] = "--connect";
      arguments[n++] = neighbour;
    }
  arguments[n] = NULL;

  self->client = fil_client_new (self->profile);
  fil_client_set_start_arguments (self->client, arguments);
  return fil_client_attach (self->client, FIL_ATTACH_START, error);
}

/**
 * fil_demo_host_listen:
 *
 * Returns: (transfer full) (nullable): ADDR:PORT of the running host
 */
char *
fil_demo_host_listen (const FilDemoHost *self)
{
  g_autoptr (FilRow) status = fil_client_call_row (self->client, "Status", NULL, NULL);

  return status != NULL ? g_strdup (fil_row_get_string (status, "listen")) : NULL;
}

/**
 * fil_demo_host_is_ready:
 *
 * Returns: whether it offers so many files and has so many links
 */
gboolean
fil_demo_host_is_ready (const FilDemoHost *self,
                        guint n_files,
                        guint n_links)
{
  g_autoptr (FilRow) status = fil_client_call_row (self->client, "Status", NULL, NULL);

  return status != NULL && fil_row_get_int (status, "hashing") == 0 &&
         fil_row_get_int (status, "shared_files") >= n_files &&
         fil_row_get_int (status, "peers") + fil_row_get_int (status, "leaves") >= n_links;
}

/**
 * fil_demo_host_find:
 * @n_wanted: so many results are enough
 * @for_us: how long to wait for them
 *
 * Searches the network, and forgets the search.
 *
 * Returns: how many results came
 */
guint
fil_demo_host_find (const FilDemoHost *self,
                    const char *words,
                    guint n_wanted,
                    gint64 for_us)
{
  gint64 deadline = g_get_monotonic_time () + for_us;
  g_autoptr (GVariant) made = fil_client_call (self->client, "Search", g_variant_new ("(ss)", words, ""), NULL);
  g_autoptr (GVariant) closed = NULL;
  guint n_found = 0;
  gint64 id;

  if (made == NULL)
    return 0;
  g_variant_get (made, "(x)", &id);
  while (n_found < n_wanted && g_get_monotonic_time () < deadline)
    {
      g_autoptr (GPtrArray) rows = NULL;

      g_usleep (PAUSE_US);
      rows = fil_client_list (self->client, "results", id, NULL);
      n_found = rows != NULL ? rows->len : 0;
    }
  closed = fil_client_call (self->client, "CloseSearch", g_variant_new ("(x)", id), NULL);
  return n_found;
}

/**
 * fil_demo_host_stop:
 *
 * Ends the node.
 */
void
fil_demo_host_stop (FilDemoHost *self)
{
  g_autoptr (GError) error = NULL;

  if (self->client != NULL && !fil_client_quit (self->client, &error))
    g_debug ("%s: %s", self->name, error->message);
  g_clear_object (&self->client);
}
