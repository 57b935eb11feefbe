/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "framer.h"
#include "fuzz.h"

/* Length of the pieces, then the stream. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  g_autoptr (FilFramer) framer = fil_framer_new ();
  gsize piece = size == 0 ? 1 : 1 + data[0] % 64;
  FilFramerStatus status = FIL_FRAMER_MORE;

  fil_framer_set_sflag (framer, size > 0 && (data[0] & 0x80) != 0);
  for (gsize at = 1; at < size && status != FIL_FRAMER_ERROR; at += piece)
    {
      FilSlice input = fil_slice (data + at, MIN (piece, size - at));
      FilFrame frame;

      while ((status = fil_framer_next (framer, &input, &frame, NULL)) == FIL_FRAMER_MESSAGE)
        {
          g_assert_cmpuint (frame.payload.len, ==, frame.header.size);
          fil_message_objection (frame.info, &frame.header, FIL_TRANSPORT_TCP);
        }
      g_assert_cmpuint (fil_framer_pending (framer), <=, size);
    }
  return 0;
}
