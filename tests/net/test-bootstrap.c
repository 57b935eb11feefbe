/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bootstrap.h"

#include "clock.h"
#include "net-limits.h"

typedef struct
{
  FilBootstrap *bootstrap;
  FilRandom *random;
  gboolean needs;
  GPtrArray *asked; /* of char *, kind and address */
  guint n[3];
  gint64 last_us[3];
  gint64 now_us;
} World;

static gboolean
needs_hosts (gpointer data)
{
  return ((World *) data)->needs;
}

static void
on_ask (gpointer data,
        FilBootstrapKind kind,
        const char *address)
{
  World *world = data;

  world->n[kind]++;
  world->last_us[kind] = world->now_us;
  g_ptr_array_add (world->asked, g_strdup (address));
}

static const FilBootstrapDelegate delegate = { needs_hosts, on_ask };

static const char text[] = "[udp-host-caches]\nhosts=a:1; b:2;;c:3\n[web-caches]\nurls=http://w1/;http://w2/\n"
                           "[host-lists]\nurls=http://list/\n";

static void
world_init (World *world)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, sizeof text - 1);
  g_autoptr (FilBootstrapHosts) hosts = fil_bootstrap_hosts_parse (bytes, NULL);

  *world = (World){ .needs = TRUE, .now_us = 1000 * FIL_SEC };
  world->asked = g_ptr_array_new_with_free_func (g_free);
  world->random = fil_random_new_seeded ((guint64) g_test_rand_int ());
  world->bootstrap = fil_bootstrap_new (hosts, world->random, &delegate, world);
}

static void
world_clear (World *world)
{
  fil_bootstrap_free (world->bootstrap);
  fil_random_free (world->random);
  g_ptr_array_unref (world->asked);
}

static void
run (World *world,
     gint64 for_us)
{
  gint64 until_us = world->now_us + for_us;

  while (fil_bootstrap_wake (world->bootstrap) <= until_us)
    {
      world->now_us = MAX (world->now_us, fil_bootstrap_wake (world->bootstrap));
      fil_bootstrap_tick (world->bootstrap, world->now_us);
      g_assert_cmpint (fil_bootstrap_wake (world->bootstrap), >, world->now_us);
    }
  world->now_us = until_us;
}

static void
answer_last (World *world,
             FilBootstrapKind kind,
             guint n_hosts,
             gboolean is_dead)
{
  g_autofree char *address = g_strdup (g_ptr_array_index (world->asked, world->asked->len - 1));

  fil_bootstrap_answered (world->bootstrap, kind, address, n_hosts, is_dead, world->now_us);
}

