/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "browse-session.h"
#include "fuzz-transfer.h"
#include "transfer-limits.h"

/* The input is what a host says when it is asked for the list of its files. Whatever that is, its owner is
 * told of the end once. Seeds are C strings, so 0xfe stands for the bytes of 0 that every message has. */

#define ZERO "\xfe"
#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/x-gnutella-packets\r\n"
#define HIT_HEADER "0123456789abcdef" "\x81\x01\x01\x2a" ZERO ZERO ZERO
#define HIT "\x01\xca\x18\x18\x01\x01\x01\x01" ZERO ZERO ZERO "\x07" ZERO ZERO ZERO "\x09" ZERO ZERO ZERO \
  "a.txt" ZERO ZERO "fedcba9876543210"
#define PONG "0123456789abcdef" "\x01\x01\x01\x0e" ZERO ZERO ZERO "\xca\x18\x18\x01\x01\x01\x01\x01" ZERO ZERO "\x01\x01" ZERO ZERO

const char *const fuzz_seeds[] = {
  "\x40" OK "\r\n" HIT_HEADER HIT PONG HIT_HEADER HIT,
  "\x05" OK "Content-Length: 65\r\n\r\n" HIT_HEADER HIT,
  "\xff" OK "Transfer-Encoding: chunked\r\n\r\n17\r\n" HIT_HEADER "\r\n2A;x=y\r\n" HIT "\r\n0\r\nTrailer: x\r\n\r\n",
  "\x03" "GIV 7:0123456789abcdef0123456789abcdef/a.txt\n\n" OK "\r\n" HIT_HEADER HIT,
  "\x02HTTP/1.1 403 Browse Host Disabled\r\nContent-Length: 0\r\n\r\n",
  NULL,
};

typedef struct
{
  guint hits;
  guint ends;
} Told;

static void
hit_cb (gpointer data,
        const FilQueryHit *hit,
        gint64 now_us)
{
  Told *told = data;

  g_assert_cmpuint (told->ends, ==, 0);
  told->hits++;
}

static void
ended_cb (gpointer data,
          FilBrowseEnd end,
          gint64 now_us)
{
  Told *told = data;

  told->ends++;
  if (end == FIL_BROWSE_NOT_CONNECTED || end == FIL_BROWSE_REFUSED)
    g_assert_cmpuint (told->hits, ==, 0);
}

static const FilBrowseDelegate delegate = { .hit = hit_cb, .ended = ended_cb };

/* Says all that it has to say. */
static void
drain (FilSession *session,
       gint64 now_us)
{
  FilOutput out;

  while (!session->is_closed && fil_session_output (session, &out, now_us))
    fil_session_sent (session, out.len, now_us);
}

static void
talk (FilSession *session,
      const guint8 *bytes,
      gsize size,
      gsize piece,
      gboolean hangs_up)
{
  gint64 now_us = FIL_SEC;

  drain (session, now_us);
  for (gsize at = 0; at < size && !session->is_closed;)
    {
      gsize n = MIN (size - at, piece);
      gsize used = fil_session_feed (session, bytes + at, n, now_us);

      g_assert_cmpuint (used, <=, n);
      g_assert_true (used == n || session->is_closed);
      drain (session, now_us);
      at += used;
      now_us += FIL_SEC / 1000;
    }
  if (!session->is_closed && hangs_up)
    fil_session_hung_up (session, NULL, now_us);
  if (!session->is_closed)
    fil_session_tick (session, now_us + FIL_BROWSE_MAX_US);
  g_assert_true (session->is_closed);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  g_autofree guint8 *bytes = NULL;

  if (size == 0)
    return 0;
  bytes = g_memdup2 (data + 1, size - 1);
  for (gsize i = 0; i + 1 < size; i++)
    if (bytes[i] == 0xfe)
      bytes[i] = 0;
  /* A host that we called begins with its answer, one that called us with its GIV. */
  for (guint is_giv = 0; is_giv < 2; is_giv++)
    {
      Told told = { 0 };
      FilSession *session = fil_browse_session_new ("24.0.0.1:6346", "Test/1.0", is_giv == 1, &delegate, &told,
                                                   FIL_SEC);

      talk (session, bytes, size - 1, (gsize) data[0] + 1, data[0] % 2 == 1);
      fil_session_free (session);
      g_assert_cmpuint (told.ends, ==, 1);
    }
  return 0;
}
