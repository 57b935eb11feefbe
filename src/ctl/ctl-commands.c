/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ctl-table.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define USAGE_WIDTH 38

static const CtlCommand *const groups[] = {
  ctl_node_commands, ctl_network_commands, ctl_search_commands, ctl_download_commands, ctl_sharing_commands,
};

static const CtlCommand *
find_command (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    for (const CtlCommand *command = groups[i]; command->name != NULL; command++)
      if (g_str_equal (command->name, name))
        return command;
  return NULL;
}

static void
describe_command (GString *text,
                  const CtlCommand *command)
{
  g_autofree char *usage = ctl_command_usage (command);
  guint width = ctl_text_width (usage);

  g_string_append_printf (text, "\n  %s", usage);
  if (width > USAGE_WIDTH)
    {
      g_string_append (text, "\n  ");
      width = 0;
    }
  g_string_append_printf (text, "%*s %s", (int) (USAGE_WIDTH - width), "", _(command->summary));
}

static char *
describe_commands (void)
{
  GString *text = g_string_new (_("Commands:"));

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    for (const CtlCommand *command = groups[i]; command->name != NULL; command++)
      describe_command (text, command);
  g_string_append_printf (text, "\n\n%s", _("filbertctl COMMAND --help says more about one of them."));
  return g_string_free (text, FALSE);
}

/* How many letters have to be changed, put in or taken out. */
static guint
distance (const char *a,
          const char *b)
{
  guint row[32];
  guint n = (guint) strlen (b);

  if (n >= G_N_ELEMENTS (row))
    return G_MAXUINT;
  for (guint j = 0; j <= n; j++)
    row[j] = j;
  for (guint i = 1; a[i - 1] != '\0'; i++)
    {
      guint corner = row[0];

      row[0] = i;
      for (guint j = 1; j <= n; j++)
        {
          guint change = corner + (a[i - 1] != b[j - 1]);

          corner = row[j];
          row[j] = MIN (change, MIN (row[j], row[j - 1]) + 1);
        }
    }
  return row[n];
}

static void
set_unknown_command (const char *name,
                     GError **error)
{
  const char *nearest = NULL;
  guint best = 3;

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    for (const CtlCommand *command = groups[i]; command->name != NULL; command++)
      if (distance (name, command->name) < best)
        {
          best = distance (name, command->name);
          nearest = command->name;
        }
  if (nearest != NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                 _("There is no command %s; did you mean %s? See: filbertctl --help"), name, nearest);
  else
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _("There is no command %s; see: filbertctl --help"),
                 name);
}

static CtlExit
run_command (Ctl *ctl,
             int argc,
             char **argv,
             GError **error)
{
  const CtlCommand *command;

  if (argc == 0)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           _("Say what to do; see: filbertctl --help"));
      return CTL_EXIT_USAGE;
    }
  command = find_command (argv[0]);
  if (command == NULL)
    {
      set_unknown_command (argv[0], error);
      return CTL_EXIT_USAGE;
    }
  if (!ctl_parse (ctl, command, argc, argv, error))
    return CTL_EXIT_USAGE;
  return command->run (ctl, error);
}

/**
 * ctl_main:
 *
 * Returns: the exit code of the program
 */
CtlExit
ctl_main (int argc,
          char **argv)
{
  Ctl ctl = { 0 };
  gboolean wants_version = FALSE;
  const GOptionEntry entries[] = {
    { "profile", 0, 0, G_OPTION_ARG_FILENAME, &ctl.profile, N_ ("The node's folder"), N_ ("DIR") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &ctl.json, N_ ("Print JSON, one object a line"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &wants_version, N_ ("Tell the version"), NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (_("COMMAND"));
  g_autofree char *commands = describe_commands ();
  g_auto (GStrv) own = g_strdupv (argv);
  g_autofree char **rest = g_memdup2 (own, sizeof *own * (gsize) (argc + 1));
  g_autoptr (GError) error = NULL;
  CtlExit status = CTL_EXIT_USAGE;

  g_set_prgname ("filbertctl");
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_set_description (context, commands);
  /* Options behind the command belong to the command. */
  g_option_context_set_strict_posix (context, TRUE);
  if (g_option_context_parse (context, &argc, &rest, &error) && !wants_version)
    status = run_command (&ctl, argc - 1, rest + 1, &error);
  else if (wants_version)
    {
      g_print ("filbertctl %s\n", FIL_VERSION);
      status = CTL_EXIT_DONE;
    }
  if (error != NULL)
    status = ctl_report (error);
  ctl_clear (&ctl);
  return status;
}
