/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "random-messages.h"

static void
random_features (FilFeatures *self)
{
  self->n = test_random_below (FIL_FEATURES_MAX + 1);
  for (guint i = 0; i < self->n; i++)
    self->items[i] = (FilFeatureItem) { test_random_u32 (),
                                        test_random_bool () ? test_random_u32 () : test_random_below (65536) };
}

static void
random_crawler_pong (FilCrawlerPong *self,
                     TestPool *pool)
{
  self->n_ultrapeers = (guint8) test_random_below (40);
  self->n_leaves = (guint8) test_random_below (40);
  self->features = test_random_u8 () & (FIL_CRAWLER_UPTIME | FIL_CRAWLER_LOCALE | FIL_CRAWLER_AGENTS);
  for (guint i = 0; i < (guint) self->n_ultrapeers + self->n_leaves; i++)
    {
      memset (&self->nodes[i], 0, sizeof self->nodes[i]);
      self->nodes[i].endpoint = test_random_v4 ();
      if ((self->features & FIL_CRAWLER_UPTIME) != 0)
        self->nodes[i].minutes = (guint16) test_random_u32 ();
      if ((self->features & FIL_CRAWLER_LOCALE) != 0)
        memcpy (self->nodes[i].locale, "en", 2);
    }
  if ((self->features & FIL_CRAWLER_AGENTS) != 0)
    self->agents = test_random_blob (pool, 0, 100);
}

static void
random_head_pong (FilHeadPong *self,
                  guint16 version,
                  TestPool *pool)
{
  self->file = (FilHeadFile) test_random_below (3);
  self->firewalled = test_random_bool ();
  self->downloading = test_random_bool ();
  if (version >= 2 && test_random_bool ())
    self->signal = test_random_blob (pool, 1, 300);
  if (self->file == FIL_HEAD_FILE_NONE)
    return;
  memcpy (self->vendor, "LIME", 4);
  self->queue = (gint8) test_random_u8 ();
  self->n_alts = test_random_hosts (self->alts, FIL_ALTS_MAX, version >= 2);
  for (guint i = 0; version < 2 && i < self->n_alts; i++)
    self->alts[i].tls = FALSE;
  self->n_push_alts = test_random_below (FIL_HEAD_PUSH_ALTS + 1);
  for (guint i = 0; i < self->n_push_alts; i++)
    {
      test_random_guid (&self->push_alts[i].guid);
      self->push_alts[i].n_proxies = test_random_hosts (self->push_alts[i].proxies, 4, FALSE);
    }
  if (version >= 2)
    self->tls = test_random_bool ();
  self->ranges = test_random_blob (pool, 0, 64);
  if (version >= 2)
    self->ranges5 = test_random_blob (pool, 0, 60);
}

static void
random_head_ping (FilHeadPing *self,
                  TestPool *pool)
{
  self->flags = test_random_u8 () & 0x0f;
  for (guint i = 0; i < 20; i++)
    self->sha1.bytes[i] = test_random_u8 ();
  if ((self->has_target = test_random_bool ()))
    test_random_guid (&self->target);
  self->signal = test_random_bool () ? test_random_blob (pool, 1, 120) : FIL_SLICE_NONE;
}

