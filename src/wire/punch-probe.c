/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punch-probe.h"

#include "header.h"
#include "reader.h"

#define CONNECTION 1
#define VERSION_HIGH 'R'
#define VERSION_LOW 'X'
#define AT_CONNECTION 4
#define AT_VERSION 5
#define AT_KIND 7
#define AT_TLS 8
#define AT_TO FIL_HEADER_LEN
#define AT_FROM (AT_TO + FIL_PUNCH_NONCE_LEN)
#define AT_CHALLENGE (AT_FROM + FIL_PUNCH_NONCE_LEN)
#define AT_ECHO (AT_CHALLENGE + FIL_PROBE_CHALLENGE_LEN)

G_STATIC_ASSERT (AT_ECHO + FIL_PROBE_CHALLENGE_LEN == FIL_PROBE_LEN);

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
         fil_reader_copy (&r, self->from, sizeof self->from) &&
         fil_reader_copy (&r, self->challenge, sizeof self->challenge) &&
         fil_reader_copy (&r, self->echo, sizeof self->echo);
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
  out[19] = FIL_PROBE_LEN - FIL_HEADER_LEN;
  memcpy (out + AT_TO, self->to, sizeof self->to);
  memcpy (out + AT_FROM, self->from, sizeof self->from);
  memcpy (out + AT_CHALLENGE, self->challenge, sizeof self->challenge);
  memcpy (out + AT_ECHO, self->echo, sizeof self->echo);
}
