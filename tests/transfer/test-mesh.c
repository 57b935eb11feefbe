/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "mesh.h"
#include "transfer-limits.h"

#include <string.h>

static const FilSha1 file = { { 1, 2, 3 } };

static FilEndpoint
at (const char *text)
{
  FilEndpoint endpoint;

  g_assert_true (fil_endpoint_parse (&endpoint, text, -1, 0));
  return endpoint;
}

static void
hear (FilMesh *mesh,
      const char *place,
      const char *from,
      gint64 now_us)
{
  FilMeshPlace wanted = { .host.endpoint = at (place) };
  FilEndpoint who = at (from);

  fil_mesh_heard (mesh, &file, &wanted, &who, now_us);
}

static gboolean
report (FilMesh *mesh,
        const char *place,
        const char *from,
        gint64 now_us)
{
  FilEndpoint host = at (place), who = at (from);

  return fil_mesh_reported (mesh, &file, &host, &who, now_us);
}

static guint
n_good (FilMesh *mesh,
        const char *receiver,
        gint64 since_us,
        gint64 now_us)
{
  FilEndpoint to = at (receiver);
  FilHost hosts[FIL_MESH_PLACES];

  return fil_mesh_good (mesh, &file, &to, since_us, hosts, G_N_ELEMENTS (hosts), now_us);
}

static void
test_hearsay (void)
{
  g_autoptr (FilMesh) mesh = fil_mesh_new ();
  FilMeshPlace place = { .host.endpoint = at ("30.0.0.1:6346") };

  /* One stranger names a victim: nobody is told. */
  for (guint i = 0; i < 10; i++)
    hear (mesh, "29.0.0.1:80", "25.0.0.1:1", 1);
  hear (mesh, "29.0.0.1:80", "25.0.7.1:1", 1);
  g_assert_cmpuint (n_good (mesh, "40.0.0.1:1", 0, 1), ==, 0);
  /* Another network says the same. */
  hear (mesh, "29.0.0.1:80", "26.0.0.1:1", 2);
  g_assert_cmpuint (n_good (mesh, "40.0.0.1:1", 0, 2), ==, 1);
  /* Whoever names himself, and who served us. */
  hear (mesh, "28.0.0.1:6346", "28.0.0.1:31234", 3);
  fil_mesh_served (mesh, &file, &place, 3);
  g_assert_cmpuint (n_good (mesh, "40.0.0.1:1", 0, 3), ==, 3);
  /* The receiver does not need to be told of himself, nor of what he was told before. */
  g_assert_cmpuint (n_good (mesh, "28.0.0.1:9", 0, 3), ==, 2);
  g_assert_cmpuint (n_good (mesh, "40.0.0.1:1", 3, 3), ==, 2);
  g_assert_cmpuint (n_good (mesh, "40.0.0.1:1", 4, 4), ==, 0);
  /* Nothing lasts for ever. */
  g_assert_cmpuint (n_good (mesh, "40.0.0.1:1", 0, 4 + FIL_MESH_LIFE_US), ==, 0);
  g_assert_cmpuint (fil_mesh_n_places (mesh), ==, 0);
}

static void
test_gone (void)
{
  g_autoptr (FilMesh) mesh = fil_mesh_new ();
  FilEndpoint host = at ("30.0.0.1:6346");
  FilMeshPlace place = { .host.endpoint = host };
  FilHost out[4];

  fil_mesh_served (mesh, &file, &place, 1);
  /* One network alone cannot talk it away. */
  for (guint i = 0; i < 10; i++)
    g_assert_false (report (mesh, "30.0.0.1:6346", "25.0.0.1:1", 2));
  g_assert_false (report (mesh, "30.0.0.1:6346", "26.0.0.1:1", 2));
  g_assert_cmpuint (n_good (mesh, "40.0.0.1:1", 0, 2), ==, 1);
  g_assert_true (report (mesh, "30.0.0.1:6346", "27.0.0.1:1", 2));
  g_assert_cmpuint (n_good (mesh, "40.0.0.1:1", 0, 2), ==, 0);
  g_assert_true (fil_mesh_is_gone (mesh, &file, &host, 2));
  g_assert_cmpuint (fil_mesh_gone (mesh, &file, 0, out, 4, 2), ==, 1);
  /* Being named again changes nothing for two hours. */
  hear (mesh, "30.0.0.1:6346", "30.0.0.1:1", 3);
  g_assert_cmpuint (n_good (mesh, "40.0.0.1:1", 0, 3), ==, 0);
  hear (mesh, "30.0.0.1:6346", "30.0.0.1:1", 3 + FIL_MESH_GONE_US);
  g_assert_false (fil_mesh_is_gone (mesh, &file, &host, 3 + FIL_MESH_GONE_US));
  g_assert_cmpuint (n_good (mesh, "40.0.0.1:1", 0, 3 + FIL_MESH_GONE_US), ==, 1);

  fil_mesh_failed (mesh, &file, &host, 4 + FIL_MESH_GONE_US);
  g_assert_cmpuint (n_good (mesh, "40.0.0.1:1", 0, 4 + FIL_MESH_GONE_US), ==, 0);
  /* Of a place that nobody knows a report says nothing. */
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *from = g_strdup_printf ("%u.0.0.1:1", 50 + i);

      g_assert_false (report (mesh, "31.0.0.1:1", from, 5));
    }
}