void
test_vendor_random (FilVendorType type,
                    guint16 version,
                    FilVendorBody *body,
                    TestPool *pool)
{
  memset (body, 0, sizeof *body);
  switch (type)
    {
    case FIL_VENDOR_MESSAGES_SUPPORTED:
      body->messages_supported.n = test_random_below (FIL_MESSAGES_SUPPORTED_MAX + 1);
      for (guint i = 0; i < body->messages_supported.n; i++)
        body->messages_supported.items[i]
            = (FilVendorId) { test_random_u32 (), (guint16) test_random_u32 (),
                              (guint16) test_random_u32 () };
      break;
    case FIL_VENDOR_FEATURES:
      random_features (&body->features);
      break;
    case FIL_VENDOR_HOPS_FLOW:
      body->hops_flow.hops = test_random_u8 ();
      break;
    case FIL_VENDOR_TCP_CONNECT_BACK:
      body->tcp_connect_back.port = (guint16) (1 + test_random_below (65535));
      break;
    case FIL_VENDOR_QUERY_STATUS:
      body->query_status.hits = (guint16) test_random_u32 ();
      break;
    case FIL_VENDOR_UDP_CONNECT_BACK:
      body->udp_connect_back.port = (guint16) (1 + test_random_below (65535));
      if (version == 1)
        test_random_guid (&body->udp_connect_back.guid);
      break;
    case FIL_VENDOR_CRAWLER_PING:
      body->crawler_ping = (FilCrawlerPing) { test_random_u8 (), test_random_u8 (), test_random_u8 () };
      break;
    case FIL_VENDOR_CRAWLER_PONG:
      random_crawler_pong (&body->crawler_pong, pool);
      break;
    case FIL_VENDOR_TCP_CONNECT_BACK_REDIRECT:
    case FIL_VENDOR_UDP_CONNECT_BACK_REDIRECT:
      body->connect_back_redirect.endpoint = test_random_v4 ();
      break;
    case FIL_VENDOR_OOB_ACK:
      body->oob_ack.wanted = test_random_u8 ();
      if (version >= 3)
        body->oob_ack.token = test_random_blob (pool, 0, FIL_OOB_TOKEN_MAX);
      break;
    case FIL_VENDOR_OOB_INDICATION:
      body->oob_indication.hits = test_random_u8 ();
      body->oob_indication.reachable = version >= 2 && test_random_bool ();
      body->oob_indication.relayed = version >= 2 && test_random_bool ();
      break;
    case FIL_VENDOR_OOB_VETO:
      body->oob_veto.all = test_random_bool ();
      body->oob_veto.up_to_version = body->oob_veto.all ? 0 : test_random_u8 ();
      break;
    case FIL_VENDOR_PUSH_PROXY_ACK:
      body->push_proxy_ack.endpoint = test_random_v4 ();
      if (version < 2)
        body->push_proxy_ack.endpoint = (FilEndpoint) { .port = body->push_proxy_ack.endpoint.port };
      break;
    case FIL_VENDOR_HEAD_PING:
      random_head_ping (&body->head_ping, pool);
      break;
    case FIL_VENDOR_HEAD_PONG:
      random_head_pong (&body->head_pong, version, pool);
      break;
    case FIL_VENDOR_HEADER_UPDATE:
      body->header_update.text = test_random_text (pool, 0, 100);
      break;
    case FIL_VENDOR_QUERY_STATUS_REQUEST:
    case FIL_VENDOR_PUSH_PROXY_CANCEL:
    case FIL_VENDOR_PUSH_PROXY_REQUEST:
    case FIL_VENDOR_IGNORED:
    default:
      break;
    }
}

static int
compare_features (gconstpointer a,
                  gconstpointer b)
{
  return memcmp (a, b, sizeof (FilFeatureItem));
}

static void
text_features (const FilFeatures *self,
               GString *out)
{
  FilFeatures sorted = *self; /* large versions go behind the others on the wire */

  qsort (sorted.items, sorted.n, sizeof sorted.items[0], compare_features);
  for (guint i = 0; i < sorted.n; i++)
    g_string_append_printf (out, "%08x=%u ", sorted.items[i].name, sorted.items[i].version);
}

static void
text_crawler_pong (const FilCrawlerPong *self,
                   GString *out)
{
  g_string_append_printf (out, "%u %u %u ", self->n_ultrapeers, self->n_leaves, self->features);
  for (guint i = 0; i < (guint) self->n_ultrapeers + self->n_leaves; i++)
    {
      test_add_endpoint (out, "node", &self->nodes[i].endpoint);
      test_add_uint (out, "minutes", self->nodes[i].minutes);
      test_add_slice (out, "locale", fil_slice (self->nodes[i].locale, 2));
    }
  test_add_slice (out, "agents", self->agents);
}

