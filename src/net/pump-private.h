/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pump.h"
#include "pumps-private.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_PUMP_RUNNING,   /* the session talks */
  FIL_PUMP_DRAINING,  /* it closed; what it still had to say is being sent */
  FIL_PUMP_LINGERING, /* all is sent; waiting for the other side to close too */
  FIL_PUMP_ENDED,
} FilPumpState;

struct _FilPump
{
  FilPumps *pumps;
  FilPumpSeat seat;
  guint64 id;
  FilStream *stream;
  FilSession *session;
  const FilPumpDelegate *delegate;
  gpointer data;
  FilEndpoint peer;
  FilShaperClient shaper;
  FilTimer *timer;
  FilPumpState state;
  guint64 bytes[2];
  gint64 deadline_us; /* of draining and lingering */
  gsize lingered;

  gboolean can_read;   /* as far as we know */
  gboolean can_write;
  gboolean may_feed;   /* the session wants what is in rest */
  gboolean is_running; /* guards against calls from inside */
  gboolean is_changed; /* the session said so during a run */
  gboolean is_encrypted;

  GByteArray *rest;    /* what the session did not take; NULL when there is none */
  GByteArray *pending; /* gathered output that the stream did not take; NULL when there is none */

  FilTls *upgrade;     /* to start as soon as pending has gone */
  FilTlsSide upgrade_side;
  gboolean has_pin;
  guint8 pin[FIL_TLS_FINGERPRINT_LEN]; /* of the upgrade */
};

/* The budget of one run. */
typedef struct
{
  gint64 now_us;
  gsize read_bytes;
  guint reads;
  gsize write_bytes;
} FilPumpTurn;

void _fil_pump_hang_up (FilPump *self, const char *error, const FilPumpTurn *turn);

/* What moves bytes; in pump-move.c. */
void _fil_pump_feed_rest (FilPump *self, const FilPumpTurn *turn);
void _fil_pump_read (FilPump *self, FilPumpTurn *turn);
gboolean _fil_pump_write (FilPump *self, FilPumpTurn *turn);

G_END_DECLS
