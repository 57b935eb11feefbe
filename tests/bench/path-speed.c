/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "loop.h"
#include "net-socket.h"
#include "rudp-stream.h"
#include "socket-stream.h"
#include "transfer-limits.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* How fast one stream gets from one host to another, both ends under pumps as in the node, each in a process of
 * its own. Usage: path-speed PROTOCOL SECONDS [NS1 ADDRESS1 NS2 ADDRESS2]. Without namespaces: over loopback.
 * PROTOCOL: tcp (CUBIC), rudp, rudp-tls, limewire, limewire-512 (with LimeWire's own segments). Prints bytes per
 * second since the first byte, and the CPU seconds of both ends for 10^9 bytes. */

typedef struct
{
  const char *protocol;
  gint64 seconds;
  guint side;             /* 0 sends */
  FilEndpoint own;
  FilEndpoint peer;
  FilListener *listener;
  int tcp;                /* listening, or to be connected */
} End;

static gboolean
is_protocol (const End *end,
             const char *prefix)
{
  return g_str_has_prefix (end->protocol, prefix);
}

static void
enter (const char *netns)
{
  g_autofree char *path = g_build_filename ("/run/netns", netns, NULL);
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0 || setns (fd, CLONE_NEWNET) != 0)
    g_error ("%s: cannot be entered", path);
  close (fd);
}

/* Opens the sockets of one end where its address is. */
static void
open_end (End *end,
          const char *address)
{
  g_autofree char *at = g_strdup_printf ("%s:0", address);
  g_autoptr (GError) error = NULL;
  int one = 1;

  end->listener = fil_listener_new (at, NULL, &error);
  if (error != NULL)
    g_error ("%s", error->message);
  end->own = end->listener->local;
  (void) listen (end->listener->tcp[0], 1);
  end->tcp = fil_net_socket (&end->own, SOCK_STREAM, NULL);
  (void) setsockopt (end->tcp, IPPROTO_TCP, TCP_CONGESTION, "cubic", strlen ("cubic"));
  (void) setsockopt (end->tcp, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static FilStream *
open_tcp (Loop *loop,
          const End *end)
{
  struct sockaddr_storage addr;
  socklen_t len = fil_endpoint_to_sockaddr (&end->peer, &addr);
  int fd = end->tcp;

  if (end->side == 0)
    (void) !connect (fd, (struct sockaddr *) &addr, len);
  else
    while ((fd = accept4 (end->listener->tcp[0], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) < 0)
      g_usleep (100);
  return fil_socket_stream_new (loop->reactor, fd);
}

static void
on_changed (gpointer data,
            FilRudp *rudp,
            gint64 now_us)
{
}

static FilStream *
open_rudp (Loop *loop,
           const End *end,
           FilRudpPort *port,
           FilRudp **rudp)
{
  const FilRudpConfig config = {
    .profile = is_protocol (end, "limewire") ? FIL_RUDP_LIMEWIRE : FIL_RUDP_FILBERT,
    .role = end->side == 0 ? FIL_RUDP_ROLE_ACCEPTOR : FIL_RUDP_ROLE_REQUESTOR,
    .own_nonce = 1000 + end->side,
    .peer_nonce = 1001 - end->side,
    .segment = is_protocol (end, "limewire-512") ? 512 : 0,
  };
  FilStream *stream;

  *rudp = fil_rudp_hub_open (fil_rudp_port_hub (port), &config, on_changed, NULL, fil_rudp_port_now (port));
  fil_rudp_hub_try (fil_rudp_port_hub (port), *rudp, &end->peer, 0);
  fil_rudp_port_touch (port);
  while (fil_rudp_state (*rudp) == FIL_RUDP_OPENING)
    g_main_context_iteration (NULL, TRUE);
  stream = fil_rudp_stream_new (port, *rudp);
  if (!is_protocol (end, "rudp-tls"))
    return stream;
  return fil_tls_stream_new (loop->tls, stream, end->side == 0 ? FIL_TLS_SERVER : FIL_TLS_CLIENT, NULL, 0);
}

static void
ignore_datagram (gpointer data,
                 const guint8 *bytes,
                 gsize len,
                 const FilEndpoint *from,
                 gint64 now_us)
{
}

static double
cpu_seconds (int who)
{
  struct rusage usage;

  getrusage (who, &usage);
  return (double) usage.ru_utime.tv_sec + (double) usage.ru_stime.tv_sec +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
on_over (gpointer data,
         gint64 now_us)
{
  *(gboolean *) data = TRUE;
}

/* Runs one end until its time is over: the receiver's, since its first byte. The sender is killed. */
static void
run (const End *end,
     guint64 *bytes,
     double *seconds)
{
  Loop loop;
  Actor *actor;
  FilUdpPort *udp;
  FilRudpPort *port;
  FilRandom *random = fil_random_new ();
  FilRudp *rudp = NULL;
  FilStream *stream;
  FilTimer *timer;
  gboolean is_over = FALSE;
  gint64 begun_us = 0;

  loop_init_real (&loop);
  alarm ((guint) end->seconds + 60);
  actor = actor_new ("");
  udp = fil_udp_port_new (loop.reactor, end->listener, ignore_datagram, NULL);
  port = fil_rudp_port_new (loop.reactor, udp, random);
  timer = fil_timer_new (fil_reactor_timers (loop.reactor), on_over, &is_over);
  stream = is_protocol (end, "tcp") ? open_tcp (&loop, end) : open_rudp (&loop, end, port, &rudp);
  actor->keeps_heard = FALSE;
  if (end->side == 0)
    actor->endless = G_MAXSIZE;
  fil_pump_new (loop.pumps, stream, &actor->parent, FIL_TRAFFIC_TRANSFER, &end->peer, NULL, NULL);
  while (!is_over)
    {
      g_main_context_iteration (NULL, TRUE);
      if (begun_us != 0 || actor->n_heard == 0)
        continue;
      begun_us = fil_reactor_now (loop.reactor);
      fil_timer_set (timer, begun_us + end->seconds * FIL_SEC);
    }
  *bytes = actor->n_heard;
  *seconds = (double) (fil_reactor_now (loop.reactor) - begun_us) / 1e6;
  fil_timer_free (timer);
  loop_clear (&loop);
}

int
main (int argc,
      char **argv)
{
  End ends[2] = { { .side = 0 }, { .side = 1 } };
  guint64 bytes;
  double seconds, cpu_s;
  pid_t child;

  if (argc != 3 && argc != 7)
    {
      fprintf (stderr, "usage: %s PROTOCOL SECONDS [NS1 ADDRESS1 NS2 ADDRESS2]\n", argv[0]);
      return 2;
    }
  for (guint i = 0; i < 2; i++)
    {
      ends[i].protocol = argv[1];
      ends[i].seconds = atoi (argv[2]);
      if (argc == 7)
        enter (argv[3 + 2 * i]);
      open_end (&ends[i], argc == 7 ? argv[4 + 2 * i] : i == 0 ? "127.0.0.1" : "127.0.0.2");
    }
  ends[0].peer = ends[1].own;
  ends[1].peer = ends[0].own;
  child = fork ();
  run (&ends[child == 0 ? 0 : 1], &bytes, &seconds);
  cpu_s = cpu_seconds (RUSAGE_SELF);
  kill (child, SIGKILL);
  waitpid (child, NULL, 0);
  cpu_s += cpu_seconds (RUSAGE_CHILDREN);
  printf ("%.0f bytes/s %.2f CPU-s/GB\n", (double) bytes / seconds, cpu_s / ((double) bytes / 1e9));
  return 0;
}
