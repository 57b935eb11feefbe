/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punch-world-private.h"

#include "head-ping.h"
#include "punch-probe.h"
#include "punch-stream.h"
#include "punches-private.h"
#include "vendor-table.h"
#include "vendor.h"

#include <string.h>

/* What the punches ask of a node, and what its overlay hears. */

/* After a call of its punches. */
void
punch_world_arm (PunchHost *host)
{
  gint64 wake = fil_punches_wake (host->punches);

  if (wake == FIL_NEVER)
    fil_timer_clear (host->timer);
  else
    fil_timer_set (host->timer, MAX (wake, sim_now (host->world->sim)));
}

static void
tick (gpointer data,
      gint64 now_us)
{
  PunchHost *host = data;

  fil_punches_tick (host->punches, now_us);
  punch_world_arm (host);
}

/* Attempts that take memory, whatever they still do. */
guint
punch_world_n_kept (const PunchHost *host)
{
  return host->punches->punches->len;
}

static void
describe (gpointer data,
          FilPunchSelf *out)
{
  FilHost proxies[FIL_OFFER_PROXIES_MAX];
  PunchHost *host = data;
  guint n = PUNCH_ULTRAPEERS;

  *out = (FilPunchSelf){ .guid = host->sim->guid, .is_sure = !host->is_unsure, .nat = host->side };
  /* The last that somebody told. */
  out->udp = punch_net_seen_by (host, NAT_UDP, host->world->ultrapeers[n - 1]);
  out->tcp = punch_net_seen_by (host, NAT_TCP, host->world->ultrapeers[n - 1]);
  if (host->nat != NULL && !fil_endpoint_same_address (&host->nat->outside, &host->inside))
    out->local = host->inside;
  if (host->inside.family == 6)
    {
      out->ipv6 = host->inside;
      out->udp = out->tcp = (FilEndpoint){ 0 };
      out->nat.has_ipv6 = TRUE;
    }
  out->n_proxies = fil_overlay_push_proxies (host->sim->overlay, proxies, FIL_OFFER_PROXIES_MAX);
  for (guint i = 0; i < out->n_proxies; i++)
    out->proxies[i] = proxies[i].endpoint;
  out->has_tls = TRUE;
  memset (out->fingerprint, (int) host->sim->number, sizeof out->fingerprint);
}

/* What it tells others of itself now. */
void
punch_world_describe (PunchHost *host,
                      FilPunchSelf *out)
{
  describe (host, out);
}

static gboolean
is_sharing (gpointer data)
{
  return !((PunchHost *) data)->is_paused;
}

/* The test says what comes of it. */
static void
measure (gpointer data)
{
}

static gboolean
may_send (gpointer data,
          const FilEndpoint *to)
{
  return fil_endpoint_class (to) == FIL_ADDRESS_PUBLIC;
}

static void
send_func (gpointer data,
           const FilEndpoint *to,
           const guint8 *bytes,
           gsize len,
           guint ttl)
{
  PunchHost *host = data;

  if (bytes[16] == FIL_KIND_VENDOR)
    {
      g_clear_pointer (&host->world->last_ping, g_bytes_unref);
      host->world->last_ping = g_bytes_new (bytes, len);
    }
  if (ttl == 0 && fil_punch_probe_decode (&host->said, fil_slice (bytes, len)))
    {
      host->n_sent_high++;
      host->said_to = *to;
    }
  punch_world_send (host, to, bytes, len, ttl);
}

/* What somebody on the way could have read of the last ping. */
gboolean
punch_world_seen_muid (PunchWorld *self,
                       FilGuid *muid)
{
  if (self->last_ping == NULL)
    return FALSE;
  memcpy (muid->bytes, g_bytes_get_data (self->last_ping, NULL), sizeof muid->bytes);
  return TRUE;
}

gboolean
punch_world_seen_nonce (PunchWorld *self,
                        guint8 *nonce)
{
  FilPunchOffer offer;
  FilHeadPing ping;
  FilVendor vendor;
  gsize len;
  const guint8 *bytes;

  if (self->last_ping == NULL)
    return FALSE;
  bytes = g_bytes_get_data (self->last_ping, &len);
  if (!fil_vendor_decode (&vendor, fil_slice (bytes + FIL_HEADER_LEN, len - FIL_HEADER_LEN)) ||
      !fil_head_ping_decode (&ping, &vendor) || !fil_punch_offer_decode (&offer, ping.signal))
    return FALSE;
  memcpy (nonce, offer.nonce, sizeof offer.nonce);
  return TRUE;
}

static void
connect_func (gpointer data,
              guint32 id,
              const FilEndpoint *to,
              FilConnectManner manner)
{
  punch_net_connect (data, id, to, manner);
}

static void
stop (gpointer data,
      guint32 id)
{
  PunchHost *host = data;

  punch_streams_stop (host->streams, id);
  punch_net_stop (host, id);
}

static void
take_way (PunchHost *host,
          const FilPunchWay *way)
{
  host->n_ways++;
  host->way = *way;
  host->way_us = sim_now (host->world->sim);
}

static void
stream (gpointer data,
        const FilPunchWay *way)
{
  take_way (data, way);
  punch_streams_open (((PunchHost *) data)->streams, way);
}

/* Who talks over a connection that was chosen; keeps still. */
static gsize
quiet_feed (FilSession *session,
            const guint8 *bytes,
            gsize len,
            gint64 now_us)
{
  return len;
}

static gboolean
quiet_output (FilSession *session,
              FilOutput *out,
              gint64 now_us)
{
  return FALSE;
}

