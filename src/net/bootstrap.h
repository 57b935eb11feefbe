/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bootstrap-hosts.h"
#include "random.h"

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FIL_BOOTSTRAP_UDP,  /* address is HOST:PORT */
  FIL_BOOTSTRAP_WEB,  /* address is a URL that speaks GWebCache */
  FIL_BOOTSTRAP_LIST, /* address is a URL of a plain list */
} FilBootstrapKind;

typedef struct
{
  /* Whether hosts are wanted that the own cache does not have: too few links, no untried address. */
  gboolean (*needs_hosts) (gpointer data);

  /* Ask this one; then say fil_bootstrap_answered(). UDP caches need not be reported when silent. */
  void (*ask) (gpointer data, FilBootstrapKind kind, const char *address);
} FilBootstrapDelegate;

/**
 * FilBootstrap:
 *
 * Decides whom to ask for hosts, and when: nobody while the own cache has untried ones; then a UDP host
 * cache at a time, then plain lists and web caches. Each is asked rarely, a different one each time,
 * and no more of them after the first success. It does no I/O and is given the time.
 */
typedef struct _FilBootstrap FilBootstrap;

FilBootstrap *fil_bootstrap_new (const FilBootstrapHosts *hosts, FilRandom *random,
                                 const FilBootstrapDelegate *delegate, gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void fil_bootstrap_free (FilBootstrap *self);
void fil_bootstrap_known (FilBootstrap *self, gint64 now_us);
void fil_bootstrap_add (FilBootstrap *self, FilBootstrapKind kind, const char *address);
gint64 fil_bootstrap_wake (const FilBootstrap *self);
void fil_bootstrap_tick (FilBootstrap *self, gint64 now_us);
void fil_bootstrap_answered (FilBootstrap *self, FilBootstrapKind kind, const char *address, guint n_hosts,
                             gboolean is_dead, gint64 now_us);
void fil_bootstrap_restart (FilBootstrap *self, gint64 now_us);
guint fil_bootstrap_left (const FilBootstrap *self, FilBootstrapKind kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilBootstrap, fil_bootstrap_free)

G_END_DECLS
