/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How much a TCP connection from the listening port does to come about, the least first. */
typedef enum
{
  FIL_CONNECT_LOW,    /* one SYN that dies on its way: it opens our own NAT and reaches nobody */
  FIL_CONNECT_ONCE,   /* one SYN that may arrive, and no other */
  FIL_CONNECT_INSIST, /* the kernel repeats it, and what is refused is tried again */
} FilConnectManner;

G_END_DECLS
