/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "demo-network.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "demo-content.h"
#include "demo-host.h"

#define KB 1000u
#define MB (1000u * KB)

/* Slow enough to watch, fast enough not to bore. */
#define SLOW (1500 * KB)

#define PREFIX "filbert-demo-"
#define ALIVE "alive"

/* What all the files' names have. */
#define SEARCH "sample"
#define SEARCH_US (2 * G_USEC_PER_SEC)
#define READY_TIMEOUT_US (60 * G_USEC_PER_SEC)
#define PAUSE_US (50 * 1000)

enum
{
  HOST_OAK,
  HOST_ELM,
  HOST_ANNA,
  HOST_BEA,
  HOST_CARL,
  HOST_DORA,
  HOST_ME,
  N_HOSTS,
};

static const struct
{
  const char *name;
  const char *address;
  const char *role;
  int neighbour; /* -1: none */
  guint upload_limit;
  guint n_files;
} plan[N_HOSTS] = {
  [HOST_OAK] = { "oak", "127.0.0.2", "ultrapeer", -1, 0, 0 },
  [HOST_ELM] = { "elm", "127.0.0.3", "ultrapeer", HOST_OAK, 0, 0 },
  [HOST_ANNA] = { "anna", "127.0.0.4", "leaf", HOST_OAK, SLOW, 3 },
  [HOST_BEA] = { "bea", "127.0.0.5", "leaf", HOST_ELM, SLOW, 4 },
  [HOST_CARL] = { "carl", "none", "leaf", HOST_ELM, SLOW, 2 },
  [HOST_DORA] = { "dora", "127.0.0.7", "leaf", HOST_ELM, SLOW, 1 },
  [HOST_ME] = { "me", "127.0.0.8", "leaf", HOST_OAK, 0, 0 },
};

struct _FilDemoNetwork
{
  char *top;
  char *alive;   /* a named pipe: the nodes end when this process no longer holds it open */
  int alive_fd;
  FilDemoHost *hosts[N_HOSTS];
};

static gboolean
copy_file (const char *from,
           const char *to,
           GError **error)
{
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (to);

  return g_file_copy (source, target, G_FILE_COPY_NONE, NULL, NULL, NULL, error);
}

/* One file under three names at two hosts, one that only a push brings, one of which a liar has a copy. */
static gboolean
make_content (FilDemoNetwork *self,
              GError **error)
{
  FilDemoHost **hosts = self->hosts;
  g_autofree char *notes = fil_demo_host_shared_path (hosts[HOST_ANNA], "sample notes on hazels.txt");
  g_autofree char *picture = fil_demo_host_shared_path (hosts[HOST_ANNA], "sample picture of dusk.png");
  g_autofree char *tone = fil_demo_host_shared_path (hosts[HOST_ANNA], "sample tone A.wav");
  g_autofree char *tone_too = fil_demo_host_shared_path (hosts[HOST_BEA], "Sample Tone (440 Hz).wav");
  g_autofree char *tone_three = fil_demo_host_shared_path (hosts[HOST_BEA], "kitchen radio sample.wav");
  g_autofree char *big = fil_demo_host_shared_path (hosts[HOST_BEA], "sample long tone.wav");
  g_autofree char *pushed = fil_demo_host_shared_path (hosts[HOST_CARL], "sample behind the router.png");
  g_autofree char *tale = fil_demo_host_shared_path (hosts[HOST_CARL], "sample tale of a filbert.txt");
  g_autofree char *honest = fil_demo_host_shared_path (hosts[HOST_BEA], "sample chord to verify.wav");
  g_autofree char *spoilt = fil_demo_host_shared_path (hosts[HOST_DORA], "sample chord to verify.wav");

  return fil_demo_write_text (notes, 4 * KB, 1, error) && fil_demo_write_picture (picture, 1024, 640, 3, error) &&
         fil_demo_write_tone (tone, 12 * MB, 440, error) && copy_file (tone, tone_too, error) &&
         copy_file (tone, tone_three, error) && fil_demo_write_tone (big, 20 * MB, 220, error) &&
         fil_demo_write_picture (pushed, 1600, 1000, 5, error) && fil_demo_write_text (tale, 60 * KB, 2, error) &&
         fil_demo_write_tone (honest, 6 * MB, 330, error) && fil_demo_spoil (honest, spoilt, error) &&
         fil_demo_host_claim (hosts[HOST_DORA], "sample chord to verify.wav", honest, error);
}

