/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "loop.h"
#include "rudp-stream.h"
#include "socket-stream.h"
#include "uploads.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The limit of one upload, from the row to the socket: real connections, virtual time. */

#define SIZE (4 * 1024 * 1024)
#define SHA1_TEXT "PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB"

typedef enum
{
  WAY_PLAIN, /* sendfile */
  WAY_TLS,
  WAY_RUDP,
} Way;

/* An end of a connection by RUDP. */
typedef struct
{
  FilListener *listener;
  FilUdpPort *udp;
  FilRudpPort *port;
  FilRudp *rudp;
} Side;

/* One who shares a file, and those who get it, over and over. */
typedef struct
{
  Loop loop;
  FilRandom *random;
  FilUploads *uploads;
  Side sides[2];
} Sharer;

static void
sharer_open (gpointer data,
             const FilSharedWanted *wanted,
             FilSharedOpened done,
             gpointer done_data)
{
  FilShared *shared = g_new0 (FilShared, 1);

  shared->fd = memfd_create ("shared", MFD_CLOEXEC);
  g_assert_cmpint (ftruncate (shared->fd, SIZE), ==, 0);
  shared->size = SIZE;
  shared->name = g_strdup ("hazel.iso");
  shared->sha1 = wanted->urn.sha1;
  shared->has_sha1 = TRUE;
  done (done_data, FIL_SHARED_OK, shared);
}

static gboolean
sharer_check (gpointer data,
              FilShared *shared)
{
  return TRUE;
}

static void
sharer_close (gpointer data,
              FilShared *shared)
{
  close (shared->fd);
  g_free (shared->name);
  g_free (shared);
}

static void
sharer_make_guid (gpointer data,
                  FilGuid *guid)
{
  fil_guid_random (guid, ((Sharer *) data)->random);
}

static void
sharer_limit (gpointer data,
              guint64 group,
              gint64 bytes_per_s)
{
  Sharer *self = data;

  fil_shaper_set_group_limit (self->loop.shaper, group, FIL_WAY_OUT, bytes_per_s, fil_clock_now (self->loop.clock));
}

static void
sharer_row (gpointer data,
            gint64 id)
{
}

static void
sharer_served (gpointer data,
               const FilUploadRow *row)
{
}

static void
sharer_init (Sharer *self)
{
  static const FilUploadsDelegate delegate = {
    .open = sharer_open,
    .check = sharer_check,
    .close = sharer_close,
    .make_guid = sharer_make_guid,
    .changed = sharer_row,
    .removed = sharer_row,
    .limit = sharer_limit,
    .served = sharer_served,
  };

  memset (self, 0, sizeof *self);
  loop_init (&self->loop);
  self->random = fil_random_new ();
  self->uploads = fil_uploads_new (&delegate, self, "Filbert/test", 1);
  fil_uploads_set_slots (self->uploads, 10, 0);
  /* Slow enough that little has gone before a test begins. */
  fil_shaper_set_limit_each (self->loop.shaper, FIL_WAY_OUT, 2000);
}

static void
sharer_clear (Sharer *self)
{
  fil_pumps_free (self->loop.pumps);
  self->loop.pumps = fil_pumps_new (self->loop.reactor, self->loop.shaper);
  fil_uploads_free (self->uploads);
  for (guint i = 0; i < G_N_ELEMENTS (self->sides); i++)
    {
      g_clear_pointer (&self->sides[i].port, fil_rudp_port_free);
      g_clear_pointer (&self->sides[i].udp, fil_udp_port_free);
      g_clear_pointer (&self->sides[i].listener, fil_listener_free);
    }
  fil_random_free (self->random);
  loop_clear (&self->loop);
}

static void
pump_on (Sharer *self,
         FilStream *stream,
         FilSession *session,
         const FilEndpoint *peer)
{
  fil_pump_new (self->loop.pumps, stream, session, FIL_TRAFFIC_TRANSFER, peer, NULL, NULL);
}

static void
on_plain (gpointer data,
          const guint8 *bytes,
          gsize len,
          const FilEndpoint *from,
          gint64 now_us)
{
}

static void
on_changed (gpointer data,
            FilRudp *rudp,
            gint64 now_us)
{
}

