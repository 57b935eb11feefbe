/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punch-probe.h"

#include "header.h"
#include "reader.h"

/* An RUDP header (rudp.md §1) with opcode SYN, some connection id, our version and the kind where
 * others have the role; both nonces are the payload. */
#define CONNECTION 1
#define VERSION_HIGH 'R'
#define VERSION_LOW 'X'
#define AT_CONNECTION 4
#define AT_VERSION 5
#define AT_KIND 7
#define AT_TLS 8

/**
 * fil_punch_probe_decode:
 *
 * Returns: whether @datagram is one; everything else is for others
 */
gboolean
fil_punch_probe_decode (FilPunchProbe *self,
                        FilSlice datagram)
{
  FilReader r = datagram;
  const guint8 *head;

  if (datagram.len != FIL_PROBE_LEN || !fil_reader_take (&r, FIL_HEADER_LEN, &head) ||
      head[16] != FIL_KIND_RUDP || head[0] != 0 || head[1] != 0 || head[AT_VERSION] != VERSION_HIGH ||
      head[AT_VERSION + 1] != VERSION_LOW || head[AT_KIND] < FIL_PROBE_KNOCK ||
      head[AT_KIND] > FIL_PROBE_USED)
    return FALSE;
  self->kind = (FilProbeKind) head[AT_KIND];
  self->has_tls = head[AT_TLS] != 0;
  return fil_reader_copy (&r, self->to, sizeof self->to) &&
         fil_reader_copy (&r, self->from, sizeof self->from);
}

/**
 * fil_punch_probe_encode:
 * @out: (out): the whole datagram
 */
void
fil_punch_probe_encode (const FilPunchProbe *self,
                        guint8 out[FIL_PROBE_LEN])
{
  memset (out, 0, FIL_PROBE_LEN);
  out[AT_CONNECTION] = CONNECTION;
  out[AT_VERSION] = VERSION_HIGH;
  out[AT_VERSION + 1] = VERSION_LOW;
  out[AT_KIND] = (guint8) self->kind;
  out[AT_TLS] = self->has_tls ? 1 : 0;
  out[16] = FIL_KIND_RUDP;
  out[17] = 1;
  out[19] = 2 * FIL_PUNCH_NONCE_LEN;
  memcpy (out + FIL_HEADER_LEN, self->to, sizeof self->to);
  memcpy (out + FIL_HEADER_LEN + sizeof self->to, self->from, sizeof self->from);
}
