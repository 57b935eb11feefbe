/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "port-map-packet.h"

#include <string.h>

#include "reader.h"

#define IS_ANSWER 0x80

/* NAT-PMP (RFC 6886 §3.2, §3.3) */
#define PMP_OP_ADDRESS 0
#define PMP_OP_MAP_UDP 1
#define PMP_OP_MAP_TCP 2

/* PCP (RFC 6887 §7, §11) */
#define PCP_OP_ANNOUNCE 0
#define PCP_OP_MAP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

static const guint8 v4_mapped[12] = { [10] = 0xff, [11] = 0xff };

static guint8 *
put_be16 (guint8 *out,
          guint16 value)
{
  value = GUINT16_TO_BE (value);
  memcpy (out, &value, sizeof value);
  return out + sizeof value;
}

static guint8 *
put_be32 (guint8 *out,
          guint32 value)
{
  value = GUINT32_TO_BE (value);
  memcpy (out, &value, sizeof value);
  return out + sizeof value;
}

/* PCP writes IPv4 as v4-mapped IPv6; none is all zero, of the client's family. */
static guint8 *
put_address (guint8 *out,
             const FilEndpoint *address,
             guint8 family)
{
  memset (out, 0, 16);
  if (family == 4)
    memcpy (out, v4_mapped, sizeof v4_mapped);
  if (address != NULL)
    memcpy (out + (family == 4 ? 12 : 0), address->addr, family == 4 ? 4 : 16);
  return out + 16;
}

static gsize
encode_pmp (const FilPortMapRequest *self,
            guint8 *out)
{
  guint8 *p = out;

  *p++ = FIL_PORT_MAP_NAT_PMP;
  *p++ = self->transport == FIL_PORT_MAP_TCP ? PMP_OP_MAP_TCP : PMP_OP_MAP_UDP;
  p = put_be16 (p, 0);
  p = put_be16 (p, self->port);
  p = put_be16 (p, self->external_port);
  p = put_be32 (p, self->lifetime_s);
  return (gsize) (p - out);
}

static gsize
encode_pcp (const FilPortMapRequest *self,
            guint8 *out)
{
  guint8 *p = out;

  *p++ = FIL_PORT_MAP_PCP;
  *p++ = PCP_OP_MAP;
  p = put_be16 (p, 0);
  p = put_be32 (p, self->lifetime_s);
  p = put_address (p, &self->client, self->client.family);
  memcpy (p, self->nonce, sizeof self->nonce);
  p += sizeof self->nonce;
  *p++ = self->transport == FIL_PORT_MAP_TCP ? PROTOCOL_TCP : PROTOCOL_UDP;
  memset (p, 0, 3);
  p += 3;
  p = put_be16 (p, self->port);
  p = put_be16 (p, self->external_port);
  p = put_address (p, NULL, self->client.family);
  return (gsize) (p - out);
}

/**
 * fil_port_map_request_encode:
 *
 * Returns: the length of the packet
 */
gsize
fil_port_map_request_encode (const FilPortMapRequest *self,
                             guint8 out[FIL_PORT_MAP_MAX_LEN])
{
  return self->version == FIL_PORT_MAP_PCP ? encode_pcp (self, out) : encode_pmp (self, out);
}

/**
 * fil_port_map_ask_address:
 *
 * Asks a router that speaks NAT-PMP for its external address (RFC 6886 §3.2).
 *
 * Returns: the length of the packet
 */
gsize
fil_port_map_ask_address (guint8 out[FIL_PORT_MAP_MAX_LEN])
{
  out[0] = FIL_PORT_MAP_NAT_PMP;
  out[1] = PMP_OP_ADDRESS;
  return 2;
}

/* Both protocols have the same first two codes (RFC 6886 §3.5, RFC 6887 §7.4). */
static FilPortMapResult
result_of (guint code)
{
  if (code == 0)
    return FIL_PORT_MAP_ANSWER_OK;
  return code == 1 ? FIL_PORT_MAP_ANSWER_VERSION : FIL_PORT_MAP_ANSWER_REFUSED;
}

