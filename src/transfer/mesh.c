/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "mesh.h"

#include "transfer-limits.h"

/* Who has spoken of a place, by the network he is in. */
typedef struct
{
  FilEndpoint from[FIL_MESH_REPORTS];
  guint n;
} Voices;

typedef struct
{
  FilHost host;
  FilPushEndpoint *push; /* NULL: can be connected to */
  gboolean is_good;      /* to be told to others */
  gint64 heard_us;       /* the newest word */
  gint64 good_us;        /* since when, for those who were told before */
  gint64 gone_us;        /* not to be tried since then; 0: it may be there */
  Voices heard;
  Voices missed;
} Place;

typedef struct
{
  FilSha1 sha1;
  GPtrArray *places; /* Place, the one that was heard of last at the end */
  guint n_push;
  gint64 used_us;
} File;

struct _FilMesh
{
  GHashTable *files; /* &File.sha1 -> File */
};

static void
place_free (Place *place)
{
  g_free (place->push);
  g_free (place);
}

static void
file_free (File *file)
{
  g_ptr_array_unref (file->places);
  g_free (file);
}

FilMesh *
fil_mesh_new (void)
{
  FilMesh *self = g_new0 (FilMesh, 1);

  self->files = g_hash_table_new_full (fil_sha1_hash, fil_sha1_equal, NULL, (GDestroyNotify) file_free);
  return self;
}

void
fil_mesh_free (FilMesh *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->files);
  g_free (self);
}

/* The file that was not spoken of for longest makes room. */
static void
forget_oldest (FilMesh *self)
{
  GHashTableIter iter;
  gpointer value;
  File *oldest = NULL;

  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (oldest == NULL || ((File *) value)->used_us < oldest->used_us)
      oldest = value;
  if (oldest != NULL)
    g_hash_table_remove (self->files, &oldest->sha1);
}

static File *
take_file (FilMesh *self,
           const FilSha1 *sha1,
           gint64 now_us)
{
  File *file = g_hash_table_lookup (self->files, sha1);

  if (file == NULL)
    {
      if (g_hash_table_size (self->files) >= FIL_MESH_FILES)
        forget_oldest (self);
      file = g_new0 (File, 1);
      file->sha1 = *sha1;
      file->places = g_ptr_array_new_with_free_func ((GDestroyNotify) place_free);
      g_hash_table_insert (self->files, &file->sha1, file);
    }
  file->used_us = now_us;
  return file;
}

/* Words do not count for ever. */
static void
expire (File *file,
        gint64 now_us)
{
  for (guint i = file->places->len; i > 0; i--)
    {
      Place *place = g_ptr_array_index (file->places, i - 1);

      if (place->gone_us != 0 && now_us - place->gone_us >= FIL_MESH_GONE_US)
        {
          place->gone_us = 0;
          place->missed.n = 0;
        }
      if (place->gone_us == 0 && now_us - place->heard_us >= FIL_MESH_LIFE_US)
        {
          file->n_push -= place->push != NULL;
          g_ptr_array_remove_index (file->places, i - 1);
        }
    }
}

static gboolean
is_place (const Place *place,
          const FilMeshPlace *wanted)
{
  if (wanted->has_push)
    return place->push != NULL && fil_guid_equal (&place->push->guid, &wanted->push.guid);
  return place->push == NULL && fil_endpoint_equal (&place->host.endpoint, &wanted->host.endpoint);
}

/* Room for one more of a kind: of those that are not good the oldest goes, else the oldest of all. */
static void
make_room (File *file,
           gboolean is_push)
{
  guint n = is_push ? file->n_push : file->places->len - file->n_push;
  guint worst = G_MAXUINT;

  if (n < (is_push ? FIL_MESH_PUSH_PLACES : FIL_MESH_PLACES))
    return;
  for (guint i = 0; i < file->places->len; i++)
    {
      const Place *place = g_ptr_array_index (file->places, i);

      if ((place->push != NULL) != is_push)
        continue;
      if (worst == G_MAXUINT || (!place->is_good && ((Place *) g_ptr_array_index (file->places, worst))->is_good))
        worst = i;
    }
  file->n_push -= is_push;
  g_ptr_array_remove_index (file->places, worst);
}

/* How to get there, in the words of somebody who may say so. */
static void
describe (Place *place,
          const FilMeshPlace *wanted)
{
  place->host = wanted->host;
  if (wanted->has_push)
    *place->push = wanted->push;
}

