/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "supported.h"

/**
 * fil_messages_supported_decode:
 *
 * Returns: whether the announced number of items is there; those beyond FIL_MESSAGES_SUPPORTED_MAX
 *   are left aside
 */
gboolean
fil_messages_supported_decode (FilMessagesSupported *self,
                               const FilVendor *vendor)
{
  FilReader r = vendor->body;
  guint16 count;

  self->n = 0;
  if (!fil_reader_le16 (&r, &count) || r.len < (gsize) count * FIL_VENDOR_PREFIX_LEN)
    return FALSE;
  while (self->n < MIN (count, FIL_MESSAGES_SUPPORTED_MAX))
    if (!fil_vendor_id_read (&self->items[self->n++], &r))
      return FALSE;
  return TRUE;
}

/**
 * fil_messages_supported_encode:
 *
 * Appends the body.
 */
void
fil_messages_supported_encode (const FilMessagesSupported *self,
                               guint16 version,
                               FilWriter *out)
{
  guint n = MIN (self->n, FIL_MESSAGES_SUPPORTED_MAX);

  fil_writer_le16 (out, (guint16) n);
  for (guint i = 0; i < n; i++)
    fil_vendor_id_write (&self->items[i], out);
}

/**
 * fil_messages_supported_has:
 * @version: (out) (optional): the highest version that was announced
 *
 * Returns: whether the sender takes that message
 */
gboolean
fil_messages_supported_has (const FilMessagesSupported *self,
                            guint32 code,
                            guint16 selector,
                            guint16 *version)
{
  gboolean found = FALSE;

  for (guint i = 0; i < self->n; i++)
    {
      if (self->items[i].code != code || self->items[i].selector != selector)
        continue;
      if (version != NULL && (!found || self->items[i].version > *version))
        *version = self->items[i].version;
      found = TRUE;
    }
  return found;
}

static void
add_feature (FilFeatures *self,
             guint32 name,
             guint32 version)
{
  if (self->n < FIL_FEATURES_MAX)
    self->items[self->n++] = (FilFeatureItem) { name, version };
}

/**
 * fil_features_decode:
 *
 * Reads LimeWire's second list too, of versions that need 32 bits.
 *
 * Returns: whether the announced number of items is there
 */
gboolean
fil_features_decode (FilFeatures *self,
                     const FilVendor *vendor)
{
  FilReader r = vendor->body;
  guint16 count;
  guint16 large_count;

  self->n = 0;
  if (!fil_reader_le16 (&r, &count))
    return FALSE;
  for (guint i = 0; i < count; i++)
    {
      guint32 name;
      guint16 version;

      if (!fil_reader_be32 (&r, &name) || !fil_reader_le16 (&r, &version))
        return FALSE;
      add_feature (self, name, version);
    }

  if (!fil_reader_le16 (&r, &large_count))
    return TRUE;
  for (guint i = 0; i < large_count; i++)
    {
      guint32 name;
      guint32 version;

      if (!fil_reader_be32 (&r, &name) || !fil_reader_le32 (&r, &version))
        break; /* bodies may grow: what follows was perhaps not that list */
      add_feature (self, name, version);
    }
  return TRUE;
}

/**
 * fil_features_encode:
 *
 * Appends the body; the second list only if a version needs it.
 */
void
fil_features_encode (const FilFeatures *self,
                     guint16 version,
                     FilWriter *out)
{
  guint n = MIN (self->n, FIL_FEATURES_MAX);
  guint large = 0;

  for (guint i = 0; i < n; i++)
    large += self->items[i].version > G_MAXUINT16;

  fil_writer_le16 (out, (guint16) (n - large));
  for (guint i = 0; i < n; i++)
    if (self->items[i].version <= G_MAXUINT16)
      {
        fil_writer_be32 (out, self->items[i].name);
        fil_writer_le16 (out, (guint16) self->items[i].version);
      }
  if (large == 0)
    return;
  fil_writer_le16 (out, (guint16) large);
  for (guint i = 0; i < n; i++)
    if (self->items[i].version > G_MAXUINT16)
      {
        fil_writer_be32 (out, self->items[i].name);
        fil_writer_le32 (out, self->items[i].version);
      }
}

/**
 * fil_features_has:
 * @version: (out) (optional): as announced
 *
 * Returns: whether the feature was announced
 */
gboolean
fil_features_has (const FilFeatures *self,
                  guint32 name,
                  guint32 *version)
{
  for (guint i = 0; i < self->n; i++)
    {
      if (self->items[i].name != name)
        continue;
      if (version != NULL)
        *version = self->items[i].version;
      return TRUE;
    }
  return FALSE;
}
