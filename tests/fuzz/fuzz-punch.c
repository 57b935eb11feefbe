/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz.h"
#include "header.h"
#include "punch-offer.h"
#include "punch-probe.h"

#include <string.h>

/* An item RUX, and a datagram that opens a way. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  guint8 bytes[FIL_PROBE_LEN];
  FilPunchOffer offer, again;
  FilPunchProbe probe, same;
  g_auto (FilWriter) out;

  fil_writer_init (&out);
  if (fil_punch_offer_decode (&offer, fil_slice (data, size)))
    {
      g_assert_cmpuint (offer.n_candidates, <=, FIL_CANDIDATES_MAX);
      g_assert_cmpuint (offer.n_proxies, <=, FIL_OFFER_PROXIES_MAX);
      fil_punch_offer_encode (&offer, &out);
      if (!fil_punch_offer_decode (&again, fil_writer_slice (&out)) || again.n_candidates != offer.n_candidates)
        g_assert_not_reached ();
    }
  if (fil_punch_probe_decode (&probe, fil_slice (data, size)))
    {
      fil_punch_probe_encode (&probe, bytes);
      /* All that is said in it comes back; the header may have held other bytes. */
      g_assert_cmpmem (bytes + FIL_HEADER_LEN, sizeof bytes - FIL_HEADER_LEN, data + FIL_HEADER_LEN,
                       size - FIL_HEADER_LEN);
      if (!fil_punch_probe_decode (&same, fil_slice (bytes, sizeof bytes)))
        g_assert_not_reached ();
      g_assert_cmpmem (&same, sizeof same, &probe, sizeof probe);
    }
  return 0;
}