/* The place, made if it is not known, and now the newest; what is known of the way there stays. */
static Place *
take_place (FilMesh *self,
            const FilSha1 *sha1,
            const FilMeshPlace *wanted,
            gint64 now_us)
{
  File *file = take_file (self, sha1, now_us);
  Place *place = NULL;

  expire (file, now_us);
  for (guint i = 0; i < file->places->len && place == NULL; i++)
    if (is_place (g_ptr_array_index (file->places, i), wanted))
      place = g_ptr_array_steal_index (file->places, i);
  if (place == NULL)
    {
      make_room (file, wanted->has_push);
      place = g_new0 (Place, 1);
      place->push = wanted->has_push ? g_new0 (FilPushEndpoint, 1) : NULL;
      file->n_push += wanted->has_push;
      describe (place, wanted);
    }
  place->heard_us = now_us;
  g_ptr_array_add (file->places, place);
  return place;
}

static Place *
find_host (const FilMesh *self,
           const FilSha1 *sha1,
           const FilEndpoint *host)
{
  const File *file = g_hash_table_lookup (self->files, sha1);

  for (guint i = 0; file != NULL && i < file->places->len; i++)
    {
      Place *place = g_ptr_array_index (file->places, i);

      if (place->push == NULL && fil_endpoint_equal (&place->host.endpoint, host))
        return place;
    }
  return NULL;
}

static gboolean
has_spoken (const Voices *voices,
            const FilEndpoint *from)
{
  for (guint i = 0; i < voices->n; i++)
    if (fil_endpoint_maybe_one_person (&voices->from[i], from))
      return TRUE;
  return FALSE;
}

/* Counts each network once; returns how many have spoken. */
static guint
speak (Voices *voices,
       const FilEndpoint *from)
{
  if (!has_spoken (voices, from) && voices->n < FIL_MESH_REPORTS)
    voices->from[voices->n++] = *from;
  return voices->n;
}

static void
set_good (Place *place,
          gint64 now_us)
{
  if (!place->is_good)
    place->good_us = now_us;
  place->is_good = TRUE;
}

/* Leaves of the proxies, and of the address outside, what both name. */
static guint
intersect (FilPushEndpoint *known,
           const FilPushEndpoint *heard)
{
  guint kept = 0;

  for (guint i = 0; i < known->n_proxies; i++)
    for (guint j = 0; j < heard->n_proxies; j++)
      if (fil_endpoint_equal (&known->proxies[i].endpoint, &heard->proxies[j].endpoint))
        {
          known->proxies[kept++] = known->proxies[i];
          break;
        }
  known->n_proxies = kept;
  if (!fil_endpoint_equal (&known->external, &heard->external))
    known->external = (FilEndpoint){ 0 };
  return kept;
}

/* A stranger's words on the way to a place that is not told to others yet. Whoever is alone with it may say
 * something else; once two speak, only what both of them say counts: a proxy that one made up would be called by
 * all who hear of the place from us. */
static void
hear_way (Place *place,
          const FilMeshPlace *wanted,
          const FilEndpoint *from)
{
  if (place->heard.n == 0 || has_spoken (&place->heard, from))
    describe (place, wanted);
  else if (place->push == NULL)
    place->host.tls = place->host.tls && wanted->host.tls;
  else if (intersect (place->push, &wanted->push) == 0)
    {
      describe (place, wanted);
      place->heard.n = 0;
    }
}

/**
 * fil_mesh_heard:
 * @from: where the connection of who said so comes from
 *
 * Somebody says that the file can be had at @place. Whoever names himself is believed: he can harm nobody
 * with it. The way to a place that is told to others changes by nobody else's word.
 */
void
fil_mesh_heard (FilMesh *self,
                const FilSha1 *file,
                const FilMeshPlace *place,
                const FilEndpoint *from,
                gint64 now_us)
{
  gboolean is_itself = !place->has_push && fil_endpoint_same_address (&place->host.endpoint, from);
  Place *known;

  if (!place->has_push && !fil_endpoint_is_set (&place->host.endpoint))
    return;
  known = take_place (self, file, place, now_us);
  if (is_itself)
    describe (known, place);
  else if (!known->is_good)
    hear_way (known, place, from);
  if (known->gone_us != 0)
    return;
  if (speak (&known->heard, from) >= FIL_MESH_AGREE || is_itself)
    set_good (known, now_us);
}

/**
 * fil_mesh_served:
 *
 * It has answered us as one who has the file, and @place says how we got there.
 */
void
fil_mesh_served (FilMesh *self,
                 const FilSha1 *file,
                 const FilMeshPlace *place,
                 gint64 now_us)
{
  Place *known = take_place (self, file, place, now_us);

  describe (known, place);
  known->gone_us = 0;
  known->missed.n = 0;
  set_good (known, now_us);
}

