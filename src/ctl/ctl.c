/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ctl.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

/* What begins with a dash and is no option that we know: a number below zero is an argument, "--" says that
 * only arguments follow, all else is an error. */
static gboolean
sort_out_dashes (int *argc,
                 char **argv,
                 GError **error)
{
  gboolean has_ended = FALSE;
  int n = 1;

  for (int i = 1; i < *argc; i++)
    {
      gboolean is_option = !has_ended && argv[i][0] == '-' && argv[i][1] != '\0' && !g_ascii_isdigit (argv[i][1]);

      if (is_option && g_str_equal (argv[i], "--"))
        {
          has_ended = TRUE;
          continue;
        }
      if (is_option)
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION, _("Unknown option %s"), argv[i]);
          return FALSE;
        }
      argv[n++] = argv[i];
    }
  argv[n] = NULL;
  *argc = n;
  return TRUE;
}

/**
 * ctl_command_usage:
 *
 * Returns: (transfer full): the name, and what comes after it in the person's language
 */
char *
ctl_command_usage (const CtlCommand *command)
{
  return g_strjoin (" ", command->name, command->parameters != NULL ? _(command->parameters) : NULL, NULL);
}

/**
 * ctl_parse:
 * @argv: the command's name, its options and arguments
 *
 * Takes the options; --help prints and exits.
 */
gboolean
ctl_parse (Ctl *ctl,
           const CtlCommand *command,
           int argc,
           char **argv,
           GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (
      command->parameters != NULL ? _(command->parameters) : NULL);
  g_autofree char *program = g_strdup_printf ("filbertctl %s", command->name);
  const GOptionEntry everywhere[] = {
    { "profile", 0, 0, G_OPTION_ARG_FILENAME, &ctl->profile, N_ ("The node's folder"), N_ ("DIR") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &ctl->json, N_ ("Print JSON, one object a line"), NULL },
    { NULL },
  };
  guint n;

  g_set_prgname (program);
  g_option_context_set_summary (context, _(command->summary));
  if (command->options != NULL)
    g_option_context_add_main_entries (context, command->options, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, everywhere, GETTEXT_PACKAGE);
  g_option_context_set_ignore_unknown_options (context, TRUE);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (!sort_out_dashes (&argc, argv, error))
    return FALSE;
  n = (guint) argc - 1;
  if (n < command->min_arguments || n > command->max_arguments)
    {
      g_autofree char *usage = ctl_command_usage (command);

      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _("usage: filbertctl %s"), usage);
      return FALSE;
    }
  ctl->arguments = argv + 1;
  ctl->n_arguments = n;
  return TRUE;
}

/**
 * ctl_attach:
 *
 * Commands say themselves whether they may start a node.
 */
gboolean
ctl_attach (Ctl *ctl,
            FilAttachFlags flags,
            GError **error)
{
  if (ctl->client == NULL)
    ctl->client = fil_client_new (ctl->profile);
  return fil_client_attach (ctl->client, flags, error);
}

/**
 * ctl_report:
 *
 * Says on stderr, on one line, what went wrong.
 *
 * Returns: the exit code for it
 */
CtlExit
ctl_report (const GError *error)
{
  g_autofree char *line = g_strdelimit (g_strdup (error->message), "\r\n\t", ' ');

  g_printerr ("filbertctl: %s\n", line);
  if (error->domain == G_OPTION_ERROR)
    return CTL_EXIT_USAGE;
  if (error->domain != FIL_CLIENT_ERROR)
    return CTL_EXIT_FAILED;
  return error->code == FIL_CLIENT_ERROR_MISMATCH ? CTL_EXIT_UNAVAILABLE : (CtlExit) error->code;
}

void
ctl_clear (Ctl *ctl)
{
  g_clear_object (&ctl->client);
  g_free (ctl->profile);
}

/**
 * ctl_id_argument:
 * @index: of the argument, which must exist
 */
