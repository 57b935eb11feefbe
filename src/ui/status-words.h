/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "row.h"

G_BEGIN_DECLS

char *fil_status_chip_text (FilRow *status) G_GNUC_WARN_UNUSED_RESULT;
char *fil_status_short_text (FilRow *status) G_GNUC_WARN_UNUSED_RESULT;
char *fil_status_sentence (FilRow *status) G_GNUC_WARN_UNUSED_RESULT;
char *fil_status_traffic (FilRow *status) G_GNUC_WARN_UNUSED_RESULT;
const char *fil_status_style (FilRow *status);

G_END_DECLS
