/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "handshake.h"

#include "handshake-values.h"
#include "head-writer.h"
#include "start-line.h"

#include <string.h>

/* gtk-gnutella leaves want 16 of an ultrapeer, LimeWire 15; both want it told by leaves too. */
#define OUR_DEGREE 32
#define DEGREE_MIN 15
#define OUR_QRP_MINOR 2

/**
 * fil_handshake_peer_init:
 *
 * Prepares @self for a peer that has told nothing yet.
 */
void
fil_handshake_peer_init (FilHandshakePeer *self)
{
  *self = (FilHandshakePeer){ .needed = -1 };
}

/* Strangers' words, fit for logs and lists. */
static void
copy_text (char *out,
           gsize size,
           const char *text,
           gsize len)
{
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) MIN (len, size - 1));
  gsize n = 0;

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gsize step = (gsize) (g_utf8_next_char (p) - p);

      if (n + step >= size)
        break;
      if (g_unichar_iscntrl (g_utf8_get_char (p)) || g_unichar_type (g_utf8_get_char (p)) == G_UNICODE_FORMAT)
        continue;
      memcpy (out + n, p, step);
      n += step;
    }
  out[n] = '\0';
}

static guint
read_uint (const FilHead *head,
           const char *name,
           guint64 max)
{
  guint64 value;

  return fil_header_uint (fil_head_get (head, name), max, &value) ? (guint) value : 0;
}

static void
read_mode (FilHandshakePeer *self,
           const FilHead *head,
           gboolean is_first)
{
  FilHeaderBool is_ultrapeer = fil_header_bool (fil_head_get (head, "X-Ultrapeer"));
  FilMode mode = is_ultrapeer == FIL_HEADER_TRUE    ? FIL_MODE_ULTRAPEER
                 : is_ultrapeer == FIL_HEADER_FALSE ? FIL_MODE_LEAF
                                                    : FIL_MODE_UNKNOWN;
  FilHeaderBool needed = fil_header_bool (fil_head_get (head, "X-Ultrapeer-Needed"));

  if (needed != FIL_HEADER_ABSENT)
    self->needed = needed == FIL_HEADER_TRUE;
  /* Only ultrapeers speak of need, and LimeWire as one may leave X-Ultrapeer out of its answer. */
  if (mode == FIL_MODE_UNKNOWN && is_first && needed != FIL_HEADER_ABSENT)
    mode = FIL_MODE_ULTRAPEER;
  if (mode == FIL_MODE_UNKNOWN)
    return;
  self->mode_changed = !is_first && mode != self->mode;
  self->mode = mode;
}

static void
read_tries (FilHandshakePeer *self,
            const FilHead *head)
{
  static const char *const names[] = { "X-Try-Ultrapeers", "X-Try" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = fil_head_get (head, names[i]);

      if (value != NULL)
        self->n_tries += fil_endpoint_list_parse (value, 6346, self->tries + self->n_tries,
                                                  FIL_TRY_RECEIVED - self->n_tries);
    }
}

static void
read_abilities (FilHandshakePeer *self,
                const FilHead *head)
{
  const char *guid = fil_head_get (head, "GUID");
  const char *agent = fil_head_get (head, "User-Agent");
  FilEndpoint v4 = { 0 }, v6 = { 0 };
  guint major = 0, minor = 0;

  if (agent != NULL)
    copy_text (self->user_agent, sizeof self->user_agent, agent, strlen (agent));
  if (guid == NULL || !fil_guid_parse_hex (&self->guid, guid, -1))
    self->guid = (FilGuid){ 0 };
  if (fil_handshake_listen_address (head, &v4, &v6))
    self->listen = fil_endpoint_is_set (&v4) ? v4 : v6;
  self->degree = read_uint (head, "X-Degree", 1000);
  self->max_ttl = read_uint (head, "X-Max-TTL", 255);
  if (fil_header_version (fil_head_get (head, "X-Query-Routing"), &major, &minor))
    self->qrp_minor = major == 0 ? minor : OUR_QRP_MINOR + 1;
  self->last_hop_qrp = fil_header_version_at_least (fil_head_get (head, "X-Ultrapeer-Query-Routing"), 0, 1);
  self->dynamic = fil_header_version_at_least (fil_head_get (head, "X-Dynamic-Querying"), 0, 1);
  self->probes = fil_header_version_at_least (fil_head_get (head, "X-Ext-Probes"), 0, 1);
  self->ggep = fil_head_get (head, "GGEP") != NULL;
  self->vendor_messages = fil_header_version_at_least (fil_head_get (head, "Vendor-Message"), 0, 1);
  self->bye = fil_header_version_at_least (fil_head_get (head, "Bye-Packet"), 0, 1);
  self->inflates = fil_head_has_token (head, "Accept-Encoding", "deflate");
  self->sflag = fil_header_feature (fil_head_get (head, "X-Features"), "sflag", &major, &minor);
  self->crawler = fil_head_get (head, "Crawler") != NULL;
  if (fil_head_get (head, "X-Auth-Challenge") != NULL || fil_head_get (head, "FP-Auth-Challenge") != NULL)
    self->other_network = TRUE;
  if (fil_head_get (head, "Accept") != NULL &&
      !fil_head_has_token (head, "Accept", "application/x-gnutella-packets"))
    self->other_network = TRUE;
}

