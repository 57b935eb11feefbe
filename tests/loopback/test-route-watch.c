/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "loop.h"
#include "route-watch.h"

#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void
count (gpointer data)
{
  ++*(guint *) data;
}

/* The loopback interface of a network of our own comes up, and its address with it. */
static void
set_loopback (gboolean is_up)
{
  struct ifreq request = { .ifr_flags = is_up ? IFF_UP : 0 };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  strcpy (request.ifr_name, "lo");
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ioctl (fd, SIOCSIFFLAGS, &request), ==, 0);
  close (fd);
}

static void
test_changes (void)
{
  FilRouteWatch *watch;
  guint n = 0, before;
  Loop loop;

  if (unshare (CLONE_NEWUSER | CLONE_NEWNET) != 0 && unshare (CLONE_NEWNET) != 0)
    {
      g_test_skip ("this kernel or container allows no network of our own");
      return;
    }
  loop_init (&loop);
  watch = fil_route_watch_new (loop.reactor, count, &n);
  g_assert_nonnull (watch);
  loop_settle (&loop);
  g_assert_cmpuint (n, ==, 0);
  set_loopback (TRUE);
  loop_until (n > 0);
  loop_settle (&loop);
  before = n;
  set_loopback (FALSE);
  loop_until (n > before);
  fil_route_watch_free (watch);
  set_loopback (TRUE);
  loop_settle (&loop);
  loop_clear (&loop);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loopback/route-watch/changes", test_changes);
  return g_test_run ();
}
