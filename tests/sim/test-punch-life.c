/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punch-stream.h"
#include "punch-world.h"

#include "punch-limits.h"
#include "punches-private.h"

#include <string.h>

/* How attempts end: with a stream, with a reason, or because nobody wants them any more; on virtual time, between
 * two hosts behind port-restricted routers. */

typedef struct
{
  PunchWorld *world;
  PunchHost *asker;
  PunchHost *sharer;
  gint64 begin_us;
} Pair;

static void
set_up (Pair *pair,
        gconstpointer data)
{
  PunchWorld *world = punch_world_new ("LimeWire/5.5");

  pair->world = world;
  pair->asker =
      punch_world_host (world, "192.168.1.2:6346", punch_world_nat (world, NAT_PORT, "24.4.4.4", NULL), NAT_PORT);
  pair->sharer =
      punch_world_host (world, "192.168.2.2:6347", punch_world_nat (world, NAT_PORT, "90.9.9.9", NULL), NAT_PORT);
  /* TCP is for the tests that say so. */
  pair->asker->side.has_tcp = pair->sharer->side.has_tcp = FALSE;
  punch_world_start (world);
  pair->begin_us = sim_now (world->sim);
}

static void
tear_down (Pair *pair,
           gconstpointer data)
{
  punch_world_free (pair->world);
}

static gint64
since_begin (const Pair *pair,
             gint64 at_us)
{
  return at_us - pair->begin_us;
}

static gboolean
has_failed (gpointer host)
{
  return ((PunchHost *) host)->failure != NULL;
}

static gboolean
has_way (gpointer host)
{
  return ((PunchHost *) host)->n_ways > 0;
}

static gboolean
has_stream (gpointer host)
{
  return ((PunchHost *) host)->n_streams > 0;
}

/* Nothing is under way at @host, and nothing is kept of what was. */
static void
assert_at_rest (PunchHost *host)
{
  sim_run (host->world->sim, FIL_MSEC);
  g_assert_cmpint (fil_punches_wake (host->punches), ==, FIL_NEVER);
  g_assert_cmpuint (punch_world_n_kept (host), ==, 0);
  g_assert_cmpuint (punch_streams_n_opening (host->streams), ==, 0);
}

/* The stream stands: there is nothing left to do on either side. */
static void
test_opened (Pair *pair,
             gconstpointer data)
{
  Sim *sim = pair->world->sim;

  punch_world_ask (pair->asker, pair->sharer);
  g_assert_true (sim_run_until (sim, has_stream, pair->asker, 3 * FIL_SEC));
  g_assert_true (sim_run_until (sim, has_stream, pair->sharer, FIL_SEC));
  assert_at_rest (pair->asker);
  assert_at_rest (pair->sharer);
  sim_run (sim, FIL_MINUTE);
  g_assert_null (pair->asker->failure);
  g_assert_cmpuint (pair->asker->n_streams + pair->sharer->n_streams, ==, 2);
}

/* No datagram of the stream gets through: the asker hears of it as soon as it has waited long enough, … */
static void
test_never_opens (Pair *pair,
                  gconstpointer data)
{
  pair->world->drops_rudp = TRUE;
  punch_world_ask (pair->asker, pair->sharer);
  g_assert_true (sim_run_until (pair->world->sim, has_failed, pair->asker, FIL_MINUTE));
  g_assert_cmpuint (pair->asker->n_ways, ==, 1);
  g_assert_cmpstr (pair->asker->failure, ==, "punch-failed");
  g_assert_cmpint (pair->asker->failure_us - pair->asker->way_us, >=, FIL_PUNCH_STREAM_US);
  g_assert_cmpint (pair->asker->failure_us - pair->asker->way_us, <=, FIL_PUNCH_STREAM_US + FIL_SEC);
  assert_at_rest (pair->asker);
  sim_run (pair->world->sim, FIL_SEC);
  assert_at_rest (pair->sharer);
}

/* … and of one that breaks at once, with the reason. */
static void
test_breaks (Pair *pair,
             gconstpointer data)
{
  pair->world->drops_used = GPOINTER_TO_INT (data);
  pair->asker->breaks_streams = TRUE;
  punch_world_ask (pair->asker, pair->sharer);
  g_assert_true (sim_run_until (pair->world->sim, has_failed, pair->asker, 2 * FIL_SEC));
  g_assert_cmpstr (pair->asker->failure, ==, "punch-failed");
  g_assert_cmpstr (pair->asker->failure_sentence, ==, "The stream broke, says the test.");
  assert_at_rest (pair->asker);
  /* The next try is a fresh one. */
  pair->asker->breaks_streams = FALSE;
  g_assert_cmpuint (punch_world_ask (pair->asker, pair->sharer), !=, pair->asker->way.id);
  g_assert_true (sim_run_until (pair->world->sim, has_stream, pair->asker, 5 * FIL_SEC));
}

