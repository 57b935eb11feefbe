/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "share-policy.h"

#include "file-kind.h"
#include "safe-name.h"

#include <gio/gio.h>
#include <gio/gunixmounts.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

/* Nothing below these is anybody's to share. */
static const char *const system_trees[] = {
  "/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/lost+found", "/nix", "/proc",
  "/root", "/run", "/sbin", "/snap", "/sys", "/sysroot", "/usr", "/var",
};

/* But these lie inside of them and belong to people. */
static const char *const people_trees[] = {
  "/run/media", "/run/user", "/var/home", "/var/mnt", "/var/tmp",
};

/* These hold homes or drives; a folder two levels below may be shared. */
static const char *const holders[] = {
  "/home", "/media", "/mnt", "/opt", "/run/media", "/run/user", "/srv", "/tmp", "/var/home", "/var/mnt", "/var/tmp",
};

/* Parts of a file name, in lower case. */
static const char never_endings[] = " !qb !ut aria2 crdownload download dtapart fb! filepart opdownload part partial swp"
                                    " tmp ";
static const char never_names[] = "|desktop.ini|thumbs.db|ehthumbs.db|";
static const char private_endings[] = " age asc csr der gnucash gpg jks kdb kdbx key keychain keystore keytab mbox msg"
                                      " eml ofx opvault ost ovpn p12 p8 pem pfx pgp ppk pst qbw qif rdp sqlite sqlite3 vcf"
                                      " wallet ics ldif ";
static const char private_names[] = "|authorized_keys|cookies|cookies.sqlite|credentials|credentials.json|history|"
                                    "id_dsa|id_ecdsa|id_ed25519|id_rsa|key3.db|key4.db|known_hosts|login data|"
                                    "logins.json|places.sqlite|shadow|wallet.dat|web data|formhistory.sqlite|";
static const char private_words[] = " bank banking credential credentials iban keepass kontoauszug lohnabrechnung medical"
                                    " passport passwd password passwords passwort payslip private privat salary secret"
                                    " secrets seedphrase ssn steuer tax taxes ";
static const char private_folders[] = "|backup|backups|bitcoin|chrome|chromium|evolution|firefox|google-chrome|incomplete|"
                                      "keyrings|keys|mail|maildir|mozilla|scans|thunderbird|";

static gboolean
is_inside (const char *path,
           const char *folder)
{
  gsize len = strlen (folder);

  return len > 1 && strncmp (path, folder, len) == 0 && path[len] == '/';
}

static gboolean
is_same_or_inside (const char *path,
                   const char *folder)
{
  return strcmp (path, folder) == 0 || is_inside (path, folder);
}