static gboolean
decode_pmp (FilPortMapAnswer *self,
            guint8 op,
            FilReader *r)
{
  guint16 code, external_port;
  guint8 address[4];

  if (!fil_reader_be16 (r, &code) || !fil_reader_be32 (r, &self->epoch_s))
    return FALSE;
  self->result = result_of (code);
  if (op == PMP_OP_ADDRESS)
    {
      self->kind = FIL_PORT_MAP_IS_ADDRESS;
      if (self->result != FIL_PORT_MAP_ANSWER_OK)
        return TRUE;
      if (!fil_reader_copy (r, address, sizeof address))
        return FALSE;
      self->external = fil_endpoint_v4 (address, 0);
      return TRUE;
    }
  if (op != PMP_OP_MAP_TCP && op != PMP_OP_MAP_UDP)
    return FALSE;
  self->kind = FIL_PORT_MAP_IS_MAPPING;
  self->transport = op == PMP_OP_MAP_TCP ? FIL_PORT_MAP_TCP : FIL_PORT_MAP_UDP;
  /* A router that knows only another version answers in short (§3.5). */
  if (self->result != FIL_PORT_MAP_ANSWER_OK && r->len == 0)
    return TRUE;
  if (!fil_reader_be16 (r, &self->port) || !fil_reader_be16 (r, &external_port) || !fil_reader_be32 (r, &self->lifetime_s))
    return FALSE;
  self->external.port = external_port;
  return TRUE;
}

static gboolean
decode_pcp (FilPortMapAnswer *self,
            guint8 op,
            FilReader *r)
{
  guint8 reserved, code, protocol, address[16];

  if (!fil_reader_u8 (r, &reserved) || !fil_reader_u8 (r, &code) || !fil_reader_be32 (r, &self->lifetime_s) ||
      !fil_reader_be32 (r, &self->epoch_s) || !fil_reader_skip (r, 12))
    return FALSE;
  self->result = result_of (code);
  if (op == PCP_OP_ANNOUNCE)
    {
      self->kind = FIL_PORT_MAP_IS_ANNOUNCEMENT;
      return TRUE;
    }
  if (op != PCP_OP_MAP)
    return FALSE;
  self->kind = FIL_PORT_MAP_IS_MAPPING;
  if (self->result == FIL_PORT_MAP_ANSWER_VERSION)
    return TRUE;
  if (!fil_reader_copy (r, self->nonce, sizeof self->nonce) || !fil_reader_u8 (r, &protocol) || !fil_reader_skip (r, 3) ||
      !fil_reader_be16 (r, &self->port) || !fil_reader_be16 (r, &self->external.port) ||
      !fil_reader_copy (r, address, sizeof address) || (protocol != PROTOCOL_TCP && protocol != PROTOCOL_UDP))
    return FALSE;
  self->transport = protocol == PROTOCOL_TCP ? FIL_PORT_MAP_TCP : FIL_PORT_MAP_UDP;
  self->external = fil_endpoint_v6 (address, self->external.port);
  return TRUE;
}

/**
 * fil_port_map_answer_decode:
 * @packet: a datagram from the router
 *
 * Returns: whether it is an answer or an announcement of either version
 */
gboolean
fil_port_map_answer_decode (FilPortMapAnswer *self,
                            FilSlice packet)
{
  FilReader r = packet;
  guint8 version, op;

  *self = (FilPortMapAnswer){ 0 };
  if (packet.len > FIL_PORT_MAP_MAX_LEN || !fil_reader_u8 (&r, &version) || !fil_reader_u8 (&r, &op) ||
      (op & IS_ANSWER) == 0)
    return FALSE;
  self->version = version;
  op &= (guint8) ~IS_ANSWER;
  if (version == FIL_PORT_MAP_NAT_PMP)
    return decode_pmp (self, op, &r);
  return version == FIL_PORT_MAP_PCP && decode_pcp (self, op, &r);
}
