/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "world-private.h"

#include <string.h>

#include "sha1.h"
#include "tiger-context.h"

/* A disk in memory, which can be slow, stuck, full or broken. */

struct _FilPart
{
  GByteArray *bytes;
  GByteArray *pages; /* whether anything was written to each; a part file is sparse */
  GByteArray *written; /* of each byte */
  GByteArray *safe;    /* … and what of it a sync has made safe */
};

#define PAGE 4096

typedef struct
{
  FilStorageDone done;
  gpointer data;
  FilStorageReply reply;
  FilPart *synced;  /* sync: that is safe when it is answered, or NULL */
  GByteArray *safe; /* … as it was when it was asked for */
} Answer;

static Answer *
answer_late (World *self,
             FilStorageDone done,
             gpointer done_data,
             const FilStorageReply *reply)
{
  Answer *late = g_new0 (Answer, 1);

  *late = (Answer){ done, done_data, *reply };
  if (reply->held != NULL)
    late->reply.held = g_array_ref ((GArray *) reply->held);
  g_queue_push_tail (self->answers, late);
  return late;
}

static void
answer (World *self,
        FilStorageDone done,
        gpointer done_data,
        const FilStorageReply *reply)
{
  if (self->disk_is_slow)
    (void) answer_late (self, done, done_data, reply);
  else
    done (done_data, reply);
}

static GByteArray *
copy_of (const GByteArray *bytes)
{
  return g_byte_array_append (g_byte_array_new (), bytes->data, bytes->len);
}

/* Takes safe. The part may have been deleted meanwhile. */
static void
make_safe (World *self,
           FilPart *part,
           GByteArray *safe)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->disk);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (value == part)
      {
        g_byte_array_unref (part->safe);
        part->safe = safe;
        return;
      }
  g_byte_array_unref (safe);
}

/**
 * _world_disk_assert_safe:
 * @ranges: (nullable): as they are saved
 *
 * A power cut may take all that was not synced: nothing else may be named in a row.
 */
void
_world_disk_assert_safe (World *self,
                         gint64 id,
                         const char *ranges)
{
  const FilPart *part = g_hash_table_lookup (self->disk, &id);
  g_auto (GStrv) parts = g_strsplit (ranges != NULL ? ranges : "", ",", -1);

  for (guint i = 0; part != NULL && parts[i] != NULL; i++)
    {
      char *dash;
      guint64 first = g_ascii_strtoull (parts[i], &dash, 10);
      guint64 last = g_ascii_strtoull (dash + 1, NULL, 10);

      g_assert_cmpuint (last, <, part->safe->len);
      g_assert_null (memchr (part->safe->data + first, 0, last - first + 1));
    }
}

void
_world_run_answers (World *self)
{
  guint n = g_queue_get_length (self->answers);

  while (n-- > 0)
    {
      g_autofree Answer *late = g_queue_pop_head (self->answers);

      if (late->synced != NULL)
        make_safe (self, late->synced, late->safe);
      late->done (late->data, &late->reply);
      if (late->reply.held != NULL)
        g_array_unref ((GArray *) late->reply.held);
    }
}

void
_world_part_free (gpointer data)
{
  FilPart *part = data;

  g_byte_array_unref (part->bytes);
  g_byte_array_unref (part->pages);
  g_byte_array_unref (part->written);
  g_byte_array_unref (part->safe);
  g_free (part);
}

static void
note_pages (FilPart *part,
            guint64 offset,
            gsize len)
{
  guint end = (guint) ((offset + len + PAGE - 1) / PAGE);

  if (part->pages->len < end)
    {
      guint old = part->pages->len;

      g_byte_array_set_size (part->pages, end);
      memset (part->pages->data + old, 0, end - old);
    }
  memset (part->pages->data + offset / PAGE, 1, end - offset / PAGE);
}

/* What a file system tells: whole pages. */
static GArray *
held_ranges (const FilPart *part)
{
  GArray *held = g_array_new (FALSE, FALSE, sizeof (FilRange));

  for (guint i = 0; i < part->pages->len; i++)
    {
      FilRange page = { (guint64) i * PAGE, MIN ((guint64) (i + 1) * PAGE, part->bytes->len) };
      FilRange *last = held->len > 0 ? &g_array_index (held, FilRange, held->len - 1) : NULL;

      if (part->pages->data[i] == 0)
        continue;
      if (last != NULL && last->end == page.start)
        last->end = page.end;
      else
        g_array_append_val (held, page);
    }
  return held;
}

