/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-private.h"

#include "hit-builder.h"

/* Answers to queries from our own library. */

#define SPEED_KBPS 8000 /* a word to old programs, which sort by it */

/* Those whose addresses the asker can use (IPv6-Ready §5.5); @out may be @hosts. */
static guint
usable (const FilHost *hosts,
        guint n_hosts,
        FilQueryV6 v6,
        FilHost *out)
{
  guint n = 0;

  for (guint i = 0; i < n_hosts; i++)
    if (hosts[i].endpoint.family == 6 ? v6 != FIL_QUERY_V6_NONE : v6 != FIL_QUERY_V6_ONLY)
      out[n++] = hosts[i];
  return n;
}

static guint
list_proxies (FilOverlay *self,
              FilQueryV6 v6,
              FilHost *out)
{
  FilHost all[FIL_PUSH_PROXIES_TOLD];

  return usable (all, fil_overlay_push_proxies (self, all, G_N_ELEMENTS (all)), v6, out);
}

static void
describe (FilOverlay *self,
          FilQueryV6 v6,
          FilHitTrailer *trailer)
{
  *trailer = (FilHitTrailer){ .present = TRUE, .browse = self->config.browse };
  memcpy (trailer->vendor, self->config.vendor, sizeof trailer->vendor);
  trailer->known = FIL_HIT_FIREWALLED | FIL_HIT_GGEP;
  trailer->set = FIL_HIT_GGEP;
  if (self->reach.tcp.state == FIL_REACHABLE_YES)
    return;
  trailer->set |= FIL_HIT_FIREWALLED;
  trailer->n_proxies = list_proxies (self, v6, trailer->proxies);
  /* Whoever has us call is welcome to ask for TLS. */
  trailer->tls = TRUE;
  if (trailer->n_proxies == 0)
    return;
  trailer->fw_version = self->fw_version;
  trailer->signal = fil_slice (self->punch_item, self->punch_item_len);
}

static void
add_file (FilHitBuilder *builder,
          FilQueryV6 v6,
          const FilLocalFile *file)
{
  FilHost alts[FIL_LOCAL_ALTS];
  FilHitRecord record = { .index = file->index,
                          .size = file->size,
                          .name = fil_slice_text (file->name),
                          .created_s = file->created_s,
                          .alts = alts,
                          .n_alts = usable (file->alts, MIN (file->n_alts, FIL_LOCAL_ALTS), v6, alts) };

  if (file->sha1 != NULL)
    {
      record.urn.has_sha1 = TRUE;
      record.urn.sha1 = *file->sha1;
    }
  if (file->tth != NULL)
    {
      record.urn.has_tth = TRUE;
      record.urn.tth = *file->tth;
    }
  fil_hit_builder_add (builder, &record);
}

static GPtrArray *
build_hits (FilOverlay *self,
            const FilHeader *header,
            gboolean ggep_h,
            FilQueryV6 v6,
            const FilLocalFile *files,
            guint n)
{
  FilEndpoint own = fil_overlay_own_endpoint (self);
  FilHitBuilder *builder;
  FilHitTrailer trailer;

  describe (self, v6, &trailer);
  if (own.family == 6)
    {
      trailer.endpoint6 = own;
      own = (FilEndpoint){ .port = own.port };
    }
  else if (v6 != FIL_QUERY_V6_NONE)
    trailer.endpoint6 = fil_overlay_own_ipv6 (self);
  own.port = self->config.listen.port;
  /* LimeWire knocks at exactly what the hit says (rudp.md §2). */
  if (trailer.fw_version > 0 && self->punch_at.family == 4)
    own = self->punch_at;
  builder = fil_hit_builder_new (header, &own, SPEED_KBPS, &self->config.guid, &trailer, ggep_h,
                                 FIL_HIT_PAYLOAD_SEND);
  for (guint i = 0; i < n; i++)
    add_file (builder, v6, &files[i]);
  return fil_hit_builder_end (builder);
}

