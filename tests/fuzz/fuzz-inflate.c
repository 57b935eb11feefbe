/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "deflate.h"
#include "fuzz.h"
#include "wire-limits.h"

/* A compressed link. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  g_autoptr (FilInflate) inflate = fil_inflate_new ();
  FilSlice input = fil_slice (data, size);
  FilInflateStatus status;
  guint8 out[512];
  gsize len;
  g_auto (FilWriter) whole;

  fil_writer_init (&whole);
  do
    {
      status = fil_inflate_read (inflate, &input, out, sizeof out, &len, NULL);
      g_assert_cmpuint (len, <=, sizeof out);
    }
  while (status == FIL_INFLATE_FULL || (status == FIL_INFLATE_MORE && input.len > 0));
  if (fil_inflate_into (fil_slice (data, size), 5000, &whole))
    g_assert_cmpuint (whole.len, <=, 5000);
  return 0;
}
