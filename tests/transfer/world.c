/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "world-private.h"

#include <string.h>
#include <unistd.h>

#include "sha1.h"

/* The wire */

typedef struct
{
  FilSession *sessions[2]; /* 0: the downloads', 1: the host's */
  GByteArray *waiting[2];  /* bytes that the session did not take yet */
  FilShaperClient shaper;  /* of what comes to the downloads */
  Host *host;
  guint64 sent;            /* by the host */
} Link;

static void
link_free (Link *self)
{
  fil_shaper_client_clear (&self->shaper);
  for (guint i = 0; i < 2; i++)
    {
      fil_session_free (self->sessions[i]);
      g_byte_array_unref (self->waiting[i]);
    }
  g_free (self);
}

static void feed_waiting (Link *self, guint i, gint64 now_us);

static void
link_ready (gpointer data,
            FilWay way)
{
  Link *self = data;

  feed_waiting (self, 0, self->host->world->now_us);
}

static Link *
link_new (World *world,
          Host *host,
          FilSession *ours,
          FilSession *theirs)
{
  Link *self = g_new0 (Link, 1);

  self->sessions[0] = ours;
  self->sessions[1] = theirs;
  self->host = host;
  for (guint i = 0; i < 2; i++)
    self->waiting[i] = g_byte_array_new ();
  fil_shaper_client_init (&self->shaper, world->shaper, FIL_TRAFFIC_TRANSFER, link_ready, self);
  g_ptr_array_add (world->links, self);
  return self;
}

/* How much the limits let in to session i; as the pump, it asks for more than there is. */
static gsize
may_feed (Link *self,
          guint i,
          gint64 now_us)
{
  gsize most;

  if (self->waiting[i]->len == 0 || self->sessions[i]->is_closed)
    return 0;
  if (i == 1)
    return self->waiting[i]->len;
  fil_shaper_client_set_group (&self->shaper, self->sessions[0]->group);
  most = fil_shaper_ask (&self->shaper, FIL_WAY_IN, 64 * 1024, now_us);
  fil_session_set_held (self->sessions[0], most == 0, now_us);
  return MIN (most, self->waiting[i]->len);
}

static void
feed_waiting (Link *self,
              guint i,
              gint64 now_us)
{
  gsize most, used;

  while ((most = may_feed (self, i, now_us)) > 0)
    {
      used = fil_session_feed (self->sessions[i], self->waiting[i]->data, most, now_us);
      g_assert_cmpuint (used, <=, most);
      g_byte_array_remove_range (self->waiting[i], 0, (guint) used);
      if (i == 0)
        fil_shaper_spend (&self->shaper, FIL_WAY_IN, used, now_us);
      if (used < most)
        return;
    }
}

/* Moves at most most bytes from session i to the other one. */
static gboolean
move_bytes (Link *self,
            guint i,
            guint64 *most,
            gint64 now_us)
{
  static guint8 block[256 * 1024];
  FilOutput out;

  feed_waiting (self, 1 - i, now_us);
  /* What does not fit into the other one's socket buffer stays here. */
  if (*most == 0 || self->waiting[1 - i]->len >= 64 * 1024 ||
      !fil_session_output (self->sessions[i], &out, now_us))
    return FALSE;
  out.len = MIN (MIN (out.len, sizeof block), *most);
  if (out.bytes != NULL)
    memcpy (block, out.bytes, out.len);
  else
    g_assert_cmpint (pread (out.fd, block, out.len, out.offset), ==, (gssize) out.len);
  fil_session_sent (self->sessions[i], out.len, now_us);
  *most -= out.len;
  if (i == 1)
    {
      self->sent += out.len;
      self->host->sent += out.len;
    }
  g_byte_array_append (self->waiting[1 - i], block, (guint) out.len);
  feed_waiting (self, 1 - i, now_us);
  return TRUE;
}

