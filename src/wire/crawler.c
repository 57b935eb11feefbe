/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "crawler.h"

#include "packed-hosts.h"

/**
 * fil_crawler_ping_decode:
 *
 * Returns: whether the three bytes are there
 */
gboolean
fil_crawler_ping_decode (FilCrawlerPing *self,
                         const FilVendor *vendor)
{
  FilReader r = vendor->body;

  return fil_reader_u8 (&r, &self->n_ultrapeers) && fil_reader_u8 (&r, &self->n_leaves)
         && fil_reader_u8 (&r, &self->features);
}

/**
 * fil_crawler_ping_encode:
 *
 * Appends the body, always all three bytes.
 */
void
fil_crawler_ping_encode (const FilCrawlerPing *self,
                         guint16 version,
                         FilWriter *out)
{
  fil_writer_u8 (out, self->n_ultrapeers);
  fil_writer_u8 (out, self->n_leaves);
  fil_writer_u8 (out, self->features);
}

static gboolean
read_node (FilCrawlerNode *node,
           guint8 features,
           FilReader *r)
{
  guint8 addr[4];
  guint16 port;

  memset (node, 0, sizeof *node);
  if (!fil_reader_copy (r, addr, sizeof addr) || !fil_reader_le16 (r, &port)
      || ((features & FIL_CRAWLER_UPTIME) != 0 && !fil_reader_le16 (r, &node->minutes))
      || ((features & FIL_CRAWLER_LOCALE) != 0 && !fil_reader_copy (r, node->locale, sizeof node->locale)))
    return FALSE;
  node->endpoint = fil_endpoint_v4 (addr, port);
  return TRUE;
}

/**
 * fil_crawler_pong_decode:
 *
 * Returns: whether all nodes that are counted are there; two bytes count them, so FIL_CRAWLER_NODES_MAX
 *   is never reached
 */
gboolean
fil_crawler_pong_decode (FilCrawlerPong *self,
                         const FilVendor *vendor)
{
  FilReader r = vendor->body;

  self->agents = FIL_SLICE_NONE;
  if (!fil_reader_u8 (&r, &self->n_ultrapeers) || !fil_reader_u8 (&r, &self->n_leaves)
      || !fil_reader_u8 (&r, &self->features))
    return FALSE;
  for (guint i = 0; i < (guint) self->n_ultrapeers + self->n_leaves; i++)
    if (!read_node (&self->nodes[i], self->features, &r))
      return FALSE;
  if ((self->features & FIL_CRAWLER_AGENTS) != 0)
    self->agents = r;
  return TRUE;
}

/**
 * fil_crawler_pong_encode:
 *
 * Appends the body.
 */
void
fil_crawler_pong_encode (const FilCrawlerPong *self,
                         guint16 version,
                         FilWriter *out)
{
  fil_writer_u8 (out, self->n_ultrapeers);
  fil_writer_u8 (out, self->n_leaves);
  fil_writer_u8 (out, self->features);
  for (guint i = 0; i < (guint) self->n_ultrapeers + self->n_leaves; i++)
    {
      fil_writer_bytes (out, self->nodes[i].endpoint.addr, 4);
      fil_writer_le16 (out, self->nodes[i].endpoint.port);
      if ((self->features & FIL_CRAWLER_UPTIME) != 0)
        fil_writer_le16 (out, self->nodes[i].minutes);
      if ((self->features & FIL_CRAWLER_LOCALE) != 0)
        fil_writer_bytes (out, self->nodes[i].locale, sizeof self->nodes[i].locale);
    }
  if ((self->features & FIL_CRAWLER_AGENTS) != 0)
    fil_writer_put (out, self->agents);
}
