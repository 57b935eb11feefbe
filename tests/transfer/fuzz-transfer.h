/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* A fuzz target: what libFuzzer calls, and inputs to start from. */
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

extern const char *const fuzz_seeds[]; /* NULL-terminated */
