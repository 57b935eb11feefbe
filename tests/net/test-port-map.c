/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clock.h"
#include "gateway.h"
#include "net-limits.h"
#include "port-mapper.h"

#include <string.h>

#define PORT 23451

/* Packets, byte by byte */

static void
test_pmp_packets (void)
{
  static const guint8 map_tcp[] = { 0, 2, 0, 0, 0x5b, 0x9b, 0x5b, 0x9b, 0, 0, 0x1c, 0x20 };
  static const guint8 mapped[] = { 0, 0x82, 0, 0, 0, 0, 0x10, 0x01, 0x5b, 0x9b, 0x9c, 0x40, 0, 0, 0x0e, 0x10 };
  static const guint8 address[] = { 0, 0x80, 0, 0, 0, 0, 0x10, 0x01, 93, 184, 7, 9 };
  static const guint8 refused[] = { 0, 0x81, 0, 2, 0, 0, 0x10, 0x01 };
  static const guint8 other_version[] = { 0, 0x82, 0, 1, 0, 0, 0x10, 0x01 };
  FilPortMapRequest request = {
    .version = FIL_PORT_MAP_NAT_PMP, .transport = FIL_PORT_MAP_TCP, .port = PORT, .external_port = PORT, .lifetime_s = 7200
  };
  guint8 out[FIL_PORT_MAP_MAX_LEN];
  FilPortMapAnswer answer;
  gsize len = fil_port_map_request_encode (&request, out);

  g_assert_cmpmem (out, len, map_tcp, sizeof map_tcp);
  g_assert_cmpuint (fil_port_map_ask_address (out), ==, 2);
  g_assert_cmpmem (out, 2, "\0\0", 2);

  g_assert_true (fil_port_map_answer_decode (&answer, fil_slice (mapped, sizeof mapped)));
  g_assert_cmpint (answer.kind, ==, FIL_PORT_MAP_IS_MAPPING);
  g_assert_cmpint (answer.transport, ==, FIL_PORT_MAP_TCP);
  g_assert_cmpint (answer.result, ==, FIL_PORT_MAP_ANSWER_OK);
  g_assert_cmpuint (answer.port, ==, PORT);
  g_assert_cmpuint (answer.external.port, ==, 40000);
  g_assert_cmpuint (answer.lifetime_s, ==, 3600);
  g_assert_cmpuint (answer.epoch_s, ==, 0x1001);

  g_assert_true (fil_port_map_answer_decode (&answer, fil_slice (address, sizeof address)));
  g_assert_cmpint (answer.kind, ==, FIL_PORT_MAP_IS_ADDRESS);
  g_assert_cmpmem (answer.external.addr, 4, address + 8, 4);
  g_assert_true (fil_port_map_answer_decode (&answer, fil_slice (refused, sizeof refused)));
  g_assert_cmpint (answer.result, ==, FIL_PORT_MAP_ANSWER_REFUSED);
  g_assert_cmpint (answer.transport, ==, FIL_PORT_MAP_UDP);
  g_assert_true (fil_port_map_answer_decode (&answer, fil_slice (other_version, sizeof other_version)));
  g_assert_cmpint (answer.result, ==, FIL_PORT_MAP_ANSWER_VERSION);
}

static const guint8 pcp_mapped[60] = {
  2, 0x81, 0, 0, 0, 0, 0x0e, 0x10, 0, 0, 0x10, 0x01, [24] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
  17, 0, 0, 0, 0x5b, 0x9b, 0x9c, 0x40, [54] = 0xff, 0xff, 93, 184, 7, 9
};

