/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In the order of FilSharePreview.kinds. */
typedef enum
{
  FIL_KIND_AUDIO,
  FIL_KIND_VIDEO,
  FIL_KIND_IMAGE,
  FIL_KIND_DOCUMENT,
  FIL_KIND_ARCHIVE,
  FIL_KIND_PROGRAM,
  FIL_KIND_OTHER,
  FIL_N_KINDS,
} FilFileKind;

FilFileKind fil_file_kind_of (const char *name);
const char *fil_file_kind_name (FilFileKind kind);
gboolean fil_file_kind_parse (FilFileKind *kind, const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
