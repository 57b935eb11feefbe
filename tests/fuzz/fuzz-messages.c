/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bye.h"
#include "fuzz.h"
#include "message-table.h"
#include "ping.h"
#include "pong.h"
#include "push.h"
#include "query-hit.h"
#include "query.h"
#include "route-table-msg.h"
#include "vendor-table.h"

/* Kind, then payload. Whatever is taken must encode into something that encodes the same again. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  union
  {
    FilPing ping;
    FilPong pong;
    FilBye bye;
    FilRouteTableMsg table;
    FilVendor vendor;
    FilPush push;
    FilQuery query;
    FilQueryHit hit;
  } first, second;
  const FilMessageInfo *info = size == 0 ? NULL : fil_message_info (data[0]);
  g_auto (FilWriter) once;
  g_auto (FilWriter) twice;

  fil_writer_init (&once);
  fil_writer_init (&twice);
  if (info == NULL || info->decode == NULL)
    return 0;
  if (info->decode (&first, fil_slice (data + 1, size - 1)))
    {
      gboolean ok;

      info->encode (&first, &once);
      ok = info->decode (&second, fil_writer_slice (&once));
      g_assert_true (ok);
      info->encode (&second, &twice);
      g_assert_true (fil_slice_equal (fil_writer_slice (&once), fil_writer_slice (&twice)));
      if (info->clear != NULL)
        info->clear (&second);
    }
  if (info->clear != NULL)
    info->clear (&first);
  return 0;
}