static void
test_push (void)
{
  g_autoptr (FilMesh) mesh = fil_mesh_new ();
  FilMeshPlace place = { .has_push = TRUE };
  FilPushEndpoint out[FIL_MESH_PUSH_PLACES + 1];
  FilEndpoint from;

  for (guint i = 0; i < 3 * FIL_MESH_PUSH_PLACES; i++)
    {
      memset (place.push.guid.bytes, (int) i, sizeof place.push.guid.bytes);
      place.push.n_proxies = i % 8;
      fil_mesh_served (mesh, &file, &place, 1);
    }
  g_assert_cmpuint (fil_mesh_n_places (mesh), ==, FIL_MESH_PUSH_PLACES);
  g_assert_cmpuint (fil_mesh_good_push (mesh, &file, 0, out, G_N_ELEMENTS (out), 1), ==, FIL_MESH_PUSH_PLACES);
  /* The newest proxies count. */
  place.push.n_proxies = 1;
  fil_mesh_served (mesh, &file, &place, 2);
  g_assert_cmpuint (fil_mesh_good_push (mesh, &file, 0, out, 1, 2), ==, 1);
  g_assert_cmpuint (out[0].n_proxies, ==, 1);
  g_assert_cmpuint (n_good (mesh, "40.0.0.1:1", 0, 2), ==, 0);

  /* Nobody can name himself by a GUID. */
  memset (place.push.guid.bytes, 0xee, sizeof place.push.guid.bytes);
  from = at ("25.0.0.1:1");
  fil_mesh_heard (mesh, &file, &place, &from, 3);
  g_assert_cmpuint (fil_mesh_good_push (mesh, &file, 3, out, 4, 3), ==, 0);
}

static void
hear_push (FilMesh *mesh,
           const char *proxy,
           const char *other_proxy,
           const char *from,
           gint64 now_us)
{
  FilMeshPlace place = { .has_push = TRUE, .push.guid.bytes = { 5 } };
  FilEndpoint who = at (from);

  place.push.proxies[place.push.n_proxies++].endpoint = at (proxy);
  if (other_proxy != NULL)
    place.push.proxies[place.push.n_proxies++].endpoint = at (other_proxy);
  fil_mesh_heard (mesh, &file, &place, &who, now_us);
}

static void
assert_only_proxy (FilMesh *mesh,
                   const char *proxy)
{
  FilPushEndpoint out[2];
  FilEndpoint wanted = at (proxy);

  g_assert_cmpuint (fil_mesh_good_push (mesh, &file, 0, out, G_N_ELEMENTS (out), 9), ==, 1);
  g_assert_cmpuint (out[0].n_proxies, ==, 1);
  g_assert_true (fil_endpoint_equal (&out[0].proxies[0].endpoint, &wanted));
}

/* Nobody makes others call a victim: one voice is alone with its proxies, and who is told to others keeps his. */
static void
test_strangers_proxies (void)
{
  g_autoptr (FilMesh) mesh = fil_mesh_new ();
  FilMeshPlace served = { .has_push = TRUE, .push.guid.bytes = { 5 }, .push.n_proxies = 1 };
  FilPushEndpoint out[2];

  hear_push (mesh, "29.0.0.1:80", NULL, "25.0.0.1:1", 1);
  hear_push (mesh, "29.0.0.1:80", NULL, "25.0.7.1:1", 1);
  hear_push (mesh, "30.0.0.1:6346", NULL, "26.0.0.1:1", 2);
  hear_push (mesh, "29.0.0.1:80", NULL, "25.0.0.1:1", 3);
  g_assert_cmpuint (fil_mesh_good_push (mesh, &file, 0, out, G_N_ELEMENTS (out), 3), ==, 0);
  hear_push (mesh, "30.0.0.1:6346", "31.0.0.1:6346", "26.0.0.1:1", 4);
  hear_push (mesh, "32.0.0.1:6346", "31.0.0.1:6346", "27.0.0.1:1", 5);
  assert_only_proxy (mesh, "31.0.0.1:6346");
  hear_push (mesh, "29.0.0.1:80", NULL, "25.0.0.1:1", 6);
  hear_push (mesh, "29.0.0.1:80", NULL, "28.0.0.1:1", 6);
  assert_only_proxy (mesh, "31.0.0.1:6346");
  served.push.proxies[0].endpoint = at ("33.0.0.1:6346");
  fil_mesh_served (mesh, &file, &served, 7);
  assert_only_proxy (mesh, "33.0.0.1:6346");
  hear_push (mesh, "29.0.0.1:80", NULL, "25.0.0.1:1", 8);
  assert_only_proxy (mesh, "33.0.0.1:6346");
}

