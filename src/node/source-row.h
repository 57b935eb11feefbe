/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "downloads-table.h"
#include "file-source.h"

G_BEGIN_DECLS

/* What the store keeps of a source of a download. */
void fil_source_row_add (FilDownloadRow *row, const FilFileSource *source, gint64 now_s);
gboolean fil_source_row_read (const FilSourceRow *row, FilSourceSpec *spec, FilHost *proxies) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
