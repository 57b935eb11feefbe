/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilListener:
 *
 * The sockets of one listening port: TCP and UDP on the same number, IPv4 and, when the address is
 * unspecified and the machine has it, IPv6 as well.
 */
typedef struct
{
  int tcp[2];          /* IPv4, IPv6; -1 for none, or when somebody took it over */
  int udp[2];
  FilEndpoint local;   /* the first one that listens; its port is that of all */
} FilListener;

FilListener *fil_listener_new (const char *address, const char *interface, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_listener_free (FilListener *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilListener, fil_listener_free)

G_END_DECLS