static void
set_gone (Place *place,
          gint64 now_us)
{
  place->is_good = FALSE;
  if (place->gone_us == 0)
    place->gone_us = now_us;
}

/**
 * fil_mesh_failed:
 *
 * We found it without the file; of one that was never there others are not told.
 */
void
fil_mesh_failed (FilMesh *self,
                 const FilSha1 *file,
                 const FilEndpoint *host,
                 gint64 now_us)
{
  const FilMeshPlace wanted = { .host.endpoint = *host };

  set_gone (take_place (self, file, &wanted, now_us), now_us);
}

/**
 * fil_mesh_expected:
 *
 * We mean to get the file from @host, whoever named it: what others report of it is counted from now on. That is
 * no word for it.
 */
void
fil_mesh_expected (FilMesh *self,
                   const FilSha1 *file,
                   const FilHost *host,
                   gint64 now_us)
{
  const FilMeshPlace wanted = { .host = *host };

  if (find_host (self, file, &host->endpoint) == NULL)
    take_place (self, file, &wanted, now_us);
}

/**
 * fil_mesh_reported:
 * @from: where the connection of who said so comes from
 *
 * Somebody says that the file cannot be had at @host. Of a place that is not known it means nothing.
 *
 * Returns: whether that is believed now
 */
gboolean
fil_mesh_reported (FilMesh *self,
                   const FilSha1 *file,
                   const FilEndpoint *host,
                   const FilEndpoint *from,
                   gint64 now_us)
{
  Place *place = find_host (self, file, host);

  if (place == NULL)
    return FALSE;
  if (speak (&place->missed, from) >= FIL_MESH_REPORTS)
    set_gone (place, now_us);
  return place->gone_us != 0;
}

/**
 * fil_mesh_is_gone:
 *
 * Returns: whether trying @host is no use for now
 */
gboolean
fil_mesh_is_gone (const FilMesh *self,
                  const FilSha1 *file,
                  const FilEndpoint *host,
                  gint64 now_us)
{
  const Place *place = find_host (self, file, host);

  return place != NULL && place->gone_us != 0 && now_us - place->gone_us < FIL_MESH_GONE_US;
}

static File *
look (FilMesh *self,
      const FilSha1 *sha1,
      gint64 now_us)
{
  File *file = g_hash_table_lookup (self->files, sha1);

  if (file != NULL)
    expire (file, now_us);
  return file;
}

/**
 * fil_mesh_good:
 * @receiver: who will be told; its own address is left out
 * @since_us: only what is good since then
 *
 * Returns: how many places are in @out, the newest first
 */
guint
fil_mesh_good (FilMesh *self,
               const FilSha1 *file,
               const FilEndpoint *receiver,
               gint64 since_us,
               FilHost *out,
               guint max,
               gint64 now_us)
{
  const File *known = look (self, file, now_us);
  guint n = 0;

  for (guint i = known != NULL ? known->places->len : 0; i > 0 && n < max; i--)
    {
      const Place *place = g_ptr_array_index (known->places, i - 1);

      if (place->is_good && place->push == NULL && place->good_us >= since_us &&
          !fil_endpoint_same_address (&place->host.endpoint, receiver))
        out[n++] = place->host;
    }
  return n;
}

/* The same, of hosts behind firewalls. */
guint
fil_mesh_good_push (FilMesh *self,
                    const FilSha1 *file,
                    gint64 since_us,
                    FilPushEndpoint *out,
                    guint max,
                    gint64 now_us)
{
  const File *known = look (self, file, now_us);
  guint n = 0;

  for (guint i = known != NULL ? known->places->len : 0; i > 0 && n < max; i--)
    {
      const Place *place = g_ptr_array_index (known->places, i - 1);

      if (place->is_good && place->push != NULL && place->good_us >= since_us)
        out[n++] = *place->push;
    }
  return n;
}

/**
 * fil_mesh_gone:
 *
 * Returns: how many places without the file are in @out
 */
guint
fil_mesh_gone (FilMesh *self,
               const FilSha1 *file,
               gint64 since_us,
               FilHost *out,
               guint max,
               gint64 now_us)
{
  const File *known = look (self, file, now_us);
  guint n = 0;

  for (guint i = known != NULL ? known->places->len : 0; i > 0 && n < max; i--)
    {
      const Place *place = g_ptr_array_index (known->places, i - 1);

      if (place->gone_us != 0 && place->gone_us >= since_us && place->push == NULL)
        out[n++] = place->host;
    }
  return n;
}

/**
 * fil_mesh_n_places:
 *
 * Returns: how many places of all files are remembered
 */
guint
fil_mesh_n_places (const FilMesh *self)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n += ((File *) value)->places->len;
  return n;
}
