/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "push-fixture.h"

void
push_set_up (Fixture *f,
             gconstpointer data)
{
  f->world = world_new ();
  f->content = test_content (PUSH_SIZE, 1);
  f->download = world_start (f->world, f->content);
  f->host = world_add_host (f->world, "25.0.0.1:6346", f->content);
  f->host->is_firewalled = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (f->proxies); i++)
    {
      guint8 address[4] = { 26, (guint8) i, 0, 1 };

      f->proxies[i] = (FilHost){ .endpoint = fil_endpoint_v4 (address, 6346) };
    }
}

void
push_tear_down (Fixture *f,
                gconstpointer data)
{
  world_free (f->world);
  g_bytes_unref (f->content);
}

FilFileSource *
push_source (FilDownload *download)
{
  return g_ptr_array_index (download->sources, 0);
}

/* A connection with GIV as a stranger opens it. */
FilSession *
push_giv (World *world,
          const FilGuid *guid)
{
  FilEndpoint from;

  g_assert_true (fil_endpoint_parse (&from, "66.6.6.6:40000", -1, 0));
  return fil_downloads_giv (world->downloads, guid, 0, &from, world->now_us);
}

int
push_run (int argc,
          char *argv[],
          const PushTest *tests,
          guint n_tests)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < n_tests; i++)
    {
      g_autofree char *path = g_strdup_printf ("/transfer/push/%s", tests[i].name);

      g_test_add (path, Fixture, NULL, push_set_up, tests[i].func, push_tear_down);
    }
  return g_test_run ();
}
