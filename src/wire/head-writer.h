/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "writer.h"

G_BEGIN_DECLS

/* Appends a head to a writer: CR LF, no folding, and the spelling of names that LimeWire insists on
 * (peers.md: it compares case-sensitively), whatever the caller wrote. */
void fil_head_write_line (FilWriter *out, const char *format, ...) G_GNUC_PRINTF (2, 3);
void fil_head_write_header (FilWriter *out, const char *name, const char *format, ...) G_GNUC_PRINTF (3, 4);
void fil_head_write_end (FilWriter *out);

G_END_DECLS
