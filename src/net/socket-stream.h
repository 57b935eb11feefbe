/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "stream.h"

G_BEGIN_DECLS

FilStream *fil_socket_stream_new (FilReactor *reactor, int fd) G_GNUC_WARN_UNUSED_RESULT;
guint16 fil_socket_stream_local_port (const FilStream *stream);

G_END_DECLS