static guint64
host_may_send (const Link *self)
{
  guint64 most = self->host->bytes_per_step > 0 ? self->host->bytes_per_step : G_MAXUINT64;

  if (self->host->stall_after > 0)
    most = MIN (most, self->host->stall_after - MIN (self->sent, self->host->stall_after));
  if (self->host->cut_after > 0)
    most = MIN (most, self->host->cut_after - MIN (self->sent, self->host->cut_after));
  return most;
}

/* FALSE: the link is over. */
static gboolean
link_step (Link *self,
           gint64 now_us)
{
  guint64 from_us = G_MAXUINT64;
  guint64 from_host = host_may_send (self);
  gboolean moved = TRUE;

  for (guint i = 0; i < 2; i++)
    if (fil_session_wake (self->sessions[i]) <= now_us)
      fil_session_tick (self->sessions[i], now_us);
  while (moved)
    {
      moved = move_bytes (self, 0, &from_us, now_us);
      moved = move_bytes (self, 1, &from_host, now_us) || moved;
      if (self->sessions[0]->abort || self->sessions[1]->abort)
        break;
    }
  if (self->host->cut_after > 0 && self->sent >= self->host->cut_after)
    {
      fil_session_hung_up (self->sessions[0], "connection reset", now_us);
      fil_session_hung_up (self->sessions[1], "connection reset", now_us);
    }
  /* What is on its way arrives, before the end does. */
  if (self->sessions[1]->is_closed && !self->sessions[0]->is_closed && self->waiting[0]->len > 0 &&
      self->sessions[0]->held_since_us != FIL_NEVER)
    return TRUE;
  for (guint i = 0; i < 2; i++)
    if (self->sessions[i]->is_closed)
      {
        fil_session_hung_up (self->sessions[1 - i], NULL, now_us);
        return FALSE;
      }
  return TRUE;
}

void
_world_connect (World *self,
                Host *host,
                FilSession *ours,
                FilSession *theirs)
{
  link_new (self, host, ours, theirs);
}

/* The host never answers; the link is kept, so that it can be dropped. */
void
_world_connect_silent (World *self,
                       Host *host,
                       FilSession *ours)
{
  Link *link = link_new (self, host, ours, _host_raw_new (host));

  link->sent = G_MAXUINT64;
}

/* The world */

World *
world_new (void)
{
  World *self = g_new0 (World, 1);

  self->now_us = 1000 * FIL_SEC;
  self->timers = fil_timer_queue_new ();
  self->shaper = fil_shaper_new (self->timers);
  g_assert_true (fil_endpoint_parse (&self->own, "24.0.0.1:6346", -1, 0));
  self->is_reachable = TRUE;
  self->has_route = TRUE;
  self->pushes = g_array_new (FALSE, FALSE, sizeof (SentPush));
  self->steps = g_ptr_array_new_with_free_func (g_free);
  self->random = fil_random_new_seeded ((guint64) g_test_rand_int ());
  self->hosts = g_ptr_array_new_with_free_func (_host_free);
  self->links = g_ptr_array_new_with_free_func ((GDestroyNotify) link_free);
  self->disk = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, _world_part_free);
  self->done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->records = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, _world_saved_free);
  self->trees = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) fil_tiger_tree_unref);
  self->answers = g_queue_new ();
  self->files = g_hash_table_new_full (NULL, NULL, NULL, _world_close_file);
  self->hashed = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) g_bytes_unref,
                                        (GDestroyNotify) fil_tiger_tree_unref);
  self->mesh = fil_mesh_new ();
  self->pongs = g_array_new (FALSE, FALSE, sizeof (Pong));
  self->downloads = fil_downloads_new (&_world_node, self, &_world_disk, self, "Filbert/test");
  fil_downloads_set_mesh (self->downloads, self->mesh);
  return self;
}

