/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "query-extensions.h"

#include "ggep-builder.h"
#include "reader.h"
#include "wire-limits.h"

#define SEPARATOR 0x1c
#define WHATS_NEW "WhatIsNewXOXO"
#define SHA1_PREFIX "urn:sha1:"

/* GGEP H (ggep.md §3). */
#define HASH_SHA1 1
#define HASH_BITPRINT 2

static gboolean
is_separator (guint8 byte)
{
  return byte == SEPARATOR || byte == 0;
}

/* "urn:sha1:…" and friends. An empty one asks for SHA-1s, which everybody sends anyway. */
static gboolean
take_urn (FilQueryExtensions *self,
          FilSlice text)
{
  FilUrn urn;

  if (text.len == strlen ("urn:")
      || (text.len == strlen (SHA1_PREFIX) && fil_slice_starts_with_case (text, SHA1_PREFIX)))
    return TRUE;
  if (fil_urn_parse (&urn, (const char *) text.data, (gssize) text.len))
    {
      if (urn.has_sha1 && !self->urn.has_sha1)
        self->urn = urn;
      return TRUE;
    }
  self->n_unknown++;
  return !fil_slice_starts_with_case (text, SHA1_PREFIX)
         && !fil_slice_starts_with_case (text, "urn:bitprint:");
}

static gboolean
take_hash (FilQueryExtensions *self,
           const FilGgepItem *item)
{
  guint8 room[64];
  FilReader r;
  guint8 type;
  FilUrn urn = { .has_sha1 = TRUE };

  if (!fil_ggep_item_read (item, room, sizeof room, &r) || !fil_reader_u8 (&r, &type))
    return FALSE;
  if (type != HASH_SHA1 && type != HASH_BITPRINT)
    {
      self->n_unknown++;
      return TRUE;
    }
  if (!fil_reader_copy (&r, urn.sha1.bytes, sizeof urn.sha1.bytes))
    return FALSE;
  if (type == HASH_BITPRINT)
    {
      if (!fil_reader_copy (&r, urn.tth.bytes, sizeof urn.tth.bytes))
        return FALSE;
      urn.has_tth = TRUE;
    }
  if (!self->urn.has_sha1)
    self->urn = urn;
  return TRUE;
}

static gboolean
take_text_urn (FilQueryExtensions *self,
               const FilGgepItem *item)
{
  guint8 text[4 + 128] = { 'u', 'r', 'n', ':' };

  if (item->cobs || item->deflated || item->raw.len > sizeof text - 4)
    {
      self->n_unknown++;
      return TRUE;
    }
  if (item->raw.len > 0)
    memcpy (text + 4, item->raw.data, item->raw.len);
  return take_urn (self, fil_slice (text, 4 + item->raw.len));
}

static guint32
item_vlint (const FilGgepItem *item)
{
  guint64 value;

  if (item->cobs || item->deflated || !fil_vlint_decode (item->raw, &value) || value > G_MAXUINT32)
    return 0;
  return (guint32) value;
}

static gboolean
take_item (FilQueryExtensions *self,
           const FilGgepItem *item)
{
  const FilSlice raw = item->raw;
  const gboolean plain = !item->cobs && !item->deflated;

  if (fil_slice_is (item->key, "H"))
    return take_hash (self, item);
  if (fil_slice_is (item->key, "u"))
    return take_text_urn (self, item);

  if (fil_slice_is (item->key, "SO"))
    self->oob_v3 = TRUE;
  else if (fil_slice_is (item->key, "NP"))
    self->no_proxy = TRUE;
  else if (fil_slice_is (item->key, "PR"))
    self->partial = TRUE;
  else if (fil_slice_is (item->key, "Z"))
    self->deflate = TRUE;
  else if (fil_slice_is (item->key, "M") && self->media == 0)
    self->media = item_vlint (item);
  else if (fil_slice_is (item->key, "WH") && self->feature == 0)
    self->feature = item_vlint (item);
  else if (fil_slice_is (item->key, "I6") && self->v6 == FIL_QUERY_V6_NONE)
    self->v6 = raw.len > 0 && raw.data[0] == 1 ? FIL_QUERY_V6_ONLY : FIL_QUERY_V6_WELCOME;
  else if (fil_slice_is (item->key, "6") && plain && raw.len == 16 && !self->has_address6)
    {
      memcpy (self->address6, raw.data, 16);
      self->has_address6 = TRUE;
    }
  else if (fil_slice_is (item->key, "SCP") && plain && !self->has_scp)
    {
      self->has_scp = TRUE;
      self->scp = raw.len > 0 ? raw.data[0] : 0;
    }
  else if (fil_slice_is (item->key, "QK") && plain && raw.len >= 4 && raw.len <= FIL_QUERY_KEY_MAX
           && self->query_key.len == 0)
    self->query_key = raw;
  else if (fil_slice_is (item->key, "LOC") && plain && raw.len <= 16 && self->locale.len == 0)
    self->locale = raw;
  else if (fil_slice_is (item->key, "XQ") && self->long_text.key.len == 0)
    self->long_text = *item;
  else
    self->n_unknown++;
  return TRUE;
}

