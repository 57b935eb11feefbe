/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "message-table.h"

#include "bye.h"
#include "ping.h"
#include "pong.h"
#include "push.h"
#include "query-hit.h"
#include "query.h"
#include "route-table-msg.h"
#include "vendor.h"
#include "wire-limits.h"

#define TCP FIL_MESSAGE_TCP
#define UDP FIL_MESSAGE_UDP
#define LOCAL FIL_MESSAGE_LOCAL
#define NEAR FIL_MESSAGE_NEAR
#define ROUTED FIL_MESSAGE_ROUTED
#define REQUEST FIL_MESSAGE_REQUEST
#define REPLY FIL_MESSAGE_REPLY

#define CODEC(Type, verb) \
  sizeof (Type), (gboolean (*) (gpointer, FilSlice)) fil_##verb##_decode, \
      (void (*) (gconstpointer, FilWriter *)) fil_##verb##_encode
#define NO_CODEC 0, NULL, NULL

#define OTHER FIL_OTHER_PAYLOAD_MAX

/* overview.md §3 (which transport, which are routed), §5 rule 7 and §6 (sizes). */
static const FilMessageInfo table[] = {
  { FIL_KIND_PING, "ping", 0, FIL_EXTENSIONS_MAX, OTHER, TCP | UDP | REQUEST, CODEC (FilPing, ping), NULL },
  { FIL_KIND_PONG, "pong", 14, 14 + FIL_EXTENSIONS_MAX, OTHER, TCP | UDP | REPLY, CODEC (FilPong, pong),
    (void (*) (gpointer)) fil_pong_clear },
  { FIL_KIND_BYE, "bye", 2, FIL_BYE_PAYLOAD_MAX, FIL_BYE_PAYLOAD_MAX, TCP | LOCAL, CODEC (FilBye, bye),
    NULL },
  { FIL_KIND_QRP, "qrp", 6, OTHER, OTHER, TCP | LOCAL, CODEC (FilRouteTableMsg, route_table_msg), NULL },
  { FIL_KIND_VENDOR, "vendor", FIL_VENDOR_PREFIX_LEN, OTHER, OTHER, TCP | UDP | NEAR | REQUEST | REPLY,
    CODEC (FilVendor, vendor), NULL },
  { FIL_KIND_VENDOR_STD, "vendor-std", FIL_VENDOR_PREFIX_LEN, OTHER, OTHER,
    TCP | UDP | NEAR | REQUEST | REPLY,
    CODEC (FilVendor, vendor), NULL },
  { FIL_KIND_PUSH, "push", FIL_PUSH_LEN, FIL_PUSH_LEN + FIL_EXTENSIONS_MAX, OTHER,
    TCP | UDP | ROUTED | REQUEST,
    CODEC (FilPush, push), NULL },
  { FIL_KIND_RUDP, "rudp", 0, FIL_RUDP_DATA_MAX, OTHER, UDP, NO_CODEC, NULL },
  { FIL_KIND_DHT, "dht", 0, OTHER, OTHER, UDP, NO_CODEC, NULL },
  { FIL_KIND_QUERY, "query", 4, FIL_QUERY_PAYLOAD_DROP, FIL_QUERY_PAYLOAD_MAX, TCP | UDP | ROUTED | REQUEST,
    CODEC (FilQuery, query), NULL },
  { FIL_KIND_QUERY_HIT, "hit", 27, FIL_HIT_PAYLOAD_DROP, FIL_PAYLOAD_MAX, TCP | UDP | ROUTED | REPLY,
    CODEC (FilQueryHit, query_hit), NULL },
  { FIL_KIND_HSEP, "hsep", 0, OTHER, OTHER, TCP | LOCAL, NO_CODEC, NULL },
};

/**
 * fil_message_info:
 *
 * Returns: (transfer none) (nullable): the row of a kind; NULL for kinds that nobody knows
 */
const FilMessageInfo *
fil_message_info (guint8 kind)
{
  switch (kind)
    {
    case FIL_KIND_QUERY:
      return &table[9];
    case FIL_KIND_QUERY_HIT:
      return &table[10];
    default:
      for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
        if (table[i].kind == kind)
          return &table[i];
      return NULL;
    }
}

/**
 * fil_message_table:
 * @n: (out): rows
 *
 * Returns: (transfer none): all kinds
 */
const FilMessageInfo *
fil_message_table (gsize *n)
{
  *n = G_N_ELEMENTS (table);
  return table;
}

/**
 * fil_message_objection:
 * @info: (nullable): what fil_message_info() says of the kind
 *
 * What the header alone says against a message: the message is to be dropped and counted, the peer
 * stays (overview.md §5 and §8). TTL beyond that is the router's affair.
 *
 * Returns: (transfer none) (nullable): the reason, a few stable words, or NULL when there is none
 */
const char *
fil_message_objection (const FilMessageInfo *info,
                       const FilHeader *header,
                       FilTransport transport)
{
  if (info == NULL)
    return "unknown kind";
  if ((info->flags & (transport == FIL_TRANSPORT_TCP ? TCP : UDP)) == 0)
    return "wrong transport";
  if (header->size < info->min)
    return "too small";
  if (header->size > info->drop)
    return "too large";
  if (header->hops == G_MAXUINT8)
    return "too many hops";
  if (transport == FIL_TRANSPORT_TCP && (info->flags & (LOCAL | NEAR)) != 0
      && (header->ttl > 1 || header->hops > ((info->flags & NEAR) != 0 ? 1 : 0)))
    return "hops or TTL of a message that stays on its link";
  return NULL;
}
