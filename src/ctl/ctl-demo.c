/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ctl.h"

#include <glib/gi18n-lib.h>

/**
 * ctl_run_demo:
 *
 * The demo network in the terminal belongs here.
 */
CtlExit
ctl_run_demo (Ctl *ctl,
              GError **error)
{
  g_set_error_literal (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_USAGE,
                       _("The demo network is not built yet; try: filbertctl start"));
  return CTL_EXIT_USAGE;
}
