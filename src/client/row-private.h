/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "row.h"

#include "schema.h"

G_BEGIN_DECLS

FilRow *_fil_row_new (const FilSchema *schema, GVariant *variant) G_GNUC_WARN_UNUSED_RESULT;
gboolean _fil_row_set_variant (FilRow *self, GVariant *variant);

G_END_DECLS
