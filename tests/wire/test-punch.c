/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "head-ping.h"
#include "header.h"
#include "punch-offer.h"
#include "punch-probe.h"
#include "push.h"
#include "vendor.h"
#include "wire-test.h"

#include <string.h>

#define ROUNDS 500
#define TYPICAL_MAX 140  /* signalling.md: the items that were measured had 120 bytes */
#define DATAGRAM_MAX 500 /* signalling.md §1 */

static FilNatClass
random_class (void)
{
  FilNatClass self = { (FilNatMapping) test_random_below (5), (FilNatFilter) test_random_below (4), 0 };

  if (self.mapping == FIL_NAT_MAPPING_SEQUENTIAL)
    self.step = (gint8) test_random_u8 ();
  return self;
}

static void
random_offer (FilPunchOffer *self,
              guint n_candidates)
{
  memset (self, 0, sizeof *self);
  self->has_tcp = test_random_bool ();
  self->udp = random_class ();
  self->tcp = random_class ();
  self->is_full = test_random_below (8) != 0;
  if (!self->is_full)
    return;
  self->is_answer = test_random_bool ();
  self->is_reminder = !self->is_answer && test_random_bool ();
  self->has_tls = test_random_bool ();
  for (guint i = 0; i < FIL_PUNCH_NONCE_LEN; i++)
    {
      self->nonce[i] = test_random_u8 ();
      self->echo[i] = self->is_answer ? test_random_u8 () : 0;
    }
  test_random_guid (&self->guid);
  self->n_candidates = n_candidates;
  for (guint i = 0; i < n_candidates; i++)
    {
      self->candidates[i].kind = (FilCandidateKind) (1 + test_random_below (4));
      self->candidates[i].endpoint =
          self->candidates[i].kind == FIL_CANDIDATE_IPV6 ? test_random_v6 () : test_random_v4 ();
    }
  self->n_proxies = test_random_below (FIL_OFFER_PROXIES_MAX + 1);
  for (guint i = 0; i < self->n_proxies; i++)
    self->proxies[i] = test_random_bool () ? test_random_v6 () : test_random_v4 ();
  for (guint i = 0; self->has_tls && i < FIL_PUNCH_FINGERPRINT_LEN; i++)
    self->fingerprint[i] = test_random_u8 ();
}

static void
assert_same (const FilPunchOffer *a,
             const FilPunchOffer *b)
{
  g_assert_cmpint (a->is_full, ==, b->is_full);
  g_assert_cmpint (a->is_answer, ==, b->is_answer);
  g_assert_cmpint (a->is_reminder, ==, b->is_reminder);
  g_assert_cmpint (a->has_tls, ==, b->has_tls);
  g_assert_cmpint (a->has_tcp, ==, b->has_tcp);
  g_assert_cmpmem (&a->udp, sizeof a->udp, &b->udp, sizeof b->udp);
  g_assert_cmpmem (&a->tcp, sizeof a->tcp, &b->tcp, sizeof b->tcp);
  g_assert_cmpmem (a->nonce, sizeof a->nonce, b->nonce, sizeof b->nonce);
  g_assert_cmpmem (a->echo, sizeof a->echo, b->echo, sizeof b->echo);
  g_assert_true (fil_guid_equal (&a->guid, &b->guid));
  g_assert_cmpuint (a->n_candidates, ==, b->n_candidates);
  for (guint i = 0; i < a->n_candidates; i++)
    {
      g_assert_cmpuint (a->candidates[i].kind, ==, b->candidates[i].kind);
      g_assert_true (fil_endpoint_equal (&a->candidates[i].endpoint, &b->candidates[i].endpoint));
    }
  g_assert_cmpuint (a->n_proxies, ==, b->n_proxies);
  for (guint i = 0; i < a->n_proxies; i++)
    g_assert_true (fil_endpoint_equal (&a->proxies[i], &b->proxies[i]));
  g_assert_cmpmem (a->fingerprint, sizeof a->fingerprint, b->fingerprint, sizeof b->fingerprint);
}

