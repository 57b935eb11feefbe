/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "head-ping.h"

#include "ggep.h"
#include "ggep-builder.h"

#define URN_PREFIX "urn:sha1:"
#define SIGNAL_MAX 1400 /* what all proxies pass on (signalling.md §1); a pong may be twice that */

#define RANGES_MAX 1400 /* bytes of them; what LimeWire sends at most */

/* The code of a pong. */
#define CODE_FILE 0x03
#define CODE_FIREWALLED 0x04
#define CODE_DOWNLOADING 0x08

static gboolean
ping_read_ggep (FilHeadPing *self,
                FilSlice bytes)
{
  FilGgep ggep;
  FilReader r = bytes;
  FilSlice data;

  if (!fil_ggep_parse (&ggep, &r))
    return FALSE;
  if (fil_ggep_read_plain (&ggep, "PUSH", 255, &data))
    {
      if (data.len != sizeof self->target.bytes)
        return FALSE;
      memcpy (self->target.bytes, data.data, data.len);
      self->has_target = TRUE;
    }
  if (!fil_ggep_read_plain (&ggep, FIL_GGEP_SIGNAL, SIGNAL_MAX, &self->signal))
    self->signal = FIL_SLICE_NONE;
  return TRUE;
}

/**
 * fil_head_ping_decode:
 *
 * FIL_HEAD_PING_GGEP is cleared in the flags: @has_target and @signal say what it said.
 *
 * Returns: whether flags and a SHA-1 urn are there, and GGEP if the flags say so
 */
gboolean
fil_head_ping_decode (FilHeadPing *self,
                      const FilVendor *vendor)
{
  FilReader r = vendor->body;
  FilSlice urn;

  memset (self, 0, sizeof *self);
  if (!fil_reader_u8 (&r, &self->flags)
      || !fil_reader_slice (&r, strlen (URN_PREFIX) + FIL_SHA1_TEXT_LEN, &urn)
      || !fil_slice_starts_with_case (urn, URN_PREFIX)
      || !fil_sha1_parse (&self->sha1, (const char *) urn.data + strlen (URN_PREFIX), FIL_SHA1_TEXT_LEN))
    return FALSE;
  if ((self->flags & FIL_HEAD_PING_GGEP) == 0)
    return TRUE;
  self->flags &= (guint8) ~FIL_HEAD_PING_GGEP;
  return ping_read_ggep (self, r);
}

/**
 * fil_head_ping_encode:
 *
 * Appends the body; FIL_HEAD_PING_GGEP is set when there is something for GGEP to say.
 */
void
fil_head_ping_encode (const FilHeadPing *self,
                      guint16 version,
                      FilWriter *out)
{
  const gsize start = out->len;
  char text[FIL_SHA1_TEXT_LEN + 1];
  guint8 flags = self->flags & ~FIL_HEAD_PING_GGEP;
  FilGgepBuilder ggep;

  fil_sha1_to_text (&self->sha1, text);
  fil_writer_u8 (out, flags);
  fil_writer_printf (out, URN_PREFIX "%s", text);

  fil_ggep_builder_init (&ggep, out, FALSE);
  if (self->has_target)
    fil_ggep_builder_add (&ggep, "PUSH", fil_slice (self->target.bytes, sizeof self->target.bytes));
  if (self->signal.len > 0)
    fil_ggep_builder_add (&ggep, FIL_GGEP_SIGNAL, self->signal);
  if (fil_ggep_builder_end (&ggep) > 0)
    {
      flags |= FIL_HEAD_PING_GGEP;
      fil_writer_patch (out, start, &flags, 1);
    }
}

static gboolean
set_code (FilHeadPong *self,
          guint8 code)
{
  self->file = (FilHeadFile) (code & CODE_FILE);
  self->firewalled = (code & CODE_FIREWALLED) != 0;
  self->downloading = (code & CODE_DOWNLOADING) != 0;
  return self->file <= FIL_HEAD_FILE_PARTIAL;
}

static guint8
get_code (const FilHeadPong *self)
{
  return (guint8) (self->file | (self->firewalled ? CODE_FIREWALLED : 0)
                   | (self->downloading ? CODE_DOWNLOADING : 0));
}

/* One after the other; what follows a broken one is none. */
static void
pong_read_push_alts (FilHeadPong *self,
                     FilReader r)
{
  while (r.len > 0 && self->n_push_alts < FIL_HEAD_PUSH_ALTS &&
         fil_push_endpoint_read (&self->push_alts[self->n_push_alts], &r))
    self->n_push_alts++;
}

