/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "crowd.h"

#include "net-limits.h"

/**
 * fil_crowd_has_left:
 * @n: connections that there are now
 *
 * To be asked now and then.
 *
 * Returns: whether there were many and most of them have gone, once for each time, but not too often
 */
gboolean
fil_crowd_has_left (FilCrowd *self,
                    guint n,
                    gint64 now_us)
{
  self->most = MAX (self->most, n);
  if (self->most < FIL_CROWD_MANY || n > self->most / 4 ||
      (self->noticed_us != 0 && now_us - self->noticed_us < FIL_CROWD_SPACING_US))
    return FALSE;
  *self = (FilCrowd){ .most = n, .noticed_us = now_us };
  return TRUE;
}
