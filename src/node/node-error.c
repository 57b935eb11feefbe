/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-error.h"

G_DEFINE_QUARK (fil-node-error-quark, fil_node_error)