static void
test_pcp_packets (void)
{
  static const guint8 map_udp[60] = {
    2, 1, 0, 0, 0, 0, 0x1c, 0x20, [18] = 0xff, 0xff, 192, 168, 1, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    17, 0, 0, 0, 0x5b, 0x9b, 0x5b, 0x9b, [54] = 0xff, 0xff
  };
  static const guint8 announcement[24] = { 2, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7 };
  static const guint8 client[4] = { 192, 168, 1, 2 };
  FilPortMapRequest request = {
    .version = FIL_PORT_MAP_PCP, .transport = FIL_PORT_MAP_UDP, .port = PORT, .external_port = PORT, .lifetime_s = 7200,
    .client = fil_endpoint_v4 (client, 0), .nonce = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }
  };
  guint8 out[FIL_PORT_MAP_MAX_LEN], refused[60];
  FilPortMapAnswer answer;
  gsize len = fil_port_map_request_encode (&request, out);

  g_assert_cmpmem (out, len, map_udp, sizeof map_udp);

  g_assert_true (fil_port_map_answer_decode (&answer, fil_slice (pcp_mapped, sizeof pcp_mapped)));
  g_assert_cmpint (answer.kind, ==, FIL_PORT_MAP_IS_MAPPING);
  g_assert_cmpint (answer.transport, ==, FIL_PORT_MAP_UDP);
  g_assert_cmpuint (answer.external.family, ==, 4);
  g_assert_cmpuint (answer.external.port, ==, 40000);
  g_assert_cmpmem (answer.external.addr, 4, pcp_mapped + 56, 4);
  g_assert_cmpmem (answer.nonce, 12, pcp_mapped + 24, 12);

  memcpy (refused, pcp_mapped, sizeof refused);
  refused[3] = 2;
  g_assert_true (fil_port_map_answer_decode (&answer, fil_slice (refused, sizeof refused)));
  g_assert_cmpint (answer.result, ==, FIL_PORT_MAP_ANSWER_REFUSED);

  g_assert_true (fil_port_map_answer_decode (&answer, fil_slice (announcement, sizeof announcement)));
  g_assert_cmpint (answer.kind, ==, FIL_PORT_MAP_IS_ANNOUNCEMENT);
  g_assert_cmpuint (answer.epoch_s, ==, 7);
}

/* Every truncation, in a copy of exactly that size, and random bytes. */
static void
test_hostile_packets (void)
{
  FilPortMapAnswer answer;

  for (gsize len = 0; len < sizeof pcp_mapped; len++)
    {
      g_autofree guint8 *exact = g_memdup2 (pcp_mapped, len); /* NULL: nothing at all */

      g_assert_false (fil_port_map_answer_decode (&answer, fil_slice (exact, len)));
    }
  for (guint i = 0; i < 20000; i++)
    {
      gsize len = (gsize) g_test_rand_int_range (0, 80);
      g_autofree guint8 *bytes = g_malloc (len);

      for (gsize j = 0; j < len; j++)
        bytes[j] = (guint8) g_test_rand_int_range (0, 256);
      if (len > 1)
        {
          bytes[0] = g_test_rand_bit () ? 2 : 0;
          bytes[1] |= 0x80;
        }
      if (fil_port_map_answer_decode (&answer, fil_slice (bytes, len)))
        g_assert_cmpint (answer.transport, <, FIL_PORT_MAP_N);
    }
}

/* A router on virtual time */

typedef struct
{
  FilPortMapper *mapper;
  FilRandom *random;
  gint64 now_us;
  gint64 started_us;     /* the router, last */
  gboolean speaks_pcp;
  gboolean speaks_pmp;
  gboolean says_version; /* to what it does not speak */
  guint code;            /* result of every request … */
  gboolean udp_only;     /* … or of those for UDP */
  guint32 grants_s;      /* at most */
  guint16 external_port[FIL_PORT_MAP_N];
  guint n_requests;
  guint n_removed;
  guint n_changed;
  guint8 queue[16][FIL_PORT_MAP_MAX_LEN];
  gsize queue_len[16];
  guint n_queued;
} Router;

static void
put_epoch (Router *router,
           guint8 *at)
{
  guint32 epoch = GUINT32_TO_BE ((guint32) ((router->now_us - router->started_us) / FIL_SEC));

  memcpy (at, &epoch, 4);
}

static void
answer (Router *router,
        const guint8 *bytes,
        gsize len)
{
  g_assert_cmpuint (router->n_queued, <, G_N_ELEMENTS (router->queue));
  memcpy (router->queue[router->n_queued], bytes, len);
  router->queue_len[router->n_queued++] = len;
}

static guint32
granted (Router *router,
         const guint8 *wanted)
{
  guint32 lifetime;

  memcpy (&lifetime, wanted, 4);
  lifetime = GUINT32_FROM_BE (lifetime);
  router->n_removed += lifetime == 0;
  return GUINT32_TO_BE (MIN (lifetime, router->grants_s));
}