static gboolean
is_listed (const char *path,
           const char *const *list,
           gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      if (strcmp (path, list[i]) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_in_trees (const char *path,
             const char *const *trees,
             gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      if (is_same_or_inside (path, trees[i]))
        return TRUE;
    }
  return FALSE;
}

static char *
real_path (const char *path)
{
  g_autofree char *copy = NULL;
  char *real = path != NULL ? realpath (path, NULL) : NULL;

  if (real == NULL)
    return g_strdup (path);
  copy = g_strdup (real);
  free (real);
  return g_steal_pointer (&copy);
}

/**
 * fil_share_places_new:
 * @profile: the profile's directory
 * @incomplete: (nullable): where part files are
 * @shares: (nullable): what is shared already
 *
 * Looks at this machine: the home, the XDG directories and where file systems begin.
 *
 * Returns: (transfer full): the places
 */
FilSharePlaces *
fil_share_places_new (const char *profile,
                      const char *incomplete,
                      const char *const *shares)
{
  FilSharePlaces *self = g_new0 (FilSharePlaces, 1);
  g_autoptr (GStrvBuilder) mounts = g_strv_builder_new ();
  GList *entries = g_unix_mounts_get (NULL);

  self->home = real_path (g_get_home_dir ());
  self->config = real_path (g_get_user_config_dir ());
  self->data = real_path (g_get_user_data_dir ());
  self->cache = real_path (g_get_user_cache_dir ());
  self->profile = real_path (profile);
  self->incomplete = real_path (incomplete);
  self->shares = g_strdupv ((char **) shares);
  /* Always the top of a drive, also where the table of mounts does not name it (a changed root). */
  g_strv_builder_add (mounts, "/");
  for (GList *l = entries; l != NULL; l = l->next)
    g_strv_builder_add (mounts, g_unix_mount_get_mount_path (l->data));
  g_list_free_full (entries, (GDestroyNotify) g_unix_mount_free);
  self->mounts = g_strv_builder_end (mounts);
  return self;
}

FilSharePlaces *
fil_share_places_copy (const FilSharePlaces *self)
{
  FilSharePlaces *copy = g_new (FilSharePlaces, 1);

  *copy = (FilSharePlaces){
    .home = g_strdup (self->home),
    .profile = g_strdup (self->profile),
    .config = g_strdup (self->config),
    .data = g_strdup (self->data),
    .cache = g_strdup (self->cache),
    .incomplete = g_strdup (self->incomplete),
    .mounts = g_strdupv (self->mounts),
    .shares = g_strdupv (self->shares),
  };
  return copy;
}

void
fil_share_places_free (FilSharePlaces *self)
{
  if (self == NULL)
    return;
  g_free (self->home);
  g_free (self->profile);
  g_free (self->config);
  g_free (self->data);
  g_free (self->cache);
  g_free (self->incomplete);
  g_strfreev (self->mounts);
  g_strfreev (self->shares);
  g_free (self);
}

static gboolean
has_hidden_part (const char *path)
{
  return strstr (path, "/.") != NULL;
}

static gboolean
is_system (const FilSharePlaces *places,
           const char *path)
{
  if (places->home != NULL && is_inside (path, places->home))
    return FALSE;
  return is_in_trees (path, system_trees, G_N_ELEMENTS (system_trees)) &&
         !is_in_trees (path, people_trees, G_N_ELEMENTS (people_trees));
}

/* The direct children of /home and of the places where drives appear. */
static gboolean
is_home_or_drive (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *grandparent = g_path_get_dirname (parent);

  return strcmp (parent, "/home") == 0 || strcmp (parent, "/var/home") == 0 || strcmp (parent, "/media") == 0 ||
         strcmp (parent, "/run/media") == 0 || strcmp (parent, "/run/user") == 0 ||
         strcmp (grandparent, "/run/media") == 0;
}

static char *
refuse_places (const FilSharePlaces *places,
               const char *path)
{
  const char *const own[] = { places->profile, places->config, places->data, places->cache };

  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    {
      if (own[i] == NULL || own[i][0] != '/')
        continue;
      if (is_same_or_inside (path, own[i]))
        return g_strdup (_ ("This folder keeps the data and settings of programs, which are private."));
      if (is_inside (own[i], path))
        return g_strdup (_ ("This folder contains the data and settings of programs: choose a folder inside it."));
    }
  if (places->incomplete != NULL && is_same_or_inside (path, places->incomplete))
    return g_strdup (_ ("This folder keeps downloads that are not finished."));
  return NULL;
}

static char *
refuse_overlap (const FilSharePlaces *places,
                const char *path)
{
  for (guint i = 0; places->shares != NULL && places->shares[i] != NULL; i++)
    {
      const char *other = places->shares[i];
      g_autofree char *name = fil_display_name (other);

      if (strcmp (path, other) == 0)
        return g_strdup (_ ("This folder is shared already."));
      if (is_inside (path, other))
        return g_strdup_printf (_ ("This folder is shared already, as a part of %s."), name);
      if (is_inside (other, path))
        return g_strdup_printf (_ ("This folder contains %s, which is shared already: remove that first."), name);
    }
  return NULL;
}

/**
 * fil_share_policy_refusal:
 * @real_path: absolute and free of symbolic links
 *
 * A pure function: it looks at names only.
 *
 * Returns: (transfer full) (nullable): one sentence why this folder is never shared, or NULL
 */
char *
fil_share_policy_refusal (const FilSharePlaces *places,
                          const char *path)
{
  char *refusal;

  if (path[0] != '/')
    return g_strdup (_ ("The path of a shared folder must begin with “/”."));
  if (path[1] == '\0')
    return g_strdup (_ ("The whole computer is never shared: choose one folder."));
  if (places->home != NULL && strcmp (path, places->home) == 0)
    return g_strdup (_ ("Your whole home folder is never shared: choose a folder inside it."));
  if (places->home != NULL && is_inside (places->home, path))
    return g_strdup (_ ("This folder contains your home folder: choose a folder inside that."));
  refusal = refuse_places (places, path);
  if (refusal == NULL)
    refusal = refuse_overlap (places, path);
  if (refusal != NULL)
    return refusal;
  if (is_system (places, path))
    return g_strdup (_ ("This folder belongs to the system, not to you."));
  if (is_listed (path, holders, G_N_ELEMENTS (holders)) || is_home_or_drive (path))
    return g_strdup (_ ("This is a whole home or drive: choose a folder inside it."));
  for (guint i = 0; places->mounts != NULL && places->mounts[i] != NULL; i++)
    {
      if (strcmp (path, places->mounts[i]) == 0)
        return g_strdup (_ ("This is a whole drive: choose a folder inside it."));
      if (is_inside (places->mounts[i], path))
        return g_strdup (_ ("A whole drive lies inside this folder: choose a folder without one."));
    }
  if (has_hidden_part (path))
    return g_strdup (_ ("Hidden folders are never shared."));
  return NULL;
}

/* Whether list has name between two separators; list is in lower case. */
static gboolean
is_in_list (const char *list,
            char separator,
            const char *name,
            gsize len)
{
  g_autofree char *key = g_strdup_printf ("%c%.*s%c", separator, (int) len, name, separator);

  return memchr (name, separator, len) == NULL && strstr (list, key) != NULL;
}

static gboolean
has_private_word (const char *name)
{
  for (const char *p = name; *p != '\0';)
    {
      gsize len = 0;

      while (g_ascii_isalpha (p[len]))
        len++;
      if (len > 0 && is_in_list (private_words, ' ', p, len))
        return TRUE;
      p += len > 0 ? len : 1;
    }
  return FALSE;
}

/**
 * fil_share_policy_folder:
 * @name: of a folder inside a shared one
 *
 * Returns: what becomes of everything in it
 */
FilShareVerdict
fil_share_policy_folder (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  if (lower[0] == '.' || lower[0] == '\0')
    return FIL_SHARE_NEVER;
  if (is_in_list (private_folders, '|', lower, strlen (lower)) || has_private_word (lower))
    return FIL_SHARE_IF_CHOSEN;
  return FIL_SHARE_YES;
}

/**
 * fil_share_policy_file:
 * @name: of a file inside a shared folder
 */
FilShareVerdict
fil_share_policy_file (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  const char *dot = strrchr (lower, '.');
  gsize len = strlen (lower);
  FilFileKind kind;

  if (len == 0 || lower[0] == '.' || lower[len - 1] == '~' || g_str_has_prefix (lower, "~$") ||
      is_in_list (never_names, '|', lower, len))
    return FIL_SHARE_NEVER;
  if (dot != NULL && is_in_list (never_endings, ' ', dot + 1, strlen (dot + 1)))
    return FIL_SHARE_NEVER;
  if (is_in_list (private_names, '|', lower, len) || g_str_has_prefix (lower, "id_rsa") ||
      (dot != NULL && is_in_list (private_endings, ' ', dot + 1, strlen (dot + 1))))
    return FIL_SHARE_IF_CHOSEN;
  kind = fil_file_kind_of (lower);
  /* Songs and films have such words in their titles. */
  if (kind != FIL_KIND_AUDIO && kind != FIL_KIND_VIDEO && has_private_word (lower))
    return FIL_SHARE_IF_CHOSEN;
  return FIL_SHARE_YES;
}