static gboolean
start_hosts (FilDemoNetwork *self,
             GCancellable *cancellable,
             GError **error)
{
  for (guint i = 0; i < N_HOSTS; i++)
    {
      g_autofree char *neighbour = NULL;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (plan[i].neighbour >= 0)
        neighbour = fil_demo_host_listen (self->hosts[plan[i].neighbour]);
      if (!fil_demo_host_start (self->hosts[i], plan[i].role, neighbour, plan[i].upload_limit, self->alive, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_ready (FilDemoNetwork *self)
{
  guint n_files = 0;

  for (guint i = 0; i < N_HOSTS; i++)
    {
      if (!fil_demo_host_is_ready (self->hosts[i], plan[i].n_files, 1))
        return FALSE;
      n_files += plan[i].n_files;
    }
  /* Everything is found when the ultrapeers know what the leaves have. */
  return fil_demo_host_find (self->hosts[HOST_ME], SEARCH, n_files, SEARCH_US) >= n_files;
}

static gboolean
wait_until_ready (FilDemoNetwork *self,
                  GCancellable *cancellable,
                  GError **error)
{
  gint64 deadline = g_get_monotonic_time () + READY_TIMEOUT_US;

  while (!is_ready (self))
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (g_get_monotonic_time () > deadline)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                               _("its nodes do not find each other's files; this computer may be too busy"));
          return FALSE;
        }
      g_usleep (PAUSE_US);
    }
  return TRUE;
}

static int
remove_entry (const char *path,
              const struct stat *st,
              int type,
              struct FTW *ftw)
{
  if (g_remove (path) != 0)
    g_warning ("%s: %s", path, g_strerror (errno));
  return 0;
}

/* Whether a demo that was killed left it: ours, and nobody has its pipe open. */
static gboolean
is_abandoned (const char *top)
{
  g_autofree char *alive = g_build_filename (top, ALIVE, NULL);
  struct stat st;
  int fd;

  if (lstat (top, &st) != 0 || !S_ISDIR (st.st_mode) || st.st_uid != geteuid () || lstat (alive, &st) != 0 ||
      !S_ISFIFO (st.st_mode))
    return FALSE;
  fd = open (alive, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
  if (fd >= 0)
    close (fd);
  return fd < 0 && errno == ENXIO;
}

/* Removes what demos left that were killed by force. */
static void
sweep (void)
{
  g_autoptr (GDir) dir = g_dir_open (g_get_tmp_dir (), 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *top = g_build_filename (g_get_tmp_dir (), name, NULL);

      if (g_str_has_prefix (name, PREFIX) && is_abandoned (top))
        nftw (top, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    }
}

/* Sockets go below the folder too, so that removing it leaves nothing. */
static gboolean
make_top (FilDemoNetwork *self,
          GError **error)
{
  g_autofree char *run = NULL;

  self->top = g_dir_make_tmp (PREFIX "XXXXXX", error);
  if (self->top == NULL)
    return FALSE;
  run = g_build_filename (self->top, "run", NULL);
  self->alive = g_build_filename (self->top, ALIVE, NULL);
  if (mkfifo (self->alive, 0600) == 0)
    self->alive_fd = open (self->alive, O_RDWR | O_CLOEXEC);
  if (self->alive_fd < 0 || g_mkdir (run, 0700) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", self->top, g_strerror (errno));
      return FALSE;
    }
  g_setenv ("XDG_RUNTIME_DIR", run, TRUE);
  return TRUE;
}

/**
 * fil_demo_network_new:
 *
 * Makes the content, starts the nodes and waits until everything is found, which takes some seconds. Sets
 * XDG_RUNTIME_DIR: the process should do nothing else.
 *
 * Returns: (transfer full): the running network, NULL with one sentence
 */
FilDemoNetwork *
fil_demo_network_new (GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (FilDemoNetwork) self = g_new0 (FilDemoNetwork, 1);

  self->alive_fd = -1;
  sweep ();
  if (!make_top (self, error))
    return NULL;
  for (guint i = 0; i < N_HOSTS; i++)
    self->hosts[i] = fil_demo_host_new (self->top, plan[i].name, plan[i].address);
  if (!make_content (self, error) || !start_hosts (self, cancellable, error) ||
      !wait_until_ready (self, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * fil_demo_network_profile:
 *
 * Returns: the profile of the node that looks at the network from inside
 */
const char *
fil_demo_network_profile (const FilDemoNetwork *self)
{
  return fil_demo_host_profile (self->hosts[HOST_ME]);
}

/**
 * fil_demo_network_free:
 *
 * Ends the nodes and removes everything they made.
 */
void
fil_demo_network_free (FilDemoNetwork *self)
{
  /* Tells all of them at once; the rest is waiting. */
  if (self->alive_fd >= 0)
    close (self->alive_fd);
  for (guint i = N_HOSTS; i > 0; i--)
    if (self->hosts[i - 1] != NULL)
      {
        fil_demo_host_stop (self->hosts[i - 1]);
        fil_demo_host_free (self->hosts[i - 1]);
      }
  if (self->top != NULL)
    nftw (self->top, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  g_free (self->top);
  g_free (self->alive);
  g_free (self);
}
