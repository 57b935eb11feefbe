/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "raw-peer.h"

#include "bye.h"
#include "hit-builder.h"
#include "never-send.h"
#include "query-extensions.h"
#include "route-table-builder.h"
#include "route-table-msg.h"
#include "words.h"

#include <string.h>

static guint
match (gpointer data,
       const FilLocalQuery *query,
       FilLocalFile *files,
       guint max)
{
  RawWorld *self = data;

  self->n_matches++;
  if (self->file == NULL)
    return 0;
  files[0] = (FilLocalFile){ .index = 7, .size = 12345, .name = self->file, .n_alts = self->n_alts };
  for (guint i = 0; i < self->n_alts; i++)
    files[0].alts[i] = (FilHost){ raw_endpoint (i), i == 1 };
  return 1;
}

static void
hit (gpointer data,
     guint32 search,
     const FilQueryHit *query_hit,
     const FilSource *source)
{
  ((RawWorld *) data)->n_hits++;
}

static void
push (gpointer data,
      const FilPush *message,
      const FilSource *source)
{
  ((RawWorld *) data)->n_pushes++;
}

static void
head (gpointer data,
      const FilFrame *frame,
      const FilSource *source)
{
  RawWorld *self = data;

  self->n_heads++;
  self->head_source = *source;
}

static void
dial (gpointer data,
      const FilEndpoint *to)
{
  g_array_append_val (((RawWorld *) data)->dials, *to);
}

static void
connect_back (gpointer data,
              const FilEndpoint *to)
{
  g_array_append_val (((RawWorld *) data)->connect_backs, *to);
}

static void
send_udp (gpointer data,
          const FilEndpoint *to,
          const guint8 *bytes,
          gsize len)
{
  RawWorld *self = data;

  g_ptr_array_add (self->datagrams, g_bytes_new (bytes, len));
  g_array_append_val (self->datagram_to, *to);
}

static void
changed (gpointer data,
         FilOverlayNote note,
         guint32 link)
{
  ((RawWorld *) data)->n_proxies_told += note == FIL_NOTE_PROXIES;
}

RawWorld *
raw_world_new (FilOverlayConfig *config)
{
  static const FilOverlayDelegate delegate = { .match = match,
                                               .hit = hit,
                                               .push = push,
                                               .head = head,
                                               .dial = dial,
                                               .connect_back = connect_back,
                                               .send_udp = send_udp,
                                               .changed = changed };
  RawWorld *self = g_new0 (RawWorld, 1);

  self->random = fil_random_new_seeded ((guint64) g_test_rand_int ());
  self->now_us = FIL_HOUR;
  self->dials = g_array_new (FALSE, FALSE, sizeof (FilEndpoint));
  self->connect_backs = g_array_new (FALSE, FALSE, sizeof (FilEndpoint));
  self->datagrams = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->datagram_to = g_array_new (FALSE, FALSE, sizeof (FilEndpoint));
  fil_guid_random (&self->guid, self->random);
  config->guid = self->guid;
  config->user_agent = "Filbert/test";
  memcpy (config->vendor, "FLBT", 4);
  g_assert_true (fil_endpoint_parse (&config->listen, "8.8.4.4:8844", -1, 0));
  self->overlay = fil_overlay_new (config, &delegate, self, self->random, self->now_us);
  fil_overlay_start (self->overlay, self->now_us);
  return self;
}

void
raw_world_free (RawWorld *self)
{
  fil_overlay_free (self->overlay);
  g_array_unref (self->dials);
  g_array_unref (self->connect_backs);
  g_ptr_array_unref (self->datagrams);
  g_array_unref (self->datagram_to);
  fil_random_free (self->random);
  g_free (self);
}

void
raw_world_advance (RawWorld *self,
                   gint64 by_us)
{
  gint64 end = self->now_us + by_us;

  while (fil_overlay_wake (self->overlay) <= end)
    {
      self->now_us = MAX (self->now_us, fil_overlay_wake (self->overlay));
      fil_overlay_tick (self->overlay, self->now_us);
    }
  self->now_us = end;
}

guint64
raw_world_drops (RawWorld *self,
                 FilDropReason reason)
{
  return fil_overlay_stats (self->overlay)->drops[reason];
}

/* Another address in another network for each number. */
FilEndpoint
raw_endpoint (guint n)
{
  guint8 address[4] = { (guint8) (30 + n % 100), (guint8) (n / 100), 1, 1 };

  return fil_endpoint_v4 (address, (guint16) (20000 + n));
}

