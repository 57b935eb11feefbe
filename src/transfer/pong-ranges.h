/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "writer.h"

G_BEGIN_DECLS

void fil_pong_ranges_write (const GArray *ranges, FilWriter *r, FilWriter *r5);

G_END_DECLS
