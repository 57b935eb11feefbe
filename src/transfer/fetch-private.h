/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "download-session.h"
#include "fetch.h"

G_BEGIN_DECLS

/* fetch-lease.c */
void _fil_fetch_give_back_from (FilFetch *self, guint first);
gboolean _fil_fetch_lease_next (FilFetch *self, gint64 now_us, FilRange *lease);
gboolean _fil_fetch_extend (FilFetch *self, guint64 offset);
gboolean _fil_fetch_others_deliver (const FilFetch *self);
gboolean _fil_fetch_may_skip (const FilFetch *self, guint64 n);
guint64 _fil_fetch_pass_over (const FilFetch *self, guint64 offset);

/* fetch-mesh.c */
void _fil_fetch_write_mesh (FilFetch *self, FilWriter *out, gint64 now_us);
void _fil_fetch_read_mesh (FilFetch *self, const FilDownloadReply *reply, gint64 now_us);
void _fil_fetch_note_place (FilFetch *self, gboolean has_file, gint64 now_us);

/* fetch-tree.c */
void _fil_fetch_note_tree (FilFetch *self, const FilDownloadReply *reply);
gboolean _fil_fetch_wants_tree (const FilFetch *self);
void _fil_fetch_took_tree (FilFetch *self, const FilSlice *body);

/* fetch-reply.c */
gboolean _fil_fetch_is_waited_on (const FilFetch *self);
char *_fil_fetch_target (const FilDownload *download, const FilFileSource *source) G_GNUC_WARN_UNUSED_RESULT;
char *_fil_fetch_host (const FilFileSource *source) G_GNUC_WARN_UNUSED_RESULT;
FilDownloadVerdict _fil_fetch_judge (FilFetch *self, const FilDownloadReply *reply, FilRange asked,
                                     FilRange *range, gint64 now_us);
void _fil_fetch_settle (FilFetch *self, FilDownloadEnd end, gint64 now_us);

G_END_DECLS