static void
disk_open (gpointer data,
           const FilStorageSought *sought,
           FilStorageDone done,
           gpointer done_data)
{
  World *self = data;
  FilStorageReply reply = { .status = self->disk_status };
  FilPart *part = g_hash_table_lookup (self->disk, &sought->id);
  g_autofree char *path = g_strdup_printf ("/downloads/%s", sought->name);
  g_autoptr (GArray) held = part != NULL ? held_ranges (part) : NULL;

  if (reply.status == FIL_STORAGE_OK && part == NULL && sought->sha1 != NULL &&
      g_hash_table_contains (self->done, path))
    {
      reply.path = g_intern_string (path);
    }
  else if (reply.status == FIL_STORAGE_OK)
    {
      reply.held = held;
      reply.existed = part != NULL;
      if (part == NULL)
        {
          part = g_new0 (FilPart, 1);
          part->bytes = g_byte_array_new ();
          part->pages = g_byte_array_new ();
          part->written = g_byte_array_new ();
          part->safe = g_byte_array_new ();
          g_hash_table_insert (self->disk, g_memdup2 (&sought->id, sizeof sought->id), part);
        }
      reply.part = part;
    }
  answer (self, done, done_data, &reply);
}

static void
disk_write (gpointer data,
            FilPart *part,
            guint64 offset,
            const guint8 *bytes,
            gsize len,
            FilStorageDone done,
            gpointer done_data)
{
  World *self = data;
  FilStorageReply reply = { .status = self->disk_status };

  g_assert_cmpuint (len, >, 0);
  g_assert_cmpuint (len, <=, FIL_BUFFER_SIZE);
  if (reply.status == FIL_STORAGE_OK)
    {
      if (part->bytes->len < offset + len)
        {
          guint old = part->bytes->len;

          g_byte_array_set_size (part->bytes, (guint) (offset + len));
          memset (part->bytes->data + old, 0, part->bytes->len - old);
          g_byte_array_set_size (part->written, part->bytes->len);
          memset (part->written->data + old, 0, part->written->len - old);
        }
      memset (part->written->data + offset, 1, len);
      memcpy (part->bytes->data + offset, bytes, len);
      note_pages (part, offset, len);
      self->writes++;
    }
  answer (self, done, done_data, &reply);
}

static void
disk_sync (gpointer data,
           FilPart *part,
           FilStorageDone done,
           gpointer done_data)
{
  World *self = data;
  FilStorageReply reply = { .status = FIL_STORAGE_OK };

  self->syncs++;
  if (self->disk_is_slow)
    {
      Answer *late = answer_late (self, done, done_data, &reply);

      late->synced = part;
      late->safe = copy_of (part->written);
      return;
    }
  make_safe (self, part, copy_of (part->written));
  done (done_data, &reply);
}

static void
disk_check (gpointer data,
            FilPart *part,
            FilRange range,
            FilStorageDone done,
            gpointer done_data)
{
  World *self = data;
  FilStorageReply reply = { .status = self->check_status };

  g_assert_nonnull (part);
  g_assert_cmpuint (part->bytes->len, >=, range.end);
  fil_tth_of (&reply.tth, part->bytes->data + range.start, fil_range_len (range));
  self->checks++;
  if (self->checks_are_stuck)
    (void) answer_late (self, done, done_data, &reply);
  else
    answer (self, done, done_data, &reply);
}

static void
disk_follow (gpointer data,
             FilPart *part,
             guint64 end,
             guint64 size,
             gboolean with_tree)
{
  g_assert_cmpuint (part->bytes->len, >=, end);
  g_assert_cmpuint (end, <=, size);
}

static void
disk_hash (gpointer data,
           FilPart *part,
           guint64 size,
           gboolean with_tree,
           FilStorageDone done,
           gpointer done_data)
{
  FilStorageReply reply = { .status = FIL_STORAGE_OK };

  ((World *) data)->hashes++;
  g_assert_cmpuint (part->bytes->len, >=, size);
  fil_sha1_of (&reply.sha1, part->bytes->data, size);
  reply.has_tth = with_tree;
  if (with_tree)
    fil_tth_of (&reply.tth, part->bytes->data, size);
  answer (data, done, done_data, &reply);
}

static void
disk_finish (gpointer data,
             FilPart *part,
             guint64 size,
             const char *name,
             FilStorageDone done,
             gpointer done_data)
{
  World *self = data;
  FilStorageReply reply = { .status = self->disk_status };

  if (reply.status == FIL_STORAGE_OK)
    {
      g_autofree char *path = g_strdup_printf ("/downloads/%s", name);

      g_assert_false (g_hash_table_contains (self->done, path));
      g_hash_table_insert (self->done, g_strdup (path), g_bytes_new (part->bytes->data, size));
      reply.path = g_intern_string (path);
    }
  answer (self, done, done_data, &reply);
}

static void
disk_close (gpointer data,
            FilPart *part)
{
}

static void
disk_discard (gpointer data,
              gint64 id,
              FilPart *part)
{
  World *self = data;

  g_hash_table_remove (self->disk, &id);
}

const FilStorage _world_disk = {
  .open = disk_open,
  .write = disk_write,
  .sync = disk_sync,
  .check = disk_check,
  .follow = disk_follow,
  .hash = disk_hash,
  .finish = disk_finish,
  .close = disk_close,
  .discard = disk_discard,
};

/* Somebody changes a byte of the part file. */
void
world_spoil (World *self,
             gint64 id,
             gsize at)
{
  FilPart *part = g_hash_table_lookup (self->disk, &id);

  /* What was never written is nothing that could change. */
  if (at < part->bytes->len)
    part->bytes->data[at] ^= 1;
}