RawPeer *
raw_peer_new (RawWorld *world,
              const FilEndpoint *from)
{
  RawPeer *self = g_new0 (RawPeer, 1);

  self->world = world;
  self->session = fil_overlay_accept (world->overlay, from, world->now_us);
  self->framer = fil_framer_new ();
  self->answer = g_string_new (NULL);
  self->packets = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_packet_unref);
  return self;
}

void
raw_peer_free (RawPeer *self)
{
  g_clear_pointer (&self->session, fil_session_free);
  fil_framer_free (self->framer);
  g_string_free (self->answer, TRUE);
  g_ptr_array_unref (self->packets);
  g_free (self->close_reason);
  g_free (self);
}

static void
read_messages (RawPeer *self,
               FilSlice input)
{
  FilFrame frame;

  while (fil_framer_next (self->framer, &input, &frame, NULL) == FIL_FRAMER_MESSAGE)
    {
      FilPacket *packet = fil_packet_new_raw (frame.raw);

      g_assert_cmpstr (fil_packet_harm (packet, FIL_TRANSPORT_TCP), ==, NULL);
      g_ptr_array_add (self->packets, packet);
    }
}

/* Takes all that the overlay has to say on this connection. */
void
raw_peer_read (RawPeer *self)
{
  FilOutput out;

  while (self->session != NULL && fil_session_output (self->session, &out, self->world->now_us))
    {
      if (self->is_binary)
        read_messages (self, fil_slice (out.bytes, out.len));
      else
        g_string_append_len (self->answer, (const char *) out.bytes, (gssize) out.len);
      fil_session_sent (self->session, out.len, self->world->now_us);
    }
  if (self->session != NULL && self->session->is_closed)
    {
      self->close_reason = g_strdup (self->session->close_reason);
      g_clear_pointer (&self->session, fil_session_free);
    }
}

void
raw_peer_bytes (RawPeer *self,
                const void *bytes,
                gsize len)
{
  if (self->session != NULL)
    fil_session_feed (self->session, bytes, len, self->world->now_us);
  raw_peer_read (self);
}

void
raw_peer_text (RawPeer *self,
               const char *text)
{
  raw_peer_bytes (self, text, strlen (text));
}

RawPeer *
raw_peer_shaken (RawWorld *world,
                 guint n,
                 gboolean is_ultrapeer)
{
  return raw_peer_shaken_as (world, n, is_ultrapeer, "Raw/1");
}

RawPeer *
raw_peer_shaken_as (RawWorld *world,
                    guint n,
                    gboolean is_ultrapeer,
                    const char *agent)
{
  FilEndpoint from = raw_endpoint (n);

  return raw_peer_shaken_from (world, n, &from, is_ultrapeer, agent);
}

RawPeer *
raw_peer_shaken_from (RawWorld *world,
                      guint n,
                      const FilEndpoint *from,
                      gboolean is_ultrapeer,
                      const char *agent)
{
  RawPeer *self = raw_peer_new (world, from);
  g_autofree char *head = NULL;
  FilGuid guid;
  char hex[FIL_GUID_HEX_LEN + 1];

  fil_guid_random (&guid, world->random);
  guid.bytes[0] = (guint8) n;
  fil_guid_to_hex (&guid, hex);
  head = g_strdup_printf (
      "GNUTELLA CONNECT/0.6\r\nUser-Agent: %s\r\nX-Ultrapeer: %s\r\nX-Query-Routing: 0.2\r\n"
      "X-Ultrapeer-Query-Routing: 0.1\r\nX-Dynamic-Querying: 0.1\r\nX-Degree: 32\r\n"
      "X-Max-TTL: 4\r\nX-Ext-Probes: 0.1\r\nGGEP: 0.5\r\nVendor-Message: 0.2\r\n"
      "Bye-Packet: 0.1\r\nGUID: %s\r\nListen-IP: 30.0.1.1:%u\r\n\r\n",
      agent, is_ultrapeer ? "True" : "False", hex, from->port);
  raw_peer_text (self, head);
  g_assert_true (g_str_has_prefix (self->answer->str, "GNUTELLA/0.6 200 "));
  self->is_binary = TRUE;
  raw_peer_text (self, "GNUTELLA/0.6 200 OK\r\n\r\n");
  raw_peer_clear (self);
  return self;
}

void
raw_peer_send (RawPeer *self,
               const FilHeader *header,
               FilSlice payload)
{
  g_autoptr (FilPacket) packet = fil_packet_new (header, payload);
  FilSlice bytes = fil_packet_slice (packet);

  raw_peer_bytes (self, bytes.data, bytes.len);
}

void
raw_peer_clear (RawPeer *self)
{
  raw_peer_read (self);
  g_ptr_array_set_size (self->packets, 0);
}