static void
open_rudp (Sharer *self,
           FilStream *streams[2])
{
  for (guint i = 0; i < 2; i++)
    {
      Side *side = &self->sides[i];
      g_autoptr (GError) error = NULL;

      side->listener = fil_listener_new (i == 0 ? "127.0.0.1:0" : "127.0.0.2:0", NULL, &error);
      g_assert_no_error (error);
      side->udp = fil_udp_port_new (self->loop.reactor, side->listener, on_plain, side);
      side->port = fil_rudp_port_new (self->loop.reactor, side->udp, self->random);
    }
  for (guint i = 0; i < 2; i++)
    {
      Side *side = &self->sides[i];
      const FilRudpConfig config = {
        .profile = FIL_RUDP_FILBERT,
        .role = i == 0 ? FIL_RUDP_ROLE_REQUESTOR : FIL_RUDP_ROLE_ACCEPTOR,
        .own_nonce = 1000 + i,
        .peer_nonce = 1001 - i,
      };

      side->rudp = fil_rudp_hub_open (fil_rudp_port_hub (side->port), &config, on_changed, side,
                                      fil_rudp_port_now (side->port));
      g_assert_true (fil_rudp_hub_try (fil_rudp_port_hub (side->port), side->rudp, &self->sides[1 - i].listener->local, 0));
      fil_rudp_port_touch (side->port);
    }
  while (fil_rudp_state (self->sides[0].rudp) != FIL_RUDP_OPEN || fil_rudp_state (self->sides[1].rudp) != FIL_RUDP_OPEN)
    loop_advance (&self->loop, 10 * FIL_MSEC);
  for (guint i = 0; i < 2; i++)
    streams[i] = fil_rudp_stream_new (self->sides[i].port, self->sides[i].rudp);
}

static void
open_streams (Sharer *self,
              Way way,
              FilStream *streams[2])
{
  int fds[2];

  if (way == WAY_RUDP)
    {
      open_rudp (self, streams);
      return;
    }
  loop_pair (fds);
  for (guint i = 0; i < 2; i++)
    {
      streams[i] = fil_socket_stream_new (self->loop.reactor, fds[i]);
      if (way == WAY_TLS)
        streams[i] = fil_tls_stream_new (self->loop.tls, streams[i], i == 0 ? FIL_TLS_CLIENT : FIL_TLS_SERVER, NULL, 0);
    }
}

/* Somebody at @address asks for the file so often that the end is never reached, range after range. */
static Actor *
add_getter (Sharer *self,
            Way way,
            const char *address)
{
  Actor *getter = actor_new ("");
  FilStream *streams[2];
  FilEndpoint peer;

  g_assert_true (fil_endpoint_parse (&peer, address, -1, 0));
  for (guint i = 0; i < 60; i++)
    actor_say (getter, "GET /uri-res/N2R?urn:sha1:" SHA1_TEXT " HTTP/1.1\r\nHost: a\r\n\r\n");
  getter->keeps_heard = FALSE;
  open_streams (self, way, streams);
  pump_on (self, streams[0], &getter->parent, &peer);
  pump_on (self, streams[1], fil_uploads_accept (self->uploads, &peer, fil_clock_now (self->loop.clock)), &peer);
  while (getter->n_heard == 0)
    loop_advance (&self->loop, 10 * FIL_MSEC);
  return getter;
}

static guint64
sent (Sharer *self,
      gint64 id)
{
  FilUploadRow row;

  g_assert_true (fil_uploads_get (self->uploads, id, fil_clock_now (self->loop.clock), &row));
  return row.sent_bytes;
}

static void
run (Sharer *self,
     gint64 for_us,
     gint64 step_us)
{
  for (gint64 at_us = 0; at_us < for_us; at_us += step_us)
    loop_advance (&self->loop, step_us);
}

static void
assert_within (guint64 bytes,
               gint64 rate)
{
  g_test_message ("%" G_GUINT64_FORMAT " bytes in 10 s at %" G_GINT64_FORMAT, bytes, rate);
  g_assert_cmpuint (bytes, >=, (guint64) (rate * 10 * 95 / 100));
  g_assert_cmpuint (bytes, <=, (guint64) (rate * 10 * 105 / 100));
}

