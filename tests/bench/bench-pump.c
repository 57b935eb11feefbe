/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "loop.h"
#include "net-socket.h"
#include "socket-stream.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* How fast bytes pass through pumps over loopback TCP. The other side of the plain tests is a thread
 * that reads into one buffer, as a fast peer would; the reference is the same without pumps. */

#define TOTAL (G_GUINT64_CONSTANT (1) << 30)
#define TOTAL_TLS (G_GUINT64_CONSTANT (1) << 28)
#define FILE_SIZE (64 * 1024 * 1024)

static double
seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static double
cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_THREAD, &usage);
  return (double) usage.ru_utime.tv_sec + (double) usage.ru_stime.tv_sec +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
make_blocking (int fd)
{
  (void) fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) & ~O_NONBLOCK);
}

static gpointer
drain (gpointer data)
{
  g_autofree guint8 *buffer = g_malloc (256 * 1024);
  int fd = GPOINTER_TO_INT (data);
  guint64 total = 0;
  gssize n;

  while (total < TOTAL && (n = recv (fd, buffer, 256 * 1024, 0)) > 0)
    total += (guint64) n;
  return NULL;
}

static double
reference (void)
{
  g_autofree guint8 *buffer = g_malloc0 (64 * 1024);
  double begin;
  GThread *reader;
  int fds[2];

  loop_pair (fds);
  make_blocking (fds[0]);
  make_blocking (fds[1]);
  reader = g_thread_new ("drain", drain, GINT_TO_POINTER (fds[1]));
  begin = seconds ();
  for (guint64 done = 0; done < TOTAL;)
    {
      gssize n = send (fds[0], buffer, 64 * 1024, 0);

      done += n > 0 ? (guint64) n : 0;
    }
  g_thread_join (reader);
  close (fds[0]);
  close (fds[1]);
  return (double) TOTAL / 1e6 / (seconds () - begin);
}

static FilPump *
pump_on (Loop *loop,
         FilStream *stream,
         Actor *actor)
{
  const FilEndpoint peer = { .family = 4 };

  return fil_pump_new (loop->pumps, stream, &actor->parent, FIL_TRAFFIC_TRANSFER, &peer, NULL, NULL);
}

static double
one_way (gboolean from_file,
         double *cpu_s)
{
  Loop loop;
  Actor *talker = actor_new ("");
  GThread *reader;
  double begin, cpu;
  int fds[2];
  int file = -1;

  loop_init (&loop);
  loop_pair (fds);
  make_blocking (fds[1]);
  if (from_file)
    {
      g_autofree char *name = NULL;
      g_autofree guint8 *bytes = g_malloc0 (FILE_SIZE);

      file = g_file_open_tmp ("filbert-XXXXXX", &name, NULL);
      g_unlink (name);
      (void) !write (file, bytes, FILE_SIZE);
      talker->file = file;
    }
  else
    talker->endless = TOTAL;
  reader = g_thread_new ("drain", drain, GINT_TO_POINTER (fds[1]));
  pump_on (&loop, fil_socket_stream_new (loop.reactor, fds[0]), talker);
  begin = seconds ();
  cpu = cpu_seconds ();
  for (guint64 rounds = from_file ? TOTAL / FILE_SIZE : 1; rounds > 0; rounds--)
    {
      if (from_file)
        {
          talker->file_offset = 0;
          talker->file_left = FILE_SIZE;
          fil_session_changed (&talker->parent);
        }
      loop_until (talker->file_left == 0 && talker->endless == 0);
    }
  *cpu_s = cpu_seconds () - cpu;
  g_thread_join (reader);
  begin = seconds () - begin;
  loop_clear (&loop);
  close (fds[1]);
  if (file >= 0)
    close (file);
  return (double) TOTAL / 1e6 / begin;
}

/* Both ends are pumps of one loop. */
static double
both_ends (gboolean is_tls,
           double *cpu_s)
{
  const guint64 total = is_tls ? TOTAL_TLS : TOTAL;
  Loop loop;
  Actor *talker = actor_new ("");
  Actor *listener = actor_new ("");
  FilStream *streams[2];
  double begin, cpu;
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  talker->endless = total;
  listener->keeps_heard = FALSE;
  for (guint i = 0; i < 2; i++)
    {
      streams[i] = fil_socket_stream_new (loop.reactor, fds[i]);
      if (is_tls)
        streams[i] = fil_tls_stream_new (loop.tls, streams[i], i == 0 ? FIL_TLS_CLIENT : FIL_TLS_SERVER, NULL, 0);
    }
  pump_on (&loop, streams[0], talker);
  pump_on (&loop, streams[1], listener);
  begin = seconds ();
  cpu = cpu_seconds ();
  loop_until (listener->n_heard == total);
  begin = seconds () - begin;
  *cpu_s = (cpu_seconds () - cpu) * (double) TOTAL / (double) total;
  loop_clear (&loop);
  return (double) total / 1e6 / begin;
}