/* The other side's word that it knows gets lost, but its stream stands: that says the same. */
static void
test_agreed_by_stream (Pair *pair,
                       gconstpointer data)
{
  pair->world->drops_used = TRUE;
  punch_world_ask (pair->asker, pair->sharer);
  g_assert_true (sim_run_until (pair->world->sim, has_stream, pair->asker, 3 * FIL_SEC));
  assert_at_rest (pair->asker);
  sim_run (pair->world->sim, FIL_MINUTE);
  g_assert_null (pair->asker->failure);
}

/* A TCP connection stands that nobody wants any more: no other one is tried. */
static void
test_unwanted (Pair *pair,
               gconstpointer data)
{
  pair->asker->side.has_tcp = pair->sharer->side.has_tcp = TRUE;
  pair->world->drops_rudp = TRUE;
  pair->asker->wants_nothing = TRUE;
  punch_world_ask (pair->asker, pair->sharer);
  sim_run (pair->world->sim, 2 * FIL_SEC);
  assert_at_rest (pair->asker);
  sim_run (pair->world->sim, FIL_MINUTE);
  g_assert_cmpuint (pair->asker->n_ways, ==, 0);
  g_assert_null (pair->asker->failure);
}

/* Who was knocked at is expected for a while, also when the attempt is over: its answer says nothing about our
 * router. But not for ever. */
static void
test_expected (Pair *pair,
               gconstpointer data)
{
  Sim *sim = pair->world->sim;
  FilEndpoint peer = pair->sharer->nat->outside;

  g_assert_false (fil_punches_expects (pair->asker->punches, &peer, sim_now (sim)));
  punch_world_ask (pair->asker, pair->sharer);
  g_assert_true (sim_run_until (sim, has_way, pair->asker, 3 * FIL_SEC));
  g_assert_true (fil_punches_expects (pair->asker->punches, &peer, sim_now (sim)));
  g_assert_true (sim_run_until (sim, has_stream, pair->asker, 3 * FIL_SEC));
  g_assert_true (fil_punches_expects (pair->asker->punches, &peer, sim_now (sim)));
  sim_run (sim, FIL_PUNCH_LATELY_US - FIL_SEC);
  g_assert_true (fil_punches_expects (pair->asker->punches, &peer, sim_now (sim)));
  sim_run (sim, FIL_SEC);
  g_assert_false (fil_punches_expects (pair->asker->punches, &peer, sim_now (sim)));
}

/* Of very many who were knocked at, the last ones are remembered. */
static void
test_expected_limit (Pair *pair,
                     gconstpointer data)
{
  gint64 now_us = sim_now (pair->world->sim);
  FilPunches *punches = pair->asker->punches;
  g_autoptr (GArray) targets = g_array_new (FALSE, FALSE, sizeof (FilPunchTarget));
  FilPunchTarget target = { 0 };

  for (guint i = 0; i < FIL_PUNCH_LATELY_MAX + 10; i++)
    {
      target.endpoint = fil_endpoint_v4 ((const guint8[]){ 66, (guint8) (i / 256), (guint8) i, 1 }, 7777);
      g_array_append_val (targets, target);
    }
  _fil_punches_called_lately (punches, targets, now_us);
  g_assert_cmpuint (punches->lately->len, ==, FIL_PUNCH_LATELY_MAX);
  g_assert_true (fil_punches_expects (punches, &target.endpoint, now_us));
  g_assert_false (fil_punches_expects (punches, &g_array_index (targets, FilPunchTarget, 9).endpoint, now_us));
  g_assert_true (fil_punches_expects (punches, &g_array_index (targets, FilPunchTarget, 10).endpoint, now_us));
}

/* Cancelled at any time, an attempt leaves nothing, and nobody hears of it. */
static void
test_cancelled (Pair *pair,
                gconstpointer data)
{
  const gint64 after_us[] = { FIL_MSEC, 60 * FIL_MSEC, 120 * FIL_MSEC, 200 * FIL_MSEC, FIL_SEC };

  for (guint i = 0; i < G_N_ELEMENTS (after_us); i++)
    {
      Pair other;
      guint n_sent;

      set_up (&other, NULL);
      other.world->drops_rudp = TRUE;
      punch_world_ask (other.asker, other.sharer);
      sim_run (other.world->sim, after_us[i]);
      g_assert_cmpuint (punch_world_n_kept (other.asker), ==, 1);
      fil_punches_cancel (other.asker->punches, &other.sharer->sim->guid, sim_now (other.world->sim));
      punch_world_arm (other.asker);
      assert_at_rest (other.asker);
      n_sent = other.asker->n_sent_high;
      sim_run (other.world->sim, FIL_MINUTE);
      g_assert_cmpuint (other.asker->n_sent_high, ==, n_sent);
      g_assert_null (other.asker->failure);
      assert_at_rest (other.sharer);
      tear_down (&other, NULL);
    }
}

