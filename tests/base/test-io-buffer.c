/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io-buffer.h"

#include <string.h>

static void
test_alignment (void)
{
  for (gsize len = 1; len < 1024 * 1024; len = len * 3 + 1)
    {
      g_autoptr (FilIoBuffer) buffer = fil_io_buffer_new (len);

      g_assert_cmpuint (GPOINTER_TO_SIZE (buffer) % FIL_IO_BUFFER_ALIGNMENT, ==, 0);
      memset (buffer, 0xff, len);
    }
  fil_io_buffer_free (NULL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/io-buffer/alignment", test_alignment);
  return g_test_run ();
}
