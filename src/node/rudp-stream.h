/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rudp-port.h"
#include "stream.h"

G_BEGIN_DECLS

FilStream *fil_rudp_stream_new (FilRudpPort *port, FilRudp *rudp) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
