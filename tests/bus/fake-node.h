/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "node.h"

G_BEGIN_DECLS

/* A node of make-believe behind node.h: rows come and go as a test says. A search finds three files, a
 * download of a result gets there in a few turns of the main loop, or fails when its name says "bad". */

/* The SHA-1 and the tiger tree root of everything that it has. */
#define FAKE_SHA1 "PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB"
#define FAKE_TTH "LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ"

gint64 fake_node_add_download (FilNode *self, const char *name, guint64 size);
void fake_node_set_download (FilNode *self, gint64 id, FilDownloadStage state, guint64 verified);
void fake_node_remove_download (FilNode *self, gint64 id);
gint64 fake_node_add_result (FilNode *self, gint64 search, const char *name);
void fake_node_touch_status (FilNode *self, guint peers);

G_END_DECLS
