/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "random-messages.h"

static void
random_ping (FilPing *self)
{
  self->has_scp = test_random_bool ();
  self->scp = self->has_scp ? test_random_u8 () : 0;
  self->wants_ip = test_random_bool ();
  self->wants_query_key = test_random_bool ();
  self->wants_dht_hosts = test_random_bool ();
  self->guess = (FilPingGuess) test_random_below (3);
  if (self->guess == FIL_PING_GUESS_INTRODUCTION)
    {
      self->guess_version = test_random_u8 ();
      self->guess_port = (guint16) (1 + test_random_below (65535));
    }
  self->has_vendor = test_random_bool ();
  if (self->has_vendor)
    {
      memcpy (self->vendor, "FLBT", 4);
      self->vendor_version = test_random_u8 ();
    }
}

static void
text_ping (const FilPing *self,
           GString *out)
{
  g_string_append_printf (out, "scp %d/%02x ip %d qk %d dht %d guess %d/%u/%u vendor %d %.4s %u",
                          self->has_scp, self->scp,
                          self->wants_ip, self->wants_query_key, self->wants_dht_hosts, self->guess,
                          self->guess_version, self->guess_port, self->has_vendor, self->vendor, self->vendor_version);
}

static void
random_pong (FilPong *self,
             TestPool *pool)
{
  self->endpoint = test_random_v4 ();
  if (test_random_below (4) == 0)
    self->endpoint = (FilEndpoint) { .port = self->endpoint.port };
  if (test_random_bool ())
    {
      self->endpoint6 = test_random_v6 ();
      self->endpoint6.port = self->endpoint.port;
    }
  self->files = test_random_u32 ();
  self->kib = test_random_u32 ();
  self->tls = test_random_bool ();
  if ((self->has_vendor = test_random_bool ()))
    {
      memcpy (self->vendor, "GTKG", 4);
      self->vendor_version = test_random_u8 ();
    }
  if ((self->has_ultrapeer = test_random_bool ()))
    {
      self->ultrapeer_version = test_random_u8 ();
      self->leaf_slots = test_random_u8 ();
      self->ultrapeer_slots = test_random_u8 ();
    }
  if ((self->has_uptime = test_random_bool ()))
    self->uptime_s = test_random_below (86401);
  if ((self->has_guess = test_random_bool ()))
    self->guess_version = test_random_u8 ();
  if ((self->has_dht = test_random_bool ()))
    self->dht[2] = test_random_u8 ();
  if (test_random_bool ())
    self->your_address = test_random_bool () ? test_random_v4 () : test_random_v6 ();
  if (test_random_bool ())
    self->query_key = test_random_blob (pool, 4, 16);
  if (test_random_bool ())
    self->locale = fil_slice_text ("en_GB");
  if ((self->is_host_cache = test_random_bool ()))
    self->host_cache_name = test_random_bool () ? fil_slice_text ("uhc.example.org") : FIL_SLICE_NONE;
  if (test_random_below (4) == 0)
    self->host_caches = g_strdup ("uhc.example.org:3558&n\nuhc.example.org:3559&n\n198.51.100.9:3558");
  self->n_hosts = test_random_hosts (self->hosts, FIL_PONG_HOSTS_MAX, TRUE);
}

static void
text_pong (const FilPong *self,
           GString *out)
{
  test_add_endpoint (out, "v4", &self->endpoint);
  test_add_endpoint (out, "v6", &self->endpoint6);
  g_string_append_printf (out,
                          "files %u kib %u tls %d vendor %d %.4s %u up %d %u %u %u uptime %d %u guess %d %u dht %d %u ",
                          self->files, self->kib, self->tls, self->has_vendor, self->vendor, self->vendor_version,
                          self->has_ultrapeer, self->ultrapeer_version, self->leaf_slots, self->ultrapeer_slots,
                          self->has_uptime, self->uptime_s, self->has_guess, self->guess_version, self->has_dht,
                          self->dht[2]);
  test_add_endpoint (out, "you", &self->your_address);
  test_add_slice (out, "qk", self->query_key);
  test_add_slice (out, "locale", self->locale);
  test_add_uint (out, "uhc", (guint64) self->is_host_cache);
  test_add_slice (out, "name", self->host_cache_name);
  g_string_append_printf (out, "caches %s ", self->host_caches != NULL ? self->host_caches : "-");
  test_add_hosts (out, "hosts", self->hosts, self->n_hosts);
}

static void
random_table (FilRouteTableMsg *self,
              TestPool *pool)
{
  if (test_random_bool ())
    {
      self->variant = FIL_ROUTE_TABLE_RESET;
      self->slots = 1u << test_random_below (24);
      self->infinity = (guint8) (1 + test_random_below (255));
      return;
    }
  self->variant = FIL_ROUTE_TABLE_PATCH;
  self->count = (guint8) (1 + test_random_below (255));
  self->number = (guint8) (1 + test_random_below (self->count));
  self->compressor = (guint8) test_random_below (2);
  self->bits = (guint8) (1 << test_random_below (4));
  self->data = test_random_blob (pool, 1, 600);
}

