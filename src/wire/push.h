/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "guid.h"
#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

#define FIL_PUSH_ANY_FILE 0u
#define FIL_PUSH_INDEX_FW 0x7ffffffdu /* firewall to firewall: start RUDP instead of TCP */
#define FIL_PUSH_LEN 26

/**
 * FilPush:
 *
 * messages.md §6, push.md §1. An address is always there, and its port is not 0; whether it may be
 * dialled is for the gate to say. Relays forward the payload as it came.
 */
typedef struct
{
  FilGuid target;        /* servent GUID */
  guint32 index;
  FilEndpoint endpoint;  /* IPv4; family 0 when the asker has only IPv6 */
  FilEndpoint endpoint6; /* family 0: none; same port */
  guint16 port;
  gboolean tls;          /* the asker takes TLS */
  FilSlice signal;       /* RUX: our private offer for punching; borrowed */
} FilPush;

gboolean fil_push_decode (FilPush *self, FilSlice payload) G_GNUC_WARN_UNUSED_RESULT;
void fil_push_encode (const FilPush *self, FilWriter *out);
void fil_push_call_at (FilPush *self, const FilEndpoint *four, const FilEndpoint *six);
const FilEndpoint *fil_push_caller (const FilPush *self);

G_END_DECLS
