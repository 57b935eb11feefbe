/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oob.h"

#include "ggep.h"
#include "ggep-builder.h"

#define FLAG_REACHABLE 0x01
#define FLAG_RELAYED 0x02

/**
 * fil_oob_indication_decode:
 *
 * Returns: whether the number is there, and from v2 on the flags
 */
gboolean
fil_oob_indication_decode (FilOobIndication *self,
                           const FilVendor *vendor)
{
  FilReader r = vendor->body;
  guint8 flags = 0;

  if (!fil_reader_u8 (&r, &self->hits))
    return FALSE;
  if (vendor->id.version >= 2 && !fil_reader_u8 (&r, &flags))
    return FALSE;
  self->reachable = (flags & FLAG_REACHABLE) != 0;
  self->relayed = (flags & FLAG_RELAYED) != 0;
  return TRUE;
}

/**
 * fil_oob_indication_encode:
 *
 * Appends the body; flags from v2 on.
 */
void
fil_oob_indication_encode (const FilOobIndication *self,
                           guint16 version,
                           FilWriter *out)
{
  fil_writer_u8 (out, self->hits);
  if (version >= 2)
    fil_writer_u8 (out,
                   (guint8) ((self->reachable ? FLAG_REACHABLE : 0) | (self->relayed ? FLAG_RELAYED : 0)));
}

/**
 * fil_oob_ack_decode:
 *
 * Returns: whether the number is there and what follows, if anything, is GGEP; a v3 without a token
 *   is one without (routing.md §8)
 */
gboolean
fil_oob_ack_decode (FilOobAck *self,
                    const FilVendor *vendor)
{
  FilReader r = vendor->body;
  FilGgep ggep;

  self->token = FIL_SLICE_NONE;
  if (!fil_reader_u8 (&r, &self->wanted))
    return FALSE;
  if (vendor->id.version < 3)
    return TRUE;
  if (r.len > 0 && !fil_ggep_parse (&ggep, &r))
    return FALSE;
  if (vendor->body.len > 1 && fil_ggep_read_plain (&ggep, "SO", FIL_OOB_TOKEN_MAX, &self->token))
    return self->token.len > 0;
  return TRUE;
}

/**
 * fil_oob_ack_encode:
 *
 * Appends the body; the token from v3 on.
 */
void
fil_oob_ack_encode (const FilOobAck *self,
                    guint16 version,
                    FilWriter *out)
{
  FilGgepBuilder ggep;

  fil_writer_u8 (out, self->wanted);
  fil_ggep_builder_init (&ggep, out, FALSE);
  if (version >= 3 && self->token.len > 0)
    fil_ggep_builder_add (&ggep, "SO", self->token);
  fil_ggep_builder_end (&ggep);
}

/**
 * fil_oob_veto_decode:
 *
 * Returns: TRUE; an empty body forbids all
 */
gboolean
fil_oob_veto_decode (FilOobVeto *self,
                     const FilVendor *vendor)
{
  FilReader r = vendor->body;

  self->up_to_version = 0;
  self->all = !fil_reader_u8 (&r, &self->up_to_version);
  return TRUE;
}

/**
 * fil_oob_veto_encode:
 *
 * Appends the body.
 */
void
fil_oob_veto_encode (const FilOobVeto *self,
                     guint16 version,
                     FilWriter *out)
{
  if (!self->all)
    fil_writer_u8 (out, self->up_to_version);
}