/* One person has a whole IPv6 /48 to speak from. */
static void
test_one_person (void)
{
  g_autoptr (FilMesh) mesh = fil_mesh_new ();

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *from = g_strdup_printf ("[2a00:1:1:%x::1]:1", i);

      hear (mesh, "29.0.0.1:80", from, 1);
    }
  g_assert_cmpuint (n_good (mesh, "40.0.0.1:1", 0, 1), ==, 0);
  hear (mesh, "29.0.0.1:80", "[2a00:2::1]:1", 1);
  g_assert_cmpuint (n_good (mesh, "40.0.0.1:1", 0, 1), ==, 1);
}

/* How others connect to whom we tell them of is his word, not a stranger's. */
static void
test_strangers_tls (void)
{
  static const struct
  {
    const char *from;
    gboolean tls;
  } words[] = { { "28.0.0.1:4000", TRUE }, { "25.0.0.1:1", TRUE }, { "28.0.0.1:4001", FALSE }, { "25.0.0.1:1", FALSE } };
  g_autoptr (FilMesh) mesh = fil_mesh_new ();
  FilEndpoint to = at ("40.0.0.1:1");

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      FilMeshPlace place = { .host = { at ("28.0.0.1:6346"), i % 2 == 0 ? words[i].tls : !words[i].tls } };
      FilEndpoint from = at (words[i].from);
      FilHost out[2];

      fil_mesh_heard (mesh, &file, &place, &from, i);
      g_assert_cmpuint (fil_mesh_good (mesh, &file, &to, 0, out, G_N_ELEMENTS (out), i), ==, 1);
      g_assert_cmpint (out[0].tls, ==, words[i].tls);
    }
}

/* That we try a host is no word for it, but those against it are counted. */
static void
test_expected (void)
{
  g_autoptr (FilMesh) mesh = fil_mesh_new ();
  FilHost host = { .endpoint = at ("30.0.0.1:6346") };

  fil_mesh_expected (mesh, &file, &host, 1);
  g_assert_false (report (mesh, "30.0.0.1:6346", "25.0.0.1:1", 1));
  fil_mesh_expected (mesh, &file, &host, 1);
  g_assert_false (report (mesh, "30.0.0.1:6346", "26.0.0.1:1", 1));
  g_assert_cmpuint (n_good (mesh, "40.0.0.1:1", 0, 1), ==, 0);
  g_assert_true (report (mesh, "30.0.0.1:6346", "27.0.0.1:1", 1));
  g_assert_cmpuint (fil_mesh_n_places (mesh), ==, 1);
}

/* Ten thousand places, and as many files: what is remembered stays small, and who served us stays. */
static void
test_limits (void)
{
  g_autoptr (FilMesh) mesh = fil_mesh_new ();
  FilMeshPlace good = { .host.endpoint = at ("30.0.0.1:6346") };
  FilEndpoint from = at ("25.0.0.1:1");
  FilSha1 other = { { 0 } };

  fil_mesh_served (mesh, &file, &good, 1);
  for (guint i = 0; i < 10000; i++)
    {
      guint8 address[4] = { 29, 1, (guint8) (i >> 8), (guint8) i };
      FilMeshPlace place = { .host.endpoint = fil_endpoint_v4 (address, 6346) };

      fil_mesh_heard (mesh, &file, &place, &from, 2);
    }
  g_assert_cmpuint (fil_mesh_n_places (mesh), ==, FIL_MESH_PLACES);
  g_assert_cmpuint (n_good (mesh, "40.0.0.1:1", 0, 2), ==, 1);
  for (guint i = 0; i < 10000; i++)
    {
      memcpy (other.bytes, &i, sizeof i);
      fil_mesh_heard (mesh, &other, &good, &from, 3 + i);
      if (i % 100 == 0)
        fil_mesh_served (mesh, &file, &good, 3 + i);
    }
  g_assert_cmpuint (fil_mesh_n_places (mesh), <=, FIL_MESH_PLACES + FIL_MESH_FILES);
  g_assert_cmpuint (n_good (mesh, "40.0.0.1:1", 0, 20000), ==, 1);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/mesh/hearsay", test_hearsay);
  g_test_add_func ("/transfer/mesh/gone", test_gone);
  g_test_add_func ("/transfer/mesh/push", test_push);
  g_test_add_func ("/transfer/mesh/strangers-proxies", test_strangers_proxies);
  g_test_add_func ("/transfer/mesh/strangers-tls", test_strangers_tls);
  g_test_add_func ("/transfer/mesh/one-person", test_one_person);
  g_test_add_func ("/transfer/mesh/expected", test_expected);
  g_test_add_func ("/transfer/mesh/limits", test_limits);
  return g_test_run ();
}
