/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz-transfer.h"
#include "world.h"

/* The input is what a source says, however it was asked. The file is right or not done. */

#define SIZE 3000
#define URN "X-Gnutella-Content-URN: urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB\r\n"

const char *const fuzz_seeds[] = {
  "\x01HTTP/1.1 206 Partial Content\r\nContent-Length: 10\r\nContent-Range: bytes 0-9/3000\r\n\r\n0123456789"
  "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 10-12/3000\r\n\r\nabc",
  "\x40HTTP/1.1 200 OK\r\nContent-Length: 3000\r\nServer: x\r\n\r\nwhatever",
  "\x02HTTP/1.0 200 OK\r\nContent-Length: 3000\r\nConnection: keep-alive\r\n\r\nwhatever",
  "\xffHTTP/1.1 503 Busy\r\nX-Queue: position=1,length=2,limit=3,pollMin=4,pollMax=5\r\n"
  "Content-Length: 2\r\n\r\nno"
  "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-2999/3000\r\n\r\n",
  "\x07HTTP/1.1 416 No\r\nContent-Length: 0\r\nX-Available-Ranges: bytes 0-10,20-30,100-2999\r\n\r\n"
  "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-10/3000\r\nX-Available-Ranges: bytes 0-10\r\n\r\n0123456789a",
  "\x03HTTP/1.1 404 Not Found\r\n" URN "Retry-After: 60\r\nContent-Length: 5\r\n\r\nsorry",
  "\x20HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 429 Slow\r\nRetry-After: 10\r\n"
  "Date: Sun, 22 Nov 2026 10:00:00 GMT\r\n\r\n",
  "\x05HTTP/1.1 206 OK\r\nContent-Range: bytes 0-9/3000\r\nX-Thex-URI: /t;LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ\r\n"
  "X-Alt: tls=8,26.0.0.1,27.0.0.1:80\r\nX-NAlt: 25.0.0.1\r\nX-Features: fwalt/0.1\r\n"
  "X-FAlt: 101112131415161718191A1B1C1D1E1F;fwt/1;6346:28.0.0.1;pptls=8;29.0.0.1:6346\r\n\r\n0123456789"
  "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntree",
  NULL,
};

typedef struct
{
  const guint8 *data;
  gsize left;
} Input;

static Input input;

static gboolean
say_input (Host *host,
           const char *request,
           GByteArray *out)
{
  g_byte_array_append (out, input.data, (guint) input.left);
  input.left = 0;
  return host->requests % 3 != 0;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  g_autoptr (World) world = NULL;
  g_autoptr (GBytes) content = NULL;
  FilDownload *download;
  Host *host;

  if (size == 0)
    return 0;
  world = world_new ();
  content = test_content (SIZE, 1);
  host = world_add_host (world, "25.0.0.1:6346", content);
  download = fil_downloads_get (world->downloads, world_add (world, 1, content));
  input = (Input){ data + 1, size - 1 };
  host->reply = say_input;
  host->bytes_per_step = data[0] < 16 ? data[0] * 16u : 0;
  world_add_source (world, 1, host);
  world_run (world, 3);
  if (download->state == FIL_DOWNLOAD_STATE_DONE)
    world_assert_done (world, 1, content);
  g_assert_cmpuint (fil_download_received_bytes (download), <=, SIZE);
  return 0;
}