const FilPacket *
raw_peer_last (RawPeer *self,
               guint8 kind)
{
  raw_peer_read (self);
  for (guint i = self->packets->len; i > 0; i--)
    if (fil_packet_kind (self->packets->pdata[i - 1]) == kind)
      return self->packets->pdata[i - 1];
  return NULL;
}

guint
raw_peer_count (RawPeer *self,
                guint8 kind)
{
  guint n = 0;

  raw_peer_read (self);
  for (guint i = 0; i < self->packets->len; i++)
    n += fil_packet_kind (self->packets->pdata[i]) == kind;
  return n;
}

/* The code of the Bye that came, 0 for none. */
guint
raw_peer_bye (RawPeer *self)
{
  const FilPacket *packet = raw_peer_last (self, FIL_KIND_BYE);
  FilBye bye;

  return packet != NULL && fil_bye_decode (&bye, fil_packet_payload (packet)) ? bye.code : 0;
}

void
raw_peer_query (RawPeer *self,
                const FilGuid *muid,
                guint8 ttl,
                guint8 hops,
                const char *text)
{
  FilHeader header = fil_header (FIL_KIND_QUERY, muid, ttl, hops);
  FilQueryExtensions extensions = { 0 };
  g_autoptr (FilPacket) packet = fil_query_packet_new (&header, FIL_QUERY_MARK, text, &extensions);

  raw_peer_send (self, &header, fil_packet_payload (packet));
}

void
raw_peer_hit (RawPeer *self,
              const FilGuid *muid,
              guint8 ttl,
              guint8 hops,
              const FilGuid *servent)
{
  FilHeader header = fil_header (FIL_KIND_QUERY_HIT, muid, ttl, hops);
  FilEndpoint endpoint = raw_endpoint (90);
  FilHitTrailer trailer = { .present = TRUE };
  FilHitRecord record = { .index = 1, .size = 10, .name = fil_slice_text ("nut") };
  FilHitBuilder *builder =
      fil_hit_builder_new (&header, &endpoint, 1, servent, &trailer, FALSE, FIL_HIT_PAYLOAD_SEND);
  g_autoptr (GPtrArray) packets = NULL;

  fil_hit_builder_add (builder, &record);
  packets = fil_hit_builder_end (builder);
  raw_peer_send (self, &header, fil_packet_payload (packets->pdata[0]));
}

void
raw_peer_push (RawPeer *self,
               const FilGuid *muid,
               guint8 ttl,
               const FilGuid *servent,
               const char *call)
{
  FilHeader header = fil_header (FIL_KIND_PUSH, muid, ttl, 0);
  FilPush message = { .target = *servent };
  g_auto (FilWriter) writer;

  fil_writer_init (&writer);
  g_assert_true (fil_endpoint_parse (&message.endpoint, call, -1, 0));
  message.port = message.endpoint.port;
  fil_push_encode (&message, &writer);
  raw_peer_send (self, &header, fil_writer_slice (&writer));
}

/* Sends a route table that has just these words. */
void
raw_peer_table (RawPeer *self,
                const char *text)
{
  g_autoptr (FilRouteTableBuilder) builder = fil_route_table_builder_new ();
  g_autoptr (FilWords) words = fil_words_new ();
  g_autoptr (FilRouteTable) table = NULL;
  g_autoptr (GBytes) patch = NULL;
  FilRouteTableMsg reset = { .variant = FIL_ROUTE_TABLE_RESET, .infinity = FIL_ROUTE_INFINITY };
  FilRouteTableMsg whole = { .variant = FIL_ROUTE_TABLE_PATCH, .number = 1, .count = 1, .bits = 4 };
  FilRouteTableMsg *messages[] = { &reset, &whole };
  FilGuid muid;

  fil_words_split_name (words, text, -1);
  fil_route_table_builder_add_words (builder, words);
  table = fil_route_table_builder_finish (builder);
  reset.slots = fil_route_table_slots (table);
  patch = fil_route_table_to_patch (table, NULL, FIL_ROUTE_INFINITY);
  whole.data = fil_slice (g_bytes_get_data (patch, NULL), g_bytes_get_size (patch));
  fil_guid_random (&muid, self->world->random);
  for (guint i = 0; i < 2; i++)
    {
      FilHeader header = fil_header (FIL_KIND_QRP, &muid, 1, 0);
      g_auto (FilWriter) writer;

      fil_writer_init (&writer);
      fil_route_table_msg_encode (messages[i], &writer);
      raw_peer_send (self, &header, fil_writer_slice (&writer));
    }
}