typedef struct
{
  const char *path;
  Way way;
  gint64 rate;
} Case;

static const Case cases[] = {
  { "/loopback/upload-limit/plain/slow", WAY_PLAIN, 20 * 1000 },
  { "/loopback/upload-limit/plain/fast", WAY_PLAIN, 20 * 1000 * 1000 },
  { "/loopback/upload-limit/tls/slow", WAY_TLS, 20 * 1000 },
  { "/loopback/upload-limit/tls/fast", WAY_TLS, 20 * 1000 * 1000 },
  { "/loopback/upload-limit/rudp/slow", WAY_RUDP, 20 * 1000 },
  /* Faster than that it is not always by itself, when time goes in steps. */
  { "/loopback/upload-limit/rudp/fast", WAY_RUDP, 2 * 1000 * 1000 },
};

/* From the moment it is set, while bytes go, and on over many ranges; until it is lifted. */
static void
test_rate (gconstpointer data)
{
  const Case *c = data;
  Sharer sharer;
  Actor *getter;
  guint64 before, heard;

  sharer_init (&sharer);
  getter = add_getter (&sharer, c->way, "25.0.0.1:1000");
  g_assert_true (fil_uploads_set_limit (sharer.uploads, 1, c->rate));
  before = sent (&sharer, 1);
  heard = getter->n_heard;
  run (&sharer, 10 * FIL_SEC, 2 * FIL_MSEC);
  assert_within (sent (&sharer, 1) - before, c->rate);
  assert_within (getter->n_heard - heard, c->rate);
  g_assert_false (getter->parent.is_closed);

  /* That of each transfer counts again. */
  g_assert_true (fil_uploads_set_limit (sharer.uploads, 1, 0));
  before = sent (&sharer, 1);
  run (&sharer, 10 * FIL_SEC, 10 * FIL_MSEC);
  assert_within (sent (&sharer, 1) - before, 2000);
  sharer_clear (&sharer);
}

/* All connections of a host for the file share it, the ones that come later too; other hosts do not have it. */
static void
test_connections (void)
{
  const gint64 rate = 40 * 1000;
  Sharer sharer;
  Actor *first;
  guint64 before[3];

  sharer_init (&sharer);
  first = add_getter (&sharer, WAY_PLAIN, "25.0.0.1:1000");
  g_assert_true (fil_uploads_set_limit (sharer.uploads, 1, rate));
  add_getter (&sharer, WAY_PLAIN, "25.0.0.1:1001");
  add_getter (&sharer, WAY_PLAIN, "25.0.0.2:1000");
  for (guint i = 0; i < 3; i++)
    before[i] = sent (&sharer, i + 1);
  run (&sharer, 10 * FIL_SEC, 10 * FIL_MSEC);
  assert_within (sent (&sharer, 1) + sent (&sharer, 2) - before[0] - before[1], rate);
  g_assert_cmpuint (sent (&sharer, 2) - before[1], >=, (guint64) rate * 4);
  assert_within (sent (&sharer, 3) - before[2], 2000);

  /* One goes and comes back: to the same row, by another port. */
  fil_session_abort (&first->parent, "enough");
  run (&sharer, FIL_SEC, 10 * FIL_MSEC);
  add_getter (&sharer, WAY_PLAIN, "25.0.0.1:2000");
  for (guint i = 0; i < 3; i++)
    before[i] = sent (&sharer, i + 1);
  run (&sharer, 10 * FIL_SEC, 10 * FIL_MSEC);
  assert_within (sent (&sharer, 1) + sent (&sharer, 2) - before[0] - before[1], rate);
  g_assert_cmpuint (sent (&sharer, 1) - before[0], >=, (guint64) rate * 4);
  assert_within (sent (&sharer, 3) - before[2], 2000);
  sharer_clear (&sharer);
}

int
main (int argc,
      char **argv)
{
  /* As filbertd does: sendfile has no flag that says so. */
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, &cases[i], test_rate);
  g_test_add_func ("/loopback/upload-limit/connections", test_connections);
  return g_test_run ();
}