/**
 * fil_handshake_peer_read:
 * @group: (out): what the first line said
 * @head: a whole group
 *
 * Takes in one group of headers (handshake.md §2); later groups change only what they name.
 *
 * Returns: whether the first line belongs to the 0.6 handshake
 */
gboolean
fil_handshake_peer_read (FilHandshakePeer *self,
                         FilGroup *group,
                         const FilHead *head)
{
  const char *line = fil_head_first_line (head);
  gboolean is_first = self->user_agent[0] == '\0' && self->mode == FIL_MODE_UNKNOWN;
  guint major, minor;
  FilStatusLine status;

  *group = (FilGroup){ 0 };
  if (line == NULL)
    return FALSE;
  if (fil_handshake_connect_line_parse (line, &major, &minor))
    {
      if (major == 0 && minor < 6)
        return FALSE;
      group->is_connect = TRUE;
    }
  else if (fil_handshake_status_line_parse (&status, line))
    {
      group->code = status.code;
      copy_text (group->text, sizeof group->text, (const char *) status.reason.data, status.reason.len);
    }
  else
    return FALSE;

  read_mode (self, head, is_first);
  read_tries (self, head);
  if (is_first || self->user_agent[0] == '\0')
    read_abilities (self, head);
  if (fil_handshake_remote_address (head, &self->remote_ip))
    self->remote_ip.port = 0;
  self->deflates = fil_head_has_token (head, "Content-Encoding", "deflate");
  return TRUE;
}

/* What leaves and ultrapeers tell in their first group. The spelling of the names and the presence of
 * all four ultrapeer headers decide whether others let us in (handshake.md §4, peers.md). */
static void
write_abilities (const FilHandshakeSelf *self,
                 guint qrp_minor,
                 FilWriter *out)
{
  char text[FIL_ENDPOINT_TEXT_LEN];
  char guid[FIL_GUID_HEX_LEN + 1];
  gboolean is_ultrapeer = self->mode == FIL_MODE_ULTRAPEER;

  fil_head_write_header (out, "User-Agent", "%s", self->user_agent);
  if (fil_endpoint_is_set (&self->listen))
    fil_head_write_header (out, "Listen-IP", "%s", fil_endpoint_to_text (&self->listen, text));
  fil_head_write_header (out, "Remote-IP", "%s", fil_endpoint_address_text (&self->remote, text));
  fil_head_write_header (out, "X-Ultrapeer", "%s", is_ultrapeer ? "True" : "False");
  fil_head_write_header (out, "X-Query-Routing", "0.%u", qrp_minor);
  fil_head_write_header (out, "X-Ultrapeer-Query-Routing", "0.1");
  fil_head_write_header (out, "X-Dynamic-Querying", "0.1");
  fil_head_write_header (out, "X-Degree", "%d", OUR_DEGREE);
  fil_head_write_header (out, "X-Max-TTL", "%d", FIL_TTL_MAX);
  if (is_ultrapeer)
    fil_head_write_header (out, "X-Ext-Probes", "0.1");
  else
    fil_head_write_header (out, "X-Requeries", "False");
  fil_head_write_header (out, "GGEP", "0.5");
  fil_head_write_header (out, "Vendor-Message", "0.2");
  fil_head_write_header (out, "Pong-Caching", "0.1");
  fil_head_write_header (out, "Bye-Packet", "0.1");
  fil_guid_to_hex (&self->guid, guid);
  fil_head_write_header (out, "GUID", "%s", guid);
  fil_head_write_header (out, "Accept-Encoding", "deflate");
}

