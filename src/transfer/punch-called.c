/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punches-private.h"

/* Whom we knocked at: our router lets those in, and one that counts has given ports for them. */

static gboolean
has_address (const GArray *targets,
             const FilEndpoint *address)
{
  for (guint i = 0; i < targets->len; i++)
    if (fil_endpoint_same_address (&g_array_index (targets, FilPunchTarget, i).endpoint, address))
      return TRUE;
  return FALSE;
}

/**
 * fil_punches_expects:
 *
 * Returns: whether somebody who comes from there was called from here, now or so lately that it says nothing
 *   about our router when it comes
 */
gboolean
fil_punches_expects (const FilPunches *self,
                     const FilEndpoint *address,
                     gint64 now_us)
{
  for (guint i = 0; i < self->punches->len; i++)
    {
      const FilPunch *punch = g_ptr_array_index (self->punches, i);

      if (punch->state != PUNCH_OVER &&
          (has_address (punch->udp, address) || has_address (punch->tcp, address)))
        return TRUE;
    }
  for (guint i = 0; i < self->lately->len; i++)
    {
      const FilPunchCalled *called = &g_array_index (self->lately, FilPunchCalled, i);

      if (now_us < called->until_us && fil_endpoint_same_address (&called->address, address))
        return TRUE;
    }
  return FALSE;
}

/* What we look like now. A router that counts has given ports to all whom we knocked at since others told
 * us of one: who is to guess the next has to know the last. */
void
_fil_punches_describe (FilPunches *self,
                       FilPunchSelf *out)
{
  int port;

  self->delegate.describe (self->data, out);
  if (!fil_endpoint_equal (&self->told, &out->udp))
    {
      self->told = out->udp;
      g_hash_table_remove_all (self->called);
    }
  port = out->udp.port + out->nat.udp.step * (int) g_hash_table_size (self->called);
  if (out->nat.udp.mapping == FIL_NAT_MAPPING_SEQUENTIAL && port > 0 && port <= G_MAXUINT16)
    out->udp.port = (guint16) port;
}

/* Somebody is knocked at; each transport takes a port of its own. */
void
_fil_punches_called (FilPunches *self,
                     const FilEndpoint *to,
                     gboolean by_tcp)
{
  FilEndpoint *key;

  if (g_hash_table_size (self->called) >= FIL_PUNCH_CALLED_MAX)
    return;
  key = g_memdup2 (to, sizeof *to);
  key->pad = by_tcp ? 1 : 0;
  g_hash_table_add (self->called, key);
}

/* Those whom an attempt knocked at may still come. */
void
_fil_punches_called_lately (FilPunches *self,
                            const GArray *targets,
                            gint64 now_us)
{
  for (guint i = 0; i < targets->len; i++)
    {
      const FilEndpoint *address = &g_array_index (targets, FilPunchTarget, i).endpoint;
      FilPunchCalled called = { *address, now_us + FIL_PUNCH_LATELY_US };

      while (self->lately->len > 0 && (g_array_index (self->lately, FilPunchCalled, 0).until_us <= now_us ||
                                       self->lately->len >= FIL_PUNCH_LATELY_MAX))
        g_array_remove_index (self->lately, 0);
      /* All ports of one host follow each other. */
      if (i == 0 || !fil_endpoint_same_address (address, &g_array_index (targets, FilPunchTarget, i - 1).endpoint))
        g_array_append_val (self->lately, called);
    }
}
