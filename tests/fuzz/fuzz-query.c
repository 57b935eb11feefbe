/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz.h"
#include "query-extensions.h"

/* The payload of a query, extensions and all. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  char text[FIL_QUERY_TEXT_MAX + 1];
  FilSlice long_text = FIL_SLICE_NONE;
  FilQueryExtensions extensions;
  FilQuery query;
  g_auto (FilWriter) out;

  fil_writer_init (&out);
  if (!fil_query_decode (&query, fil_slice (data, size)) || !fil_query_extensions_parse (&extensions, &query))
    return 0;
  if (fil_query_long_text (&extensions, text, sizeof text))
    long_text = fil_slice_text (text);
  fil_query_extensions_write (&extensions, long_text, &out);
  query.extensions = fil_writer_slice (&out);
  if (!fil_query_extensions_parse (&extensions, &query))
    g_assert_not_reached ();
  return 0;
}
