/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "idle-links.h"

#include "download-session.h"
#include "transfer-limits.h"

typedef struct
{
  FilIdleLinks *owner;
  FilGuid servent;
  FilLinkOrigin origin;
  FilSession *session; /* the driver's */
  gint64 until_us;
} Idle;

struct _FilIdleLinks
{
  GPtrArray *links; /* of Idle, owned, the oldest first */
};

FilIdleLinks *
fil_idle_links_new (void)
{
  FilIdleLinks *self = g_new0 (FilIdleLinks, 1);

  self->links = g_ptr_array_new_with_free_func (g_free);
  return self;
}

static void
drop (FilIdleLinks *self,
      guint i)
{
  fil_download_session_disown (((Idle *) self->links->pdata[i])->session, "there is nothing more to fetch from it");
  g_ptr_array_remove_index (self->links, i);
}

/**
 * fil_idle_links_free:
 *
 * Ends the connections; their sessions stay the driver's to free.
 */
void
fil_idle_links_free (FilIdleLinks *self)
{
  if (self == NULL)
    return;
  while (self->links->len > 0)
    drop (self, self->links->len - 1);
  g_ptr_array_unref (self->links);
  g_free (self);
}

static gboolean
idle_next (gpointer data,
           FilDownloadAsk *ask,
           gint64 now_us)
{
  return FALSE;
}

static void
idle_ended (gpointer data,
            FilDownloadEnd end,
            const char *sentence,
            gint64 now_us)
{
  Idle *idle = data;

  g_ptr_array_remove (idle->owner->links, idle);
}

/* It asks for nothing, so no reply comes, and a word from the other side ends it. */
static const FilDownloadSessionDelegate idle_delegate = {
  .next = idle_next,
  .ended = idle_ended,
};

/**
 * fil_idle_links_keep:
 * @session: a FilDownloadSession that is idle
 *
 * Keeps a connection; the oldest one gives way when there are too many.
 *
 * Returns: whether it is kept; else it is as it was
 */
gboolean
fil_idle_links_keep (FilIdleLinks *self,
                     const FilGuid *servent,
                     const FilLinkOrigin *origin,
                     FilSession *session,
                     gint64 now_us)
{
  Idle *idle;

  if (!fil_download_session_is_idle (session) || session->is_closed)
    return FALSE;
  if (self->links->len >= FIL_IDLE_LINKS_MAX)
    drop (self, 0);
  idle = g_new0 (Idle, 1);
  idle->owner = self;
  idle->servent = *servent;
  idle->origin = *origin;
  idle->session = session;
  idle->until_us = now_us + FIL_IDLE_LINK_US;
  g_ptr_array_add (self->links, idle);
  session->group = 0;
  fil_download_session_reassign (session, NULL, &idle_delegate, idle);
  return TRUE;
}

static guint
find (const FilIdleLinks *self,
      const FilGuid *servent)
{
  for (guint i = self->links->len; i > 0; i--)
    if (fil_guid_equal (&((const Idle *) self->links->pdata[i - 1])->servent, servent))
      return i - 1;
  return G_MAXUINT;
}

/**
 * fil_idle_links_take:
 * @origin: (out): how the connection came about
 *
 * Returns: (transfer none) (nullable): the newest connection of that servent, to be given to somebody else
 *   with fil_download_session_reassign() at once
 */
FilSession *
fil_idle_links_take (FilIdleLinks *self,
                     const FilGuid *servent,
                     FilLinkOrigin *origin)
{
  guint i = find (self, servent);
  FilSession *session;

  if (i == G_MAXUINT)
    return NULL;
  session = ((Idle *) self->links->pdata[i])->session;
  *origin = ((Idle *) self->links->pdata[i])->origin;
  g_ptr_array_remove_index (self->links, i);
  return session;
}

/**
 * fil_idle_links_drop:
 *
 * Ends the connections of a servent that is not to be trusted.
 */
void
fil_idle_links_drop (FilIdleLinks *self,
                     const FilGuid *servent)
{
  for (guint i = find (self, servent); i != G_MAXUINT; i = find (self, servent))
    drop (self, i);
}

gboolean
fil_idle_links_has (const FilIdleLinks *self,
                    const FilGuid *servent)
{
  return find (self, servent) != G_MAXUINT;
}

/**
 * fil_idle_links_tick:
 *
 * Lets go of those that were kept long enough.
 *
 * Returns: when the next one is
 */
gint64
fil_idle_links_tick (FilIdleLinks *self,
                     gint64 now_us)
{
  while (self->links->len > 0 && ((Idle *) self->links->pdata[0])->until_us <= now_us)
    drop (self, 0);
  return self->links->len > 0 ? ((Idle *) self->links->pdata[0])->until_us : FIL_NEVER;
}
