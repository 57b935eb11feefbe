/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "filbertd-options.h"

#include <glib/gi18n.h>

static gboolean
parse_level (GLogLevelFlags *level,
             const char *name,
             GError **error)
{
  static const struct
  {
    const char *name;
    GLogLevelFlags level;
  } levels[] = {
    { "error", G_LOG_LEVEL_CRITICAL }, { "warning", G_LOG_LEVEL_WARNING }, { "message", G_LOG_LEVEL_MESSAGE },
    { "info", G_LOG_LEVEL_INFO },      { "debug", G_LOG_LEVEL_DEBUG },
  };

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if (g_str_equal (levels[i].name, name))
      {
        *level = levels[i].level;
        return TRUE;
      }
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _("--log takes error, warning, message, info or debug, not %s"), name);
  return FALSE;
}

static gboolean
check_role (const char *role,
            GError **error)
{
  static const char *const roles[] = { "auto", "leaf", "ultrapeer", NULL };

  if (role == NULL || g_strv_contains (roles, role))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("--role takes auto, leaf or ultrapeer, not %s"),
               role);
  return FALSE;
}

/* Relative paths are those of the caller; the node itself goes to / later. */
static void
make_absolute (char **path)
{
  char *absolute;

  if (*path == NULL)
    return;
  absolute = g_canonicalize_filename (*path, NULL);
  g_free (*path);
  *path = absolute;
}

/* A parse that fails takes back what it has read; the starter, which passes its own options first, waits for the
 * sentence nevertheless. */
static int
find_ready_fd (int argc,
               char **argv)
{
  guint64 fd;

  for (int i = 1; i + 1 < argc; i++)
    if (g_str_equal (argv[i], "--ready-fd") && g_ascii_string_to_unsigned (argv[i + 1], 10, 0, G_MAXINT, &fd, NULL))
      return (int) fd;
  return -1;
}

/**
 * filbertd_options_parse:
 * @argc: (inout): options are taken out
 * @argv: (inout): options are taken out
 *
 * Answers --help itself and exits. The ready_fd is set even when it fails.
 */
gboolean
filbertd_options_parse (FilbertdOptions *self,
                        int *argc,
                        char ***argv,
                        GError **error)
{
  g_autofree char *level = NULL;
  const GOptionEntry entries[] = {
    { "profile", 0, 0, G_OPTION_ARG_FILENAME, &self->profile, N_ ("Keep everything in DIR"), N_ ("DIR") },
    { "listen", 0, 0, G_OPTION_ARG_STRING, &self->listen,
      N_ ("Listen on ADDR:PORT; port 0 picks a free one"), N_ ("ADDR:PORT") },
    { "role", 0, 0, G_OPTION_ARG_STRING, &self->role, N_ ("Be auto, leaf or ultrapeer"), N_ ("ROLE") },
    { "connect", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->connect, N_ ("Connect to HOST:PORT; may be repeated"),
      N_ ("HOST:PORT") },
    { "share", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->share, N_ ("Share DIR; may be repeated"), N_ ("DIR") },
    { "downloads", 0, 0, G_OPTION_ARG_FILENAME, &self->downloads, N_ ("Put finished downloads into DIR"),
      N_ ("DIR") },
    { "no-bootstrap", 0, 0, G_OPTION_ARG_NONE, &self->no_bootstrap, N_ ("Ask no web cache for hosts"), NULL },
    { "private", 0, 0, G_OPTION_ARG_NONE, &self->private_network,
      N_ ("Talk to loopback and private addresses too"), NULL },
    { "headless", 0, 0, G_OPTION_ARG_NONE, &self->headless, N_ ("No tray icon and no notifications"), NULL },
    { "log", 0, 0, G_OPTION_ARG_STRING, &level, N_ ("Log error, warning, message, info or debug"), N_ ("LEVEL") },
    { "ready-fd", 0, 0, G_OPTION_ARG_INT, &self->ready_fd,
      N_ ("Leave the terminal and write \"ready\" or why not to descriptor N"), "N" },
    { "while-open", 0, 0, G_OPTION_ARG_FILENAME, &self->while_open,
      N_ ("End when nobody writes to the named pipe FIFO any more"), N_ ("FIFO") },
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->wants_version, N_ ("Tell the version"), NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  self->ready_fd = -1;
  self->log_level = G_LOG_LEVEL_MESSAGE;
  g_option_context_set_summary (context, _("Runs a Gnutella node."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, error))
    {
      self->ready_fd = find_ready_fd (*argc, *argv);
      return FALSE;
    }
  if (*argc > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _("There is nothing to do with %s; see: filbertd --help"),
                   (*argv)[1]);
      return FALSE;
    }
  if (level != NULL && !parse_level (&self->log_level, level, error))
    return FALSE;
  if (!check_role (self->role, error))
    return FALSE;
  make_absolute (&self->profile);
  make_absolute (&self->downloads);
  make_absolute (&self->while_open);
  for (guint i = 0; self->share != NULL && self->share[i] != NULL; i++)
    make_absolute (&self->share[i]);
  return TRUE;
}

void
filbertd_options_clear (FilbertdOptions *self)
{
  g_free (self->profile);
  g_free (self->listen);
  g_free (self->role);
  g_free (self->downloads);
  g_free (self->while_open);
  g_strfreev (self->connect);
  g_strfreev (self->share);
}