static void
text_head (const FilHeadPing *ping,
           const FilHeadPong *pong,
           GString *out)
{
  if (ping != NULL)
    {
      test_add_uint (out, "flags", ping->flags);
      test_add_slice (out, "sha1", fil_slice (ping->sha1.bytes, 20));
      test_add_slice (out, "target", fil_slice (ping->target.bytes, ping->has_target ? 16 : 0));
      test_add_slice (out, "signal", ping->signal);
      return;
    }
  g_string_append_printf (out, "file %d fw %d dl %d queue %d tls %d ", pong->file, pong->firewalled,
                          pong->downloading,
                          pong->queue, pong->tls);
  test_add_slice (out, "vendor", fil_slice (pong->vendor, 4));
  test_add_hosts (out, "alts", pong->alts, pong->n_alts);
  for (guint i = 0; i < pong->n_push_alts; i++)
    {
      test_add_slice (out, "push", fil_slice (pong->push_alts[i].guid.bytes, 16));
      test_add_hosts (out, "proxies", pong->push_alts[i].proxies, pong->push_alts[i].n_proxies);
    }
  test_add_slice (out, "ranges", pong->ranges);
  test_add_slice (out, "ranges5", pong->ranges5);
  test_add_slice (out, "signal", pong->signal);
}

char *
test_vendor_text (FilVendorType type,
                  const FilVendorBody *body)
{
  GString *out = g_string_new (NULL);

  switch (type)
    {
    case FIL_VENDOR_MESSAGES_SUPPORTED:
      for (guint i = 0; i < body->messages_supported.n; i++)
        g_string_append_printf (out, "%08x/%uv%u ", body->messages_supported.items[i].code,
                                body->messages_supported.items[i].selector, body->messages_supported.items[i].version);
      break;
    case FIL_VENDOR_FEATURES:
      text_features (&body->features, out);
      break;
    case FIL_VENDOR_HOPS_FLOW:
      test_add_uint (out, "hops", body->hops_flow.hops);
      break;
    case FIL_VENDOR_TCP_CONNECT_BACK:
      test_add_uint (out, "port", body->tcp_connect_back.port);
      break;
    case FIL_VENDOR_QUERY_STATUS:
      test_add_uint (out, "hits", body->query_status.hits);
      break;
    case FIL_VENDOR_UDP_CONNECT_BACK:
      test_add_uint (out, "port", body->udp_connect_back.port);
      test_add_slice (out, "guid", fil_slice (body->udp_connect_back.guid.bytes, 16));
      break;
    case FIL_VENDOR_CRAWLER_PING:
      g_string_append_printf (out, "%u %u %u", body->crawler_ping.n_ultrapeers, body->crawler_ping.n_leaves,
                              body->crawler_ping.features);
      break;
    case FIL_VENDOR_CRAWLER_PONG:
      text_crawler_pong (&body->crawler_pong, out);
      break;
    case FIL_VENDOR_TCP_CONNECT_BACK_REDIRECT:
    case FIL_VENDOR_UDP_CONNECT_BACK_REDIRECT:
      test_add_endpoint (out, "endpoint", &body->connect_back_redirect.endpoint);
      break;
    case FIL_VENDOR_OOB_ACK:
      test_add_uint (out, "wanted", body->oob_ack.wanted);
      test_add_slice (out, "token", body->oob_ack.token);
      break;
    case FIL_VENDOR_OOB_INDICATION:
      g_string_append_printf (out, "%u %d %d", body->oob_indication.hits, body->oob_indication.reachable,
                              body->oob_indication.relayed);
      break;
    case FIL_VENDOR_OOB_VETO:
      g_string_append_printf (out, "%d %u", body->oob_veto.all, body->oob_veto.up_to_version);
      break;
    case FIL_VENDOR_PUSH_PROXY_ACK:
      test_add_endpoint (out, "endpoint", &body->push_proxy_ack.endpoint);
      break;
    case FIL_VENDOR_HEAD_PING:
      text_head (&body->head_ping, NULL, out);
      break;
    case FIL_VENDOR_HEAD_PONG:
      text_head (NULL, &body->head_pong, out);
      break;
    case FIL_VENDOR_HEADER_UPDATE:
      test_add_slice (out, "text", body->header_update.text);
      break;
    case FIL_VENDOR_QUERY_STATUS_REQUEST:
    case FIL_VENDOR_PUSH_PROXY_CANCEL:
    case FIL_VENDOR_PUSH_PROXY_REQUEST:
    case FIL_VENDOR_IGNORED:
    default:
      break;
    }
  return g_string_free (out, FALSE);
}
