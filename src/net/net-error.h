/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define FIL_NET_ERROR (fil_net_error_quark ())
typedef enum
{
  FIL_NET_ERROR_FAILED,
  FIL_NET_ERROR_IN_USE,    /* another program listens there */
  FIL_NET_ERROR_BUSY,      /* a limit of ours is reached; try later */
  FIL_NET_ERROR_REFUSED,   /* the gate does not let us talk to that address */
  FIL_NET_ERROR_INTERFACE, /* the chosen network interface cannot be used */
  FIL_NET_ERROR_INVALID,   /* what was asked for makes no sense */
} FilNetError;

GQuark fil_net_error_quark (void);
const char *fil_net_error_sentence (int code);

G_END_DECLS