static void
send_files (FilOverlay *self,
            const FilHeader *query_header,
            gboolean ggep_h,
            FilQueryV6 v6,
            const FilLocalFile *files,
            guint n,
            gint64 now_us)
{
  FilHeader header = fil_header (FIL_KIND_QUERY_HIT, &query_header->muid,
                                 (guint8) MIN (query_header->hops + FIL_HIT_TTL_MARGIN, FIL_TTL_HARD), 0);
  g_autoptr (GPtrArray) packets = build_hits (self, &header, ggep_h, v6, files, n);

  self->stats.queries_answered++;
  for (guint i = 0; i < packets->len; i++)
    _fil_router_send_hit (self, &query_header->muid, packets->pdata[i], now_us);
}

/* Whether our hits say that all of what we share can be looked at. */
void
fil_overlay_set_browse (FilOverlay *self,
                        gboolean may_browse)
{
  self->config.browse = may_browse;
}

/**
 * fil_overlay_list_files:
 *
 * Puts files of ours into query hits that answer no query: what a host that browses us by HTTP reads
 * (http-transfer.md §8). gtk-gnutella 1.2.3 takes nothing else there and shows nothing of an HTML page (measured).
 *
 * Returns: (transfer container) (element-type FilPacket): none when @n is 0
 */
GPtrArray *
fil_overlay_list_files (FilOverlay *self,
                        const FilLocalFile *files,
                        guint n)
{
  FilGuid muid;
  FilHeader header;

  fil_guid_random (&muid, self->random);
  header = fil_header (FIL_KIND_QUERY_HIT, &muid, 1, 0);
  return build_hits (self, &header, TRUE, FIL_QUERY_V6_WELCOME, files, n);
}

/* Asks our library, and sends hits back the way the query came. */
void
_fil_overlay_answer (FilOverlay *self,
                     const FilHeader *header,
                     const FilQuery *query,
                     const FilQueryExtensions *extensions,
                     gint64 now_us)
{
  FilLocalFile files[FIL_LOCAL_HITS];
  char text[FIL_QUERY_PAYLOAD_MAX + 1];
  FilLocalQuery local = { .text = text, .kinds = extensions->media };
  guint max = query->flags & FIL_QUERY_MAX_HITS;
  guint n;

  if (self->delegate.match == NULL)
    return;
  if (!fil_token_bucket_take (&self->local_rate, 1, now_us))
    {
      _fil_overlay_drop (self, FIL_DROP_RATE);
      return;
    }
  if (extensions->long_text.key.len == 0 || !fil_query_long_text (extensions, text, sizeof text))
    {
      gsize len = MIN (query->text.len, sizeof text - 1);

      memcpy (text, query->text.data, len);
      text[len] = '\0';
    }
  if (extensions->urn.has_sha1)
    local.sha1 = &extensions->urn.sha1;
  local.wants_new = fil_query_is_whats_new (query, extensions);
  max = max == 0 ? FIL_LOCAL_HITS : MIN (max, FIL_LOCAL_HITS);
  n = self->delegate.match (self->data, &local, files, max);
  if (n > 0)
    send_files (self, header, (query->flags & FIL_QUERY_GGEP_H) != 0, extensions->v6, files, MIN (n, max), now_us);
}

/**
 * fil_overlay_set_punch:
 * @fw_version: of LimeWire's firewall to firewall transfer; 0: none
 * @item: our private item RUX, at most FIL_PUNCH_ITEM_MAX bytes; may be empty
 * @at: (nullable): our UDP port as others see it
 *
 * Says from now on in hits and queries that a way to us can be opened from both sides, as long as nobody can
 * connect to us and there are push proxies for the signalling.
 */
void
fil_overlay_set_punch (FilOverlay *self,
                       guint8 fw_version,
                       FilSlice item,
                       const FilEndpoint *at)
{
  g_return_if_fail (item.len <= sizeof self->punch_item);

  self->fw_version = fw_version;
  self->punch_item_len = item.len;
  if (item.len > 0)
    memcpy (self->punch_item, item.data, item.len);
  self->punch_at = at != NULL ? *at : (FilEndpoint){ 0 };
}
