/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "push-proxy-request.h"

#include "base32.h"
#include "text-scan.h"

static const char *const paths[] = { "/gnutella/push-proxy?", "/gnutella/pushproxy?", "/gnet/push-proxy?" };

static gboolean
scan_path (FilReader *r)
{
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    if (fil_scan_word (r, paths[i]))
      return TRUE;
  return FALSE;
}

/**
 * fil_push_proxy_request_is:
 * @target: of an HTTP request
 *
 * Returns: whether a push proxy is meant; the request may still be malformed
 */
gboolean
fil_push_proxy_request_is (FilSlice target)
{
  return scan_path (&target);
}

/* 26 characters base32, or 32 with padding; or 32 hexadecimal digits. */
static gboolean
parse_guid (FilGuid *guid,
            FilSlice text,
            gboolean hex)
{
  if (hex)
    return fil_guid_parse_hex (guid, (const char *) text.data, (gssize) text.len);
  while (text.len > 0 && text.data[text.len - 1] == '=')
    text.len--;
  return text.len == FIL_BASE32_LEN (sizeof guid->bytes)
         && fil_base32_decode (guid->bytes, sizeof guid->bytes, (const char *) text.data, text.len);
}

/**
 * fil_push_proxy_request_parse:
 * @target: of an HTTP request; the names of its parameters are taken in any case
 *
 * Returns: whether it names a servent; FALSE is worth a 400
 */
gboolean
fil_push_proxy_request_parse (FilPushProxyRequest *self,
                              FilSlice target)
{
  FilReader r = target;
  gboolean has_guid = FALSE;
  FilSlice item;

  memset (self, 0, sizeof *self);
  if (!scan_path (&r))
    return FALSE;
  while (fil_scan_item (&r, '&', &item))
    {
      FilReader value = item;
      guint64 n;

      if (fil_scan_word (&value, "serverid="))
        {
          if (!parse_guid (&self->guid, value, FALSE))
            return FALSE;
          has_guid = TRUE;
        }
      else if (fil_scan_word (&value, "guid="))
        {
          if (!parse_guid (&self->guid, value, TRUE))
            return FALSE;
          has_guid = TRUE;
        }
      else if (fil_scan_word (&value, "file="))
        {
          if (!fil_slice_to_uint (value, G_MAXUINT32, &n))
            return FALSE;
          self->index = (guint32) n;
        }
      else if (fil_scan_word (&value, "tls="))
        {
          self->tls = value.len == 4 && fil_slice_starts_with_case (value, "true");
        }
    }
  return has_guid && !fil_guid_is_zero (&self->guid);
}

/**
 * fil_push_proxy_request_write:
 *
 * Appends the target in the spelling that gtk-gnutella insists on.
 */
void
fil_push_proxy_request_write (const FilPushProxyRequest *self,
                              FilWriter *out)
{
  char guid[FIL_BASE32_LEN (16) + 1];

  fil_base32_encode (self->guid.bytes, sizeof self->guid.bytes, guid);
  fil_writer_printf (out, "%sServerId=%.*s", paths[0], (int) FIL_BASE32_LEN (16), guid);
  if (self->index != 0)
    fil_writer_printf (out, "&file=%u", self->index);
  if (self->tls)
    fil_writer_printf (out, "&tls=true");
}
