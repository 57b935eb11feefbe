/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz.h"
#include "giv.h"
#include "handshake-values.h"
#include "head.h"
#include "push-proxy-request.h"
#include "start-line.h"

static const FilHeadLimits *const limits[] = { &fil_head_limits_accept, &fil_head_limits_handshake,
                                               &fil_head_limits_http };

static void
look_at (const FilHead *head)
{
  const char *line = fil_head_first_line (head);
  FilPushProxyRequest proxy;
  FilHttpRequestLine request;
  FilStatusLine status;
  FilEndpoint endpoints[8];
  FilQueueCall call;
  FilGiv giv;
  guint major;
  guint minor;

  (void) !fil_http_status_line_parse (&status, line);
  (void) !fil_handshake_status_line_parse (&status, line);
  (void) !fil_handshake_connect_line_parse (line, &major, &minor);
  (void) !fil_giv_parse (&giv, line);
  (void) !fil_queue_call_parse (&call, line);
  if (fil_http_request_line_parse (&request, line))
    {
      g_free (fil_http_unescape (request.target));
      (void) !fil_push_proxy_request_parse (&proxy, request.target);
    }
  fil_handshake_listen_address (head, &endpoints[0], &endpoints[1]);
  (void) !fil_handshake_remote_address (head, &endpoints[0]);
  for (guint i = 0; i < fil_head_n (head); i++)
    g_assert_true (fil_head_get (head, fil_head_name_at (head, i)) == fil_head_value_at (head, i));
}

/* Which limits and how large the pieces, then the stream. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  const guint8 how = size == 0 ? 0 : data[0];
  g_autoptr (FilHead) head = fil_head_new (limits[how % G_N_ELEMENTS (limits)]);
  const gsize piece = 1 + how % 61;

  for (gsize at = 1; at < size;)
    {
      gsize used;
      FilHeadStatus status = fil_head_feed (head, fil_slice (data + at, MIN (piece, size - at)), &used);

      g_assert_cmpuint (used, <=, piece);
      at += used;
      if (status == FIL_HEAD_ERROR)
        break;
      if (status == FIL_HEAD_DONE)
        {
          look_at (head);
          fil_head_reset (head);
        }
    }
  return 0;
}
