/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Begins at a page: some processors (AMD's Zen 3) copy to memory that lies 1 to 31 bytes further into its
 * page than where the bytes come from four times as slowly, and that is where malloc() puts large blocks,
 * while the kernel reads files from whole pages: 1.6 instead of 6.5 GB/s. */
typedef guint8 FilIoBuffer;

#define FIL_IO_BUFFER_ALIGNMENT 4096

FilIoBuffer *fil_io_buffer_new (gsize len) G_GNUC_WARN_UNUSED_RESULT;
void fil_io_buffer_free (FilIoBuffer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilIoBuffer, fil_io_buffer_free)

G_END_DECLS
