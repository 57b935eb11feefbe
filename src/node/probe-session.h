/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "session.h"

G_BEGIN_DECLS

FilSession *fil_probe_session_new (gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
