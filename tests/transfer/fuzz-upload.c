/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz-transfer.h"
#include "world.h"

/* The input is what a peer asks for. Whatever that is, it is answered in order or cut off. */

#define N2R "/uri-res/N2R?urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB"

const char *const fuzz_seeds[] = {
  "\x01GET " N2R " HTTP/1.1\r\nHost: a\r\nRange: bytes=0-9\r\n\r\n"
  "GET " N2R " HTTP/1.1\r\nHost: a\r\nRange: bytes=-9\r\n\r\n",
  "\x40HEAD " N2R " HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\nX-Gnutella-Content-URN: urn:sha1:"
  "PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB\r\n\r\n",
  "\xffGET /get/7/a%20b.txt HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n",
  "\x07POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789",
  "\x03GET /uri-res/N2R?urn:bitprint:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB."
  "LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
  NULL,
};

/* Takes all that the session says; returns how much that was. */
static gsize
drain (FilSession *session,
       gint64 now_us)
{
  FilOutput out;
  gsize total = 0;

  while (fil_session_output (session, &out, now_us))
    {
      g_assert_cmpuint (out.len, >, 0);
      if (out.bytes == NULL)
        g_assert_cmpuint ((guint64) out.offset + out.len, <=, 3000);
      total += out.len;
      fil_session_sent (session, out.len, now_us);
    }
  return total;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  g_autoptr (World) world = NULL;
  g_autoptr (GBytes) content = NULL;
  g_autoptr (FilSession) session = NULL;
  gsize at = 1;
  Host *host;

  if (size == 0)
    return 0;
  world = world_new ();
  content = test_content (3000, 1);
  host = world_add_host (world, "25.0.0.1:6346", content);
  session = fil_uploads_accept (host->uploads, &world->own, world->now_us);
  while (at < size && !session->is_closed)
    {
      gsize piece = MIN (size - at, (gsize) data[0] + 1);
      gsize used = fil_session_feed (session, data + at, piece, world->now_us);

      g_assert_cmpuint (used, <=, piece);
      at += used;
      /* Either it took something or it has something to say. */
      g_assert_true (drain (session, world->now_us) > 0 || used > 0);
    }
  fil_session_tick (session, world->now_us + FIL_HOUR);
  g_assert_true (session->is_closed);
  return 0;
}