void
world_free (World *self)
{
  fil_downloads_free (self->downloads);
  while (!g_queue_is_empty (self->answers))
    _world_run_answers (self);
  fil_mesh_free (self->mesh);
  g_array_unref (self->pongs);
  g_ptr_array_unref (self->links);
  g_ptr_array_unref (self->hosts);
  fil_shaper_free (self->shaper);
  fil_timer_queue_free (self->timers);
  g_hash_table_unref (self->files);
  g_hash_table_unref (self->hashed);
  g_hash_table_unref (self->disk);
  g_hash_table_unref (self->done);
  g_hash_table_unref (self->records);
  g_hash_table_unref (self->trees);
  g_queue_free (self->answers);
  g_array_unref (self->pushes);
  g_ptr_array_unref (self->steps);
  fil_random_free (self->random);
  g_free (self);
}

gint64
world_add (World *self,
           gint64 id,
           GBytes *content)
{
  gsize size;
  const void *bytes = g_bytes_get_data (content, &size);
  g_autofree char *name = g_strdup_printf ("file %d", (int) id);
  FilDownloadSpec spec = { .id = id, .name = name, .size = size, .has_size = TRUE, .has_sha1 = TRUE };

  fil_sha1_of (&spec.sha1, bytes, size);
  g_assert_nonnull (fil_downloads_add (self->downloads, &spec, self->now_us));
  return id;
}

/* The same as the only download. */
FilDownload *
world_start (World *self,
             GBytes *content)
{
  return fil_downloads_get (self->downloads, world_add (self, 1, content));
}

void
world_add_source (World *self,
                  gint64 id,
                  Host *host)
{
  FilSourceSpec spec = {
    .endpoint = host->endpoint,
    .guid = host->guid,
    .needs_push = host->is_firewalled,
  };

  fil_downloads_add_source (self->downloads, id, &spec, self->now_us);
}

/* A source of which only the GUID and the push proxies are known. */
void
world_add_pushed (World *self,
                  gint64 id,
                  Host *host,
                  const FilHost *proxies,
                  guint n_proxies)
{
  FilSourceSpec spec = {
    .guid = host->guid,
    .proxies = proxies,
    .n_proxies = n_proxies,
    .needs_push = TRUE,
  };

  fil_downloads_add_source (self->downloads, id, &spec, self->now_us);
}

/* Nobody can connect to the host, and it takes our offers. */
void
world_add_punched (World *self,
                   gint64 id,
                   Host *host)
{
  FilHost proxy = { .endpoint = fil_endpoint_v4 ((const guint8[]){ 27, 0, 0, 1 }, 6346) };
  FilSourceSpec spec = { .guid = host->guid, .proxies = &proxy, .n_proxies = 1, .needs_push = TRUE };

  spec.punch = (FilPunchHint){ .can_punch = TRUE, .knows_offers = TRUE };
  spec.punch.nat.udp = (FilNatClass){ FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_PORT, 0 };
  fil_downloads_add_source (self->downloads, id, &spec, self->now_us);
}

/* A way to the host stands. Returns whether anything is to be fetched over it. */
gboolean
world_open_way (World *self,
                Host *host)
{
  FilSession *ours = fil_downloads_punched (self->downloads, &host->guid, 0, &host->endpoint, self->now_us);

  if (ours == NULL)
    return FALSE;
  link_new (self, host, ours, fil_uploads_punched (host->uploads, &self->own, self->now_us));
  return TRUE;
}

/* Connections that share the limit of that group. */
guint
world_count_links (World *self,
                   guint64 group)
{
  guint n = 0;

  for (guint i = 0; i < self->links->len; i++)
    n += ((const Link *) g_ptr_array_index (self->links, i))->sessions[0]->group == group;
  return n;
}

/* How often that happened on the way of pushes. */
guint
world_count_steps (World *self,
                   const char *step)
{
  guint n = 0;

  for (guint i = 0; i < self->steps->len; i++)
    n += g_str_has_prefix (self->steps->pdata[i], step);
  return n;
}

