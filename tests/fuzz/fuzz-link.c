/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
drain (FilSession *session,
       gint64 now_us)
{
  FilOutput out;

  while (session != NULL && fil_session_output (session, &out, now_us))
    fil_session_sent (session, out.len, now_us);
}

static FilSession *
shaken (FilOverlay *overlay,
        guint n,
        const char *mode,
        const char *more,
        gint64 now_us)
{
  guint8 address[4] = { (guint8) (50 + n), 1, 1, 1 };
  FilEndpoint from = fil_endpoint_v4 (address, 2000);
  FilSession *session = fil_overlay_accept (overlay, &from, now_us);
  g_autofree char *head =
      g_strdup_printf ("GNUTELLA CONNECT/0.6\r\nUser-Agent: F\r\nX-Ultrapeer: %s\r\nX-Query-Routing: 0.2\r\n"
                       "X-Ultrapeer-Query-Routing: 0.1\r\nX-Degree: 32\r\nX-Dynamic-Querying: 0.1\r\n"
                       "GGEP: 0.5\r\nVendor-Message: 0.2\r\nBye-Packet: 0.1\r\n%s\r\n",
                       mode, more);
  g_autofree char *final = g_strdup_printf ("GNUTELLA/0.6 200 OK\r\n%s\r\n", more);

  fil_session_feed (session, (const guint8 *) head, strlen (head), now_us);
  drain (session, now_us);
  fil_session_feed (session, (const guint8 *) final, strlen (final), now_us);
  drain (session, now_us);
  return session;
}

/* The first byte says where the rest goes: into a handshake, a link of an ultrapeer or of a leaf, plain or
 * compressed, or into datagrams. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  FilOverlayConfig config = { .role = size > 0 && (data[0] & 0x10) != 0 ? FIL_ROLE_LEAF : FIL_ROLE_ULTRAPEER,
                              .user_agent = "Filbert/fuzz",
                              .vendor = { 'F', 'L', 'B', 'T' },
                              .is_passive = TRUE };
  FilOverlayDelegate delegate = { NULL };
  g_autoptr (FilRandom) random = fil_random_new_seeded (7);
  FilOverlay *overlay;
  FilSession *others[2], *session = NULL;
  FilEndpoint from = fil_endpoint_v4 ((const guint8[]){ 60, 1, 1, 1 }, 3000);
  gint64 now_us = FIL_HOUR;

  if (size < 1)
    return 0;
  fil_guid_random (&config.guid, random);
  overlay = fil_overlay_new (&config, &delegate, NULL, random, now_us);
  fil_overlay_start (overlay, now_us);
  others[0] = shaken (overlay, 0, "True", "", now_us);
  others[1] = shaken (overlay, 1, "False", "", now_us);
  if ((data[0] & 7) == 0)
    session = fil_overlay_accept (overlay, &from, now_us);
  else if ((data[0] & 7) == 1)
    session = fil_overlay_outgoing (overlay, &from, now_us);
  else if ((data[0] & 7) == 2)
    session = shaken (overlay, 2, "True", "Content-Encoding: deflate\r\nAccept-Encoding: deflate\r\n", now_us);
  else if ((data[0] & 7) == 3)
    session = shaken (overlay, 2, "False", "", now_us);
  else if ((data[0] & 7) != 4)
    session = shaken (overlay, 2, "True", "", now_us);
  data++;
  size--;
  drain (session, now_us);
  if (session == NULL)
    fil_overlay_udp_received (overlay, &from, data, size, now_us);
  else
    while (size > 0 && !session->is_closed)
      {
        gsize n = fil_session_feed (session, data, MIN (size, 100), now_us);

        data += n;
        size -= n;
        now_us += 10 * FIL_MSEC;
        drain (session, now_us);
        if (n == 0)
          now_us = MAX (now_us, fil_session_wake (session));
        fil_session_tick (session, now_us);
      }
  now_us += FIL_MINUTE;
  fil_overlay_tick (overlay, now_us);
  for (guint i = 0; i < 2; i++)
    {
      drain (others[i], now_us);
      fil_session_free (others[i]);
    }
  fil_session_free (session);
  fil_overlay_free (overlay);
  return 0;
}