/* Offers that come at the wrong moment */

/* An offer by PUSH that comes before others have told us what our router does is answered as soon as they have. */
static void
test_unsure (Pair *pair,
             gconstpointer data)
{
  pair->world->drops_pings = TRUE;
  pair->sharer->is_unsure = TRUE;
  punch_world_ask (pair->asker, pair->sharer);
  sim_run (pair->world->sim, FIL_PUNCH_PUSH_US + 500 * FIL_MSEC);
  g_assert_cmpuint (pair->sharer->sim->pushes->len, >, 0);
  g_assert_cmpuint (punch_world_n_kept (pair->sharer), ==, 0);
  pair->sharer->is_unsure = FALSE;
  sim_run (pair->world->sim, 2 * FIL_PUNCH_LOOK_US);
  g_assert_cmpuint (punch_world_n_kept (pair->sharer), ==, 1);
  g_assert_true (sim_run_until (pair->world->sim, has_stream, pair->asker, 3 * FIL_SEC));
}

/* A PUSH with an offer of a host at @address. */
static gboolean
push_offer (PunchHost *to,
            guint number,
            gint64 now_us)
{
  FilPunchOffer offer = { .is_full = TRUE };
  FilPush push = { .index = FIL_PUSH_INDEX_FW };
  g_auto (FilWriter) item;

  fil_writer_init (&item);
  memset (offer.nonce, (int) number + 1, sizeof offer.nonce);
  memset (offer.guid.bytes, 7, sizeof offer.guid.bytes);
  offer.udp = (FilNatClass){ FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_PORT, 0 };
  offer.n_candidates = 1;
  offer.candidates[0].kind = FIL_CANDIDATE_UDP;
  offer.candidates[0].endpoint = fil_endpoint_v4 ((const guint8[]){ 66, 66, (guint8) number, 1 }, 7777);
  fil_punch_offer_encode (&offer, &item);
  push.endpoint = offer.candidates[0].endpoint;
  push.port = push.endpoint.port;
  push.signal = fil_writer_slice (&item);
  return fil_punches_take_push (to->punches, &push, now_us);
}

/* Not many of them are kept, and not for long. */
static void
test_unsure_limits (Pair *pair,
                    gconstpointer data)
{
  Sim *sim = pair->world->sim;
  guint n = 0;

  pair->sharer->is_unsure = TRUE;
  for (guint i = 0; i < 2 * FIL_PUNCH_WAITING_MAX; i++)
    n += push_offer (pair->sharer, i, sim_now (sim));
  g_assert_cmpuint (n, ==, FIL_PUNCH_WAITING_MAX);
  g_assert_cmpint (fil_punches_wake (pair->sharer->punches), ==, sim_now (sim) + FIL_PUNCH_LOOK_US);
  /* The machine slept. */
  sim_run (sim, FIL_PUNCH_WAITING_US);
  punch_world_arm (pair->sharer);
  assert_at_rest (pair->sharer);
  g_assert_null (strstr (pair->sharer->steps->str, "punch-offered"));
}

/* While nobody gets a file of ours, nobody is knocked at for one, whatever way the offer came. */
static void
test_paused (Pair *pair,
             gconstpointer data)
{
  pair->sharer->is_paused = TRUE;
  pair->world->drops_pings = GPOINTER_TO_INT (data);
  punch_world_ask (pair->asker, pair->sharer);
  g_assert_true (sim_run_until (pair->world->sim, has_failed, pair->asker, FIL_MINUTE));
  g_assert_cmpstr (pair->asker->failure, ==, "no-punch-answer");
  g_assert_cmpuint (pair->sharer->sim->pushes->len, >, 0);
  g_assert_cmpuint (pair->sharer->n_sent_high, ==, 0);
  g_assert_cmpstr (pair->sharer->steps->str, ==, "");
  /* What it wants itself is another matter. */
  punch_world_ask (pair->sharer, pair->asker);
  g_assert_true (sim_run_until (pair->world->sim, has_stream, pair->sharer, 6 * FIL_SEC));
}

/* The routers forbid it: who asks hears so, also when the answer has to be a PUSH. */
static void
test_forbidden (Pair *pair,
                gconstpointer data)
{
  pair->sharer->side.udp = punch_side_of (NAT_SYM).udp;
  pair->world->drops_pings = TRUE;
  punch_world_ask (pair->asker, pair->sharer);
  g_assert_true (sim_run_until (pair->world->sim, has_failed, pair->asker, 5 * FIL_SEC));
  g_assert_cmpstr (pair->asker->failure, ==, "unreachable");
  assert_at_rest (pair->asker);
  assert_at_rest (pair->sharer);
}

