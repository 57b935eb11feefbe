/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "node-private.h"

G_BEGIN_DECLS

/* node-punch.c */
void _fil_node_punch_arm (FilNode *self);
FilSession *_fil_node_punch_session (gpointer data, const FilPunchWay *way);

/* node-punch-self.c */
void _fil_node_punch_describe (gpointer data, FilPunchSelf *out);

/* node-punch-stream.c */
GPtrArray *_fil_node_punch_streams_new (void);
void _fil_node_punch_open_stream (gpointer data, const FilPunchWay *way);
void _fil_node_punch_stop_stream (FilNode *self, guint32 id);

/* node-punch-head.c */
GPtrArray *_fil_node_punch_heads_new (void);
void _fil_node_punch_heads_cb (gpointer data, gint64 now_us);

G_END_DECLS
