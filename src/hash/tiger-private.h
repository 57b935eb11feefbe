/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The four S-boxes of Tiger. */
extern const guint64 _fil_tiger_boxes[4][256];

G_END_DECLS
