/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

/* The SCP byte (ggep.md §3). */
#define FIL_SCP_ULTRAPEER 0x01 /* wants ultrapeer slots, else leaf slots */
#define FIL_SCP_TLS 0x02
#define FIL_SCP_V6 0x04        /* wants IPv6 too */
#define FIL_SCP_NO_V4 0x08

typedef enum
{
  FIL_PING_GUESS_NONE,
  FIL_PING_GUESS_HOSTS,        /* "send me hosts that speak GUESS" */
  FIL_PING_GUESS_INTRODUCTION, /* an ultrapeer that speaks GUESS says where it listens */
} FilPingGuess;

/**
 * FilPing:
 *
 * messages.md §1. All fields 0 is the bare ping.
 */
typedef struct
{
  gboolean has_scp; /* "send me packed hosts" */
  guint8 scp;
  gboolean wants_ip;        /* "tell me my own address and port" */
  gboolean wants_query_key;
  gboolean wants_dht_hosts;
  FilPingGuess guess;
  guint8 guess_version;
  guint16 guess_port;
  gboolean has_vendor;
  guint8 vendor[4];
  guint8 vendor_version;
} FilPing;

gboolean fil_ping_decode (FilPing *self, FilSlice payload) G_GNUC_WARN_UNUSED_RESULT;
void fil_ping_encode (const FilPing *self, FilWriter *out);

G_END_DECLS
