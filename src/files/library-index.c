/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "library-private.h"

#include "keyword-index-builder.h"

#include <string.h>

/* The names as they are when it starts, copied for the thread that builds. */
typedef struct
{
  FilLibrary *library;
  GString *names; /* each ends with NUL */
  GArray *ids;    /* guint32, in the order of the names */
  FilKeywordIndex *index;
  gint64 started_us;
} Build;

static void
build_free (Build *build)
{
  g_string_free (build->names, TRUE);
  g_array_unref (build->ids);
  g_clear_pointer (&build->index, fil_keyword_index_unref);
  g_free (build);
}

static void
run (gpointer data)
{
  Build *build = data;
  g_autoptr (FilKeywordIndexBuilder) builder = fil_keyword_index_builder_new ();
  const char *name = build->names->str;

  for (guint i = 0; i < build->ids->len; i++)
    {
      fil_keyword_index_builder_add (builder, g_array_index (build->ids, guint32, i), name, NULL);
      name += strlen (name) + 1;
    }
  build->index = fil_keyword_index_builder_finish (builder);
}

static void
done (gpointer data)
{
  Build *build = data;
  FilLibrary *self = build->library;
  gint64 now_us;

  fil_keyword_index_unref (self->index);
  self->index = g_steal_pointer (&build->index);
  self->is_indexing = FALSE;
  self->is_index_new = TRUE;
  _fil_library_changed (self, NULL);
  now_us = fil_clock_now (self->clock);
  fil_timer_set (self->index_timer,
                 now_us + MIN (FIL_LIBRARY_INDEX_US, FIL_LIBRARY_INDEX_SHARE * (now_us - build->started_us)));
}

static void
start (FilLibrary *self)
{
  Build *build = g_new0 (Build, 1);

  build->library = self;
  build->started_us = fil_clock_now (self->clock);
  build->names = g_string_new (NULL);
  build->ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint32 i = 1; i < self->by_index->len; i++)
    {
      const char *name = fil_library_display_name (self, i);

      if (name == NULL)
        continue;
      g_string_append_len (build->names, name, (gssize) strlen (name) + 1);
      g_array_append_val (build->ids, i);
    }
  self->is_index_dirty = FALSE;
  self->is_indexing = TRUE;
  fil_worker_push (self->index_worker, run, done, build, (GDestroyNotify) build_free);
}

/* What is shared is not what the snapshot knows. Changes are gathered: one snapshot at a time, and
 * some time between two. */
void
_fil_library_index_changed (FilLibrary *self)
{
  self->is_index_dirty = TRUE;
  if (!self->is_indexing && fil_timer_due (self->index_timer) == FIL_NEVER)
    fil_timer_set (self->index_timer, fil_clock_now (self->clock));
}

void
_fil_library_index_tick (gpointer data,
                         gint64 now_us)
{
  FilLibrary *self = data;

  if (self->is_index_dirty && !self->is_indexing)
    start (self);
}

/**
 * fil_library_get_index:
 *
 * Returns: (transfer none): the latest snapshot; its ids are indices for fil_library_get(), which may
 *   not be shared any more. Take a reference to keep it.
 */
FilKeywordIndex *
fil_library_get_index (FilLibrary *self)
{
  return self->index;
}
