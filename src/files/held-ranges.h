/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "byte-range.h"

G_BEGIN_DECLS

/* Stretches of one file that are told; of a file in more pieces the rest is not looked at. */
#define FIL_HELD_RANGES_MAX 4096

GArray *fil_held_ranges (int fd) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
