/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "session.h"
#include "file-source.h"
#include "uploads.h"

G_BEGIN_DECLS

/**
 * FilUploadSession:
 *
 * The side of HTTP that has the files, on one connection: request after request, bodies as ranges
 * of an open file. After a PUSH it writes GIV first.
 */
typedef struct _FilUploadSession FilUploadSession;

FilSession *fil_upload_session_new (FilUploads *uploads, const FilEndpoint *peer, const char *giv,
                                    gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