static void
quiet_sent (FilSession *session,
            gsize len,
            gint64 now_us)
{
}

static void
quiet_hung_up (FilSession *session,
               const char *error,
               gint64 now_us)
{
  fil_session_close (session, "hung up");
}

static gint64
quiet_wake (FilSession *session)
{
  return FIL_NEVER;
}

static void
quiet_tick (FilSession *session,
            gint64 now_us)
{
}

static void
quiet_free (FilSession *session)
{
  g_free (session);
}

static const FilSessionClass quiet_class = {
  .name = "quiet",
  .feed = quiet_feed,
  .output = quiet_output,
  .sent = quiet_sent,
  .hung_up = quiet_hung_up,
  .wake = quiet_wake,
  .tick = quiet_tick,
  .free = quiet_free,
};

static FilSession *
session_func (gpointer data,
              const FilPunchWay *way)
{
  FilSession *session;

  if (((PunchHost *) data)->wants_nothing)
    return NULL;
  session = g_new0 (FilSession, 1);
  fil_session_init (session, &quiet_class);
  ((PunchHost *) data)->n_sessions++;
  take_way (data, way);
  return session;
}

static void
failed (gpointer data,
        const FilGuid *guid,
        const char *code,
        const char *sentence)
{
  PunchHost *host = data;

  g_free (host->failure);
  host->failure = g_strdup (code);
  g_free (host->failure_sentence);
  host->failure_sentence = g_strdup (sentence);
  host->failure_us = sim_now (host->world->sim);
  g_assert_cmpuint (strlen (sentence), >, 10);
}

static void
step (gpointer data,
      const FilGuid *guid,
      const char *what,
      const FilEndpoint *peer,
      const char *detail)
{
  PunchHost *host = data;
  char text[FIL_ENDPOINT_TEXT_LEN] = "";

  if (peer != NULL)
    fil_endpoint_to_text (peer, text);
  g_string_append_printf (host->steps, "%.3f %s %s (%s)\n", (double) sim_now (host->world->sim) / 1e6, what,
                          text, detail);
}

static const FilPunchesDelegate delegate = {
  .describe = describe,
  .is_sharing = is_sharing,
  .measure = measure,
  .may_send = may_send,
  .send = send_func,
  .connect = connect_func,
  .stop = stop,
  .stream = stream,
  .session = session_func,
  .failed = failed,
  .step = step,
};

/* What the overlay of a node hears. */

static gboolean
on_datagram (SimHost *sim,
             const FilEndpoint *from,
             FilSlice bytes)
{
  PunchHost *host = sim->user;
  gboolean taken;

  taken = fil_punches_take_datagram (host->punches, from, bytes, sim_now (host->world->sim));
  if (!taken && bytes.len > 16 && bytes.data[16] == FIL_KIND_RUDP)
    {
      punch_streams_take (host->streams, bytes, from);
      taken = TRUE;
    }
  punch_world_arm (host);
  return taken;
}

static void
answer_head (PunchHost *host,
             const FilPunchOffer *answer,
             const FilSource *source)
{
  FilHeadPong pong = { .file = FIL_HEAD_FILE_COMPLETE, .firewalled = TRUE };
  FilVendor vendor = { .id = { FIL_VENDOR_LIME, 24, 2 } };
  g_auto (FilWriter) item, body, payload;

  fil_writer_init (&item);
  fil_writer_init (&body);
  fil_writer_init (&payload);
  fil_punch_offer_encode (answer, &item);
  pong.signal = fil_writer_slice (&item);
  fil_head_pong_encode (&pong, 2, &body);
  vendor.body = fil_writer_slice (&body);
  fil_vendor_encode (&vendor, &payload);
  host->n_answers++;
  fil_overlay_answer_head (host->sim->overlay, source, fil_writer_slice (&payload),
                           sim_now (host->world->sim));
}

static void
on_head (SimHost *sim,
         const FilFrame *frame,
         const FilSource *source)
{
  PunchHost *host = sim->user;
  gint64 now_us = sim_now (host->world->sim);
  FilPunchOffer offer, answer;
  FilHeadPing ping;
  FilHeadPong pong;
  FilVendor vendor;

  g_assert_true (fil_vendor_decode (&vendor, frame->payload));
  if (vendor.id.selector == 23)
    {
      if (fil_head_ping_decode (&ping, &vendor) && fil_punch_offer_decode (&offer, ping.signal) &&
          fil_punches_take_offer (host->punches, &offer, &answer, now_us))
        answer_head (host, &answer, source);
    }
  else if (fil_head_pong_decode (&pong, &vendor) && fil_punch_offer_decode (&offer, pong.signal))
    fil_punches_take_answer (host->punches, &offer, &source->muid, &source->address, now_us);
  punch_world_arm (host);
}

static void
on_push (SimHost *sim,
         const FilPush *push,
         const FilSource *source)
{
  PunchHost *host = sim->user;

  fil_punches_take_push (host->punches, push, sim_now (host->world->sim));
  punch_world_arm (host);
}

/* From here on it can be asked for files, and ask others. */
void
punch_host_punch (PunchHost *host)
{
  Sim *sim = host->world->sim;

  host->punches = fil_punches_new (&delegate, host, sim_random (sim));
  host->timer = fil_timer_new (sim_timers (sim), tick, host);
  host->streams = punch_streams_new (host);
  host->sim->on_datagram = on_datagram;
  host->sim->on_head = on_head;
  host->sim->on_push = on_push;
}
