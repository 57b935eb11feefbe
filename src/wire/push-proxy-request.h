/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "guid.h"
#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

/* Target of "GET /gnutella/push-proxy?ServerId=…" in all its spellings (push.md §2). */
typedef struct
{
  FilGuid guid;
  guint32 index;
  gboolean tls;
} FilPushProxyRequest;

gboolean fil_push_proxy_request_is (FilSlice target);
gboolean fil_push_proxy_request_parse (FilPushProxyRequest *self, FilSlice target) G_GNUC_WARN_UNUSED_RESULT;
void fil_push_proxy_request_write (const FilPushProxyRequest *self, FilWriter *out);

G_END_DECLS
