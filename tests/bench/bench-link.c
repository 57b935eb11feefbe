/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "loop.h"
#include "overlay.h"
#include "query-extensions.h"
#include "socket-stream.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* How many queries a second an ultrapeer takes in over one loopback TCP link and routes to another one,
 * with the limits for one neighbour lifted: sockets, pumps, links and router together. Two threads play the
 * neighbours. */

#define N_QUERIES 1000000

typedef struct
{
  int fd;
  GByteArray *bytes; /* what to say after the handshake, or NULL: only listen */
} Neighbour;

static double
seconds (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static void
say (int fd,
     const void *bytes,
     gsize len)
{
  const guint8 *from = bytes;

  while (len > 0)
    {
      gssize n = send (fd, from, len, MSG_NOSIGNAL);

      if (n < 0)
        g_error ("send: %s", g_strerror (errno));
      from += n;
      len -= (gsize) n;
    }
}

static gpointer
play (gpointer data)
{
  static const char head[] = "GNUTELLA CONNECT/0.6\r\nUser-Agent: B\r\nX-Ultrapeer: True\r\nX-Query-Routing: 0.2\r\n"
                             "X-Degree: 32\r\nX-Dynamic-Querying: 0.1\r\nX-Max-TTL: 4\r\n\r\n";
  static const char ok[] = "GNUTELLA/0.6 200 OK\r\n\r\n";
  Neighbour *self = data;
  g_autofree char *buffer = g_malloc0 (256 * 1024);

  (void) fcntl (self->fd, F_SETFL, fcntl (self->fd, F_GETFL) & ~O_NONBLOCK);
  say (self->fd, head, strlen (head));
  if (recv (self->fd, buffer, 4096, 0) <= 0 || strstr (buffer, " 200 ") == NULL)
    g_error ("the handshake failed: %s", buffer);
  say (self->fd, ok, strlen (ok));
  if (self->bytes != NULL)
    say (self->fd, self->bytes->data, self->bytes->len);
  while (recv (self->fd, buffer, 256 * 1024, 0) > 0)
    ;
  return NULL;
}

static GByteArray *
make_queries (FilRandom *random)
{
  static const char *const texts[] = { "hazel nut", "live at the harvest", "squirrel", "autumn leaves 1958" };
  FilQueryExtensions extensions = { .media = FIL_MEDIA_AUDIO };
  GByteArray *bytes = g_byte_array_new ();

  for (guint i = 0; i < N_QUERIES; i++)
    {
      g_autoptr (FilPacket) query = NULL;
      FilHeader header;
      FilGuid muid;

      fil_guid_random (&muid, random);
      header = fil_header (FIL_KIND_QUERY, &muid, 3, 1);
      query = fil_query_packet_new (&header, FIL_QUERY_MARK, texts[i % G_N_ELEMENTS (texts)], &extensions);
      g_byte_array_append (bytes, query->bytes, query->len);
    }
  return bytes;
}

static void
link_up (Loop *loop,
         FilOverlay *overlay,
         guint n,
         Neighbour *neighbour)
{
  const guint8 address[4] = { (guint8) (60 + n), 1, 1, 1 };
  FilEndpoint from = fil_endpoint_v4 (address, 1000);
  FilSession *session = fil_overlay_accept (overlay, &from, fil_reactor_now (loop->reactor));
  int fds[2];

  loop_pair (fds);
  neighbour->fd = fds[1];
  fil_pump_new (loop->pumps, fil_socket_stream_new (loop->reactor, fds[0]), session, FIL_TRAFFIC_OVERLAY, &from, NULL,
                NULL);
}

int
main (void)
{
  FilOverlayConfig config = { .role = FIL_ROLE_ULTRAPEER,
                              .user_agent = "Filbert/bench",
                              .vendor = { 'F', 'L', 'B', 'T' },
                              .is_passive = TRUE,
                              .no_rates = TRUE };
  FilOverlayDelegate delegate = { NULL };
  g_autoptr (FilRandom) random = fil_random_new_seeded (1);
  Neighbour neighbours[2] = { { .bytes = make_queries (random) } };
  GThread *threads[2];
  FilOverlay *overlay;
  double begun, cpu;
  Loop loop;

  loop_init (&loop);
  fil_guid_random (&config.guid, random);
  overlay = fil_overlay_new (&config, &delegate, NULL, random, fil_reactor_now (loop.reactor));
  fil_overlay_start (overlay, fil_reactor_now (loop.reactor));
  for (guint i = 0; i < 2; i++)
    link_up (&loop, overlay, i, &neighbours[i]);

  threads[1] = g_thread_new ("listens", play, &neighbours[1]);
  loop_until (fil_overlay_n_peers (overlay, FIL_MODE_ULTRAPEER) == 1);
  begun = seconds (CLOCK_MONOTONIC);
  cpu = seconds (CLOCK_THREAD_CPUTIME_ID);
  threads[0] = g_thread_new ("asks", play, &neighbours[0]);
  loop_until (fil_overlay_stats (overlay)->queries_routed == N_QUERIES);
  begun = seconds (CLOCK_MONOTONIC) - begun;
  cpu = seconds (CLOCK_THREAD_CPUTIME_ID) - cpu;
  g_print ("bench link-queries-routed %.0f queries/s\n", N_QUERIES / begun);
  g_print ("bench link-queries-per-cpu-second %.0f queries/s\n", N_QUERIES / cpu);
  g_print ("bench link-queries-sent-on %.2f of-routed\n",
           (double) fil_overlay_stats (overlay)->out_kinds[FIL_KIND_QUERY] / N_QUERIES);

  loop_clear (&loop);
  for (guint i = 0; i < 2; i++)
    {
      g_thread_join (threads[i]);
      close (neighbours[i].fd);
    }
  fil_overlay_free (overlay);
  g_byte_array_unref (neighbours[0].bytes);
  return 0;
}
