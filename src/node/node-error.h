/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The codes are the exit codes of the command line. */
#define FIL_NODE_ERROR (fil_node_error_quark ())
typedef enum
{
  FIL_NODE_ERROR_FAILED = 1,
  FIL_NODE_ERROR_USAGE = 2,
  FIL_NODE_ERROR_NOT_FOUND = 3,
  FIL_NODE_ERROR_UNAVAILABLE = 4,
  FIL_NODE_ERROR_TIMED_OUT = 5,
} FilNodeError;

GQuark fil_node_error_quark (void);

G_END_DECLS