/* LimeWire's way */

static guint32
ask_lime (Pair *pair)
{
  FilEndpoint proxies[] = { pair->world->ultrapeers[0]->inside };
  FilPunchWish wish = { .guid = pair->sharer->sim->guid, .proxies = proxies, .n_proxies = 1 };
  guint32 id;

  wish.endpoint = nat_out (pair->sharer->nat, NAT_UDP, &pair->sharer->inside, &proxies[0], sim_now (pair->world->sim));
  id = fil_punches_ask (pair->asker->punches, &wish, sim_now (pair->world->sim));
  punch_world_arm (pair->asker);
  return id;
}

/* Both knock for 20 seconds, as LimeWire does: what opens late is still a way. */
static void
test_lime_late (Pair *pair,
                gconstpointer data)
{
  pair->world->drops_rudp = TRUE;
  ask_lime (pair);
  sim_run (pair->world->sim, 18 * FIL_SEC);
  g_assert_null (pair->asker->failure);
  pair->world->drops_rudp = FALSE;
  g_assert_true (sim_run_until (pair->world->sim, has_stream, pair->asker, FIL_SEC));
  g_assert_true (sim_run_until (pair->world->sim, has_stream, pair->sharer, FIL_SEC));
  assert_at_rest (pair->asker);
  assert_at_rest (pair->sharer);
  g_assert_null (pair->asker->failure);
}

static void
test_lime_silent (Pair *pair,
                  gconstpointer data)
{
  pair->world->drops_rudp = TRUE;
  ask_lime (pair);
  g_assert_true (sim_run_until (pair->world->sim, has_failed, pair->asker, FIL_MINUTE));
  g_assert_cmpint (since_begin (pair, pair->asker->failure_us), ==, FIL_PUNCH_LIME_US);
  g_assert_cmpint (FIL_PUNCH_LIME_US, ==, 20 * FIL_SEC);
  g_assert_cmpstr (pair->asker->failure_sentence, ==,
                   "The other side did not knock, or its router let nobody in.");
  assert_at_rest (pair->asker);
}

/* One attempt for a host at a time, and one that can be cancelled. */
static void
test_lime_cancelled (Pair *pair,
                     gconstpointer data)
{
  guint32 id = ask_lime (pair);

  pair->world->drops_rudp = TRUE;
  g_assert_cmpuint (id, !=, 0);
  sim_run (pair->world->sim, FIL_SEC);
  g_assert_cmpuint (ask_lime (pair), ==, id);
  g_assert_cmpuint (punch_streams_n_opening (pair->asker->streams), ==, 1);
  fil_punches_cancel (pair->asker->punches, &pair->sharer->sim->guid, sim_now (pair->world->sim));
  punch_world_arm (pair->asker);
  assert_at_rest (pair->asker);
  sim_run (pair->world->sim, FIL_MINUTE);
  g_assert_null (pair->asker->failure);
}

static void
add (const char *path,
     gconstpointer data,
     void (*test) (Pair *, gconstpointer))
{
  g_test_add (path, Pair, data, set_up, test, tear_down);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/sim/punch-life/opened", NULL, test_opened);
  add ("/sim/punch-life/never-opens", NULL, test_never_opens);
  add ("/sim/punch-life/breaks", GINT_TO_POINTER (FALSE), test_breaks);
  add ("/sim/punch-life/breaks/while-agreeing", GINT_TO_POINTER (TRUE), test_breaks);
  add ("/sim/punch-life/agreed-by-stream", NULL, test_agreed_by_stream);
  add ("/sim/punch-life/unwanted", NULL, test_unwanted);
  add ("/sim/punch-life/expected", NULL, test_expected);
  add ("/sim/punch-life/expected/limit", NULL, test_expected_limit);
  add ("/sim/punch-life/cancelled", NULL, test_cancelled);
  add ("/sim/punch-life/unsure", NULL, test_unsure);
  add ("/sim/punch-life/unsure/limits", NULL, test_unsure_limits);
  add ("/sim/punch-life/paused", GINT_TO_POINTER (FALSE), test_paused);
  add ("/sim/punch-life/paused/push", GINT_TO_POINTER (TRUE), test_paused);
  add ("/sim/punch-life/forbidden", NULL, test_forbidden);
  add ("/sim/punch-life/lime/late", NULL, test_lime_late);
  add ("/sim/punch-life/lime/silent", NULL, test_lime_silent);
  add ("/sim/punch-life/lime/cancelled", NULL, test_lime_cancelled);
  return g_test_run ();
}
