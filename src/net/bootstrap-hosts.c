/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bootstrap-hosts.h"

#include "net-limits.h"

/* Reads one list; entries that make no sense are for whoever asks them to find out. */
static GPtrArray *
read_list (GKeyFile *file,
           const char *group,
           const char *key)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) values = g_key_file_get_string_list (file, group, key, NULL, NULL);

  for (guint i = 0; values != NULL && values[i] != NULL && list->len < FIL_BOOTSTRAP_MAX_CACHES; i++)
    if (*g_strstrip (values[i]) != '\0')
      g_ptr_array_add (list, g_strdup (values[i]));
  return list;
}

static FilBootstrapHosts *
from_key_file (GKeyFile *file)
{
  FilBootstrapHosts *self = g_new0 (FilBootstrapHosts, 1);

  self->udp = read_list (file, "udp-host-caches", "hosts");
  self->web = read_list (file, "web-caches", "urls");
  self->list = read_list (file, "host-lists", "urls");
  return self;
}

/**
 * fil_bootstrap_hosts_load:
 * @path: a key file
 *
 * Returns: (transfer full): what the file says, or %NULL with an error
 */
FilBootstrapHosts *
fil_bootstrap_hosts_load (const char *path,
                          GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  return g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error) ? from_key_file (file) : NULL;
}

/**
 * fil_bootstrap_hosts_parse:
 *
 * Returns: (transfer full): what the text of a key file says, or %NULL with an error
 */
FilBootstrapHosts *
fil_bootstrap_hosts_parse (GBytes *bytes,
                           GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  return g_key_file_load_from_bytes (file, bytes, G_KEY_FILE_NONE, error) ? from_key_file (file) : NULL;
}

void
fil_bootstrap_hosts_free (FilBootstrapHosts *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->udp);
  g_ptr_array_unref (self->web);
  g_ptr_array_unref (self->list);
  g_free (self);
}
