/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "endpoint.h"

#include "secret-hash.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const guint8 v4_mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/**
 * fil_endpoint_v4:
 * @addr: network order
 * @port: host order
 */
FilEndpoint
fil_endpoint_v4 (const guint8 addr[4],
                 guint16 port)
{
  FilEndpoint self = { .family = 4, .port = port };

  memcpy (self.addr, addr, 4);
  return self;
}

/**
 * fil_endpoint_v6:
 * @addr: network order; a v4-mapped address becomes IPv4
 * @port: host order
 */
FilEndpoint
fil_endpoint_v6 (const guint8 addr[16],
                 guint16 port)
{
  FilEndpoint self = { .family = 6, .port = port };

  if (memcmp (addr, v4_mapped, sizeof v4_mapped) == 0)
    return fil_endpoint_v4 (addr + 12, port);
  memcpy (self.addr, addr, 16);
  return self;
}

static gboolean
parse_port (guint16 *port,
            const char *text,
            gsize len)
{
  guint n = 0;

  if (len == 0 || len > 5)
    return FALSE;
  for (gsize i = 0; i < len; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return FALSE;
      n = n * 10 + (guint) (text[i] - '0');
    }
  if (n == 0 || n > G_MAXUINT16)
    return FALSE;
  *port = (guint16) n;
  return TRUE;
}

/**
 * fil_endpoint_parse:
 * @text: "1.2.3.4:5", "[2001:db8::1]:5", or an address alone
 * @len: length of @text, or -1 when it ends with NUL
 * @default_port: the port when @text has none; 0 makes the port mandatory
 *
 * Returns: whether @text was an endpoint and nothing else
 */
gboolean
fil_endpoint_parse (FilEndpoint *self,
                    const char *text,
                    gssize len,
                    guint16 default_port)
{
  char buffer[FIL_ENDPOINT_TEXT_LEN];
  const char *port_text = NULL;
  char *address = buffer;
  guint16 port = default_port;
  guint8 raw[16];
  gsize n = len < 0 ? strlen (text) : (gsize) len;

  if (n == 0 || n >= sizeof buffer || memchr (text, '\0', n) != NULL)
    return FALSE;
  memcpy (buffer, text, n);
  buffer[n] = '\0';

  if (buffer[0] == '[')
    {
      char *end = strchr (buffer, ']');

      if (end == NULL || (end[1] != '\0' && end[1] != ':'))
        return FALSE;
      if (end[1] == ':')
        port_text = end + 2;
      *end = '\0';
      address++;
    }
  else
    {
      char *colon = strchr (buffer, ':');

      if (colon != NULL && strchr (colon + 1, ':') == NULL)
        {
          *colon = '\0';
          port_text = colon + 1;
        }
    }

  if (port_text != NULL && !parse_port (&port, port_text, strlen (port_text)))
    return FALSE;
  if (port == 0)
    return FALSE;

  if (inet_pton (AF_INET, address, raw) == 1)
    *self = fil_endpoint_v4 (raw, port);
  else if (inet_pton (AF_INET6, address, raw) == 1)
    *self = fil_endpoint_v6 (raw, port);
  else
    return FALSE;
  return TRUE;
}

/**
 * fil_endpoint_address_text:
 *
 * Returns: (transfer none): @out, filled with the address without port and brackets
 */
const char *
fil_endpoint_address_text (const FilEndpoint *self,
                           char out[FIL_ENDPOINT_TEXT_LEN])
{
  if (self->family == 4)
    inet_ntop (AF_INET, self->addr, out, FIL_ENDPOINT_TEXT_LEN);
  else if (self->family == 6)
    inet_ntop (AF_INET6, self->addr, out, FIL_ENDPOINT_TEXT_LEN);
  else
    out[0] = '\0';
  return out;
}

/**
 * fil_endpoint_to_text:
 *
 * Returns: (transfer none): @out, filled as ADDR:PORT or [ADDR]:PORT, empty for none
 */
const char *
fil_endpoint_to_text (const FilEndpoint *self,
                      char out[FIL_ENDPOINT_TEXT_LEN])
{
  char address[FIL_ENDPOINT_TEXT_LEN];

  fil_endpoint_address_text (self, address);
  if (self->family == 0)
    out[0] = '\0';
  else
    g_snprintf (out, FIL_ENDPOINT_TEXT_LEN, self->family == 6 ? "[%s]:%u" : "%s:%u", address, self->port);
  return out;
}

