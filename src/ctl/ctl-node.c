/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ctl-table.h"
#include "doctor-words.h"

#include <glib/gi18n-lib.h>

static const CtlColumn status_columns[] = {
  { N_ ("State"), "state", CTL_CELL_TEXT },
  { N_ ("Role"), "role", CTL_CELL_TEXT },
  { N_ ("Version"), "version", CTL_CELL_TEXT },
  { N_ ("Listens on"), "listen", CTL_CELL_TEXT },
  { N_ ("Seen from outside as"), "external", CTL_CELL_TEXT },
  { N_ ("Links"), "peers", CTL_CELL_NUMBER },
  { N_ ("Leaves"), "leaves", CTL_CELL_NUMBER },
  { N_ ("Router"), "nat", CTL_CELL_TEXT },
  { N_ ("Shared files"), "shared_files", CTL_CELL_NUMBER },
  { N_ ("Shared"), "shared_bytes", CTL_CELL_SIZE },
  { N_ ("Waiting for their hash"), "hashing", CTL_CELL_NUMBER },
  { N_ ("Receives"), "down_bps", CTL_CELL_SPEED },
  { N_ ("Sends"), "up_bps", CTL_CELL_SPEED },
  { N_ ("Note"), "sentence", CTL_CELL_TEXT },
  { NULL },
};

static const CtlColumn setting_columns[] = {
  { N_ ("Key"), "key", CTL_CELL_TEXT },
  { N_ ("Value"), "value", CTL_CELL_TEXT },
  { NULL },
};

static void
print_reachable (const Ctl *ctl,
                 FilRow *status,
                 const char *field,
                 const char *protocol)
{
  const char *verdict = !fil_row_is_known (status, field)    ? _("not known yet")
                        : fil_row_get_bool (status, field) ? _("yes")
                                                           : _("no");

  ctl_say (ctl, _("Others can reach you by %s: %s"), protocol, verdict);
}

static CtlExit
print_status (Ctl *ctl,
              GError **error)
{
  g_autoptr (FilRow) status = fil_client_call_row (ctl->client, "Status", NULL, error);

  if (status == NULL)
    return CTL_EXIT_FAILED;
  ctl_print_row (ctl, status_columns, status);
  print_reachable (ctl, status, "tcp_reachable", "TCP");
  print_reachable (ctl, status, "udp_reachable", "UDP");
  return CTL_EXIT_DONE;
}

static CtlExit
run_start (Ctl *ctl,
           GError **error)
{
  ctl->client = fil_client_new (ctl->profile);
  fil_client_set_start_arguments (ctl->client, (const char *const *) ctl->arguments);
  if (!ctl_attach (ctl, FIL_ATTACH_START, error))
    return CTL_EXIT_UNAVAILABLE;
  ctl_say (ctl, fil_client_has_started_node (ctl->client) ? _("The node has started.")
                                                          : _("The node was running already."));
  return print_status (ctl, error);
}

static CtlExit
run_stop (Ctl *ctl,
          GError **error)
{
  if (!ctl_attach (ctl, FIL_ATTACH_ANY_VERSION, error))
    return CTL_EXIT_UNAVAILABLE;
  if (!fil_client_quit (ctl->client, error))
    return CTL_EXIT_TIMED_OUT;
  ctl_say (ctl, _("The node has saved its state and ended."));
  return CTL_EXIT_DONE;
}

static CtlExit
run_status (Ctl *ctl,
            GError **error)
{
  return ctl_attach (ctl, FIL_ATTACH_DEFAULT, error) ? print_status (ctl, error) : CTL_EXIT_UNAVAILABLE;
}

static void
print_doctor_line (const Ctl *ctl,
                   FilRow *line)
{
  g_autofree char *text = ctl_cell_text (line, "text", CTL_CELL_TEXT);
  g_autofree char *help = ctl_cell_text (line, "help", CTL_CELL_TEXT);
  const char *mark = !fil_row_is_known (line, "verdict") ? "–" : fil_row_get_bool (line, "verdict") ? "✓" : "✗";

  ctl_say (ctl, "%s %s", mark, fil_doctor_title (fil_row_get_string (line, "name")));
  ctl_say (ctl, "  %s", text);
  if (*help != '\0')
    ctl_say (ctl, _("  What would help: %s"), help);
  if (fil_row_get_string (line, "setting") != NULL)
    ctl_say (ctl, "    filbertctl set %s %s", fil_row_get_string (line, "setting"),
             fil_row_get_string (line, "value"));
}

static CtlExit
run_doctor (Ctl *ctl,
            GError **error)
{
  g_autoptr (GPtrArray) lines = NULL;

  if (!ctl_attach (ctl, FIL_ATTACH_DEFAULT, error))
    return CTL_EXIT_UNAVAILABLE;
  lines = fil_client_call_rows (ctl->client, "Doctor", NULL, error);
  if (lines == NULL)
    return CTL_EXIT_FAILED;
  for (guint i = 0; i < lines->len; i++)
    if (ctl->json)
      ctl_print_json (lines->pdata[i]);
    else
      print_doctor_line (ctl, lines->pdata[i]);
  return CTL_EXIT_DONE;
}

static CtlExit
run_settings (Ctl *ctl,
              GError **error)
{
  return ctl_show_answer (ctl, "Settings", NULL, setting_columns, _("There are no settings."), error);
}

/* What a node that listens cannot change. */
static gboolean
needs_restart (const char *key)
{
  return g_str_equal (key, "listen-port") || g_str_equal (key, "bind-interface");
}

static CtlExit
run_set (Ctl *ctl,
         GError **error)
{
  g_autofree char *value = ctl_words (ctl, 1);

  if (!ctl_attach (ctl, FIL_ATTACH_DEFAULT, error))
    return CTL_EXIT_UNAVAILABLE;
  if (!ctl_do (ctl, "Set", g_variant_new ("(ss)", ctl->arguments[0], value), error))
    return CTL_EXIT_FAILED;
  ctl_say (ctl, needs_restart (ctl->arguments[0]) ? _("%s will be %s from the next start of the node on.")
                                                 : _("%s is now %s."),
           ctl->arguments[0], value);
  return CTL_EXIT_DONE;
}

const CtlCommand ctl_node_commands[] = {
  { "start", N_ ("[-- FILBERTD-OPTIONS]"), N_ ("Start the node, unless it runs"), run_start, NULL, 0, G_MAXUINT },
  { "stop", NULL, N_ ("Save and end the node"), run_stop, NULL, 0, 0 },
  { "status", NULL, N_ ("How the node is"), run_status, NULL, 0, 0 },
  { "doctor", NULL, N_ ("Whether others can reach you, and what would help"), run_doctor, NULL, 0, 0 },
  { "demo", NULL, N_ ("A small network on this machine, to play with"), ctl_run_demo, NULL, 0, 0 },
  { "monitor", NULL, N_ ("Tell everything that happens"), ctl_run_monitor, NULL, 0, 0 },
  { "settings", NULL, N_ ("All settings"), run_settings, NULL, 0, 0 },
  { "set", N_ ("KEY VALUE"), N_ ("Change a setting"), run_set, NULL, 2, 2 },
  { NULL },
};
