/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "punch-offer.h"
#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_PROBE_KNOCK = 1, /* are you there? */
  FIL_PROBE_HEARD = 2, /* your knock came through from where this goes to */
  FIL_PROBE_USE = 3,   /* who asked chose this pair of addresses */
  FIL_PROBE_USED = 4,  /* agreed */
} FilProbeKind;

#define FIL_PROBE_LEN 39

/**
 * FilPunchProbe:
 *
 * The datagrams that open a way: shaped like an RUDP SYN of a version that no other program speaks, so
 * that whoever gets one by mistake ignores it. Who does not know the nonce of the receiver gets no answer.
 */
typedef struct
{
  FilProbeKind kind;
  guint8 to[FIL_PUNCH_NONCE_LEN];   /* the receiver's nonce */
  guint8 from[FIL_PUNCH_NONCE_LEN]; /* the sender's */
  gboolean has_tls;                 /* USE: the stream will be encrypted */
} FilPunchProbe;

gboolean fil_punch_probe_decode (FilPunchProbe *self, FilSlice datagram) G_GNUC_WARN_UNUSED_RESULT;
void fil_punch_probe_encode (const FilPunchProbe *self, guint8 out[FIL_PROBE_LEN]);

G_END_DECLS
