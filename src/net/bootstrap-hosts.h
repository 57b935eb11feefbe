/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilBootstrapHosts:
 *
 * The hosts to ask on the first day: a key file that ships with the program and may be edited.
 */
typedef struct
{
  GPtrArray *udp;  /* of char *: UDP host caches, HOST:PORT */
  GPtrArray *web;  /* of char *: GWebCaches, http or https URL */
  GPtrArray *list; /* of char *: URL of a plain list of hosts */
} FilBootstrapHosts;

FilBootstrapHosts *fil_bootstrap_hosts_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
FilBootstrapHosts *fil_bootstrap_hosts_parse (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_bootstrap_hosts_free (FilBootstrapHosts *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilBootstrapHosts, fil_bootstrap_hosts_free)

G_END_DECLS
