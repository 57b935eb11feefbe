/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "write-all.h"

#include <errno.h>
#include <unistd.h>

/**
 * fil_write_all:
 *
 * Writes all bytes where the descriptor stands, however many calls that takes.
 *
 * Returns: FALSE with errno set
 */
gboolean
fil_write_all (int fd,
               const guint8 *bytes,
               gsize len)
{
  while (len > 0)
    {
      gssize n = write (fd, bytes, len);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      bytes += n;
      len -= (gsize) n;
    }
  return TRUE;
}
