/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "row.h"

G_BEGIN_DECLS

/* What a person can do with a download depends on this alone. */
typedef enum
{
  FIL_DOWNLOAD_IS_MOVING,
  FIL_DOWNLOAD_IS_PAUSED,
  FIL_DOWNLOAD_HAS_FAILED,
  FIL_DOWNLOAD_IS_DONE,
} FilDownloadPhase;

gboolean fil_download_has_changed (FilRow *download);
FilDownloadPhase fil_download_phase (FilRow *download);
char *fil_download_progress_line (FilRow *download) G_GNUC_WARN_UNUSED_RESULT;
gint64 fil_download_retry_in (FilRow *download, gint64 now_s);
char *fil_download_retry_line (FilRow *download, gint64 seconds) G_GNUC_WARN_UNUSED_RESULT;
char *fil_download_why_line (FilRow *download) G_GNUC_WARN_UNUSED_RESULT;
char *fil_download_spoken (FilRow *download) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