static gboolean
take_ggep (FilQueryExtensions *self,
           FilReader *r)
{
  FilGgep ggep;
  FilGgepIter iter;
  FilGgepItem item;

  if (!fil_ggep_parse (&ggep, r))
    return FALSE;
  iter = fil_ggep_iter (&ggep);
  while (fil_ggep_iter_next (&iter, &item))
    if (!take_item (self, &item))
      return FALSE;
  return TRUE;
}

/* The piece at the front of r whose bytes all please; at least one byte. */
static FilSlice
take_while (FilReader *r,
            gboolean (*pleases) (const FilReader *))
{
  FilSlice taken = fil_slice (r->data, 0);

  do
    {
      taken.len++;
      r->data++;
      r->len--;
    }
  while (r->len > 0 && pleases (r));
  return taken;
}

static gboolean
in_urn (const FilReader *r)
{
  return g_ascii_isalnum (r->data[0]) || r->data[0] == '.' || r->data[0] == ':';
}

static gboolean
in_xml (const FilReader *r)
{
  return !is_separator (r->data[0]);
}

static gboolean
in_unknown (const FilReader *r)
{
  return !is_separator (r->data[0]) && r->data[0] != FIL_GGEP_MAGIC
         && !fil_slice_starts_with_case (*r, "urn:");
}

/**
 * fil_query_extensions_parse:
 * @self: (out): filled as far as things go
 *
 * Goes through everything behind the text (messages.md §4): blocks apart by 0x1c or NUL, GGEP by its
 * own length.
 *
 * Returns: FALSE when the query is to be dropped: a broken GGEP block, a broken SHA-1, two separators
 *   in a row, or more than FIL_QUERY_BLOCKS_MAX blocks
 */
gboolean
fil_query_extensions_parse (FilQueryExtensions *self,
                            const FilQuery *query)
{
  FilReader r = query->extensions;
  guint separators = 0;
  guint blocks = 0;

  memset (self, 0, sizeof *self);
  while (r.len > 0)
    {
      guint8 first = r.data[0];

      if (is_separator (first))
        {
          if (++separators > 1 || !fil_reader_skip (&r, 1))
            return FALSE;
          continue;
        }
      separators = 0;
      if (++blocks > FIL_QUERY_BLOCKS_MAX)
        return FALSE;

      if (first == FIL_GGEP_MAGIC)
        {
          if (!take_ggep (self, &r))
            return FALSE;
        }
      else if (fil_slice_starts_with_case (r, "urn:"))
        {
          if (!take_urn (self, take_while (&r, in_urn)))
            return FALSE;
        }
      else if (first == '<')
        {
          self->has_xml = TRUE;
          take_while (&r, in_xml);
        }
      else
        {
          self->n_unknown++;
          take_while (&r, in_unknown);
        }
    }
  return TRUE;
}

static void
write_hash (const FilUrn *urn,
            FilGgepBuilder *ggep)
{
  guint8 hash[1 + sizeof urn->sha1.bytes + sizeof urn->tth.bytes];

  hash[0] = urn->has_tth ? HASH_BITPRINT : HASH_SHA1;
  memcpy (hash + 1, urn->sha1.bytes, sizeof urn->sha1.bytes);
  memcpy (hash + 1 + sizeof urn->sha1.bytes, urn->tth.bytes, sizeof urn->tth.bytes);
  fil_ggep_builder_add (ggep, "H", fil_slice (hash, urn->has_tth ? sizeof hash : 1 + sizeof urn->sha1.bytes));
}

/**
 * fil_query_extensions_write:
 * @long_text: the whole text when the query holds a part of it, else empty
 *
 * Appends one GGEP block, or nothing when there is nothing to say. Hashes go as GGEP H.
 */