static void
test_round_trip (void)
{
  for (guint i = 0; i < ROUNDS; i++)
    {
      FilPunchOffer offer, again;
      g_auto (TestBytes) exact = { 0 };
      g_auto (FilWriter) out;

      random_offer (&offer, test_random_below (FIL_CANDIDATES_MAX + 1));
      fil_writer_init (&out);
      fil_punch_offer_encode (&offer, &out);
      exact = test_bytes_copy (fil_writer_slice (&out));
      g_assert_true (fil_punch_offer_decode (&again, test_bytes_slice (&exact)));
      assert_same (&offer, &again);

      /* Whatever is cut off is missed. */
      for (gsize len = 0; len < exact.len; len++)
        {
          g_auto (TestBytes) cut = test_bytes_copy (fil_slice (exact.data, len));

          g_assert_false (fil_punch_offer_decode (&again, test_bytes_slice (&cut)));
        }
    }
}

/* What a later version says behind, of kinds that nobody knows yet, and addresses that are none. */
static void
test_unknown (void)
{
  g_auto (TestBytes) item = test_bytes_hex ("020c05000000"
                                            "0102030405060708"
                                            "000102030405060708090a0b0c0d0e0f"
                                            "15"
                                            "0f01020304ca18"
                                            "0100000000ca18"
                                            "01010203040000"
                                            "0401020304ca18"
                                            "0101020304ca18"
                                            "0005060708ca19"
                                            "ffff");
  FilPunchOffer offer;

  g_assert_true (fil_punch_offer_decode (&offer, test_bytes_slice (&item)));
  g_assert_true (offer.has_tcp);
  g_assert_cmpuint (offer.n_candidates, ==, 1);
  g_assert_cmpuint (offer.candidates[0].endpoint.port, ==, 0xca18);
  g_assert_cmpuint (offer.n_proxies, ==, 1);
  g_assert_nonnull (fil_punch_offer_find (&offer, FIL_CANDIDATE_UDP));
  g_assert_null (fil_punch_offer_find (&offer, FIL_CANDIDATE_TCP));
  item.data[0] = 0;
  g_assert_false (fil_punch_offer_decode (&offer, test_bytes_slice (&item)));
}

static void
test_noise (void)
{
  for (guint i = 0; i < 20 * ROUNDS; i++)
    {
      FilPunchOffer offer, again;
      g_auto (TestBytes) noise = test_bytes_random (test_random_below (200));
      g_auto (FilWriter) out;

      fil_writer_init (&out);
      if (noise.len > 0)
        noise.data[0] = 1;
      if (!fil_punch_offer_decode (&offer, test_bytes_slice (&noise)))
        continue;
      g_assert_cmpuint (offer.n_candidates, <=, FIL_CANDIDATES_MAX);
      g_assert_cmpuint (offer.n_proxies, <=, FIL_OFFER_PROXIES_MAX);
      fil_punch_offer_encode (&offer, &out);
      g_assert_true (fil_punch_offer_decode (&again, fil_writer_slice (&out)));
      assert_same (&offer, &again);
    }
}

static gsize
ping_length (FilPunchOffer *offer)
{
  FilHeadPing ping = { .has_target = TRUE };
  FilVendor vendor = { .id = { FIL_VENDOR_LIME, 23, 2 } };
  g_auto (FilWriter) item, body, payload;

  fil_writer_init (&item);
  fil_writer_init (&body);
  fil_writer_init (&payload);
  fil_punch_offer_encode (offer, &item);
  ping.signal = fil_writer_slice (&item);
  fil_head_ping_encode (&ping, 2, &body);
  vendor.body = fil_writer_slice (&body);
  fil_vendor_encode (&vendor, &payload);
  return FIL_HEADER_LEN + payload.len;
}

static void
test_lengths (void)
{
  FilPunchOffer offer = {
    .is_full = TRUE, .is_answer = TRUE, .has_tls = TRUE, .has_tcp = TRUE, .n_candidates = 4, .n_proxies = 2
  };
  g_auto (FilWriter) out;

  /* Typical: mapped UDP and TCP, a local address, an IPv6 one, two proxies. */
  for (guint i = 0; i < 4; i++)
    offer.candidates[i] =
        (FilCandidate){ (FilCandidateKind) (i + 1), i == 3 ? test_random_v6 () : test_random_v4 () };
  for (guint i = 0; i < 2; i++)
    offer.proxies[i] = test_random_v4 ();
  fil_writer_init (&out);
  fil_punch_offer_encode (&offer, &out);
  g_assert_cmpuint (out.len, <=, TYPICAL_MAX);

  /* The longest one. */
  offer.n_candidates = FIL_CANDIDATES_MAX;
  for (guint i = 0; i < FIL_CANDIDATES_MAX; i++)
    offer.candidates[i] = (FilCandidate){ FIL_CANDIDATE_IPV6, test_random_v6 () };
  for (guint i = 0; i < 2; i++)
    offer.proxies[i] = test_random_v6 ();
  g_assert_cmpuint (ping_length (&offer), <=, DATAGRAM_MAX);
}

