/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CtlLive:
 *
 * The last line of a terminal, which changes in place. Where standard output is no terminal, nothing is
 * shown.
 */
typedef struct
{
  gboolean is_terminal;
  gboolean is_shown;
} CtlLive;

void ctl_live_init (CtlLive *self, gboolean is_quiet);
void ctl_live_show (CtlLive *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void ctl_live_clear (CtlLive *self);

G_END_DECLS
