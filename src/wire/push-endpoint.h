/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "guid.h"
#include "packed-hosts.h"
#include "reader.h"
#include "wire-limits.h"
#include "writer.h"

G_BEGIN_DECLS

/**
 * FilPushEndpoint:
 *
 * Where a firewalled host can be asked: X-FW-Node-Info, an entry of X-FAlt (push.md §3), and the
 * binary form of HEAD pongs.
 */
typedef struct
{
  FilGuid guid;
  guint fwt;             /* version of firewall to firewall; 0 none */
  FilEndpoint external;  /* family 0: not told */
  FilHost proxies[FIL_PROXIES_MAX];
  guint n_proxies;
} FilPushEndpoint;

gboolean fil_push_endpoint_parse (FilPushEndpoint *self, FilSlice text) G_GNUC_WARN_UNUSED_RESULT;
guint fil_push_endpoints_parse (const char *value, FilPushEndpoint *out, guint max);
void fil_push_endpoint_write (const FilPushEndpoint *self, FilWriter *out);

gboolean fil_push_endpoint_read (FilPushEndpoint *self, FilReader *reader) G_GNUC_WARN_UNUSED_RESULT;
void fil_push_endpoint_write_binary (const FilPushEndpoint *self, FilWriter *out);

G_END_DECLS
