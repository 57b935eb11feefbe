/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "guid.h"
#include "urn.h"

G_BEGIN_DECLS

/* A web page chooses these hosts, so only few of them are believed. */
#define FIL_MAGNET_MAX_SOURCES 10
#define FIL_MAGNET_MAX_FILES 64
#define FIL_MAGNET_MAX_PROXIES 8
#define FIL_MAGNET_MAX_LEN 8192

/* A host that the magnet names: reachable at an address, or by a push through proxies. */
typedef struct
{
  gboolean is_push;
  FilEndpoint endpoint; /* set unless is_push */
  FilGuid guid;         /* set if is_push */
  FilEndpoint proxies[FIL_MAGNET_MAX_PROXIES];
  guint n_proxies;
} FilMagnetSource;

/**
 * FilMagnet:
 *
 * One file that a magnet link names.
 */
typedef struct
{
  char *name;     /* or NULL */
  char *keywords; /* or NULL: a search rather than a file */
  guint64 size;   /* 0: unknown */
  FilUrn urn;
  FilMagnetSource sources[FIL_MAGNET_MAX_SOURCES];
  guint n_sources;
} FilMagnet;

GPtrArray *fil_magnet_parse (const char *uri, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_magnet_free (FilMagnet *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilMagnet, fil_magnet_free)

G_END_DECLS
