/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How the bytes would get here, the easiest way first. */
typedef enum
{
  FIL_REACH_BY_DIRECT,
  FIL_REACH_BY_PUSH,
  FIL_REACH_BY_PUNCH,
  FIL_REACH_BY_NONE,
} FilReachWay;

FilReachWay fil_reach_from_text (const char *text);
const char *fil_reach_to_word (FilReachWay way);
const char *fil_reach_to_sentence (FilReachWay way);
const char *fil_reach_to_icon (FilReachWay way);

G_END_DECLS
