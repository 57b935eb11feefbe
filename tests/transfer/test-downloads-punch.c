/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "world.h"

#include <string.h>

#include "transfer-limits.h"

/* Downloads whose source nobody can connect to, and nobody can connect to us: what they make of the ways that are
 * opened for them, and of those that are not. */

#define MIB (1024 * 1024)
#define DONE FIL_DOWNLOAD_STATE_DONE
#define WHY "Both sides knocked, says the test."

typedef struct
{
  World *world;
  GBytes *content;
  FilDownload *download;
  Host *host;
} Fixture;

static FilFileSource *
source_of (FilDownload *download)
{
  return g_ptr_array_index (download->sources, 0);
}

static void
set_up (Fixture *f,
        gconstpointer data)
{
  f->world = world_new ();
  f->world->is_reachable = FALSE;
  f->world->can_punch = TRUE;
  f->content = test_content (2 * MIB, 1);
  f->download = fil_downloads_get (f->world->downloads, world_add (f->world, 1, f->content));
  f->host = world_add_host (f->world, "25.0.0.1:6346", f->content);
  f->host->is_firewalled = TRUE;
  world_add_punched (f->world, 1, f->host);
  world_run (f->world, 1);
  g_assert_cmpuint (f->world->punches, ==, 1);
  g_assert_cmpint (source_of (f->download)->state, ==, FIL_SOURCE_PUNCHING);
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  world_free (f->world);
  g_bytes_unref (f->content);
}

static void
test_opened (Fixture *f,
             gconstpointer data)
{
  g_assert_cmpstr (f->download->reason_code, ==, "punching");
  g_assert_true (world_open_way (f->world, f->host));
  g_assert_true (world_run_until (f->world, f->download, DONE, 10));
  world_assert_done (f->world, 1, f->content);
  g_assert_cmpuint (f->world->stopped_punches, ==, 0);
}

/* It is told at once, with the reason, and tried again soon; the person reads why. */
static void
test_failed (Fixture *f,
             gconstpointer data)
{
  gint64 failed_us = f->world->now_us;

  fil_downloads_punch_failed (f->world->downloads, &f->host->guid, FALSE, WHY, failed_us);
  world_step (f->world);
  g_assert_cmpint (source_of (f->download)->state, ==, FIL_SOURCE_IDLE);
  g_assert_cmpint (source_of (f->download)->retry_us, ==, failed_us + 20 * FIL_SEC);
  g_assert_cmpint (f->download->state, ==, FIL_DOWNLOAD_STATE_SEARCHING);
  g_assert_cmpstr (f->download->reason_code, ==, "no-punch");
  g_assert_cmpstr (f->download->reason, ==, WHY);
  world_run (f->world, 22);
  g_assert_cmpuint (f->world->punches, ==, 2);
  g_assert_true (world_open_way (f->world, f->host));
  g_assert_true (world_run_until (f->world, f->download, DONE, 10));
}

/* Somebody else is only busy: that is what the person reads. */
static void
test_failed_beside_others (Fixture *f,
                           gconstpointer data)
{
  FilSourceSpec other = { .endpoint = fil_endpoint_v4 ((const guint8[]){ 29, 0, 0, 1 }, 6346) };

  fil_downloads_add_source (f->world->downloads, 1, &other, f->world->now_us);
  world_run (f->world, 1);
  fil_downloads_punch_failed (f->world->downloads, &f->host->guid, FALSE, WHY, f->world->now_us);
  world_step (f->world);
  g_assert_cmpstr (f->download->reason_code, ==, "retry-later");
}

/* The way stood, and the connection over it broke before the source said anything. */
static void
test_breaks (Fixture *f,
             gconstpointer data)
{
  FilSession *session =
      fil_downloads_punched (f->world->downloads, &f->host->guid, 0, &f->host->endpoint, f->world->now_us);
  gint64 broke_us = f->world->now_us;

  g_assert_nonnull (session);
  fil_session_hung_up (session, "the certificate is another one", broke_us);
  fil_session_free (session);
  world_step (f->world);
  g_assert_cmpint (source_of (f->download)->state, ==, FIL_SOURCE_IDLE);
  g_assert_cmpint (source_of (f->download)->retry_us, ==, broke_us + 20 * FIL_SEC);
  g_assert_cmpstr (f->download->reason_code, ==, "no-punch");
  g_assert_nonnull (strstr (f->download->reason, "broke before the source answered"));
  /* The second time it waits for longer, although a way stood. */
  world_run (f->world, 22);
  broke_us = f->world->now_us;
  session = fil_downloads_punched (f->world->downloads, &f->host->guid, 0, &f->host->endpoint, broke_us);
  g_assert_nonnull (session);
  fil_session_hung_up (session, NULL, broke_us);
  fil_session_free (session);
  g_assert_cmpint (source_of (f->download)->retry_us, ==, broke_us + 60 * FIL_SEC);
}

/* A way stands, and there is no use for it now: the source does not wait for a minute. */
static void
test_no_use (Fixture *f,
             gconstpointer data)
{
  f->download->mismatches = 1;
  g_assert_false (world_open_way (f->world, f->host));
  g_assert_cmpint (source_of (f->download)->state, ==, FIL_SOURCE_IDLE);
  g_assert_cmpint (source_of (f->download)->retry_us, <=, f->world->now_us + FIL_SOURCE_RECONNECT_US);
}

/* Whatever ends the download ends the attempt, too. */
static void
test_stopped (Fixture *f,
              gconstpointer how)
{
  switch (GPOINTER_TO_INT (how))
    {
    case 0:
      g_assert_true (fil_downloads_pause (f->world->downloads, 1, f->world->now_us));
      break;
    case 1:
      g_assert_true (fil_downloads_remove (f->world->downloads, 1, f->world->now_us));
      break;
    case 2:
      fil_downloads_shutdown (f->world->downloads, f->world->now_us);
      break;
    default:
      {
        Host *other = world_add_host (f->world, "28.0.0.1:6346", f->content);

        world_add_source (f->world, 1, other);
        g_assert_true (world_run_until (f->world, f->download, DONE, 10));
        break;
      }
    }
  g_assert_cmpuint (f->world->stopped_punches, ==, 1);
  g_assert_false (world_open_way (f->world, f->host));
}

/* Nobody told what became of it: that is not waited for without end, and the attempt is stopped. */
static void
test_never_told (Fixture *f,
                 gconstpointer data)
{
  world_run (f->world, FIL_PUNCH_GIVE_UP_US / FIL_SEC);
  g_assert_cmpuint (f->world->stopped_punches, ==, 1);
  g_assert_cmpint (source_of (f->download)->state, ==, FIL_SOURCE_IDLE);
}

int
main (int argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *, gconstpointer);
    int data;
  } tests[] = {
    { "opened", test_opened, 0 },
    { "failed", test_failed, 0 },
    { "failed-beside-others", test_failed_beside_others, 0 },
    { "breaks", test_breaks, 0 },
    { "no-use", test_no_use, 0 },
    { "stopped/paused", test_stopped, 0 },
    { "stopped/removed", test_stopped, 1 },
    { "stopped/shut-down", test_stopped, 2 },
    { "stopped/complete", test_stopped, 3 },
    { "never-told", test_never_told, 0 },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/transfer/downloads-punch/%s", tests[i].name);

      g_test_add (path, Fixture, GINT_TO_POINTER (tests[i].data), set_up, tests[i].func, tear_down);
    }
  return g_test_run ();
}
