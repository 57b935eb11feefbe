/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "push-limit.h"

#include "transfer-limits.h"

struct _FilPushLimit
{
  GHashTable *hosts;   /* FilEndpoint with port 0 -> Window */
  GHashTable *refused; /* FilEndpoint -> gint64 * until */
  gint64 minute_us;    /* begin of the running minute */
  guint this_minute;
};

typedef struct
{
  gint64 until_us;
  guint n;
} Window;

FilPushLimit *
fil_push_limit_new (void)
{
  FilPushLimit *self = g_new0 (FilPushLimit, 1);

  self->hosts = g_hash_table_new_full (fil_endpoint_hash, fil_endpoint_equal, g_free, g_free);
  self->refused = g_hash_table_new_full (fil_endpoint_hash, fil_endpoint_equal, g_free, g_free);
  return self;
}

void
fil_push_limit_free (FilPushLimit *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->hosts);
  g_hash_table_unref (self->refused);
  g_free (self);
}

static gboolean
window_is_over (gpointer key,
                gpointer value,
                gpointer now_us)
{
  return ((Window *) value)->until_us <= *(gint64 *) now_us;
}

static gboolean
pause_is_over (gpointer key,
               gpointer value,
               gpointer now_us)
{
  return *(gint64 *) value <= *(gint64 *) now_us;
}

static gboolean
admit_host (FilPushLimit *self,
            const FilEndpoint *to,
            gint64 now_us)
{
  FilEndpoint host = *to;
  Window *window;

  host.port = 0;
  window = g_hash_table_lookup (self->hosts, &host);
  if (window == NULL)
    {
      if (g_hash_table_size (self->hosts) >= FIL_PUSH_MAX_HOSTS)
        g_hash_table_foreach_remove (self->hosts, window_is_over, &now_us);
      if (g_hash_table_size (self->hosts) >= FIL_PUSH_MAX_HOSTS)
        return FALSE;
      window = g_new0 (Window, 1);
      g_hash_table_insert (self->hosts, g_memdup2 (&host, sizeof host), window);
    }
  if (window->until_us <= now_us)
    *window = (Window){ .until_us = now_us + FIL_PUSH_PER_HOST_US };
  if (window->n >= FIL_PUSH_PER_HOST)
    {
      /* Who goes on asking waits longer. */
      window->until_us = now_us + FIL_PUSH_PER_HOST_US;
      return FALSE;
    }
  window->n++;
  return TRUE;
}

/**
 * fil_push_limit_admit:
 * @any_port: on a private network, services are fair game
 *
 * Counts a PUSH that names @to.
 *
 * Returns: whether to connect, or why not
 */
FilPushVerdict
fil_push_limit_admit (FilPushLimit *self,
                      const FilEndpoint *to,
                      gboolean any_port,
                      gint64 now_us)
{
  const gint64 *paused = g_hash_table_lookup (self->refused, to);

  if (to->port == 0 || (!any_port && to->port < FIL_PUSH_MIN_PORT))
    return FIL_PUSH_BAD_PORT;
  if (paused != NULL && *paused > now_us)
    return FIL_PUSH_REFUSED_BEFORE;
  if (!admit_host (self, to, now_us))
    return FIL_PUSH_TOO_MANY_HOST;
  if (now_us >= self->minute_us + FIL_MINUTE || self->minute_us == 0)
    {
      self->minute_us = MAX (now_us, 1);
      self->this_minute = 0;
    }
  if (self->this_minute >= FIL_PUSH_PER_MINUTE)
    return FIL_PUSH_TOO_MANY;
  self->this_minute++;
  return FIL_PUSH_ADMITTED;
}

/**
 * fil_push_limit_refused:
 *
 * @to did not take the connection: it is left alone for a while.
 */
void
fil_push_limit_refused (FilPushLimit *self,
                        const FilEndpoint *to,
                        gint64 now_us)
{
  gint64 until_us = now_us + FIL_PUSH_REFUSED_US;

  if (g_hash_table_size (self->refused) >= FIL_PUSH_MAX_HOSTS)
    g_hash_table_foreach_remove (self->refused, pause_is_over, &now_us);
  if (g_hash_table_size (self->refused) < FIL_PUSH_MAX_HOSTS)
    g_hash_table_replace (self->refused, g_memdup2 (to, sizeof *to), g_memdup2 (&until_us, sizeof until_us));
}

/* Addresses that are remembered. */
guint
fil_push_limit_n_hosts (const FilPushLimit *self)
{
  return g_hash_table_size (self->hosts);
}
