/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "application.h"
#include "magnet-link.h"

#include <glib/gi18n.h>
#include <locale.h>

#define EXIT_USAGE 2

static int
complain (const char *message)
{
  g_printerr ("filbert: %s\n", message);
  return EXIT_USAGE;
}

static gboolean
are_magnets (char **links)
{
  for (guint i = 0; links != NULL && links[i] != NULL; i++)
    if (!fil_magnet_link_is (links[i]))
      return FALSE;
  return TRUE;
}

static int
run (FilApplication *application,
     const char *program,
     char **links)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  int status;

  g_ptr_array_add (arguments, (gpointer) program);
  for (guint i = 0; links != NULL && links[i] != NULL; i++)
    g_ptr_array_add (arguments, links[i]);
  g_ptr_array_add (arguments, NULL);
  status = g_application_run (G_APPLICATION (application), (int) arguments->len - 1, (char **) arguments->pdata);
  return status != 0 ? status : fil_application_get_exit_code (application);
}

int
main (int argc,
      char **argv)
{
  g_autofree char *profile = NULL;
  g_auto (GStrv) links = NULL;
  gboolean is_demo = FALSE, is_version = FALSE, no_bootstrap = FALSE;
  const GOptionEntry options[] = {
    { "profile", 0, 0, G_OPTION_ARG_FILENAME, &profile, N_("Use the profile in this directory"), N_("DIR") },
    { "demo", 0, 0, G_OPTION_ARG_NONE, &is_demo, N_("Try a small network on this machine"), NULL },
    { "no-bootstrap", 0, 0, G_OPTION_ARG_NONE, &no_bootstrap,
      N_("Start the node, if none runs, so that it asks no web cache for hosts"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &is_version, N_("Show the version"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &links, NULL, N_("[magnet:…]") },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FilApplication) application = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("FILBERT_LOCALEDIR") != NULL ? g_getenv ("FILBERT_LOCALEDIR") : FIL_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  context = g_option_context_new (NULL);
  g_option_context_set_summary (context, _("Find files in the Gnutella network, and share them."));
  g_option_context_add_main_entries (context, options, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return complain (error->message);
  if (is_version)
    {
      g_print ("filbert %s\n", FIL_VERSION);
      return 0;
    }
  if (!are_magnets (links))
    return complain (_("Only links that begin with “magnet:” can be opened."));
  application = is_demo ? fil_application_new_for_demo () : fil_application_new (profile, no_bootstrap);
  return run (application, argv[0], links);
}
