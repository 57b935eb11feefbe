/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "random.h"

G_BEGIN_DECLS

guint fil_secret_hash (const void *bytes, gsize len);
void fil_secret_hash_set_secret (FilRandom *random);

G_END_DECLS
