/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "demo-network.h"

#include <errno.h>
#include <ftw.h>
#include <gio/gio.h>
#include <glib/gstdio.h>

#include "demo-content.h"
#include "demo-host.h"

#define KB 1000u
#define MB (1000u * KB)

/* Slow enough to watch, fast enough not to bore. */
#define SLOW (1500 * KB)

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
} plan[N_HOSTS] = {
  [HOST_OAK] = { "oak", "127.0.0.2", "ultrapeer", -1, 0 },
  [HOST_ELM] = { "elm", "127.0.0.3", "ultrapeer", HOST_OAK, 0 },
  [HOST_ANNA] = { "anna", "127.0.0.4", "leaf", HOST_OAK, SLOW },
  [HOST_BEA] = { "bea", "127.0.0.5", "leaf", HOST_ELM, SLOW },
  [HOST_CARL] = { "carl", "none", "leaf", HOST_ELM, SLOW },
  [HOST_DORA] = { "dora", "127.0.0.7", "leaf", HOST_ELM, SLOW },
  [HOST_ME] = { "me", "127.0.0.1", "leaf", HOST_OAK, 0 },
};

struct _FilDemoNetwork
{
  char *top;
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
             GError **error)
{
  for (guint i = 0; i < N_HOSTS; i++)
    {
      g_autofree char *neighbour = NULL;

      if (plan[i].neighbour >= 0)
        neighbour = fil_demo_host_listen (self->hosts[plan[i].neighbour]);
      if (!fil_demo_host_start (self->hosts[i], plan[i].role, neighbour, plan[i].upload_limit, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * fil_demo_network_new:
 *
 * Makes the content and starts the nodes.
 *
 * Returns: (transfer full): the running network, NULL with one sentence
 */
FilDemoNetwork *
fil_demo_network_new (GError **error)
{
  g_autoptr (FilDemoNetwork) self = g_new0 (FilDemoNetwork, 1);

  self->top = g_dir_make_tmp ("filbert-demo-XXXXXX", error);
  if (self->top == NULL)
    return NULL;
  for (guint i = 0; i < N_HOSTS; i++)
    self->hosts[i] = fil_demo_host_new (self->top, plan[i].name, plan[i].address);
  if (!make_content (self, error) || !start_hosts (self, error))
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

/**
 * fil_demo_network_free:
 *
 * Ends the nodes and removes everything they made.
 */
void
fil_demo_network_free (FilDemoNetwork *self)
{
  for (guint i = N_HOSTS; i > 0; i--)
    if (self->hosts[i - 1] != NULL)
      {
        fil_demo_host_stop (self->hosts[i - 1]);
        fil_demo_host_free (self->hosts[i - 1]);
      }
  if (self->top != NULL)
    nftw (self->top, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  g_free (self->top);
  g_free (self);
}
