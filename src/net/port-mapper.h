/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"
#include "port-map-packet.h"
#include "random.h"

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FIL_PORT_MAPPER_ASKING,  /* no answer yet */
  FIL_PORT_MAPPER_MAPPED,  /* both ports, as far as is known */
  FIL_PORT_MAPPER_REFUSED, /* the router does not want to */
  FIL_PORT_MAPPER_SILENT,  /* nobody answers: there is no such router */
} FilPortMapperState;

typedef struct
{
  /* To the router's port; nothing may come back into the mapper. */
  void (*send) (gpointer data, const guint8 *bytes, gsize len);
  /* State or external addresses changed. */
  void (*changed) (gpointer data);
} FilPortMapperDelegate;

/**
 * FilPortMapper:
 *
 * Asks the router for one port of ours, by PCP (RFC 6887) and, where that is not spoken, by NAT-PMP
 * (RFC 6886), for TCP and UDP, and asks again in time. It does no I/O: datagrams and the time come with
 * each call.
 */
typedef struct _FilPortMapper FilPortMapper;

FilPortMapper *fil_port_mapper_new (guint16 port, const FilEndpoint *client, const FilPortMapperDelegate *delegate,
                                    gpointer data, FilRandom *random, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void fil_port_mapper_free (FilPortMapper *self);
void fil_port_mapper_received (FilPortMapper *self, FilSlice packet, gint64 now_us);
void fil_port_mapper_heard (FilPortMapper *self, FilSlice announcement, gint64 now_us);
gint64 fil_port_mapper_wake (const FilPortMapper *self);
void fil_port_mapper_tick (FilPortMapper *self, gint64 now_us);
void fil_port_mapper_release (FilPortMapper *self);

FilPortMapperState fil_port_mapper_state (const FilPortMapper *self);
FilPortMapVersion fil_port_mapper_version (const FilPortMapper *self);
FilEndpoint fil_port_mapper_external (const FilPortMapper *self, FilPortMapTransport transport);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilPortMapper, fil_port_mapper_free)

G_END_DECLS
