/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "head.h"
#include "push-endpoint.h"
#include "writer.h"

G_BEGIN_DECLS

/* How we can be reached, as we tell everybody we talk HTTP with (push.md §3). */
typedef struct
{
  FilEndpoint listen;     /* strangers can connect there; family 0: they cannot, or it is not known */
  gboolean is_firewalled;
  FilPushEndpoint push;   /* when firewalled: our GUID, address and push proxies */
} FilPushSelf;

/* What the other side tells. */
typedef struct
{
  FilGuid servent;        /* zero: not said */
  FilHost proxies[FIL_PROXIES_MAX];
  guint n_proxies;
  FilEndpoint listen;     /* X-Host: it can be connected to after all; family 0: not said */
} FilPushNews;

void fil_push_headers_write_request (FilWriter *out, const FilPushSelf *self);
void fil_push_headers_write_reply (FilWriter *out, const FilPushSelf *self, gboolean is_pushed);
void fil_push_headers_read (FilPushNews *news, const FilHead *head);
FilEndpoint fil_push_headers_read_caller (const FilHead *head, const FilEndpoint *peer);

G_END_DECLS