static void
test_probe (void)
{
  for (guint i = 0; i < ROUNDS; i++)
    {
      FilPunchProbe probe = { .kind = (FilProbeKind) (1 + test_random_below (4)) };
      FilPunchProbe again;
      guint8 bytes[FIL_PROBE_LEN];
      FilSlice whole = fil_slice (bytes, sizeof bytes);

      for (guint j = 0; j < FIL_PUNCH_NONCE_LEN; j++)
        {
          probe.to[j] = test_random_u8 ();
          probe.from[j] = test_random_u8 ();
          probe.challenge[j] = test_random_u8 ();
          probe.echo[j] = test_random_u8 ();
        }
      probe.has_tls = test_random_bool ();
      fil_punch_probe_encode (&probe, bytes);
      g_assert_true (fil_punch_probe_decode (&again, whole));
      g_assert_cmpmem (&probe, sizeof probe, &again, sizeof again);
      for (gsize len = 0; len < sizeof bytes; len++)
        {
          g_auto (TestBytes) cut = test_bytes_copy (fil_slice (bytes, len));

          g_assert_false (fil_punch_probe_decode (&again, test_bytes_slice (&cut)));
        }
      bytes[7] = 5;
      g_assert_false (fil_punch_probe_decode (&again, whole));
      bytes[7] = 1;
      bytes[5] = 0;
      g_assert_false (fil_punch_probe_decode (&again, whole));
    }
}

/* The table of punch-probe.h, byte for byte. */
static void
test_probe_bytes (void)
{
  static const FilPunchProbe probe = { .kind = FIL_PROBE_USE, .to = "recipien", .from = "the send",
                                       .challenge = "challeng", .echo = "the echo", .has_tls = TRUE };
  g_auto (TestBytes) wanted = test_bytes_hex ("00000000" "01" "5258" "03" "01" "00000000000000" "410100" "20000000"
                                              "726563697069656e" "7468652073656e64" "6368616c6c656e67"
                                              "746865206563686f");
  guint8 bytes[FIL_PROBE_LEN];

  fil_punch_probe_encode (&probe, bytes);
  g_assert_cmpmem (bytes, sizeof bytes, wanted.data, wanted.len);
}

/* Where a PUSH calls to: by whichever family there is, and at one port. */
static void
test_call_at (void)
{
  FilEndpoint four = fil_endpoint_v4 ((const guint8[]){ 24, 4, 4, 4 }, 6346);
  FilEndpoint six = { .addr = { 0x2a, 1, 2, 3 }, .port = 7000, .family = 6 };
  FilEndpoint none = { 0 };
  FilPush push = { 0 };

  fil_push_call_at (&push, &four, &six);
  g_assert_true (fil_endpoint_equal (fil_push_caller (&push), &four));
  g_assert_cmpuint (push.port, ==, 6346);
  g_assert_cmpuint (push.endpoint6.port, ==, 6346);
  fil_push_call_at (&push, &none, &six);
  g_assert_true (fil_endpoint_equal (fil_push_caller (&push), &six));
  g_assert_cmpuint (push.port, ==, 7000);
  fil_push_call_at (&push, &six, NULL);
  g_assert_cmpuint (push.port, ==, 0);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/punch/round-trip", test_round_trip);
  g_test_add_func ("/wire/punch/unknown", test_unknown);
  g_test_add_func ("/wire/punch/noise", test_noise);
  g_test_add_func ("/wire/punch/lengths", test_lengths);
  g_test_add_func ("/wire/punch/call-at", test_call_at);
  g_test_add_func ("/wire/punch/probe", test_probe);
  g_test_add_func ("/wire/punch/probe/bytes", test_probe_bytes);
  return g_test_run ();
}