static double
handshakes (void)
{
  enum { MANY = 500 };
  Loop loop;
  double begin;

  loop_init (&loop);
  begin = seconds ();
  for (guint i = 0; i < MANY; i++)
    {
      Actor *talker = actor_new ("x");
      Actor *listener = actor_new ("");
      FilPump *pumps[2];
      int fds[2];

      loop_pair (fds);
      pumps[0] = pump_on (&loop, fil_tls_stream_new (loop.tls, fil_socket_stream_new (loop.reactor, fds[0]),
                                                     FIL_TLS_CLIENT, NULL, 0), talker);
      pumps[1] = pump_on (&loop, fil_tls_stream_new (loop.tls, fil_socket_stream_new (loop.reactor, fds[1]),
                                                     FIL_TLS_SERVER, NULL, 0), listener);
      loop_until (listener->n_heard == 1);
      fil_pump_abort (pumps[0], "done");
      fil_pump_abort (pumps[1], "done");
      loop_settle (&loop);
    }
  begin = seconds () - begin;
  loop_clear (&loop);
  return MANY / begin;
}

/* 64-byte echo by ten busy ones of many links. */
static double
echoes (guint n_links)
{
  enum { BUSY = 10, ROUNDS = 2000 };
  g_autofree Actor **askers = g_new0 (Actor *, n_links);
  Loop loop;
  double begin;

  loop_init (&loop);
  for (guint i = 0; i < n_links; i++)
    {
      Actor *echo = actor_new ("");
      int fds[2];

      loop_pair (fds);
      askers[i] = actor_new ("");
      echo->is_echo = TRUE;
      echo->keeps_heard = FALSE;
      askers[i]->keeps_heard = FALSE;
      pump_on (&loop, fil_socket_stream_new (loop.reactor, fds[0]), askers[i]);
      pump_on (&loop, fil_socket_stream_new (loop.reactor, fds[1]), echo);
    }
  loop_settle (&loop);
  begin = seconds ();
  for (guint round = 1; round <= ROUNDS; round++)
    {
      for (guint i = 0; i < BUSY; i++)
        actor_say (askers[i], "0123456789012345678901234567890123456789012345678901234567890123");
      for (guint i = 0; i < BUSY; i++)
        loop_until (askers[i]->n_heard == round * 64);
    }
  begin = seconds () - begin;
  loop_clear (&loop);
  return (double) BUSY * ROUNDS / begin;
}

int
main (void)
{
  struct rlimit files;
  double raw = reference ();
  double cpu_s, mb_s;

  getrlimit (RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit (RLIMIT_NOFILE, &files);

  printf ("bench socket-loopback %.0f MB/s\n", raw);
  mb_s = one_way (FALSE, &cpu_s);
  printf ("bench pump-loopback %.0f MB/s\nbench pump-loopback-ratio %.2f of-socket-loopback\nbench pump-loopback-cpu %.2f s/GB\n",
          mb_s, mb_s / raw, cpu_s);
  mb_s = one_way (TRUE, &cpu_s);
  printf ("bench pump-sendfile %.0f MB/s\nbench pump-sendfile-ratio %.2f of-socket-loopback\nbench pump-sendfile-cpu %.2f s/GB\n",
          mb_s, mb_s / raw, cpu_s);
  mb_s = both_ends (FALSE, &cpu_s);
  printf ("bench pump-both-ends %.0f MB/s\nbench pump-both-ends-cpu %.2f s/GB\n", mb_s, cpu_s);
  mb_s = both_ends (TRUE, &cpu_s);
  printf ("bench pump-tls-both-ends %.0f MB/s\nbench pump-tls-both-ends-cpu %.2f s/GB\n", mb_s, cpu_s);
  printf ("bench pump-tls-handshakes %.0f 1/s\n", handshakes ());
  mb_s = echoes (10);
  printf ("bench pump-echo-10 %.0f 1/s\n", mb_s);
  if (files.rlim_cur >= 2200)
    printf ("bench pump-echo-10-of-1000 %.0f 1/s\n", echoes (1000));
  return 0;
}
