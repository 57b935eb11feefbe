/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "push-headers.h"

#include "alt-locs.h"
#include "head-writer.h"
#include "text-scan.h"

static void
write_info (FilWriter *out,
            const FilPushSelf *self)
{
  g_auto (FilWriter) value;

  fil_writer_init (&value);
  fil_push_endpoint_write (&self->push, &value);
  fil_head_write_header (out, "X-FW-Node-Info", "%.*s", (int) value.len, (const char *) fil_writer_data (&value));
}

/**
 * fil_push_headers_write_request:
 *
 * Appends X-Node, or X-FW-Node-Info of who cannot be connected to.
 */
void
fil_push_headers_write_request (FilWriter *out,
                                const FilPushSelf *self)
{
  char text[FIL_ENDPOINT_TEXT_LEN];

  if (fil_endpoint_is_set (&self->listen))
    fil_head_write_header (out, "X-Node", "%s", fil_endpoint_to_text (&self->listen, text));
  else if (self->is_firewalled)
    write_info (out, self);
}

/**
 * fil_push_headers_write_reply:
 * @is_pushed: the connection is one that a PUSH made us open
 *
 * Appends X-Push-Proxy and X-FW-Node-Info of a sharer that cannot be connected to, X-Host of one that was
 * pushed without need.
 */
void
fil_push_headers_write_reply (FilWriter *out,
                              const FilPushSelf *self,
                              gboolean is_pushed)
{
  char text[FIL_ENDPOINT_TEXT_LEN];
  g_auto (FilWriter) proxies;

  fil_writer_init (&proxies);
  if (fil_endpoint_is_set (&self->listen))
    {
      if (is_pushed)
        fil_head_write_header (out, "X-Host", "%s", fil_endpoint_to_text (&self->listen, text));
      return;
    }
  if (!self->is_firewalled)
    return;
  if (self->push.n_proxies > 0)
    {
      fil_push_proxies_write (self->push.proxies, self->push.n_proxies, &proxies);
      fil_head_write_header (out, "X-Push-Proxy", "%.*s", (int) proxies.len, (const char *) fil_writer_data (&proxies));
    }
  write_info (out, self);
}

/**
 * fil_push_headers_read:
 * @news: (out): always filled
 *
 * Reads the same of somebody else, in all spellings that are about. X-Push-Proxy is newer than what stands
 * beside the GUID. Whether an address is one to go to is for the gate to say.
 */
void
fil_push_headers_read (FilPushNews *news,
                       const FilHead *head)
{
  static const char *const names[] = { "X-Push-Proxy", "X-Push-Proxies", "X-Pushproxies" };
  const char *info = fil_head_get (head, "X-FW-Node-Info");
  const char *host = fil_head_get (head, "X-Host");
  FilPushEndpoint push;

  *news = (FilPushNews){ .n_proxies = 0 };
  if (host != NULL && (!fil_endpoint_parse (&news->listen, host, -1, 0) || news->listen.port == 0))
    news->listen = (FilEndpoint){ 0 };
  if (info != NULL && fil_push_endpoint_parse (&push, fil_slice_text (info)))
    {
      news->servent = push.guid;
      news->n_proxies = push.n_proxies;
      memcpy (news->proxies, push.proxies, sizeof news->proxies);
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      FilHost proxies[FIL_PROXIES_MAX];
      guint n = fil_alt_locs_parse (fil_head_get (head, names[i]), proxies, FIL_PROXIES_MAX);

      if (n == 0)
        continue;
      news->n_proxies = n;
      memcpy (news->proxies, proxies, n * sizeof proxies[0]);
      return;
    }
}

/**
 * fil_push_headers_read_caller:
 * @head: of a request
 * @peer: where it comes from
 *
 * Returns: where the one who asks says that it takes calls; family 0 when it does not say, or names somebody else, who
 *   might be a victim
 */
FilEndpoint
fil_push_headers_read_caller (const FilHead *head,
                              const FilEndpoint *peer)
{
  /* In the order of belief (http-transfer.md §6). */
  static const char *const names[] = { "X-Node", "X-Node-IPv6", "X-Listen-IP", "Listen-IP" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      FilReader list = fil_slice_text (fil_head_get (head, names[i]));
      FilSlice item;

      while (fil_scan_item (&list, ',', &item))
        {
          FilEndpoint caller;

          if (fil_endpoint_parse (&caller, (const char *) item.data, (gssize) item.len, 0) && caller.port != 0 &&
              fil_endpoint_same_address (&caller, peer))
            return caller;
        }
    }
  return (FilEndpoint){ 0 };
}