/**
 * fil_endpoint_from_sockaddr:
 *
 * Returns: whether @addr was an IPv4 or IPv6 address
 */
gboolean
fil_endpoint_from_sockaddr (FilEndpoint *self,
                            const struct sockaddr *addr,
                            gsize len)
{
  if (addr->sa_family == AF_INET && len >= sizeof (struct sockaddr_in))
    {
      const struct sockaddr_in *in = (const struct sockaddr_in *) addr;

      *self = fil_endpoint_v4 ((const guint8 *) &in->sin_addr, ntohs (in->sin_port));
      return TRUE;
    }
  if (addr->sa_family == AF_INET6 && len >= sizeof (struct sockaddr_in6))
    {
      const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) addr;

      *self = fil_endpoint_v6 ((const guint8 *) &in6->sin6_addr, ntohs (in6->sin6_port));
      return TRUE;
    }
  return FALSE;
}

/**
 * fil_endpoint_to_sockaddr:
 * @out: (out): filled
 *
 * Returns: how many bytes of @out are used, 0 when there is no address
 */
socklen_t
fil_endpoint_to_sockaddr (const FilEndpoint *self,
                          struct sockaddr_storage *out)
{
  memset (out, 0, sizeof *out);
  if (self->family == 4)
    {
      struct sockaddr_in *in = (struct sockaddr_in *) out;

      in->sin_family = AF_INET;
      in->sin_port = htons (self->port);
      memcpy (&in->sin_addr, self->addr, 4);
      return sizeof *in;
    }
  if (self->family == 6)
    {
      struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) out;

      in6->sin6_family = AF_INET6;
      in6->sin6_port = htons (self->port);
      memcpy (&in6->sin6_addr, self->addr, 16);
      return sizeof *in6;
    }
  return 0;
}

typedef struct
{
  guint8 prefix[16];
  guint8 bits;
  FilAddressClass klass;
} AddressRange;

static const AddressRange ranges_v4[] = {
  { { 0 }, 8, FIL_ADDRESS_NONE },
  { { 10 }, 8, FIL_ADDRESS_PRIVATE },
  { { 100, 64 }, 10, FIL_ADDRESS_PRIVATE },
  { { 127 }, 8, FIL_ADDRESS_LOOPBACK },
  { { 169, 254 }, 16, FIL_ADDRESS_PRIVATE },
  { { 172, 16 }, 12, FIL_ADDRESS_PRIVATE },
  { { 192, 0, 0 }, 24, FIL_ADDRESS_RESERVED },
  { { 192, 0, 2 }, 24, FIL_ADDRESS_RESERVED },
  { { 192, 168 }, 16, FIL_ADDRESS_PRIVATE },
  { { 198, 18 }, 15, FIL_ADDRESS_RESERVED },
  { { 198, 51, 100 }, 24, FIL_ADDRESS_RESERVED },
  { { 203, 0, 113 }, 24, FIL_ADDRESS_RESERVED },
  { { 224 }, 4, FIL_ADDRESS_MULTICAST },
  { { 255, 255, 255, 255 }, 32, FIL_ADDRESS_MULTICAST },
  { { 240 }, 4, FIL_ADDRESS_RESERVED },
};

static const AddressRange ranges_v6[] = {
  { { [15] = 1 }, 128, FIL_ADDRESS_LOOPBACK },
  { { 0 }, 128, FIL_ADDRESS_NONE },
  { { 0xff }, 8, FIL_ADDRESS_MULTICAST },
  { { 0xfe, 0x80 }, 10, FIL_ADDRESS_PRIVATE },
  { { 0xfe, 0xc0 }, 10, FIL_ADDRESS_PRIVATE },
  { { 0xfc }, 7, FIL_ADDRESS_PRIVATE },
  { { 0x20, 0x01, 0x00, 0x02 }, 48, FIL_ADDRESS_RESERVED },
  { { 0x20, 0x01, 0x0d, 0xb8 }, 32, FIL_ADDRESS_RESERVED },
  { { 0x3f, 0xff }, 20, FIL_ADDRESS_RESERVED },
};

