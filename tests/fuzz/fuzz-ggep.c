/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cobs.h"
#include "fuzz.h"
#include "ggep.h"
#include "packed-hosts.h"

/* A GGEP block, every item of it decoded; and the same bytes as COBS. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  static guint8 room[FIL_GGEP_INFLATED_MAX];
  FilReader r = fil_slice (data, size);
  FilHost hosts[16];
  FilGgepIter iter;
  FilGgepItem item;
  FilSlice slice;
  FilGgep ggep;
  guint64 value;
  guint n = 0;
  gsize len;

  if (fil_cobs_decode (fil_slice (data, size), room, sizeof room, &len))
    g_assert_cmpuint (len, <, size);
  if (!fil_ggep_parse (&ggep, &r))
    return 0;

  iter = fil_ggep_iter (&ggep);
  while (fil_ggep_iter_next (&iter, &item))
    {
      n++;
      if (!fil_ggep_item_read (&item, room, sizeof room, &slice))
        continue;
      (void) !fil_vlint_decode (slice, &value);
      fil_packed_hosts_read (slice, slice, 4, hosts, G_N_ELEMENTS (hosts));
      fil_packed_hosts_read (slice, slice, 6, hosts, G_N_ELEMENTS (hosts));
    }
  g_assert_cmpuint (n, ==, ggep.n_items);
  fil_packed_hosts_read_ggep (&ggep, "IPP", 4, hosts, G_N_ELEMENTS (hosts));
  return 0;
}