static void
text_table (const FilRouteTableMsg *self,
            GString *out)
{
  g_string_append_printf (out, "%d slots %u inf %u %u/%u comp %u bits %u ", self->variant, self->slots,
                          self->infinity,
                          self->number, self->count, self->compressor, self->bits);
  test_add_slice (out, "data", self->data);
}

static void
random_push (FilPush *self,
             TestPool *pool)
{
  test_random_guid (&self->target);
  self->index = test_random_u32 ();
  self->endpoint = test_random_v4 ();
  self->port = self->endpoint.port;
  if (test_random_bool ())
    {
      self->endpoint6 = test_random_v6 ();
      self->endpoint6.port = self->port;
      if (test_random_bool ())
        self->endpoint = (FilEndpoint) { .port = self->port };
    }
  self->tls = test_random_bool ();
  self->signal = test_random_bool () ? test_random_blob (pool, 1, 200) : FIL_SLICE_NONE;
}

static void
text_push (const FilPush *self,
           GString *out)
{
  test_add_slice (out, "target", fil_slice (self->target.bytes, 16));
  test_add_uint (out, "index", self->index);
  test_add_endpoint (out, "v4", &self->endpoint);
  test_add_endpoint (out, "v6", &self->endpoint6);
  test_add_uint (out, "port", self->port);
  test_add_uint (out, "tls", (guint64) self->tls);
  test_add_slice (out, "signal", self->signal);
}

gboolean
test_message_random (guint8 kind,
                     TestMessage *message,
                     TestPool *pool)
{
  memset (message, 0, sizeof *message);
  switch (kind)
    {
    case FIL_KIND_PING:
      random_ping (&message->ping);
      return TRUE;
    case FIL_KIND_PONG:
      random_pong (&message->pong, pool);
      return TRUE;
    case FIL_KIND_BYE:
      message->bye.code = (guint16) test_random_below (1000);
      message->bye.reason = test_random_text (pool, 1, 100);
      return TRUE;
    case FIL_KIND_QRP:
      random_table (&message->table, pool);
      return TRUE;
    case FIL_KIND_VENDOR:
    case FIL_KIND_VENDOR_STD:
      message->vendor.id.code = test_random_u32 ();
      message->vendor.id.selector = (guint16) test_random_u32 ();
      message->vendor.id.version = (guint16) test_random_u32 ();
      message->vendor.body = test_random_blob (pool, 0, 100);
      return TRUE;
    case FIL_KIND_PUSH:
      random_push (&message->push, pool);
      return TRUE;
    case FIL_KIND_QUERY:
      message->query.flags = test_random_below (8) == 0 ? 0 : (guint16) (test_random_u32 () | FIL_QUERY_MARK);
      message->query.text = test_random_text (pool, 0, 60);
      message->query.extensions = test_random_blob (pool, 0, 60);
      return TRUE;
    case FIL_KIND_QUERY_HIT:
      message->hit.n_records = (guint8) (1 + test_random_below (255));
      message->hit.endpoint = test_random_v4 ();
      if (test_random_below (4) == 0)
        message->hit.endpoint = (FilEndpoint) { .port = (guint16) test_random_u32 () };
      message->hit.speed_kbps = test_random_u32 ();
      message->hit.body = test_random_blob (pool, 0, 300);
      test_random_guid (&message->hit.servent);
      return TRUE;
    default:
      return FALSE;
    }
}

char *
test_message_text (guint8 kind,
                   const TestMessage *message)
{
  GString *out = g_string_new (NULL);

  switch (kind)
    {
    case FIL_KIND_PING:
      text_ping (&message->ping, out);
      break;
    case FIL_KIND_PONG:
      text_pong (&message->pong, out);
      break;
    case FIL_KIND_BYE:
      test_add_uint (out, "code", message->bye.code);
      test_add_slice (out, "reason", message->bye.reason);
      break;
    case FIL_KIND_QRP:
      text_table (&message->table, out);
      break;
    case FIL_KIND_VENDOR:
    case FIL_KIND_VENDOR_STD:
      g_string_append_printf (out, "%08x/%uv%u ", message->vendor.id.code, message->vendor.id.selector,
                              message->vendor.id.version);
      test_add_slice (out, "body", message->vendor.body);
      break;
    case FIL_KIND_PUSH:
      text_push (&message->push, out);
      break;
    case FIL_KIND_QUERY:
      test_add_uint (out, "flags", message->query.flags);
      test_add_slice (out, "text", message->query.text);
      test_add_slice (out, "extensions", message->query.extensions);
      break;
    case FIL_KIND_QUERY_HIT:
      test_add_uint (out, "records", message->hit.n_records);
      test_add_endpoint (out, "v4", &message->hit.endpoint);
      test_add_uint (out, "speed", message->hit.speed_kbps);
      test_add_slice (out, "body", message->hit.body);
      test_add_slice (out, "servent", fil_slice (message->hit.servent.bytes, 16));
      break;
    default:
      break;
    }
  return g_string_free (out, FALSE);
}
