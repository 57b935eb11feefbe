/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hit-builder.h"
#include "overlay.h"
#include "query-extensions.h"

#include <string.h>
#include <time.h>

/* How many messages a second an ultrapeer in memory reads, routes and writes: three neighbours, each
 * query is passed to two of them, each hit to one. Counted are messages that come in. */

#define N_QUERIES 4000
#define ROUNDS 60

typedef struct
{
  FilSession *session;
  GByteArray *input;
} Peer;

static gint64 now_us = FIL_HOUR;

/* Of this process alone: what else the machine does is of no interest. */
static gint64
cpu_time_us (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * FIL_SEC + time.tv_nsec / 1000;
}

static void
drain (Peer *peer,
       guint64 *bytes)
{
  FilOutput out;

  while (fil_session_output (peer->session, &out, now_us))
    {
      *bytes += out.len;
      fil_session_sent (peer->session, out.len, now_us);
    }
}

static void
feed (Peer *peer,
      const guint8 *bytes,
      gsize len)
{
  while (len > 0)
    {
      gsize n = fil_session_feed (peer->session, bytes, len, now_us);

      bytes += n;
      len -= n;
      if (n == 0)
        fil_session_tick (peer->session, now_us);
    }
}

static void
shake (Peer *peer,
       FilOverlay *overlay,
       guint n)
{
  guint8 address[4] = { (guint8) (60 + n), 1, 1, 1 };
  FilEndpoint from = fil_endpoint_v4 (address, 1000);
  g_autofree char *head = g_strdup_printf (
      "GNUTELLA CONNECT/0.6\r\nUser-Agent: B\r\nX-Ultrapeer: True\r\nX-Query-Routing: 0.2\r\nX-Degree: 32\r\n"
      "X-Dynamic-Querying: 0.1\r\nX-Max-TTL: 4\r\n\r\n");
  guint64 bytes = 0;

  peer->session = fil_overlay_accept (overlay, &from, now_us);
  peer->input = g_byte_array_new ();
  feed (peer, (const guint8 *) head, strlen (head));
  drain (peer, &bytes);
  feed (peer, (const guint8 *) "GNUTELLA/0.6 200 OK\r\n\r\n", 23);
  drain (peer, &bytes);
}

static void
write_round (Peer *peers,
             FilRandom *random,
             const FilGuid *servent)
{
  static const char *const texts[] = { "hazel nut", "live at the harvest", "squirrel", "autumn leaves 1958" };
  FilQueryExtensions extensions = { .oob_v3 = FALSE, .media = FIL_MEDIA_AUDIO };
  FilEndpoint endpoint = fil_endpoint_v4 ((const guint8[]){ 24, 1, 1, 1 }, 6000);
  FilHitTrailer trailer = { .present = TRUE, .known = FIL_HIT_FIREWALLED };
  FilHitRecord record = { .index = 1, .size = 4000000, .name = fil_slice_text ("Live at the Harvest.ogg") };

  g_byte_array_set_size (peers[0].input, 0);
  g_byte_array_set_size (peers[1].input, 0);
  for (guint i = 0; i < N_QUERIES; i++)
    {
      FilHeader header;
      FilGuid muid;
      g_autoptr (FilPacket) query = NULL;

      fil_guid_random (&muid, random);
      header = fil_header (FIL_KIND_QUERY, &muid, 3, 1);
      query = fil_query_packet_new (&header, FIL_QUERY_MARK, texts[i % 4], &extensions);
      g_byte_array_append (peers[0].input, query->bytes, query->len);
      if (i % 2 == 0)
        {
          g_autoptr (GPtrArray) hits = NULL;
          FilHitBuilder *builder;

          header = fil_header (FIL_KIND_QUERY_HIT, &muid, 5, 1);
          builder = fil_hit_builder_new (&header, &endpoint, 100, servent, &trailer, FALSE, FIL_HIT_PAYLOAD_SEND);
          fil_hit_builder_add (builder, &record);
          hits = fil_hit_builder_end (builder);
          g_byte_array_append (peers[1].input, ((FilPacket *) hits->pdata[0])->bytes,
                               ((FilPacket *) hits->pdata[0])->len);
        }
    }
}

/* In turns, as a main loop would: a piece from each neighbour, then everything goes out. */
static void
run_round (Peer *peers,
           guint64 *bytes)
{
  gsize at[2] = { 0, 0 };

  for (guint p = 0; at[0] < peers[0].input->len || at[1] < peers[1].input->len; p = 1 - p)
    {
      gsize n = MIN (8192, peers[p].input->len - at[p]);

      feed (&peers[p], peers[p].input->data + at[p], n);
      at[p] += n;
      for (guint i = 0; i < 3; i++)
        drain (&peers[i], bytes);
    }
}

int
main (void)
{
  FilOverlayConfig config = { .role = FIL_ROLE_ULTRAPEER,
                              .user_agent = "Filbert/bench",
                              .vendor = { 'F', 'L', 'B', 'T' },
                              .is_passive = TRUE,
                              .no_rates = TRUE };
  FilOverlayDelegate delegate = { NULL };
  g_autoptr (FilRandom) random = fil_random_new_seeded (1);
  FilOverlay *overlay;
  Peer peers[3];
  FilGuid servent;
  gint64 spent_us = 0;
  guint64 messages, bytes = 0, queries;

  fil_guid_random (&config.guid, random);
  fil_guid_random (&servent, random);
  overlay = fil_overlay_new (&config, &delegate, NULL, random, now_us);
  fil_overlay_start (overlay, now_us);
  for (guint i = 0; i < 3; i++)
    shake (&peers[i], overlay, i);

  for (guint i = 0; i < ROUNDS; i++)
    {
      gint64 begun;

      write_round (peers, random, &servent);
      begun = cpu_time_us ();
      run_round (peers, &bytes);
      spent_us += cpu_time_us () - begun;
      now_us += FIL_SEC;
    }
  queries = fil_overlay_stats (overlay)->queries_routed;
  messages = queries + fil_overlay_stats (overlay)->hits_routed;
  g_assert_cmpuint (messages, ==, ROUNDS * (N_QUERIES + N_QUERIES / 2));
  g_print ("bench router-messages %.0f msg/s\n", (double) messages * 1e6 / (double) spent_us);
  g_print ("bench router-sent %.0f msg/s\n", (double) (messages + queries) * 1e6 / (double) spent_us);
  for (guint i = 0; i < 3; i++)
    {
      fil_session_free (peers[i].session);
      g_byte_array_unref (peers[i].input);
    }
  fil_overlay_free (overlay);
  return 0;
}
