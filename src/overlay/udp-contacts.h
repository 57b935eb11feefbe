/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "random.h"

G_BEGIN_DECLS

/* Who sent a datagram, as seen from what we have sent lately. */
typedef enum
{
  FIL_UDP_CALLED,     /* we have sent to that very port */
  FIL_UDP_OTHER_PORT, /* we have sent to that address, but to other ports */
  FIL_UDP_STRANGER,   /* we have sent nothing there: it came in unasked */
  FIL_UDP_UNSURE,     /* perhaps we have; the record is not complete */
} FilUdpSender;

/**
 * FilUdpContacts:
 *
 * To whom datagrams went lately, because a NAT lets in whom we have called: only who was not called
 * proves anything (firewall.md §3). Bounded memory; when a flood makes it forget somebody, nobody is
 * taken for a stranger for a while.
 */
typedef struct _FilUdpContacts FilUdpContacts;

FilUdpContacts *fil_udp_contacts_new (gint64 complete_from_us, FilRandom *random) G_GNUC_WARN_UNUSED_RESULT;
void fil_udp_contacts_free (FilUdpContacts *self);
void fil_udp_contacts_doubt (FilUdpContacts *self, gint64 until_us);

void fil_udp_contacts_sent (FilUdpContacts *self, const FilEndpoint *to, gint64 now_us);
FilUdpSender fil_udp_contacts_judge (FilUdpContacts *self, const FilEndpoint *from, gint64 now_us);
gboolean fil_udp_contacts_is_fresh (FilUdpContacts *self, const FilEndpoint *to, gint64 now_us);
gint64 fil_udp_contacts_since (FilUdpContacts *self, const FilEndpoint *to, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilUdpContacts, fil_udp_contacts_free)

G_END_DECLS
