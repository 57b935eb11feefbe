/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "urn.h"

#include "base32.h"
#include "secret-hash.h"

#include <string.h>

static gboolean
skip_prefix (const char **text,
             gsize *len,
             const char *prefix)
{
  gsize n = strlen (prefix);

  if (*len < n || g_ascii_strncasecmp (*text, prefix, n) != 0)
    return FALSE;
  *text += n;
  *len -= n;
  return TRUE;
}

/**
 * fil_urn_parse:
 * @text: "urn:sha1:…", "urn:bitprint:SHA1.TTH" or "urn:tree:tiger:…", of either case
 * @len: length of @text, or -1 when it ends with NUL
 *
 * Returns: whether @text was such a name and nothing else
 */
gboolean
fil_urn_parse (FilUrn *self,
               const char *text,
               gssize len)
{
  gsize n = len < 0 ? strlen (text) : (gsize) len;

  *self = (FilUrn){ 0 };
  if (skip_prefix (&text, &n, "urn:sha1:"))
    return self->has_sha1 = fil_sha1_parse (&self->sha1, text, (gssize) n);

  if (skip_prefix (&text, &n, "urn:bitprint:"))
    {
      if (n != FIL_SHA1_TEXT_LEN + 1 + FIL_TTH_TEXT_LEN || text[FIL_SHA1_TEXT_LEN] != '.')
        return FALSE;
      self->has_sha1 = fil_sha1_parse (&self->sha1, text, FIL_SHA1_TEXT_LEN);
      self->has_tth = fil_tth_parse (&self->tth, text + FIL_SHA1_TEXT_LEN + 1, FIL_TTH_TEXT_LEN);
      return self->has_sha1 && self->has_tth;
    }

  /* gtk-gnutella also takes "tiger/:". */
  if (skip_prefix (&text, &n, "urn:tree:tiger:") || skip_prefix (&text, &n, "urn:tree:tiger/:"))
    return self->has_tth = fil_tth_parse (&self->tth, text, (gssize) n);
  return FALSE;
}

gboolean
fil_sha1_parse (FilSha1 *self,
                const char *text,
                gssize len)
{
  return fil_base32_decode (self->bytes, sizeof self->bytes, text, len < 0 ? strlen (text) : (gsize) len);
}

void
fil_sha1_to_text (const FilSha1 *self,
                  char out[FIL_SHA1_TEXT_LEN + 1])
{
  fil_base32_encode (self->bytes, sizeof self->bytes, out);
}

gboolean
fil_tth_parse (FilTth *self,
               const char *text,
               gssize len)
{
  return fil_base32_decode (self->bytes, sizeof self->bytes, text, len < 0 ? strlen (text) : (gsize) len);
}

void
fil_tth_to_text (const FilTth *self,
                 char out[FIL_TTH_TEXT_LEN + 1])
{
  fil_base32_encode (self->bytes, sizeof self->bytes, out);
}

guint
fil_sha1_hash (gconstpointer sha1)
{
  return fil_secret_hash (sha1, sizeof (FilSha1));
}

gboolean
fil_sha1_equal (gconstpointer a,
                gconstpointer b)
{
  return memcmp (a, b, sizeof (FilSha1)) == 0;
}

gboolean
fil_tth_equal (gconstpointer a,
               gconstpointer b)
{
  return memcmp (a, b, sizeof (FilTth)) == 0;
}
