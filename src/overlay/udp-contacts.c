/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "udp-contacts.h"

#include "guid-table.h"
#include "overlay-limits.h"

#include <string.h>

#define PORTS 4

typedef struct
{
  gint64 since_us; /* of the first datagram without a pause as long as FIL_UDP_CONTACT_LIFE */
  gint64 last_us;
  guint16 ports[PORTS];
  guint8 n_ports;
  guint8 too_many_ports;
} Contact;

struct _FilUdpContacts
{
  FilGuidTable *table;
  FilGuidTable *ever;      /* for much longer, but nothing more than that */
  gint64 complete_from_us;
  gint64 window_us;        /* begin of the time in which n_new is counted */
  guint n_new;
};

/**
 * fil_udp_contacts_new:
 * @complete_from_us: until then a NAT may still remember whom an earlier run of this node called
 */
FilUdpContacts *
fil_udp_contacts_new (gint64 complete_from_us,
                      FilRandom *random)
{
  FilUdpContacts *self = g_new0 (FilUdpContacts, 1);

  self->table = fil_guid_table_new (sizeof (Contact), FIL_UDP_CONTACTS, FIL_UDP_CONTACT_LIFE, random);
  self->ever = fil_guid_table_new (1, FIL_UDP_CONTACTS, FIL_UDP_EVER_LIFE, random);
  self->complete_from_us = complete_from_us;
  return self;
}

void
fil_udp_contacts_free (FilUdpContacts *self)
{
  if (self == NULL)
    return;
  fil_guid_table_free (self->table);
  fil_guid_table_free (self->ever);
  g_free (self);
}

/**
 * fil_udp_contacts_doubt:
 *
 * Takes nobody for a stranger before @until_us.
 */
void
fil_udp_contacts_doubt (FilUdpContacts *self,
                        gint64 until_us)
{
  self->complete_from_us = MAX (self->complete_from_us, until_us);
}

static FilGuid
key_of (const FilEndpoint *endpoint)
{
  FilGuid key = { 0 };

  memcpy (key.bytes, endpoint->addr, 8);
  key.bytes[15] = endpoint->family;
  return key;
}

/* The table lets half of its entries go when it is full; long before that it is no longer trusted. */
static void
count_new (FilUdpContacts *self,
           gint64 now_us)
{
  if (now_us - self->window_us >= FIL_UDP_CONTACT_LIFE)
    {
      self->window_us = now_us;
      self->n_new = 0;
    }
  if (++self->n_new > FIL_UDP_CONTACTS / 2)
    fil_udp_contacts_doubt (self, now_us + FIL_UDP_CONTACT_LIFE);
}

static gboolean
is_alive (const Contact *contact,
          gint64 now_us)
{
  return contact != NULL && now_us - contact->last_us < FIL_UDP_CONTACT_LIFE;
}

static gboolean
has_port (const Contact *contact,
          guint16 port)
{
  for (guint i = 0; i < contact->n_ports; i++)
    if (contact->ports[i] == port)
      return TRUE;
  return FALSE;
}

/**
 * fil_udp_contacts_sent:
 *
 * Notes that a datagram goes to @to.
 */
void
fil_udp_contacts_sent (FilUdpContacts *self,
                       const FilEndpoint *to,
                       gint64 now_us)
{
  FilGuid key = key_of (to);
  Contact *contact = fil_guid_table_touch (self->table, &key, now_us);
  gboolean is_new = contact == NULL, is_first;

  fil_guid_table_add (self->ever, &key, now_us, &is_first);
  if (is_new)
    contact = fil_guid_table_add (self->table, &key, now_us, &is_new);
  if (is_new)
    count_new (self, now_us);
  if (is_new || !is_alive (contact, now_us))
    *contact = (Contact){ .since_us = now_us };
  contact->last_us = now_us;
  if (has_port (contact, to->port))
    return;
  if (contact->n_ports < PORTS)
    contact->ports[contact->n_ports++] = to->port;
  else
    contact->too_many_ports = TRUE;
}

/**
 * fil_udp_contacts_judge:
 *
 * Returns: what a datagram from @from shows
 */
FilUdpSender
fil_udp_contacts_judge (FilUdpContacts *self,
                        const FilEndpoint *from,
                        gint64 now_us)
{
  FilGuid key = key_of (from);
  const Contact *contact = fil_guid_table_find (self->table, &key, now_us);

  if (!is_alive (contact, now_us))
    return now_us >= self->complete_from_us ? FIL_UDP_STRANGER : FIL_UDP_UNSURE;
  if (has_port (contact, from->port))
    return FIL_UDP_CALLED;
  return contact->too_many_ports || now_us < self->complete_from_us ? FIL_UDP_UNSURE : FIL_UDP_OTHER_PORT;
}

/**
 * fil_udp_contacts_is_fresh:
 *
 * Some NATs let in whoever was once called for as long as the mapping lives, and ours may be kept alive for
 * hours. So for being tried, somebody is wanted who was not called at all.
 *
 * Returns: whether nothing was ever sent there, as far as we remember
 */
gboolean
fil_udp_contacts_is_fresh (FilUdpContacts *self,
                           const FilEndpoint *to,
                           gint64 now_us)
{
  FilGuid key = key_of (to);

  return fil_guid_table_find (self->ever, &key, now_us) == NULL &&
         fil_udp_contacts_judge (self, to, now_us) == FIL_UDP_STRANGER;
}

/**
 * fil_udp_contacts_since:
 *
 * Returns: when the address of @to was first sent to without a long pause since, @now_us when it was not
 */
gint64
fil_udp_contacts_since (FilUdpContacts *self,
                        const FilEndpoint *to,
                        gint64 now_us)
{
  FilGuid key = key_of (to);
  const Contact *contact = fil_guid_table_find (self->table, &key, now_us);

  return is_alive (contact, now_us) ? contact->since_us : now_us;
}
