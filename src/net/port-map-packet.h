/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"
#include "slice.h"

#include <glib.h>

G_BEGIN_DECLS

/* Where routers listen, and from where they tell all hosts that they have forgotten (RFC 6886 §3, RFC 6887 §9). */
#define FIL_PORT_MAP_ROUTER_PORT 5351
#define FIL_PORT_MAP_CLIENT_PORT 5350

#define FIL_PORT_MAP_NONCE_LEN 12
#define FIL_PORT_MAP_MAX_LEN 1100

typedef enum
{
  FIL_PORT_MAP_NAT_PMP = 0,
  FIL_PORT_MAP_PCP = 2,
} FilPortMapVersion;

typedef enum
{
  FIL_PORT_MAP_TCP,
  FIL_PORT_MAP_UDP,
  FIL_PORT_MAP_N,
} FilPortMapTransport;

/* One request for a mapping of one port; a lifetime of 0 asks to remove it. */
typedef struct
{
  FilPortMapVersion version;
  FilPortMapTransport transport;
  guint16 port;               /* ours */
  guint16 external_port;      /* that we would like; 0: any */
  guint32 lifetime_s;
  FilEndpoint client;         /* PCP: our address as the router sees it */
  guint8 nonce[FIL_PORT_MAP_NONCE_LEN]; /* PCP */
} FilPortMapRequest;

typedef enum
{
  FIL_PORT_MAP_ANSWER_OK,
  FIL_PORT_MAP_ANSWER_VERSION, /* does not speak this version */
  FIL_PORT_MAP_ANSWER_REFUSED, /* switched off, not for us, or not now */
} FilPortMapResult;

typedef enum
{
  FIL_PORT_MAP_IS_MAPPING,
  FIL_PORT_MAP_IS_ADDRESS,     /* NAT-PMP: the external address */
  FIL_PORT_MAP_IS_ANNOUNCEMENT, /* PCP: the router has restarted, perhaps */
} FilPortMapKind;

typedef struct
{
  FilPortMapVersion version;
  FilPortMapKind kind;
  FilPortMapResult result;
  FilPortMapTransport transport;
  guint16 port;
  guint32 lifetime_s;
  guint32 epoch_s;            /* since the router began to keep its mappings */
  FilEndpoint external;       /* the port only, in a mapping by NAT-PMP; the address only, in an address */
  guint8 nonce[FIL_PORT_MAP_NONCE_LEN]; /* PCP */
} FilPortMapAnswer;

gsize fil_port_map_request_encode (const FilPortMapRequest *self, guint8 out[FIL_PORT_MAP_MAX_LEN]);
gsize fil_port_map_ask_address (guint8 out[FIL_PORT_MAP_MAX_LEN]);
gboolean fil_port_map_answer_decode (FilPortMapAnswer *self, FilSlice packet) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
