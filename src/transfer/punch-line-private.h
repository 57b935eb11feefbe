/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "session.h"

G_BEGIN_DECLS

void _fil_punch_line_orphan (FilSession *session);

G_END_DECLS
