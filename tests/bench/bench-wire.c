/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "framer.h"
#include "hit-record.h"
#include "hit-trailer.h"
#include "packet.h"
#include "query-extensions.h"

#include <stdio.h>

/* How fast messages go through; lines "bench NAME VALUE UNIT". */

#define BATCH 256
#define SECONDS 0.5

static guint64 sink; /* keeps the work from being thrown away */

static double
measure (const char *name,
         gsize (*turn) (gpointer),
         gpointer data,
         const char *unit)
{
  gint64 start = g_get_monotonic_time ();
  gint64 now;
  guint64 n = 0;
  double rate;

  do
    {
      for (guint i = 0; i < 16; i++)
        n += turn (data);
      now = g_get_monotonic_time ();
    }
  while (now - start < (gint64) (SECONDS * G_USEC_PER_SEC));
  rate = (double) n / ((double) (now - start) / G_USEC_PER_SEC);
  printf ("bench %s %.0f %s\n", name, rate, unit);
  return rate;
}

static GByteArray *
make_queries (void)
{
  static const char *const texts[] = { "free music ogg", "linux iso", "documentary 1080p",
                                       "open source conference talk" };
  GByteArray *stream = g_byte_array_new ();

  for (guint i = 0; i < BATCH; i++)
    {
      FilQueryExtensions ask = { .oob_v3 = TRUE, .partial = i % 2 == 0,
                                 .media = i % 3 == 0 ? FIL_MEDIA_AUDIO : 0 };
      FilGuid muid = { { (guint8) i, 1, 2, 3 } };
      FilHeader header = fil_header (FIL_KIND_QUERY, &muid, 3, 1);
      g_autoptr (FilPacket) packet
          = fil_query_packet_new (&header, FIL_QUERY_GGEP_H | FIL_QUERY_OOB, texts[i % G_N_ELEMENTS (texts)],
                                  &ask);

      g_byte_array_append (stream, packet->bytes, packet->len);
    }
  return stream;
}

/* Framer and decoder, as for every query that comes in. */
static gsize
turn_decode (gpointer data)
{
  const GByteArray *stream = data;
  g_autoptr (FilFramer) framer = fil_framer_new ();
  FilSlice input = fil_slice (stream->data, stream->len);
  FilFrame frame;
  FilQuery query;
  gsize n = 0;

  while (fil_framer_next (framer, &input, &frame, NULL) == FIL_FRAMER_MESSAGE)
    if (fil_message_objection (frame.info, &frame.header, FIL_TRANSPORT_TCP) == NULL
        && fil_query_decode (&query, frame.payload))
      {
        sink += query.text.len;
        n++;
      }
  return n;
}

/* The same with all extensions looked at. */
static gsize
turn_extensions (gpointer data)
{
  const GByteArray *stream = data;
  g_autoptr (FilFramer) framer = fil_framer_new ();
  FilSlice input = fil_slice (stream->data, stream->len);
  FilQueryExtensions extensions;
  FilFrame frame;
  FilQuery query;
  gsize n = 0;

  while (fil_framer_next (framer, &input, &frame, NULL) == FIL_FRAMER_MESSAGE)
    if (fil_query_decode (&query, frame.payload) && fil_query_extensions_parse (&extensions, &query))
      {
        sink += extensions.media;
        n++;
      }
  return n;
}

/* The same, and a copy for the links that it goes to. */
static gsize
turn_relay (gpointer data)
{
  const GByteArray *stream = data;
  g_autoptr (FilFramer) framer = fil_framer_new ();
  FilSlice input = fil_slice (stream->data, stream->len);
  FilQueryExtensions extensions;
  FilFrame frame;
  FilQuery query;
  gsize n = 0;

  while (fil_framer_next (framer, &input, &frame, NULL) == FIL_FRAMER_MESSAGE)
    if (fil_query_decode (&query, frame.payload) && fil_query_extensions_parse (&extensions, &query))
      {
        g_autoptr (FilPacket) packet
            = fil_packet_new_relayed (&frame.header, frame.payload, (guint8) (frame.header.ttl - 1),
                                      (guint8) (frame.header.hops + 1));

        sink += packet->len;
        n++;
      }
  return n;
}

/* Decode, encode anew, decode what came out. */
static gsize
turn_reencode (gpointer data)
{
  const GByteArray *stream = data;
  g_autoptr (FilFramer) framer = fil_framer_new ();
  FilSlice input = fil_slice (stream->data, stream->len);
  FilFrame frame;
  FilQuery query;
  gsize n = 0;
  g_auto (FilWriter) out;

  fil_writer_init (&out);
  while (fil_framer_next (framer, &input, &frame, NULL) == FIL_FRAMER_MESSAGE)
    if (fil_query_decode (&query, frame.payload))
      {
        fil_writer_truncate (&out, 0);
        fil_query_encode (&query, &out);
        sink += fil_writer_data (&out)[0];
        n++;
      }
  return n;
}

static FilPacket *
make_hit (void)
{
  FilHitTrailer trailer = { .known = FIL_HIT_FIREWALLED | FIL_HIT_BUSY, .tls = TRUE, .browse = TRUE };
  const FilEndpoint endpoint = { .addr = { 9, 9, 9, 9 }, .port = 6346, .family = 4 };
  const FilGuid guid = { { 7 } };
  FilHeader header = fil_header (FIL_KIND_QUERY_HIT, &guid, 4, 0);
  g_auto (FilWriter) body;
  g_auto (FilWriter) payload;
  FilQueryHit hit = { .n_records = 10, .endpoint = endpoint, .speed_kbps = 1000, .servent = guid };

  fil_writer_init (&body);
  fil_writer_init (&payload);
  for (guint i = 0; i < 10; i++)
    {
      FilHitRecord record = { .index = i, .size = 123456,
                              .name = fil_slice_text ("a file name of common length.ogg") };

      record.urn.has_sha1 = TRUE;
      record.urn.sha1.bytes[3] = (guint8) i;
      record.created_s = 1500000000;
      fil_hit_record_write (&record, TRUE, &body);
    }
  fil_hit_trailer_write (&trailer, &body);
  hit.body = fil_writer_slice (&body);
  fil_query_hit_encode (&hit, &payload);
  return fil_packet_new (&header, fil_writer_slice (&payload));
}

static gsize
turn_hit (gpointer data)
{
  const FilPacket *packet = data;
  FilHitTrailer trailer;
  FilHitRecord record;
  FilHitIter iter;
  FilQueryHit hit;
  gsize n = 0;

  if (!fil_query_hit_decode (&hit, fil_packet_payload (packet)))
    return 0;
  iter = fil_hit_iter (&hit);
  while (fil_hit_iter_next (&iter, &record))
    {
      sink += record.size;
      n++;
    }
  sink += (guint64) fil_hit_trailer_parse (&trailer, &hit);
  return n;
}

int
main (void)
{
  GByteArray *queries = make_queries ();
  g_autoptr (FilPacket) hit = make_hit ();

  measure ("wire-query-decode", turn_decode, queries, "messages/s");
  measure ("wire-query-extensions", turn_extensions, queries, "messages/s");
  measure ("wire-query-reencode", turn_reencode, queries, "messages/s");
  measure ("wire-query-relay", turn_relay, queries, "messages/s");
  measure ("wire-hit-records", turn_hit, hit, "records/s");
  g_byte_array_unref (queries);
  return sink == 0;
}
