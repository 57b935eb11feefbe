/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-verbs.h"

G_BEGIN_DECLS

/* Of the contract with scripts; 1 to 5 are the codes of FIL_CLIENT_ERROR as well. */
typedef enum
{
  CTL_EXIT_DONE = 0,
  CTL_EXIT_FAILED = 1,
  CTL_EXIT_USAGE = 2,
  CTL_EXIT_NOT_FOUND = 3,
  CTL_EXIT_UNAVAILABLE = 4,
  CTL_EXIT_TIMED_OUT = 5,
} CtlExit;

/* One run of the command line. */
typedef struct
{
  FilClient *client; /* after ctl_attach() */
  char *profile;
  gboolean json;
  char **arguments;  /* what is left after the command and the options */
  guint n_arguments;
} Ctl;

typedef CtlExit (*CtlRun) (Ctl *ctl, GError **error);

typedef struct
{
  const char *name;
  const char *parameters; /* after the name, as in "ID [--wait]" */
  const char *summary;
  CtlRun run;
  const GOptionEntry *options; /* (nullable) */
  guint min_arguments;
  guint max_arguments;
} CtlCommand;

char *ctl_command_usage (const CtlCommand *command) G_GNUC_WARN_UNUSED_RESULT;
gboolean ctl_parse (Ctl *ctl, const CtlCommand *command, int argc, char **argv, GError **error);
gboolean ctl_attach (Ctl *ctl, FilAttachFlags flags, GError **error);
CtlExit ctl_report (const GError *error);
void ctl_clear (Ctl *ctl);

gboolean ctl_id_argument (const Ctl *ctl, guint index, gint64 *id, GError **error);
char *ctl_path_argument (const Ctl *ctl, guint index) G_GNUC_WARN_UNUSED_RESULT;
char *ctl_words (const Ctl *ctl, guint first) G_GNUC_WARN_UNUSED_RESULT;

/* Calls that answer nothing or an id; the command then says what has happened. */
gboolean ctl_do (Ctl *ctl, const char *method, GVariant *arguments, GError **error);
CtlExit ctl_act (Ctl *ctl, const char *method, gint64 id, const char *done, GError **error);
CtlExit ctl_act_on_id (Ctl *ctl, const char *method, const char *done, GError **error);
gint64 ctl_make (Ctl *ctl, const char *method, GVariant *arguments, GError **error);

void ctl_print_json (FilRow *row);
void ctl_say (const Ctl *ctl, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The groups of commands, each ending with an entry without a name. */
extern const CtlCommand ctl_node_commands[];
extern const CtlCommand ctl_network_commands[];
extern const CtlCommand ctl_search_commands[];
extern const CtlCommand ctl_download_commands[];
extern const CtlCommand ctl_sharing_commands[];

extern const GOptionEntry ctl_get_options[];

CtlExit ctl_run_demo (Ctl *ctl, GError **error);
CtlExit ctl_run_get (Ctl *ctl, GError **error);
CtlExit ctl_run_monitor (Ctl *ctl, GError **error);
CtlExit ctl_main (int argc, char **argv);

G_END_DECLS
