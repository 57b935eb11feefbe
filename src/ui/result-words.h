/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "result-item.h"

G_BEGIN_DECLS

const char *fil_result_describe_state (const FilResultFacts *facts);
char *fil_result_describe_file (const FilResultFacts *facts) G_GNUC_WARN_UNUSED_RESULT;
const char *fil_result_describe_reach (const FilResultFacts *facts);
char *fil_result_describe_source (const FilResultFacts *facts) G_GNUC_WARN_UNUSED_RESULT;
GMenuModel *fil_result_menu_new (FilResultItem *item) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