static void
pong_put_push_alts (const FilHeadPong *self,
                    FilWriter *out)
{
  for (guint i = 0; i < MIN (self->n_push_alts, FIL_HEAD_PUSH_ALTS); i++)
    fil_push_endpoint_write_binary (&self->push_alts[i], out);
}

/* v1: what the flags promise follows in the order ranges, push alts, alts; lengths are big-endian. */
static gboolean
pong_read_v1 (FilHeadPong *self,
              FilReader r)
{
  FilSlice vector, push_alts = FIL_SLICE_NONE;
  guint8 flags;
  guint8 code;
  guint8 queue;
  guint16 len;

  if (!fil_reader_u8 (&r, &flags) || !fil_reader_u8 (&r, &code) || !set_code (self, code))
    return FALSE;
  if (self->file == FIL_HEAD_FILE_NONE)
    return TRUE;
  if (!fil_reader_copy (&r, self->vendor, sizeof self->vendor) || !fil_reader_u8 (&r, &queue))
    return FALSE;
  self->queue = (gint8) queue;

  if ((flags & FIL_HEAD_PING_RANGES) != 0
      && (!fil_reader_be16 (&r, &len) || !fil_reader_slice (&r, len, &self->ranges)))
    return FALSE;
  if ((flags & FIL_HEAD_PING_PUSH_ALTS) != 0 && (!fil_reader_be16 (&r, &len) || !fil_reader_slice (&r, len, &push_alts)))
    return FALSE;
  pong_read_push_alts (self, push_alts);
  if ((flags & FIL_HEAD_PING_ALTS) != 0)
    {
      if (!fil_reader_be16 (&r, &len) || !fil_reader_slice (&r, len, &vector))
        return FALSE;
      self->n_alts = fil_packed_hosts_read (vector, FIL_SLICE_NONE, 4, self->alts, FIL_ALTS_MAX);
    }
  return TRUE;
}

/* The maps of v2 are called T and T6, not A_TLS. */
static guint
pong_read_alts (const FilGgep *ggep,
                const char *key,
                const char *tls_key,
                guint8 family,
                FilHost *out,
                guint max)
{
  guint8 room[1024];
  guint8 bits_room[64];
  FilSlice hosts;
  FilSlice bits;

  if (!fil_ggep_read (ggep, key, room, sizeof room, &hosts))
    return 0;
  if (!fil_ggep_read (ggep, tls_key, bits_room, sizeof bits_room, &bits))
    bits = FIL_SLICE_NONE;
  return fil_packed_hosts_read (hosts, bits, family, out, max);
}

static gboolean
pong_read_v2 (FilHeadPong *self,
              FilReader r)
{
  FilGgep ggep;
  FilSlice data;

  if (!fil_ggep_parse (&ggep, &r) || !fil_ggep_read_plain (&ggep, "C", 255, &data) || data.len == 0
      || !set_code (self, data.data[0]))
    return FALSE;
  if (!fil_ggep_read_plain (&ggep, FIL_GGEP_SIGNAL, SIGNAL_MAX * 2, &self->signal))
    self->signal = FIL_SLICE_NONE;
  if (self->file == FIL_HEAD_FILE_NONE)
    return TRUE;
  if (!fil_ggep_read_plain (&ggep, "R", RANGES_MAX, &self->ranges))
    self->ranges = FIL_SLICE_NONE;
  if (!fil_ggep_read_plain (&ggep, "R5", RANGES_MAX, &self->ranges5))
    self->ranges5 = FIL_SLICE_NONE;
  if (fil_ggep_read_plain (&ggep, "Q", 255, &data) && data.len > 0)
    self->queue = (gint8) data.data[0];
  if (fil_ggep_read_plain (&ggep, "V", 255, &data) && data.len >= sizeof self->vendor)
    memcpy (self->vendor, data.data, sizeof self->vendor);
  if (fil_ggep_read_plain (&ggep, "F", 255, &data) && data.len > 0)
    self->tls = (data.data[0] & 1) != 0;
  self->n_alts = pong_read_alts (&ggep, "A", "T", 4, self->alts, FIL_ALTS_MAX);
  self->n_alts += pong_read_alts (&ggep, "A6", "T6", 6, self->alts + self->n_alts,
                                  FIL_ALTS_MAX - self->n_alts);
  if (fil_ggep_read_plain (&ggep, "P", 4096, &data))
    pong_read_push_alts (self, data);
  return TRUE;
}

/**
 * fil_head_pong_decode:
 *
 * Returns: whether the body is a pong of its version (messages.md §7)
 */
