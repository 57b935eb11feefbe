/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A wire between two network namespaces that delays what it carries: the laboratory's distance, for kernels
 * without netem.
 *
 * Each line of the standard input, "NS1 IF1 NS2 IF2 DELAY_US [BYTES_PER_S QUEUE_BYTES LOST_OF_MILLION]", makes one
 * wire, whose ends are the new TAP devices IF1 in the namespace NS1 and IF2 in NS2; the answer is the line "ready".
 * Every frame leaves DELAY_US after it came. A wire with a rate takes one frame after the other, drops those that
 * find more than QUEUE_BYTES waiting before them, and loses some by chance. The program ends with its standard
 * input, and so never outlives the one who started it. */
#include <glib.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MAX_FRAME 2048     /* bytes: an Ethernet frame without offloading, and room */
#define MAX_QUEUED 16384   /* frames on their way in one direction; more are lost, as on any wire */
#define FRAMES_PER_TURN 64 /* read from one device before the others have their turn */
#define NETNS_DIR "/run/netns/"

typedef struct
{
  gint64 due_us;
  gsize len;
  guint8 bytes[];
} Frame;

/* One end of a wire; the other end is its neighbour in the array: 0 and 1, 2 and 3, … */
typedef struct
{
  int fd;
  gint64 delay_us;
  guint64 bytes_per_s; /* 0: no limit */
  guint64 queue_bytes;
  guint lost_of_million;
  gint64 free_us;      /* when the wire towards this end has taken what it was given */
  GQueue frames;       /* Frame, that leave by this end */
} End;

static void
give_up (const char *what)
{
  g_printerr ("delay-relay: %s: %s\n", what, g_strerror (errno));
  exit (1);
}

