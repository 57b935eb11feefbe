/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "reader.h"

G_BEGIN_DECLS

/* The reader again, for values of text headers. */
gboolean fil_scan_uint (FilReader *self, guint64 max, guint64 *out) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_scan_char (FilReader *self, char c);
gboolean fil_scan_word (FilReader *self, const char *word);
void fil_scan_space (FilReader *self);
gboolean fil_scan_item (FilReader *self, char separator, FilSlice *item);
gboolean fil_scan_pair (FilSlice item, FilSlice *name, FilSlice *value);
gboolean fil_slice_to_uint (FilSlice self, guint64 max, guint64 *out) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