void
fil_query_extensions_write (const FilQueryExtensions *self,
                            FilSlice long_text,
                            FilWriter *out)
{
  FilGgepBuilder ggep;

  fil_ggep_builder_init (&ggep, out, FALSE);
  if (self->urn.has_sha1)
    write_hash (&self->urn, &ggep);
  if (self->oob_v3)
    fil_ggep_builder_add_empty (&ggep, "SO");
  if (self->no_proxy)
    fil_ggep_builder_add_empty (&ggep, "NP");
  if (self->partial)
    fil_ggep_builder_add_empty (&ggep, "PR");
  if (self->media != 0)
    fil_ggep_builder_add_vlint (&ggep, "M", self->media);
  if (long_text.len > 0)
    fil_ggep_builder_add (&ggep, "XQ", long_text);
  if (self->feature != 0)
    fil_ggep_builder_add_vlint (&ggep, "WH", self->feature);
  if (self->v6 == FIL_QUERY_V6_WELCOME)
    fil_ggep_builder_add_empty (&ggep, "I6");
  else if (self->v6 == FIL_QUERY_V6_ONLY)
    fil_ggep_builder_add_u8 (&ggep, "I6", 1);
  if (self->has_address6)
    fil_ggep_builder_add (&ggep, "6", fil_slice (self->address6, 16));
  if (self->locale.len > 0)
    fil_ggep_builder_add (&ggep, "LOC", self->locale);
  if (self->query_key.len > 0)
    fil_ggep_builder_add (&ggep, "QK", self->query_key);
  if (self->has_scp && self->scp != 0)
    fil_ggep_builder_add_u8 (&ggep, "SCP", self->scp);
  else if (self->has_scp)
    fil_ggep_builder_add_empty (&ggep, "SCP");
  if (self->deflate)
    fil_ggep_builder_add_empty (&ggep, "Z");
  fil_ggep_builder_end (&ggep);
}

/**
 * fil_query_long_text:
 * @out: filled with the text of XQ and a NUL
 * @size: of @out; FIL_QUERY_TEXT_MAX + 1 is always enough
 *
 * Returns: whether there is a long text that is valid UTF-8 and fits
 */
gboolean
fil_query_long_text (const FilQueryExtensions *self,
                     char *out,
                     gsize size)
{
  guint8 room[FIL_QUERY_TEXT_MAX];
  FilSlice text;

  if (self->long_text.key.len == 0 || !fil_ggep_item_read (&self->long_text, room, sizeof room, &text)
      || text.len == 0 || text.len > FIL_QUERY_TEXT_MAX || text.len >= size || !fil_slice_is_utf8 (text))
    return FALSE;
  memcpy (out, text.data, text.len);
  out[text.len] = '\0';
  return TRUE;
}

/**
 * fil_query_is_whats_new:
 *
 * Returns: whether the newest files are wanted instead of matching ones
 */
gboolean
fil_query_is_whats_new (const FilQuery *query,
                        const FilQueryExtensions *extensions)
{
  return !extensions->urn.has_sha1 && (extensions->feature == 1 || fil_slice_is (query->text, WHATS_NEW));
}

/* The words of text that fit into max_chars characters and max_bytes bytes. */
static FilSlice
cut_text (const char *text,
          glong max_chars,
          gsize max_bytes)
{
  const char *end = text;
  const char *space = NULL;

  while (*end != '\0' && max_chars-- > 0 && (gsize) (g_utf8_next_char (end) - text) <= max_bytes)
    {
      if (*end == ' ')
        space = end;
      end = g_utf8_next_char (end);
    }
  if (*end != '\0' && *end != ' ' && space != NULL && space > text)
    end = space;
  return fil_slice (text, (gsize) (end - text));
}

/**
 * fil_query_packet_new:
 * @flags: FIL_QUERY_MARK is added
 * @text: valid UTF-8, normalised by the caller
 * @extensions: (nullable): what else to ask; @long_text in it is not looked at
 *
 * A query of our own. LimeWire reads 30 characters: of a longer text the first words stand in the
 * legacy field and the whole goes into XQ, cut at a word so that the payload keeps within
 * FIL_QUERY_PAYLOAD_SEND.
 *
 * Returns: (transfer full): the message
 */
FilPacket *
fil_query_packet_new (const FilHeader *header,
                      guint16 flags,
                      const char *text,
                      const FilQueryExtensions *extensions)
{
  static const FilQueryExtensions nothing;
  FilQuery query = { .flags = flags | FIL_QUERY_MARK };
  FilSlice long_text = FIL_SLICE_NONE;
  g_auto (FilWriter) block;
  g_auto (FilWriter) payload;

  fil_writer_init (&block);
  fil_writer_init (&payload);
  if (extensions == NULL)
    extensions = &nothing;

  query.text = cut_text (text, FIL_QUERY_TEXT_LEGACY, FIL_QUERY_TEXT_MAX);
  fil_query_extensions_write (extensions, FIL_SLICE_NONE, &block);
  if (query.text.len < strlen (text))
    {
      gsize used = 2 + query.text.len + 1 + block.len + 1 + strlen (".XQ..");

      if (used + query.text.len < FIL_QUERY_PAYLOAD_SEND)
        long_text = cut_text (text, G_MAXLONG, MIN (FIL_QUERY_TEXT_MAX, FIL_QUERY_PAYLOAD_SEND - used));
      fil_writer_truncate (&block, 0);
      fil_query_extensions_write (extensions, long_text, &block);
    }
  query.extensions = fil_writer_slice (&block);
  fil_query_encode (&query, &payload);
  return fil_packet_new (header, fil_writer_slice (&payload));
}