static int
open_tap (const char *netns,
          const char *name)
{
  g_autofree char *path = g_strconcat (NETNS_DIR, netns, NULL);
  struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
  int ns_fd = open (path, O_RDONLY | O_CLOEXEC);
  int fd;

  if (ns_fd < 0 || setns (ns_fd, CLONE_NEWNET) != 0)
    give_up (path);
  close (ns_fd);
  fd = open ("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0)
    give_up ("/dev/net/tun");
  g_strlcpy (request.ifr_name, name, sizeof request.ifr_name);
  if (ioctl (fd, TUNSETIFF, &request) != 0)
    give_up (name);
  return fd;
}

static void
add_wire (GPtrArray *ends,
          const char *line)
{
  char netns[2][128];
  char device[2][IFNAMSIZ];
  gint64 delay_us;
  guint64 bytes_per_s = 0, queue_bytes = 0;
  guint lost_of_million = 0;
  int n = sscanf (line, "%127s %15s %127s %15s %" G_GINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %u",
                  netns[0], device[0], netns[1], device[1], &delay_us, &bytes_per_s, &queue_bytes, &lost_of_million);

  if (n != 5 && n != 8)
    {
      g_printerr ("delay-relay: not a wire: %s\n", line);
      exit (2);
    }
  for (guint i = 0; i < 2; i++)
    {
      End *end = g_new0 (End, 1);

      end->fd = open_tap (netns[i], device[i]);
      end->delay_us = delay_us;
      end->bytes_per_s = bytes_per_s;
      end->queue_bytes = queue_bytes;
      end->lost_of_million = lost_of_million;
      g_queue_init (&end->frames);
      g_ptr_array_add (ends, end);
    }
  puts ("ready");
  fflush (stdout);
}

/* Returns: FALSE when whoever started this is gone */
static gboolean
read_orders (GPtrArray *ends,
             GString *orders)
{
  char buffer[1024];
  ssize_t n = read (STDIN_FILENO, buffer, sizeof buffer);
  char *end;

  if (n <= 0)
    return n < 0 && errno == EINTR;
  g_string_append_len (orders, buffer, n);
  while ((end = strchr (orders->str, '\n')) != NULL)
    {
      g_autofree char *line = g_strndup (orders->str, (gsize) (end - orders->str));

      g_string_erase (orders, 0, end - orders->str + 1);
      add_wire (ends, line);
    }
  return TRUE;
}

/* When a frame that comes now leaves the wire; -1 for one that is lost on it. */
static gint64
leaves_at (End *to,
           gsize len)
{
  const gint64 now_us = g_get_monotonic_time ();

  if (to->lost_of_million > 0 && (guint) g_random_int_range (0, 1000000) < to->lost_of_million)
    return -1;
  if (to->bytes_per_s == 0)
    return now_us + to->delay_us;
  if ((guint64) MAX (to->free_us - now_us, 0) * to->bytes_per_s / G_USEC_PER_SEC > to->queue_bytes)
    return -1;
  to->free_us = MAX (to->free_us, now_us) + (gint64) (len * G_USEC_PER_SEC / to->bytes_per_s);
  return to->free_us + to->delay_us;
}

static void
take_in (const End *from,
         End *to)
{
  guint8 buffer[MAX_FRAME];

  for (guint i = 0; i < FRAMES_PER_TURN; i++)
    {
      ssize_t n = read (from->fd, buffer, sizeof buffer);
      gint64 due_us;
      Frame *frame;

      if (n <= 0)
        return;
      if (g_queue_get_length (&to->frames) >= MAX_QUEUED || (due_us = leaves_at (to, (gsize) n)) < 0)
        continue;
      frame = g_malloc (sizeof *frame + (gsize) n);
      frame->due_us = due_us;
      frame->len = (gsize) n;
      memcpy (frame->bytes, buffer, (gsize) n);
      g_queue_push_tail (&to->frames, frame);
    }
}

static void
look_at (struct pollfd *fd,
         const End *from,
         End *to)
{
  if ((fd->revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
    fd->fd = -1; /* the namespace is gone, and its device with it; poll passes over such an entry */
  else if (fd->revents != 0)
    take_in (from, to);
}

/* Lets out what is due. Returns when the next frame is, or G_MAXINT64. */
static gint64
let_out (End *end)
{
  const Frame *frame;

  while ((frame = g_queue_peek_head (&end->frames)) != NULL && frame->due_us <= g_get_monotonic_time ())
    {
      /* A frame that the device does not take is lost, as on any wire. */
      if (write (end->fd, frame->bytes, frame->len) < 0)
        g_debug ("a frame is lost: %s", g_strerror (errno));
      g_free (g_queue_pop_head (&end->frames));
    }
  return frame != NULL ? frame->due_us : G_MAXINT64;
}

static void
wait_until (GArray *fds,
            gint64 due_us)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 wait_us = MAX (due_us - now_us, 0);
  struct timespec timeout = { .tv_sec = (time_t) (wait_us / G_USEC_PER_SEC),
                              .tv_nsec = wait_us % G_USEC_PER_SEC * 1000 };

  if (ppoll ((struct pollfd *) (void *) fds->data, fds->len, due_us < G_MAXINT64 ? &timeout : NULL, NULL) < 0 &&
      errno != EINTR)
    give_up ("ppoll");
}

int
main (void)
{
  g_autoptr (GPtrArray) ends = g_ptr_array_new ();
  g_autoptr (GArray) fds = g_array_new (FALSE, TRUE, sizeof (struct pollfd));
  g_autoptr (GString) orders = g_string_new (NULL);
  struct pollfd orders_fd = { .fd = STDIN_FILENO, .events = POLLIN };

  g_array_append_val (fds, orders_fd);
  for (;;)
    {
      gint64 due_us = G_MAXINT64;

      for (guint i = 0; i < ends->len; i++)
        due_us = MIN (due_us, let_out (g_ptr_array_index (ends, i)));
      wait_until (fds, due_us);
      for (guint i = 1; i < fds->len; i++)
        look_at (&g_array_index (fds, struct pollfd, i), g_ptr_array_index (ends, i - 1),
                 g_ptr_array_index (ends, (i - 1) ^ 1));
      if (g_array_index (fds, struct pollfd, 0).revents != 0 && !read_orders (ends, orders))
        return 0;
      for (guint i = fds->len - 1; i < ends->len; i++)
        {
          struct pollfd end_fd = { .fd = ((End *) g_ptr_array_index (ends, i))->fd, .events = POLLIN };

          g_array_append_val (fds, end_fd);
        }
    }
}
