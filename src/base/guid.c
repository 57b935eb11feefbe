/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "guid.h"

#include "secret-hash.h"

#include <string.h>

/**
 * fil_guid_random:
 * @self: (out): filled with random bytes, marked as modern clients do: byte 8 is 0xff,
 *   byte 15 is 0
 */
void
fil_guid_random (FilGuid *self,
                 FilRandom *random)
{
  fil_random_bytes (random, self->bytes, sizeof self->bytes);
  self->bytes[8] = 0xff;
  self->bytes[15] = 0;
}

/**
 * fil_guid_parse_hex:
 * @hex: hexadecimal digits of either case
 * @len: length of @hex, or -1 when it ends with NUL
 *
 * Returns: whether @hex was exactly 32 digits
 */
gboolean
fil_guid_parse_hex (FilGuid *self,
                    const char *hex,
                    gssize len)
{
  if (len < 0)
    len = (gssize) strlen (hex);
  if (len != FIL_GUID_HEX_LEN)
    return FALSE;

  for (guint i = 0; i < 16; i++)
    {
      int high = g_ascii_xdigit_value (hex[2 * i]);
      int low = g_ascii_xdigit_value (hex[2 * i + 1]);

      if (high < 0 || low < 0)
        return FALSE;
      self->bytes[i] = (guint8) (high << 4 | low);
    }
  return TRUE;
}

/**
 * fil_guid_to_hex:
 * @out: 32 lower-case digits and NUL
 */
void
fil_guid_to_hex (const FilGuid *self,
                 char out[FIL_GUID_HEX_LEN + 1])
{
  static const char digits[] = "0123456789abcdef";

  for (guint i = 0; i < 16; i++)
    {
      out[2 * i] = digits[self->bytes[i] >> 4];
      out[2 * i + 1] = digits[self->bytes[i] & 15];
    }
  out[FIL_GUID_HEX_LEN] = '\0';
}

gboolean
fil_guid_is_zero (const FilGuid *self)
{
  static const FilGuid zero;

  return fil_guid_equal (self, &zero);
}

guint
fil_guid_hash (gconstpointer guid)
{
  return fil_secret_hash (guid, sizeof (FilGuid));
}

gboolean
fil_guid_equal (gconstpointer a,
                gconstpointer b)
{
  return memcmp (a, b, sizeof (FilGuid)) == 0;
}
