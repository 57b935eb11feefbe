/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "dime.h"
#include "fuzz.h"
#include "thex.h"

/* A DIME message, and a tree in one. What was understood is written and understood again. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  FilReader reader = fil_slice (data, size);
  FilDimeRecord record;
  FilThex thex, again;

  while (fil_dime_read (&reader, &record))
    {
      g_auto (FilWriter) out;
      FilDimeRecord copy;
      FilReader written;

      fil_writer_init (&out);
      fil_dime_write (&record, &out);
      written = fil_writer_slice (&out);
      g_assert_true (fil_dime_read (&written, &copy));
      g_assert_cmpuint (written.len, ==, 0);
      g_assert_true (fil_slice_equal (copy.data, record.data));
      g_assert_true (fil_slice_equal (copy.type, record.type));
    }
  if (fil_thex_read (&thex, fil_slice (data, size)) && thex.has_size)
    {
      g_auto (FilWriter) out;

      g_assert_true (thex.nodes.data >= data && thex.nodes.data + thex.nodes.len <= data + size);
      fil_writer_init (&out);
      fil_thex_write (&thex, &out);
      g_assert_true (fil_thex_read (&again, fil_writer_slice (&out)));
      g_assert_true (fil_slice_equal (again.nodes, thex.nodes));
      g_assert_cmpuint (again.size, ==, thex.size);
      g_assert_cmpuint (again.depth, ==, thex.depth);
    }
  return 0;
}