gboolean
fil_head_pong_decode (FilHeadPong *self,
                      const FilVendor *vendor)
{
  memset (self, 0, G_STRUCT_OFFSET (FilHeadPong, alts));
  self->n_alts = self->n_push_alts = 0;
  self->ranges = FIL_SLICE_NONE;
  self->ranges5 = FIL_SLICE_NONE;
  self->signal = FIL_SLICE_NONE;
  return vendor->id.version < 2 ? pong_read_v1 (self, vendor->body) : pong_read_v2 (self, vendor->body);
}

/* Returns the flag that tells of it; 0: there is nothing. */
static guint8
put_vector (FilWriter *out,
            guint8 flag,
            FilSlice bytes)
{
  if (bytes.len == 0 || bytes.len > G_MAXUINT16)
    return 0;
  fil_writer_be16 (out, (guint16) bytes.len);
  fil_writer_put (out, bytes);
  return flag;
}

static void
pong_write_v1 (const FilHeadPong *self,
               FilWriter *out)
{
  g_auto (FilWriter) vector;
  gsize flags_at = out->len;
  guint8 flags = 0;

  fil_writer_init (&vector);
  fil_writer_u8 (out, 0);
  fil_writer_u8 (out, get_code (self));
  if (self->file == FIL_HEAD_FILE_NONE)
    return;
  fil_writer_bytes (out, self->vendor, sizeof self->vendor);
  fil_writer_u8 (out, (guint8) self->queue);
  flags |= put_vector (out, FIL_HEAD_PING_RANGES, self->ranges);
  pong_put_push_alts (self, &vector);
  flags |= put_vector (out, FIL_HEAD_PING_PUSH_ALTS, fil_writer_slice (&vector));
  fil_writer_truncate (&vector, 0);
  for (guint i = 0; i < self->n_alts; i++)
    if (self->alts[i].endpoint.family == 4)
      fil_packed_endpoint_write (&self->alts[i].endpoint, &vector);
  flags |= put_vector (out, FIL_HEAD_PING_ALTS, fil_writer_slice (&vector));
  fil_writer_patch (out, flags_at, &flags, 1);
}

static void
pong_write_alts (const FilHeadPong *self,
                 const char *key,
                 const char *tls_key,
                 guint8 family,
                 FilGgepBuilder *ggep)
{
  g_auto (FilWriter) list;
  guint8 bits[FIL_ALTS_MAX / 8] = { 0 };
  gsize bits_len = 0;
  guint n = 0;

  fil_writer_init (&list);
  for (guint i = 0; i < MIN (self->n_alts, FIL_ALTS_MAX); i++)
    {
      if (self->alts[i].endpoint.family != family)
        continue;
      fil_packed_endpoint_write (&self->alts[i].endpoint, &list);
      if (self->alts[i].tls)
        {
          bits[n / 8] |= (guint8) (0x80 >> n % 8);
          bits_len = n / 8 + 1;
        }
      n++;
    }
  if (n > 0)
    fil_ggep_builder_add (ggep, key, fil_writer_slice (&list));
  if (bits_len > 0)
    fil_ggep_builder_add (ggep, tls_key, fil_slice (bits, bits_len));
}

/**
 * fil_head_pong_encode:
 *
 * Appends the body. An answer "no such file" without an offer has nothing but the code.
 */
void
fil_head_pong_encode (const FilHeadPong *self,
                      guint16 version,
                      FilWriter *out)
{
  FilGgepBuilder ggep;
  g_auto (FilWriter) push_alts;

  fil_writer_init (&push_alts);
  if (version < 2)
    {
      pong_write_v1 (self, out);
      return;
    }
  fil_ggep_builder_init (&ggep, out, FALSE);
  fil_ggep_builder_add_u8 (&ggep, "C", get_code (self));
  if (self->file != FIL_HEAD_FILE_NONE)
    {
      fil_ggep_builder_add_u8 (&ggep, "Q", (guint8) self->queue);
      fil_ggep_builder_add (&ggep, "V", fil_slice (self->vendor, sizeof self->vendor));
      fil_ggep_builder_add_u8 (&ggep, "F", self->tls ? 1 : 0);
      if (self->ranges.len > 0)
        fil_ggep_builder_add (&ggep, "R", self->ranges);
      if (self->ranges5.len > 0)
        fil_ggep_builder_add (&ggep, "R5", self->ranges5);
      pong_write_alts (self, "A", "T", 4, &ggep);
      pong_write_alts (self, "A6", "T6", 6, &ggep);
      pong_put_push_alts (self, &push_alts);
      if (push_alts.len > 0)
        fil_ggep_builder_add (&ggep, "P", fil_writer_slice (&push_alts));
    }
  if (self->signal.len > 0)
    fil_ggep_builder_add (&ggep, FIL_GGEP_SIGNAL, self->signal);
  fil_ggep_builder_end (&ggep);
}
