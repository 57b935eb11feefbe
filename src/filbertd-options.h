/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the node's command line says. */
typedef struct
{
  char *profile;
  char *listen;
  char *role;
  char *downloads;
  char **connect;
  char **share;
  gboolean no_bootstrap;
  gboolean private_network;
  gboolean headless;
  GLogLevelFlags log_level; /* the least important level that is written */
  int ready_fd;             /* -1 to run in the foreground */
  char *while_open;         /* a FIFO: the node ends when nobody has it open for writing any more */
  gboolean wants_version;
} FilbertdOptions;

gboolean filbertd_options_parse (FilbertdOptions *self, int *argc, char ***argv, GError **error);
void filbertd_options_clear (FilbertdOptions *self);

G_END_DECLS
