/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ctl.h"

G_BEGIN_DECLS

/**
 * CtlWait:
 *
 * Lets the main loop run until something has happened, the node has gone, time is up, or Ctrl+C.
 */
typedef struct
{
  GMainLoop *loop;
  FilClient *client;
  gulong vanished_id;
  guint timeout_id;
  guint signal_ids[2];
  gboolean has_vanished;
} CtlWait;

void ctl_wait_init (CtlWait *self, FilClient *client, gint64 seconds);
gboolean ctl_wait_run (CtlWait *self, GError **error);
void ctl_wait_end (CtlWait *self);
void ctl_wait_clear (CtlWait *self);

G_END_DECLS
