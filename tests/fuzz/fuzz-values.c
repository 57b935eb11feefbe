/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "alt-locs.h"
#include "fuzz.h"
#include "guidance.h"
#include "handshake-values.h"
#include "http-queue.h"
#include "http-range.h"
#include "http-values.h"
#include "push-endpoint.h"

static void
read_ranges (const char *text)
{
  FilByteRange ranges[8];
  FilContentRange content;
  FilRangeRequest request;
  guint64 bytes;
  guint n;

  if (fil_range_request_parse (&request, text)
      && fil_range_request_resolve (&request, 1000, &ranges[0]) == FIL_RANGE_OK)
    {
      g_assert_cmpuint (ranges[0].first, <=, ranges[0].last);
      g_assert_cmpuint (ranges[0].last, <, 1000);
    }
  if (fil_content_range_parse (&content, text) && content.has_range)
    g_assert_cmpuint (content.range.first, <=, content.range.last);
  if (fil_available_ranges_parse (text, ranges, G_N_ELEMENTS (ranges), &n))
    for (guint i = 0; i < n; i++)
      g_assert_cmpuint (ranges[i].first, <=, ranges[i].last);
  (void) !fil_available_bytes_parse (text, &bytes);
}

/* A header value, given to every reader of values. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  const FilHeaderUpdate update = { fil_slice_text (text) };
  FilReader r = fil_slice (data, size);
  FilPushEndpoint endpoints[4];
  FilEndpoint addresses[8];
  FilQueueState queue;
  FilHost hosts[8];
  gboolean has_root;
  guint seconds;
  FilSlice path;
  FilTth root;
  FilUrn urn;
  g_auto (FilWriter) out;
  guint n;

  fil_writer_init (&out);
  read_ranges (text);
  g_free (fil_header_update_value (&update, "Listen-IP"));
  n = fil_alt_locs_parse (text, hosts, G_N_ELEMENTS (hosts));
  fil_alt_locs_write (hosts, n, TRUE, &out);
  fil_push_proxies_write (hosts, n, &out);
  n = fil_push_endpoints_parse (text, endpoints, G_N_ELEMENTS (endpoints));
  for (guint i = 0; i < n; i++)
    fil_push_endpoint_write (&endpoints[i], &out);
  if (fil_push_endpoint_read (&endpoints[0], &r))
    fil_push_endpoint_write_binary (&endpoints[0], &out);
  n = fil_endpoint_list_parse (text, 0, addresses, G_N_ELEMENTS (addresses));
  fil_endpoint_list_write (addresses, n, &out);
  if (fil_queue_parse_legacy (&queue, text))
    fil_queue_write_legacy (&queue, &out);
  if (fil_queue_parse_parq (&queue, text))
    fil_queue_write_parq (&queue, &out);
  (void) !fil_retry_after_parse (text, 1700000000, &seconds);
  (void) !fil_content_urns_parse (text, &urn);
  (void) !fil_thex_uri_parse (text, &path, &root, &has_root);
  fil_header_feature (text, "tls", NULL, NULL);
  fil_header_version_at_least (text, 0, 2);
  return 0;
}