static void
test_file (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, sizeof text - 1);
  g_autoptr (GBytes) noise = g_bytes_new_static ("no key file", 11);
  g_autoptr (FilBootstrapHosts) hosts = fil_bootstrap_hosts_parse (bytes, NULL);
  g_autoptr (FilBootstrapHosts) shipped = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (g_getenv ("FIL_TEST_TOP"), "data", "bootstrap.ini", NULL);

  g_assert_cmpuint (hosts->udp->len, ==, 3);
  g_assert_cmpstr (g_ptr_array_index (hosts->udp, 1), ==, "b:2");
  g_assert_cmpuint (hosts->web->len, ==, 2);
  g_assert_cmpuint (hosts->list->len, ==, 1);
  g_assert_null (fil_bootstrap_hosts_parse (noise, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_null (fil_bootstrap_hosts_load ("/nowhere/at/all", &error));

  shipped = fil_bootstrap_hosts_load (path, NULL);
  g_assert_nonnull (shipped);
  g_assert_cmpuint (shipped->udp->len, >=, 5);
  g_assert_cmpuint (shipped->web->len, >=, 5);
  for (guint i = 0; i < shipped->web->len; i++)
    g_assert_true (g_uri_is_valid (g_ptr_array_index (shipped->web, i), G_URI_FLAGS_NONE, NULL));
}

static void
test_nothing_needed (void)
{
  World world;

  world_init (&world);
  world.needs = FALSE;
  run (&world, FIL_HOUR);
  g_assert_cmpuint (world.asked->len, ==, 0);
  world.needs = TRUE;
  run (&world, FIL_MINUTE);
  g_assert_cmpuint (world.asked->len, >, 0);
  world_clear (&world);
}

static void
test_first_success_ends_it (void)
{
  World world;

  world_init (&world);
  run (&world, 0);
  g_assert_cmpuint (world.n[FIL_BOOTSTRAP_UDP], ==, 1);
  answer_last (&world, FIL_BOOTSTRAP_UDP, 10, FALSE);
  run (&world, 59 * FIL_SEC);
  g_assert_cmpuint (world.asked->len, ==, 1);
  /* They were no good: another one is asked, not the same. */
  run (&world, 2 * FIL_SEC);
  g_assert_cmpuint (world.n[FIL_BOOTSTRAP_UDP], ==, 2);
  g_assert_cmpstr (g_ptr_array_index (world.asked, 0), !=, g_ptr_array_index (world.asked, 1));
  world_clear (&world);
}

static void
test_silence (void)
{
  World world;

  world_init (&world);
  run (&world, 9 * FIL_SEC - 1);
  g_assert_cmpuint (world.n[FIL_BOOTSTRAP_UDP], ==, 3);
  g_assert_cmpuint (world.n[FIL_BOOTSTRAP_LIST], ==, 0);
  run (&world, FIL_MINUTE);
  g_assert_cmpuint (world.n[FIL_BOOTSTRAP_LIST], ==, 1);
  answer_last (&world, FIL_BOOTSTRAP_LIST, 0, TRUE);
  run (&world, 0);
  g_assert_cmpuint (world.n[FIL_BOOTSTRAP_WEB], ==, 1);
  answer_last (&world, FIL_BOOTSTRAP_WEB, 0, FALSE);
  run (&world, 0);
  g_assert_cmpuint (world.n[FIL_BOOTSTRAP_WEB], ==, 2);
  answer_last (&world, FIL_BOOTSTRAP_WEB, 0, TRUE);

  /* UDP caches get three tries, three minutes apart, and are dropped; an empty web cache waits its hour. */
  run (&world, 55 * FIL_MINUTE);
  g_assert_cmpuint (world.n[FIL_BOOTSTRAP_UDP], ==, 9);
  g_assert_cmpuint (fil_bootstrap_left (world.bootstrap, FIL_BOOTSTRAP_UDP), ==, 0);
  g_assert_cmpuint (fil_bootstrap_left (world.bootstrap, FIL_BOOTSTRAP_WEB), ==, 1);
  g_assert_cmpuint (world.n[FIL_BOOTSTRAP_WEB], ==, 2);
  run (&world, 20 * FIL_MINUTE);
  g_assert_cmpuint (world.n[FIL_BOOTSTRAP_WEB], ==, 3);
  answer_last (&world, FIL_BOOTSTRAP_WEB, 0, TRUE);
  run (&world, 30 * FIL_MINUTE);
  g_assert_cmpuint (world.asked->len, ==, 9 + 1 + 3);

  /* All are lost: they get another chance after an hour, or when the network changed. */
  fil_bootstrap_restart (world.bootstrap, world.now_us);
  run (&world, 0);
  g_assert_cmpuint (world.n[FIL_BOOTSTRAP_UDP], ==, 10);
  world_clear (&world);
}

/* Hosts of the last session get a moment before a cache is bothered; when they are of no use it is asked. */
static void
test_known (void)
{
  World world;

  world_init (&world);
  fil_bootstrap_known (world.bootstrap, world.now_us);
  fil_bootstrap_tick (world.bootstrap, world.now_us);
  g_assert_cmpuint (world.asked->len, ==, 0);
  g_assert_cmpint (fil_bootstrap_wake (world.bootstrap), ==, world.now_us + FIL_BOOTSTRAP_KNOWN_US);
  world.now_us += FIL_BOOTSTRAP_KNOWN_US;
  fil_bootstrap_tick (world.bootstrap, world.now_us);
  g_assert_cmpuint (world.asked->len, ==, 1);
  world_clear (&world);
}

static void
test_revival (void)
{
  World world;

  world_init (&world);
  for (guint i = 0; i < 20; i++)
    {
      run (&world, 10 * FIL_MINUTE);
      answer_last (&world, world.asked->len > 0 && g_str_has_prefix (g_ptr_array_index (world.asked, world.asked->len - 1), "http://l") ? FIL_BOOTSTRAP_LIST : FIL_BOOTSTRAP_WEB, 0, TRUE);
    }
  g_assert_cmpuint (world.n[FIL_BOOTSTRAP_UDP], >, 9);
  g_assert_cmpuint (world.n[FIL_BOOTSTRAP_UDP], <, 40);
  world_clear (&world);
}

static void
test_bounded (void)
{
  World world;

  world_init (&world);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *address = g_strdup_printf ("http://h%u/", i);

      fil_bootstrap_add (world.bootstrap, FIL_BOOTSTRAP_WEB, address);
      fil_bootstrap_add (world.bootstrap, FIL_BOOTSTRAP_WEB, address);
    }
  g_assert_cmpuint (fil_bootstrap_left (world.bootstrap, FIL_BOOTSTRAP_WEB), ==, FIL_BOOTSTRAP_MAX_CACHES);
  fil_bootstrap_answered (world.bootstrap, FIL_BOOTSTRAP_WEB, "http://unknown/", 3, FALSE, world.now_us);
  world_clear (&world);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/bootstrap/file", test_file);
  g_test_add_func ("/net/bootstrap/nothing-needed", test_nothing_needed);
  g_test_add_func ("/net/bootstrap/first-success-ends-it", test_first_success_ends_it);
  g_test_add_func ("/net/bootstrap/silence", test_silence);
  g_test_add_func ("/net/bootstrap/known", test_known);
  g_test_add_func ("/net/bootstrap/revival", test_revival);
  g_test_add_func ("/net/bootstrap/bounded", test_bounded);
  return g_test_run ();
}
