/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "api-error.h"

static const GDBusErrorEntry entries[] = {
  { FIL_API_ERROR_FAILED, "org.filbert.Error.Failed" },
  { FIL_API_ERROR_USAGE, "org.filbert.Error.Usage" },
  { FIL_API_ERROR_NOT_FOUND, "org.filbert.Error.NotFound" },
  { FIL_API_ERROR_UNAVAILABLE, "org.filbert.Error.Unavailable" },
  { FIL_API_ERROR_TIMED_OUT, "org.filbert.Error.TimedOut" },
  { FIL_API_ERROR_MISMATCH, "org.filbert.Error.Mismatch" },
};

/**
 * fil_api_error_quark:
 *
 * The first use tells GDBus the names of the errors, so that each side sees GErrors only.
 */
GQuark
fil_api_error_quark (void)
{
  static gsize quark = 0;

  g_dbus_error_register_error_domain ("fil-api-error-quark", &quark, entries, G_N_ELEMENTS (entries));
  return (GQuark) quark;
}
