/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>
#include <malloc.h>

/* Strangers make a node connect to others: by pushes, offers to punch, and addresses in messages. What was refused
 * of it is counted here for a person to see. */

#define AGAIN_US (10 * FIL_MINUTE)

/**
 * _fil_node_strangers_count:
 * @followed: (out): wishes of strangers that were followed since the start: PUSHes for us that made us call, and
 *   those of others that went on
 * @refused: (out): what came too often, or named somebody whom nobody should make us call
 */
void
_fil_node_strangers_count (FilNode *self,
                           guint64 *followed,
                           guint64 *refused)
{
  const FilOverlayStats *stats = fil_overlay_stats (self->overlay);

  fil_uploads_pushes (self->uploads, followed, refused);
  *followed += stats->pushes_routed;
  *refused += stats->drops[FIL_DROP_PUSH_ADDRESS] + stats->drops[FIL_DROP_PUSH_BANNED] +
              stats->drops[FIL_DROP_PUSH_LIMIT] + stats->drops[FIL_DROP_CONNECT_BACK] +
              fil_gate_refused (self->gate, FIL_GATE_PUSH) + fil_gate_refused (self->gate, FIL_GATE_PROBE) +
              fil_punches_refused (self->punches);
}

/**
 * _fil_node_strangers_watch:
 *
 * Tells of a storm in the log of events: at its beginning, and how it goes on now and then. The memory that it took goes
 * back to the system when it is over.
 */
void
_fil_node_strangers_watch (FilNode *self,
                           gint64 now_us)
{
  guint64 followed, refused;
  guint n = fil_pumps_n (self->pumps) + (self->acceptor != NULL ? fil_acceptor_half_open (self->acceptor) : 0);

  /* Half of a TLS handshake takes 80 kB. */
  if (fil_crowd_has_left (&self->crowd, n, now_us))
    malloc_trim (0);
  _fil_node_strangers_count (self, &followed, &refused);
  if (refused - self->strangers_told < FIL_STRANGERS_MANY ||
      (self->strangers_told_us != 0 && now_us - self->strangers_told_us < AGAIN_US))
    return;
  _fil_node_event (self, "calls-refused", 0,
                   _("%u requests of strangers to connect to somebody were refused."),
                   (guint) MIN (refused - self->strangers_told, G_MAXUINT));
  self->strangers_told = refused;
  self->strangers_told_us = now_us;
}