static void
answer_pcp (Router *router,
            const guint8 *bytes)
{
  guint transport = bytes[36] == 6 ? FIL_PORT_MAP_TCP : FIL_PORT_MAP_UDP;
  guint8 out[60] = { 2, 0x81, 0, (guint8) (router->udp_only && transport == FIL_PORT_MAP_TCP ? 0 : router->code) };
  guint16 port = GUINT16_TO_BE (router->external_port[transport]);
  guint32 lifetime = granted (router, bytes + 4);

  memcpy (out + 4, &lifetime, 4);
  put_epoch (router, out + 8);
  memcpy (out + 24, bytes + 24, 36);
  memcpy (out + 42, &port, 2);
  memcpy (out + 44, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x5d\xb8\x07\x09", 16);
  answer (router, out, sizeof out);
}

static void
answer_pmp (Router *router,
            const guint8 *bytes,
            gsize len)
{
  guint8 out[16] = { 0, (guint8) (0x80 | bytes[1]), 0, (guint8) router->code };
  guint16 port = GUINT16_TO_BE (router->external_port[bytes[1] == 2 ? FIL_PORT_MAP_TCP : FIL_PORT_MAP_UDP]);
  guint32 lifetime;

  put_epoch (router, out + 4);
  if (len == 2)
    {
      memcpy (out + 8, "\x5d\xb8\x07\x09", 4);
      answer (router, out, 12);
      return;
    }
  lifetime = granted (router, bytes + 8);
  memcpy (out + 8, bytes + 4, 2);
  memcpy (out + 10, &port, 2);
  memcpy (out + 12, &lifetime, 4);
  answer (router, out, 16);
}

static void
router_send (gpointer data,
             const guint8 *bytes,
             gsize len)
{
  Router *router = data;
  guint8 version[8] = { 0, (guint8) (0x80 | bytes[1]), 0, 1 };

  router->n_requests++;
  if (bytes[0] == 2 && router->speaks_pcp)
    answer_pcp (router, bytes);
  else if (bytes[0] == 0 && router->speaks_pmp)
    answer_pmp (router, bytes, len);
  else if (router->says_version)
    answer (router, version, sizeof version);
}

static void
router_changed (gpointer data)
{
  ((Router *) data)->n_changed++;
}

static const FilPortMapperDelegate delegate = { router_send, router_changed };

static void
set_up (Router *router,
        gconstpointer data)
{
  static const guint8 client[4] = { 192, 168, 1, 2 };
  FilEndpoint endpoint = fil_endpoint_v4 (client, 0);

  router->now_us = 1000 * FIL_SEC;
  router->random = fil_random_new_seeded ((guint64) g_test_rand_int ());
  router->grants_s = 7200;
  router->external_port[FIL_PORT_MAP_TCP] = router->external_port[FIL_PORT_MAP_UDP] = PORT;
  router->mapper = fil_port_mapper_new (PORT, &endpoint, &delegate, router, router->random, router->now_us);
}

static void
tear_down (Router *router,
           gconstpointer data)
{
  fil_port_mapper_free (router->mapper);
  fil_random_free (router->random);
}

static void
deliver (Router *router)
{
  while (router->n_queued > 0)
    {
      guint n = router->n_queued;

      router->n_queued = 0;
      for (guint i = 0; i < n; i++)
        fil_port_mapper_received (router->mapper, fil_slice (router->queue[i], router->queue_len[i]), router->now_us);
    }
}

static void
run_for (Router *router,
         gint64 us)
{
  gint64 end = router->now_us + us;

  while (fil_port_mapper_wake (router->mapper) <= end)
    {
      router->now_us = MAX (router->now_us, fil_port_mapper_wake (router->mapper));
      fil_port_mapper_tick (router->mapper, router->now_us);
      deliver (router);
    }
  router->now_us = end;
}

static void
assert_mapped (Router *router,
               guint16 tcp,
               guint16 udp)
{
  FilEndpoint external[] = { fil_port_mapper_external (router->mapper, FIL_PORT_MAP_TCP),
                             fil_port_mapper_external (router->mapper, FIL_PORT_MAP_UDP) };

  g_assert_cmpint (fil_port_mapper_state (router->mapper), ==, FIL_PORT_MAPPER_MAPPED);
  g_assert_cmpuint (external[0].port, ==, tcp);
  g_assert_cmpuint (external[1].port, ==, udp);
  for (guint i = 0; i < 2; i++)
    if (external[i].port != 0)
      g_assert_cmpmem (external[i].addr, 4, "\x5d\xb8\x07\x09", 4);
}

static void
test_pcp (Router *router,
          gconstpointer data)
{
  router->speaks_pcp = TRUE;
  run_for (router, 0);
  assert_mapped (router, PORT, PORT);
  g_assert_cmpint (fil_port_mapper_version (router->mapper), ==, FIL_PORT_MAP_PCP);
  g_assert_cmpuint (router->n_requests, ==, 2);

  /* Renewed in time, for a day. */
  run_for (router, 24 * FIL_HOUR);
  assert_mapped (router, PORT, PORT);
  g_assert_cmpuint (router->n_requests, ==, 2 + 2 * 24);
  g_assert_cmpuint (router->n_changed, ==, 2);

  fil_port_mapper_release (router->mapper);
  g_assert_cmpuint (router->n_removed, ==, 2);
  g_assert_cmpint (fil_port_mapper_wake (router->mapper), ==, FIL_NEVER);
}

static void
test_pmp (Router *router,
          gconstpointer data)
{
  router->speaks_pmp = TRUE;
  router->says_version = GPOINTER_TO_INT (data);
  router->external_port[FIL_PORT_MAP_TCP] = 40000;
  run_for (router, GPOINTER_TO_INT (data) ? 0 : 8 * FIL_SEC);
  assert_mapped (router, 40000, PORT);
  g_assert_cmpint (fil_port_mapper_version (router->mapper), ==, FIL_PORT_MAP_NAT_PMP);
  run_for (router, 24 * FIL_HOUR);
  assert_mapped (router, 40000, PORT);
  fil_port_mapper_release (router->mapper);
  g_assert_cmpuint (router->n_removed, ==, 2);
}

/* Nobody there: some packets, then quiet; found when it comes. */
static void
test_silent (Router *router,
             gconstpointer data)
{
  run_for (router, 30 * FIL_SEC);
  g_assert_cmpint (fil_port_mapper_state (router->mapper), ==, FIL_PORT_MAPPER_SILENT);
  g_assert_cmpuint (router->n_requests, ==, 5 * FIL_PORT_MAP_TRIES);
  run_for (router, 5 * FIL_MINUTE);
  g_assert_cmpuint (router->n_requests, ==, 5 * FIL_PORT_MAP_TRIES);
  router->speaks_pcp = TRUE;
  run_for (router, 10 * FIL_MINUTE);
  assert_mapped (router, PORT, PORT);
}

static void
test_refused (Router *router,
              gconstpointer data)
{
  router->speaks_pcp = TRUE;
  router->code = 2;
  run_for (router, FIL_MINUTE);
  g_assert_cmpint (fil_port_mapper_state (router->mapper), ==, FIL_PORT_MAPPER_REFUSED);
  g_assert_cmpuint (router->n_requests, ==, 2);
}

/* One transport refused is no reason to let go of the other. */
static void
test_half_refused (Router *router,
                   gconstpointer data)
{
  router->speaks_pcp = TRUE;
  router->udp_only = TRUE;
  router->code = 8;
  run_for (router, 3 * FIL_HOUR);
  assert_mapped (router, PORT, 0);
  fil_port_mapper_release (router->mapper);
  g_assert_cmpuint (router->n_removed, ==, 1);
}

/* What comes after the end is too late. */
static void
test_released (Router *router,
               gconstpointer data)
{
  router->speaks_pcp = TRUE;
  fil_port_mapper_tick (router->mapper, router->now_us);
  fil_port_mapper_release (router->mapper);
  deliver (router);
  g_assert_cmpint (fil_port_mapper_state (router->mapper), ==, FIL_PORT_MAPPER_ASKING);
  g_assert_cmpint (fil_port_mapper_wake (router->mapper), ==, FIL_NEVER);
}

/* Its clock went back: asked at once, not at half of the lifetime. */
static void
test_restarted (Router *router,
                gconstpointer data)
{
  static const guint8 announcement[24] = { 2, 0x80 };

  router->speaks_pcp = TRUE;
  run_for (router, 100 * FIL_SEC);
  router->started_us = router->now_us;
  router->external_port[FIL_PORT_MAP_UDP] = 40001;
  fil_port_mapper_received (router->mapper, fil_slice (announcement, sizeof announcement), router->now_us);
  run_for (router, 0);
  assert_mapped (router, PORT, 40001);
  g_assert_cmpuint (router->n_changed, ==, 3);
}

/* It says that it has started: asked at once, however young its clock is, but not by every announcement. */
static void
test_announced (Router *router,
                gconstpointer data)
{
  static const guint8 announcement[12] = { 0, 0x80, 0, 0, 0, 0, 0, 0, 93, 184, 7, 9 };

  router->speaks_pcp = TRUE;
  run_for (router, FIL_SEC);
  router->external_port[FIL_PORT_MAP_TCP] = 40002;
  for (guint i = 0; i < 1000; i++)
    {
      fil_port_mapper_heard (router->mapper, fil_slice (announcement, sizeof announcement), router->now_us);
      run_for (router, FIL_MSEC);
    }
  assert_mapped (router, 40002, PORT);
  g_assert_cmpuint (router->n_requests, ==, 4);
}

/* It went away: the mapping counts until it ends. */
static void
test_vanished (Router *router,
               gconstpointer data)
{
  router->speaks_pcp = TRUE;
  run_for (router, 0);
  router->speaks_pcp = FALSE;
  run_for (router, 7199 * FIL_SEC);
  assert_mapped (router, PORT, PORT);
  run_for (router, FIL_MINUTE);
  g_assert_cmpint (fil_port_mapper_state (router->mapper), ==, FIL_PORT_MAPPER_SILENT);
  g_assert_cmpuint (fil_port_mapper_external (router->mapper, FIL_PORT_MAP_TCP).port, ==, 0);
}

/* A router cannot make us ask without a pause. */
static void
test_short_lifetime (Router *router,
                     gconstpointer data)
{
  router->speaks_pcp = TRUE;
  router->grants_s = 1;
  run_for (router, FIL_HOUR);
  assert_mapped (router, PORT, PORT);
  g_assert_cmpuint (router->n_requests, <=, 2 + 2 * 3600 / (FIL_PORT_MAP_LEAST_S / 2));
}

/* Answers to nobody's question, and to another nonce. */
static void
test_forged (Router *router,
             gconstpointer data)
{
  run_for (router, 0);
  fil_port_mapper_received (router->mapper, fil_slice (pcp_mapped, sizeof pcp_mapped), router->now_us);
  g_assert_cmpint (fil_port_mapper_state (router->mapper), ==, FIL_PORT_MAPPER_ASKING);
  g_assert_cmpuint (fil_port_mapper_external (router->mapper, FIL_PORT_MAP_UDP).port, ==, 0);
}

static void
test_gateway (void)
{
  static const char routes[] =
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
      "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
      "eth0\t00000000\tFE01A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
      "eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
      "tun0\t00000000\t00000000\t0001\t0\t0\t50\t00000000\t0\t0\t0\n";
  FilEndpoint router;
  char text[FIL_ENDPOINT_TEXT_LEN];

#if G_BYTE_ORDER == G_LITTLE_ENDIAN
  g_assert_true (fil_gateway_parse_routes (routes, NULL, &router));
  g_assert_cmpstr (fil_endpoint_address_text (&router, text), ==, "192.168.1.254");
  g_assert_true (fil_gateway_parse_routes (routes, "wlan0", &router));
  g_assert_cmpstr (fil_endpoint_address_text (&router, text), ==, "192.168.1.1");
#endif
  g_assert_false (fil_gateway_parse_routes (routes, "tun0", &router));
  g_assert_false (fil_gateway_parse_routes (routes, "eth1", &router));
  g_assert_false (fil_gateway_parse_routes ("", NULL, &router));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/port-map/packets/nat-pmp", test_pmp_packets);
  g_test_add_func ("/port-map/packets/pcp", test_pcp_packets);
  g_test_add_func ("/port-map/packets/hostile", test_hostile_packets);
  g_test_add_func ("/port-map/gateway", test_gateway);
#define ADD(path, func, data) g_test_add ("/port-map/" path, Router, data, set_up, func, tear_down)
  ADD ("pcp", test_pcp, NULL);
  ADD ("nat-pmp", test_pmp, GINT_TO_POINTER (FALSE));
  ADD ("nat-pmp-says-so", test_pmp, GINT_TO_POINTER (TRUE));
  ADD ("silent", test_silent, NULL);
  ADD ("refused", test_refused, NULL);
  ADD ("half-refused", test_half_refused, NULL);
  ADD ("released", test_released, NULL);
  ADD ("restarted", test_restarted, NULL);
  ADD ("announced", test_announced, NULL);
  ADD ("vanished", test_vanished, NULL);
  ADD ("short-lifetime", test_short_lifetime, NULL);
  ADD ("forged", test_forged, NULL);
  return g_test_run ();
}