void
world_step (World *self)
{
  self->now_us += WORLD_STEP_US;
  fil_timer_queue_run (self->timers, self->now_us);
  _world_run_pongs (self);
  _world_deliver_pushes (self);
  for (guint i = self->links->len; i > 0; i--)
    {
      Link *link = g_ptr_array_index (self->links, i - 1);
      gboolean lives;

      if (link->sent == G_MAXUINT64)
        lives = !link->sessions[0]->is_closed;
      else
        lives = link_step (link, self->now_us);
      if (!lives)
        g_ptr_array_remove_index (self->links, i - 1);
    }
  if (!self->disk_is_stuck && !self->checks_are_stuck)
    _world_run_answers (self);
  for (guint i = 0; i < self->hosts->len; i++)
    {
      FilUploads *uploads = ((Host *) g_ptr_array_index (self->hosts, i))->uploads;

      if (fil_uploads_wake (uploads) <= self->now_us)
        fil_uploads_tick (uploads, self->now_us);
    }
  for (guint i = 0; i < 100 && fil_downloads_wake (self->downloads) <= self->now_us; i++)
    {
      g_assert_cmpuint (i, <, 99);
      fil_downloads_tick (self->downloads, self->now_us);
    }
  for (guint i = self->links->len; i > 0; i--)
    if (((Link *) g_ptr_array_index (self->links, i - 1))->sessions[0]->is_closed)
      g_ptr_array_remove_index (self->links, i - 1);
}

gboolean
world_run_until (World *self,
                 FilDownload *download,
                 FilDownloadState state,
                 guint seconds)
{
  for (guint i = 0; i < seconds * 10 && download->state != state; i++)
    world_step (self);
  return download->state == state;
}

void
world_run (World *self,
           guint seconds)
{
  for (guint i = 0; i < seconds * 10; i++)
    world_step (self);
}

/* The node ends, killed or not, and a new one takes up what was saved. */
void
world_restart (World *self,
               gboolean orderly)
{
  GHashTableIter iter;
  gpointer value;

  if (orderly)
    {
      fil_downloads_shutdown (self->downloads, self->now_us);
      while (!fil_downloads_is_settled (self->downloads))
        _world_run_answers (self);
    }
  fil_downloads_free (self->downloads);
  while (!g_queue_is_empty (self->answers))
    _world_run_answers (self);
  g_ptr_array_set_size (self->links, 0);
  self->downloads = fil_downloads_new (&_world_node, self, &_world_disk, self, "Filbert/test");
  fil_downloads_set_mesh (self->downloads, self->mesh);
  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Saved *saved = value;
      FilDownloadRecord record = {
        .spec = saved->spec,
        .state = saved->state,
        .reason_code = saved->reason_code,
        .received = saved->received,
        .verified = saved->verified,
        .tree = g_hash_table_lookup (self->trees, &saved->spec.id),
        .path = saved->path,
      };

      g_assert_nonnull (fil_downloads_restore (self->downloads, &record, self->now_us));
    }
}

void
world_assert_done (World *self,
                   gint64 id,
                   GBytes *content)
{
  FilDownload *download = fil_downloads_get (self->downloads, id);
  GBytes *file;

  g_assert_nonnull (download);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_DONE);
  file = g_hash_table_lookup (self->done, download->path);
  g_assert_nonnull (file);
  g_assert_true (g_bytes_equal (file, content));
  g_assert_cmpuint (fil_download_verified_bytes (download), ==, g_bytes_get_size (content));
}

void
test_feed (FilSession *session,
           const char *text,
           gint64 now_us)
{
  fil_session_feed (session, (const guint8 *) text, strlen (text), now_us);
}

GBytes *
test_content (gsize len,
              guint64 seed)
{
  g_autoptr (FilRandom) chance = fil_random_new_seeded (seed);
  guint8 *bytes = g_malloc (MAX (len, 1));

  fil_random_bytes (chance, bytes, len);
  return g_bytes_new_take (bytes, len);
}

GBytes *
test_corrupted (GBytes *content,
                gsize at)
{
  gsize size;
  const void *bytes = g_bytes_get_data (content, &size);
  guint8 *copy = g_memdup2 (bytes, size);

  copy[at] ^= 1;
  return g_bytes_new_take (copy, size);
}
