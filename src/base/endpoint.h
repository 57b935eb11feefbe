/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sys/socket.h>

G_BEGIN_DECLS

/* Room for "[" + the longest IPv6 text + "]:65535" + NUL. */
#define FIL_ENDPOINT_TEXT_LEN 56

/**
 * FilEndpoint:
 *
 * An IP address of either family with a port. A v4-mapped IPv6 address never appears: every
 * constructor turns it into IPv4.
 */
typedef struct
{
  guint8 addr[16]; /* network order; IPv4 in the first four bytes, the rest zero */
  guint16 port;    /* host order */
  guint8 family;   /* 4, 6, or 0 for "none" */
  guint8 pad;      /* always 0, so that equality is memory equality */
} FilEndpoint;

/* What kind of network an address belongs to. */
typedef enum
{
  FIL_ADDRESS_NONE,      /* no address, unspecified, 0/8 */
  FIL_ADDRESS_PUBLIC,    /* routable unicast */
  FIL_ADDRESS_PRIVATE,   /* RFC 1918, unique local, carrier-grade NAT, link local */
  FIL_ADDRESS_LOOPBACK,
  FIL_ADDRESS_MULTICAST, /* multicast and broadcast */
  FIL_ADDRESS_RESERVED,  /* documentation, benchmarks, reserved; 6to4, Teredo and NAT64 of a bad IPv4 */
} FilAddressClass;

FilEndpoint fil_endpoint_v4 (const guint8 addr[4], guint16 port);
FilEndpoint fil_endpoint_v6 (const guint8 addr[16], guint16 port);
gboolean fil_endpoint_parse (FilEndpoint *self, const char *text, gssize len, guint16 default_port)
    G_GNUC_WARN_UNUSED_RESULT;
const char *fil_endpoint_to_text (const FilEndpoint *self, char out[FIL_ENDPOINT_TEXT_LEN]);
const char *fil_endpoint_address_text (const FilEndpoint *self, char out[FIL_ENDPOINT_TEXT_LEN]);

gboolean fil_endpoint_from_sockaddr (FilEndpoint *self, const struct sockaddr *addr, gsize len)
    G_GNUC_WARN_UNUSED_RESULT;
socklen_t fil_endpoint_to_sockaddr (const FilEndpoint *self, struct sockaddr_storage *out);

FilAddressClass fil_endpoint_class (const FilEndpoint *self);
gboolean fil_endpoint_is_set (const FilEndpoint *self);
gboolean fil_endpoint_same_address (const FilEndpoint *a, const FilEndpoint *b);
gboolean fil_endpoint_same_network (const FilEndpoint *a, const FilEndpoint *b, guint bits);
gboolean fil_endpoint_maybe_one_person (const FilEndpoint *a, const FilEndpoint *b);

guint fil_endpoint_hash (gconstpointer endpoint);
gboolean fil_endpoint_equal (gconstpointer a, gconstpointer b);

G_END_DECLS