/**
 * fil_handshake_write_connect:
 *
 * Writes group 1.
 */
void
fil_handshake_write_connect (const FilHandshakeSelf *self,
                             FilWriter *out)
{
  fil_head_write_line (out, "GNUTELLA CONNECT/0.6");
  write_abilities (self, OUR_QRP_MINOR, out);
  fil_head_write_end (out);
}

static void
write_endpoints (FilWriter *out,
                 const char *name,
                 const FilEndpoint *endpoints,
                 guint n)
{
  g_auto (FilWriter) list;

  fil_writer_init (&list);
  fil_endpoint_list_write (endpoints, n, &list);
  fil_head_write_header (out, name, "%.*s", (int) list.len, (const char *) fil_writer_data (&list));
}

/**
 * fil_handshake_write_answer:
 * @peer: who asked
 * @code: 200, or why not
 *
 * Writes group 2. A refusal tells no more than who we are and where to try next.
 */
void
fil_handshake_write_answer (const FilHandshakeSelf *self,
                            const FilHandshakePeer *peer,
                            guint code,
                            const char *text,
                            FilWriter *out)
{
  char address[FIL_ENDPOINT_TEXT_LEN];

  fil_head_write_line (out, "GNUTELLA/0.6 %u %s", code, text);
  if (code == 200)
    {
      write_abilities (self, CLAMP (peer->qrp_minor, 1, OUR_QRP_MINOR), out);
      if (self->mode == FIL_MODE_ULTRAPEER)
        fil_head_write_header (out, "X-Ultrapeer-Needed", "%s", self->needs_ultrapeers ? "True" : "False");
      if (peer->inflates)
        fil_head_write_header (out, "Content-Encoding", "deflate");
    }
  else
    {
      fil_head_write_header (out, "User-Agent", "%s", self->user_agent);
      fil_head_write_header (out, "Remote-IP", "%s", fil_endpoint_address_text (&self->remote, address));
      fil_head_write_header (out, "X-Ultrapeer", "%s", self->mode == FIL_MODE_ULTRAPEER ? "True" : "False");
    }
  if (self->n_crawled_peers > 0)
    write_endpoints (out, "Peers", self->crawled, self->n_crawled_peers);
  if (self->n_crawled_leaves > 0)
    write_endpoints (out, "Leaves", self->crawled + self->n_crawled_peers, self->n_crawled_leaves);
  if (self->n_tries > 0)
    write_endpoints (out, "X-Try-Ultrapeers", self->tries, self->n_tries);
  fil_head_write_end (out);
}

/**
 * fil_handshake_write_final:
 * @peer: who answered
 * @becomes_leaf: we follow its guidance and become its leaf
 *
 * Writes group 3: only what changes.
 */
void
fil_handshake_write_final (const FilHandshakePeer *peer,
                           guint code,
                           const char *text,
                           gboolean becomes_leaf,
                           FilWriter *out)
{
  fil_head_write_line (out, "GNUTELLA/0.6 %u %s", code, text);
  if (code == 200)
    {
      if (peer->inflates)
        fil_head_write_header (out, "Content-Encoding", "deflate");
      if (becomes_leaf)
        fil_head_write_header (out, "X-Ultrapeer", "False");
      if (peer->qrp_minor > 0 && peer->qrp_minor < OUR_QRP_MINOR)
        fil_head_write_header (out, "X-Query-Routing", "0.%u", peer->qrp_minor);
    }
  fil_head_write_end (out);
}

/**
 * fil_handshake_peer_lacks:
 * @our_mode: what we are
 *
 * Judges an ultrapeer by what today's network needs: many neighbours and dynamic queries, or our
 * searches reach nobody through it.
 *
 * Returns: (nullable): what it lacks, in the words of gtk-gnutella, or NULL
 */
const char *
fil_handshake_peer_lacks (const FilHandshakePeer *self,
                          FilMode our_mode)
{
  if (self->qrp_minor > OUR_QRP_MINOR)
    return "Unknown query routing version";
  if (our_mode == FIL_MODE_LEAF && self->mode == FIL_MODE_ULTRAPEER &&
      (self->degree < DEGREE_MIN || !self->dynamic))
    return "High Outdegree and Dynamic Querying Required";
  return NULL;
}
