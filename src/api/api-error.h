/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a call can fail with. Up to TIMED_OUT the codes are the exit codes of the command line. GDBus
 * carries them by name: org.filbert.Error.Failed and so on. */
#define FIL_API_ERROR (fil_api_error_quark ())
typedef enum
{
  FIL_API_ERROR_FAILED = 1,
  FIL_API_ERROR_USAGE = 2,
  FIL_API_ERROR_NOT_FOUND = 3,
  FIL_API_ERROR_UNAVAILABLE = 4,
  FIL_API_ERROR_TIMED_OUT = 5,
  FIL_API_ERROR_MISMATCH = 6, /* the node is of another version */
} FilApiError;

GQuark fil_api_error_quark (void);

G_END_DECLS