gboolean
ctl_id_argument (const Ctl *ctl,
                 guint index,
                 gint64 *id,
                 GError **error)
{
  const char *text = ctl->arguments[index];
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &number, NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("An ID is a number, as the lists show it, not %s"), text);
      return FALSE;
    }
  *id = (gint64) number;
  return TRUE;
}

/**
 * ctl_path_argument:
 *
 * Returns: (transfer full): the argument as an absolute path, since the node runs elsewhere
 */
char *
ctl_path_argument (const Ctl *ctl,
                   guint index)
{
  return g_canonicalize_filename (ctl->arguments[index], NULL);
}

/* Arguments come as the terminal's bytes; what travels is UTF-8. */
static char *
text_of (const char *argument)
{
  g_autofree char *text = g_locale_to_utf8 (argument, -1, NULL, NULL, NULL);

  if (text == NULL || g_utf8_validate (argument, -1, NULL))
    return g_utf8_make_valid (argument, -1);
  return g_steal_pointer (&text);
}

/**
 * ctl_words:
 *
 * Returns: (transfer full): all arguments from @first on with spaces between, in UTF-8
 */
char *
ctl_words (const Ctl *ctl,
           guint first)
{
  GString *words = g_string_new (NULL);

  for (guint i = first; i < ctl->n_arguments; i++)
    {
      g_autofree char *word = text_of (ctl->arguments[i]);

      if (words->len > 0)
        g_string_append_c (words, ' ');
      g_string_append (words, word);
    }
  return g_string_free (words, FALSE);
}

gboolean
ctl_do (Ctl *ctl,
        const char *method,
        GVariant *arguments,
        GError **error)
{
  g_autoptr (GVariant) reply = fil_client_call (ctl->client, method, arguments, error);

  return reply != NULL;
}

/**
 * ctl_act:
 * @method: takes an id
 * @done: what is said then
 *
 * Attaches and has it done.
 */
CtlExit
ctl_act (Ctl *ctl,
         const char *method,
         gint64 id,
         const char *done,
         GError **error)
{
  if (!ctl_attach (ctl, FIL_ATTACH_DEFAULT, error))
    return CTL_EXIT_UNAVAILABLE;
  if (!ctl_do (ctl, method, g_variant_new ("(x)", id), error))
    return CTL_EXIT_FAILED;
  ctl_say (ctl, "%s", done);
  return CTL_EXIT_DONE;
}

/* The same with the id that is the first argument. */
CtlExit
ctl_act_on_id (Ctl *ctl,
               const char *method,
               const char *done,
               GError **error)
{
  gint64 id;

  return ctl_id_argument (ctl, 0, &id, error) ? ctl_act (ctl, method, id, done, error) : CTL_EXIT_USAGE;
}

/**
 * ctl_make:
 *
 * Returns: the id of what was made, -1 when it failed
 */
gint64
ctl_make (Ctl *ctl,
          const char *method,
          GVariant *arguments,
          GError **error)
{
  g_autoptr (GVariant) reply = fil_client_call (ctl->client, method, arguments, error);
  gint64 id = -1;

  if (reply != NULL)
    g_variant_get (reply, "(x)", &id);
  return id;
}

/**
 * ctl_print_json:
 *
 * Prints one line at once: who reads may act on it while we wait for the next. UTF-8 whatever the locale.
 */
void
ctl_print_json (FilRow *row)
{
  g_autofree char *json = fil_row_to_json (row);

  fputs (json, stdout);
  fputc ('\n', stdout);
  fflush (stdout);
}

/**
 * ctl_say:
 *
 * Prints a line for people; with --json nothing.
 */
void
ctl_say (const Ctl *ctl,
         const char *format,
         ...)
{
  g_autofree char *text = NULL;
  va_list list;

  if (ctl->json)
    return;
  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  g_print ("%s\n", g_strchomp (text));
}