static gboolean
has_prefix (const guint8 *addr,
            const guint8 *prefix,
            guint bits)
{
  guint whole = bits / 8;
  guint rest = bits % 8;

  if (memcmp (addr, prefix, whole) != 0)
    return FALSE;
  return rest == 0 || ((addr[whole] ^ prefix[whole]) >> (8 - rest)) == 0;
}

static FilAddressClass
class_in (const guint8 *addr,
          const AddressRange *ranges,
          gsize n_ranges)
{
  for (gsize i = 0; i < n_ranges; i++)
    if (has_prefix (addr, ranges[i].prefix, ranges[i].bits))
      return ranges[i].klass;
  return FIL_ADDRESS_PUBLIC;
}

static FilAddressClass
class_of_v4 (const guint8 *addr)
{
  return class_in (addr, ranges_v4, G_N_ELEMENTS (ranges_v4));
}

/* An IPv6 address that only wraps an IPv4 one (6to4, Teredo, NAT64) is as good as what it wraps. */
static FilAddressClass
class_of_v6 (const guint8 *addr)
{
  static const guint8 nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
  static const guint8 teredo[4] = { 0x20, 0x01, 0x00, 0x00 };
  guint8 inner[4];
  FilAddressClass klass = class_in (addr, ranges_v6, G_N_ELEMENTS (ranges_v6));

  if (klass != FIL_ADDRESS_PUBLIC)
    return klass;
  if (addr[0] == 0x20 && addr[1] == 0x02)
    memcpy (inner, addr + 2, 4);
  else if (memcmp (addr, nat64, sizeof nat64) == 0)
    memcpy (inner, addr + 12, 4);
  else if (memcmp (addr, teredo, sizeof teredo) == 0)
    for (guint i = 0; i < 4; i++)
      inner[i] = addr[12 + i] ^ 0xff;
  else
    /* Global unicast is 2000::/3; ::/8 and the rest is not given out. */
    return (addr[0] & 0xe0) == 0x20 ? FIL_ADDRESS_PUBLIC : FIL_ADDRESS_RESERVED;

  return class_of_v4 (inner) == FIL_ADDRESS_PUBLIC ? FIL_ADDRESS_PUBLIC : FIL_ADDRESS_RESERVED;
}

/**
 * fil_endpoint_class:
 *
 * Returns: what kind of network the address belongs to; the port plays no part
 */
FilAddressClass
fil_endpoint_class (const FilEndpoint *self)
{
  if (self->family == 4)
    return class_of_v4 (self->addr);
  if (self->family == 6)
    return class_of_v6 (self->addr);
  return FIL_ADDRESS_NONE;
}

gboolean
fil_endpoint_is_set (const FilEndpoint *self)
{
  return self->family != 0;
}

gboolean
fil_endpoint_same_address (const FilEndpoint *a,
                           const FilEndpoint *b)
{
  return a->family == b->family && memcmp (a->addr, b->addr, sizeof a->addr) == 0;
}

/**
 * fil_endpoint_same_network:
 * @bits: length of the prefix that has to agree, at most 32 (IPv4) or 128 (IPv6)
 */
gboolean
fil_endpoint_same_network (const FilEndpoint *a,
                           const FilEndpoint *b,
                           guint bits)
{
  return a->family == b->family && has_prefix (a->addr, b->addr, MIN (bits, a->family == 4 ? 32 : 128));
}

/**
 * fil_endpoint_maybe_one_person:
 *
 * For counting voices: one person has many addresses at low cost, an IPv6 /48 or /56 for the asking, but seldom
 * networks of two providers. Public addresses are told apart by their /16 (IPv6: the /32 that a provider gets),
 * others by the whole address.
 *
 * Returns: whether one person may well have both addresses
 */
gboolean
fil_endpoint_maybe_one_person (const FilEndpoint *a,
                               const FilEndpoint *b)
{
  if (fil_endpoint_class (a) != FIL_ADDRESS_PUBLIC || fil_endpoint_class (b) != FIL_ADDRESS_PUBLIC)
    return fil_endpoint_same_address (a, b);
  return fil_endpoint_same_network (a, b, a->family == 4 ? 16 : 32);
}

guint
fil_endpoint_hash (gconstpointer endpoint)
{
  return fil_secret_hash (endpoint, sizeof (FilEndpoint));
}

gboolean
fil_endpoint_equal (gconstpointer a,
                    gconstpointer b)
{
  return memcmp (a, b, sizeof (FilEndpoint)) == 0;
}
