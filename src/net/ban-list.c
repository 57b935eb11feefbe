/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ban-list.h"

#include "net-error.h"
#include "net-limits.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  FilEndpoint network;
  guint bits;
} Ban;

struct _FilBanList
{
  GArray *bans; /* of Ban */
};

/**
 * fil_ban_list_new:
 *
 * Returns: (transfer full): an empty list
 */
FilBanList *
fil_ban_list_new (void)
{
  FilBanList *self = g_new0 (FilBanList, 1);

  self->bans = g_array_new (FALSE, FALSE, sizeof (Ban));
  return self;
}

void
fil_ban_list_free (FilBanList *self)
{
  g_array_unref (self->bans);
  g_free (self);
}

/* ADDR, ADDR/BITS or ADDR:PORT; a port plays no part: one bans a host. */
static gboolean
parse (Ban *out,
       const char *text)
{
  const char *slash = strchr (text, '/');
  guint most;
  guint64 bits;

  if (!fil_endpoint_parse (&out->network, text, slash != NULL ? slash - text : -1, 1))
    return FALSE;
  out->network.port = 0;
  most = out->network.family == 4 ? 32 : 128;
  out->bits = most;
  if (slash == NULL)
    return TRUE;
  /* A /0 would ban everybody, most likely by mistake. */
  if (!g_ascii_string_to_unsigned (slash + 1, 10, 1, most, &bits, NULL))
    return FALSE;
  out->bits = (guint) bits;
  return TRUE;
}

static gboolean
find (const FilBanList *self,
      const Ban *ban,
      guint *index)
{
  for (guint i = 0; i < self->bans->len; i++)
    {
      const Ban *each = &g_array_index (self->bans, Ban, i);

      if (each->bits == ban->bits && fil_endpoint_same_network (&each->network, &ban->network, ban->bits))
        {
          *index = i;
          return TRUE;
        }
    }
  return FALSE;
}

/**
 * fil_ban_list_add:
 * @text: an address, with a port that does not matter, or a network as ADDR/BITS
 *
 * Returns: whether it is banned now
 */
gboolean
fil_ban_list_add (FilBanList *self,
                  const char *text,
                  GError **error)
{
  Ban ban;
  guint index;

  if (!parse (&ban, text))
    {
      g_set_error (error, FIL_NET_ERROR, FIL_NET_ERROR_INVALID, _("“%s” is not an address or ADDRESS/BITS"), text);
      return FALSE;
    }
  if (find (self, &ban, &index))
    return TRUE;
  if (self->bans->len >= FIL_GATE_MAX_BANS)
    {
      g_set_error_literal (error, FIL_NET_ERROR, FIL_NET_ERROR_BUSY, _("The list of banned addresses is full"));
      return FALSE;
    }
  g_array_append_val (self->bans, ban);
  return TRUE;
}

gboolean
fil_ban_list_has (const FilBanList *self,
                  const FilEndpoint *endpoint)
{
  for (guint i = 0; i < self->bans->len; i++)
    {
      const Ban *each = &g_array_index (self->bans, Ban, i);

      if (fil_endpoint_same_network (&each->network, endpoint, each->bits))
        return TRUE;
    }
  return FALSE;
}

guint
fil_ban_list_n (const FilBanList *self)
{
  return self->bans->len;
}
