/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "world.h"

/* An answer to a HEAD ping, a step later. */
typedef struct
{
  FilGuid ping;
  Host *host;
} Pong;

/* world.c */
void _world_connect (World *self, Host *host, FilSession *ours, FilSession *theirs);
void _world_connect_silent (World *self, Host *host, FilSession *ours);

/* world-disk.c */
extern const FilStorage _world_disk;
void _world_run_answers (World *self);
void _world_part_free (gpointer part);
void _world_disk_assert_safe (World *self, gint64 id, const char *ranges);

/* world-host.c */
FilSession *_host_session (Host *host);
FilSession *_host_raw_new (Host *host);
void _host_free (gpointer host);
void _world_close_file (gpointer fd);

/* world-node.c: what the downloads ask of the node */
extern const FilDownloadsDelegate _world_node;
void _world_deliver_pushes (World *self);
void _world_run_pongs (World *self);
void _world_saved_free (gpointer saved);
