/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "connection.h"

G_BEGIN_DECLS

gboolean _fil_connection_is_idle (FilConnection *self);

G_END_DECLS
