/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bye.h"

#include "reader.h"
#include "wire-limits.h"

/* Above this, the two bytes are letters: GnucDNA sends the text without a code. */
#define CODE_MAX 999

/* What the code means, in words, never empty. */
static const char *
code_text (guint16 code)
{
  static const struct
  {
    guint16 code;
    const char *text;
  } texts[] = {
    { FIL_BYE_SHUTDOWN, "Servent shutdown" },
    { FIL_BYE_CLOSED_BY_USER, "Closed by the user" },
    { FIL_BYE_LOCAL_NODE, "Local node preferred" },
    { FIL_BYE_MODE_CHANGE, "Changing peer mode" },
    { FIL_BYE_TOO_LARGE, "Message too large" },
    { FIL_BYE_DUPLICATES, "Too many duplicates" },
    { FIL_BYE_IMPROPER_QUERIES, "Improper queries" },
    { FIL_BYE_HIGH_TTL, "TTL too high" },
    { FIL_BYE_UNKNOWN_MESSAGES, "Too many unknown messages" },
    { FIL_BYE_TIMEOUT, "Timeout" },
    { FIL_BYE_NO_REPLY, "No reply to alive pings" },
    { FIL_BYE_NOT_SHARING, "Not sharing" },
    { FIL_BYE_ZERO_TTL, "TTL was 0" },
    { FIL_BYE_ERRORS, "Too many errors" },
    { FIL_BYE_SECURITY, "Security" },
    { FIL_BYE_QRP, "Route table out of sequence" },
    { FIL_BYE_LEAF_RELAYS, "A leaf must not relay" },
    { FIL_BYE_INTERNAL, "Internal error" },
    { FIL_BYE_DESYNC, "Lost the stream" },
    { FIL_BYE_QUEUE_FULL, "Send queue full" },
    { FIL_BYE_NO_SLOTS, "No slots" },
    { FIL_BYE_MODE_SWITCH, "Switched mode" },
    { FIL_BYE_PROTOCOL, "Protocol error" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i].code == code)
      return texts[i].text;
  return "No reason given";
}

/**
 * fil_bye_decode:
 *
 * The reason is the first line of the text; header lines behind it are left aside.
 *
 * Returns: whether there were two bytes at least
 */
gboolean
fil_bye_decode (FilBye *self,
                FilSlice payload)
{
  FilReader r = payload;

  *self = (FilBye) { 0 };
  if (!fil_reader_le16 (&r, &self->code))
    return FALSE;
  if (self->code > CODE_MAX)
    {
      self->code = 0;
      r = payload;
    }

  self->reason = fil_reader_rest (&r);
  for (gsize i = 0; i < self->reason.len; i++)
    if (self->reason.data[i] == '\0' || self->reason.data[i] == '\r' || self->reason.data[i] == '\n')
      self->reason.len = i;
  if (self->reason.len == 0)
    self->reason = fil_slice_text (code_text (self->code));
  return TRUE;
}

/**
 * fil_bye_encode:
 *
 * Appends code, reason and NUL. An empty reason is replaced by the common one of the code.
 */
void
fil_bye_encode (const FilBye *self,
                FilWriter *out)
{
  FilSlice reason = self->reason;

  if (reason.len == 0)
    reason = fil_slice_text (code_text (self->code));
  fil_writer_le16 (out, self->code);
  fil_writer_cstr (out, reason);
}

/**
 * fil_bye_packet_new:
 * @reason: (nullable): one line; cut to FIL_BYE_REASON_SEND bytes
 *
 * Returns: (transfer full): a Bye as every peer can take it: TTL 1, hops 0, with code, reason and NUL
 */
FilPacket *
fil_bye_packet_new (const FilGuid *muid,
                    guint16 code,
                    const char *reason)
{
  FilHeader header = fil_header (FIL_KIND_BYE, muid, 1, 0);
  g_autofree char *text = g_utf8_make_valid (reason != NULL ? reason : "", -1);
  FilBye bye = { .code = code };
  g_auto (FilWriter) payload;

  fil_writer_init (&payload);
  if (strlen (text) > FIL_BYE_REASON_SEND)
    *g_utf8_find_prev_char (text, text + FIL_BYE_REASON_SEND + 1) = '\0';
  g_strdelimit (text, "\r\n", ' ');
  bye.reason = fil_slice_text (text);
  fil_bye_encode (&bye, &payload);
  return fil_packet_new (&header, fil_writer_slice (&payload));
}
