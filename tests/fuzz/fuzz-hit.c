/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz.h"
#include "hit-record.h"
#include "hit-trailer.h"

/* The payload of a query hit: records, their sources, trailer; all of it written again. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  FilHost alts[FIL_ALTS_MAX];
  FilHitTrailer trailer;
  FilHitRecord record;
  FilQueryHit hit;
  FilHitIter iter;
  g_auto (FilWriter) out;

  fil_writer_init (&out);
  if (!fil_query_hit_decode (&hit, fil_slice (data, size)))
    return 0;
  iter = fil_hit_iter (&hit);
  while (fil_hit_iter_next (&iter, &record))
    {
      record.n_alts = fil_hit_record_alts (&record, alts, G_N_ELEMENTS (alts));
      record.alts = alts;
      fil_writer_truncate (&out, 0);
      fil_hit_record_write (&record, (record.index & 1) != 0, &out);
    }
  if (fil_hit_trailer_parse (&trailer, &hit))
    fil_hit_trailer_write (&trailer, &out);
  return 0;
}
