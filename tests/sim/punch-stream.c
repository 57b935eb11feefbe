/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punch-stream.h"

#include "punch-limits.h"
#include "rudp-hub.h"

typedef struct
{
  PunchStreams *owner;
  guint32 id;      /* of the attempt */
  FilRudp *rudp;
  gboolean stands; /* the punches were told */
} Stream;

struct _PunchStreams
{
  PunchHost *host;
  FilRudpHub *hub;
  FilTimer *timer;
  GPtrArray *streams; /* Stream, owned */
};

static gint64
now (const PunchStreams *self)
{
  return sim_now (self->host->world->sim);
}

static void
touch (PunchStreams *self)
{
  fil_timer_set (self->timer, now (self));
}

static void
stream_free (Stream *stream)
{
  PunchStreams *self = stream->owner;

  fil_rudp_hub_set_changed (self->hub, stream->rudp, NULL, NULL);
  fil_rudp_hub_release (self->hub, stream->rudp, now (self));
  touch (self);
  g_free (stream);
}

static void
stream_changed (gpointer data,
                FilRudp *rudp,
                gint64 now_us)
{
  Stream *stream = data;
  PunchHost *host = stream->owner->host;
  const guint32 id = stream->id;

  if (stream->stands || fil_rudp_state (rudp) == FIL_RUDP_OPENING)
    return;
  if (fil_rudp_state (rudp) == FIL_RUDP_OPEN && !host->breaks_streams)
    {
      stream->stands = TRUE;
      host->n_streams++;
      host->stream_us = now_us;
      fil_punches_stream_opened (host->punches, id, NULL, now_us);
    }
  else
    {
      g_ptr_array_remove_fast (stream->owner->streams, stream);
      fil_punches_stream_opened (host->punches, id, "The stream broke, says the test.", now_us);
    }
  punch_world_arm (host);
}

static void
due (gpointer data,
     gint64 now_us)
{
  PunchStreams *self = data;
  FilRudpHubOutput out;

  fil_rudp_hub_tick (self->hub, now_us);
  fil_rudp_hub_settle (self->hub, now_us);
  while (fil_rudp_hub_output (self->hub, &out, now_us))
    {
      punch_world_send (self->host, &out.to, out.output.bytes, out.output.len, out.ttl);
      fil_rudp_hub_sent (self->hub, &out, now_us);
    }
  fil_rudp_hub_settle (self->hub, now_us);
  fil_timer_set (self->timer, fil_rudp_hub_wake (self->hub, now_us));
}

PunchStreams *
punch_streams_new (PunchHost *host)
{
  PunchStreams *self = g_new0 (PunchStreams, 1);

  self->host = host;
  self->hub = fil_rudp_hub_new (sim_random (host->world->sim));
  self->timer = fil_timer_new (sim_timers (host->world->sim), due, self);
  self->streams = g_ptr_array_new_with_free_func ((GDestroyNotify) stream_free);
  return self;
}

void
punch_streams_free (PunchStreams *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->streams);
  fil_timer_free (self->timer);
  fil_rudp_hub_free (self->hub);
  g_free (self);
}

void
punch_streams_open (PunchStreams *self,
                    const FilPunchWay *way)
{
  Stream *stream = g_new0 (Stream, 1);
  FilRudpConfig config;

  fil_punch_way_config (way, &config);
  *stream = (Stream){ .owner = self, .id = way->id };
  stream->rudp = fil_rudp_hub_open (self->hub, &config, stream_changed, stream, now (self));
  g_assert_nonnull (stream->rudp);
  g_assert_true (fil_rudp_hub_try (self->hub, stream->rudp, &way->peer, config.is_wary ? FIL_PUNCH_LOW_TTL : 0));
  g_ptr_array_add (self->streams, stream);
  touch (self);
}

void
punch_streams_stop (PunchStreams *self,
                    guint32 id)
{
  for (guint i = self->streams->len; i > 0; i--)
    {
      Stream *stream = g_ptr_array_index (self->streams, i - 1);

      if (stream->id == id && !stream->stands)
        g_ptr_array_remove_index_fast (self->streams, i - 1);
    }
}

void
punch_streams_take (PunchStreams *self,
                    FilSlice datagram,
                    const FilEndpoint *from)
{
  (void) fil_rudp_hub_receive (self->hub, datagram, from, now (self));
  touch (self);
}

guint
punch_streams_n_opening (const PunchStreams *self)
{
  guint n = 0;

  for (guint i = 0; i < self->streams->len; i++)
    n += !((const Stream *) g_ptr_array_index (self->streams, i))->stands;
  return n;
}
