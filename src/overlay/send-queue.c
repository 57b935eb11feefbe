/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "send-queue.h"

#include "overlay-limits.h"

#include <string.h>

/* A lane for each importance and eight steps of hops. */
#define HOP_STEPS 8
#define N_LANES ((FIL_IMPORTANCE_BYE + 1) * HOP_STEPS)

typedef struct _Message Message;

struct _Message
{
  Message *next;
  gint64 queued_us;
  gsize len;
  guint8 bytes[];
};

typedef struct
{
  Message *head;
  Message *tail;
} Lane;

struct _FilSendQueue
{
  Lane lanes[N_LANES]; /* the first one is the least important */
  gsize bytes;
  gsize max_bytes;
  gboolean is_congested;
  gint64 congested_since_us;
};

/**
 * fil_send_queue_new:
 * @max_bytes: most bytes that wait
 */
FilSendQueue *
fil_send_queue_new (gsize max_bytes)
{
  FilSendQueue *self = g_new0 (FilSendQueue, 1);

  self->max_bytes = max_bytes;
  self->congested_since_us = FIL_NEVER;
  return self;
}

void
fil_send_queue_free (FilSendQueue *self)
{
  if (self == NULL)
    return;
  fil_send_queue_clear (self);
  g_free (self);
}

/* A reply that came far cost much already; a request that came far has been seen by many. */
static guint
lane_of (FilImportance importance,
         guint hops)
{
  guint step = MIN (hops, HOP_STEPS - 1);

  if (importance == FIL_IMPORTANCE_PING || importance == FIL_IMPORTANCE_QUERY)
    step = HOP_STEPS - 1 - step;
  return importance * HOP_STEPS + step;
}

static Message *
take_head (FilSendQueue *self,
           Lane *lane)
{
  Message *message = lane->head;

  lane->head = message->next;
  if (lane->head == NULL)
    lane->tail = NULL;
  self->bytes -= message->len;
  return message;
}

static void
update_congestion (FilSendQueue *self,
                   gint64 now_us)
{
  if (!self->is_congested && self->bytes > self->max_bytes / 2)
    {
      self->is_congested = TRUE;
      self->congested_since_us = now_us;
    }
  else if (self->is_congested && self->bytes < self->max_bytes / 4)
    {
      self->is_congested = FALSE;
      self->congested_since_us = FIL_NEVER;
    }
}

/* Drops less important messages, the oldest of a lane first, until need more bytes fit. */
static gboolean
make_room (FilSendQueue *self,
           guint below_lane,
           gsize need)
{
  for (guint i = 0; i < below_lane && self->bytes + need > self->max_bytes; i++)
    while (self->lanes[i].head != NULL && self->bytes + need > self->max_bytes)
      g_free (take_head (self, &self->lanes[i]));
  return self->bytes + need <= self->max_bytes;
}

/**
 * fil_send_queue_push:
 * @hops: how far the message has come
 *
 * Queues a copy of a message.
 *
 * Returns: whether there was room, made by dropping less important messages if need be
 */
gboolean
fil_send_queue_push (FilSendQueue *self,
                     FilImportance importance,
                     guint hops,
                     const guint8 *header,
                     gsize header_len,
                     const guint8 *payload,
                     gsize payload_len,
                     gint64 now_us)
{
  guint n = lane_of (importance, hops);
  gsize len = header_len + payload_len;
  Lane *lane = &self->lanes[n];
  Message *message;

  if (!make_room (self, n, len))
    return FALSE;

  message = g_malloc (sizeof *message + len);
  *message = (Message){ .queued_us = now_us, .len = len };
  if (header_len > 0)
    memcpy (message->bytes, header, header_len);
  if (payload_len > 0)
    memcpy (message->bytes + header_len, payload, payload_len);
  if (lane->tail != NULL)
    lane->tail->next = message;
  else
    lane->head = message;
  lane->tail = message;
  self->bytes += len;
  update_congestion (self, now_us);
  return TRUE;
}

/**
 * fil_send_queue_pop:
 * @out: gets whole messages appended
 * @max_bytes: stop before @out holds more than this; a single message may be longer
 *
 * Takes the most important messages. Requests that waited too long are dropped on the way.
 *
 * Returns: how many messages were taken
 */
gsize
fil_send_queue_pop (FilSendQueue *self,
                    GByteArray *out,
                    gsize max_bytes,
                    gint64 now_us)
{
  gsize n = 0;

  for (int i = N_LANES - 1; i >= 0 && self->bytes > 0; i--)
    {
      Lane *lane = &self->lanes[i];
      gboolean may_be_stale = i < (FIL_IMPORTANCE_QUERY + 1) * HOP_STEPS;

      while (lane->head != NULL)
        {
          g_autofree Message *message = NULL;

          if (out->len > 0 && out->len + lane->head->len > max_bytes)
            goto full;
          message = take_head (self, lane);
          if (may_be_stale && now_us - message->queued_us > FIL_LINK_QUERY_AGE)
            continue;
          g_byte_array_append (out, message->bytes, (guint) message->len);
          n++;
        }
    }
full:
  update_congestion (self, now_us);
  return n;
}

void
fil_send_queue_clear (FilSendQueue *self)
{
  for (guint i = 0; i < N_LANES; i++)
    while (self->lanes[i].head != NULL)
      g_free (take_head (self, &self->lanes[i]));
  self->is_congested = FALSE;
  self->congested_since_us = FIL_NEVER;
}

gsize
fil_send_queue_bytes (const FilSendQueue *self)
{
  return self->bytes;
}

/**
 * fil_send_queue_is_congested:
 *
 * Returns: whether more than half of the room was taken, and has not sunk below a quarter since
 */
gboolean
fil_send_queue_is_congested (const FilSendQueue *self)
{
  return self->is_congested;
}

/**
 * fil_send_queue_congested_since:
 *
 * Returns: since when the queue is congested, or FIL_NEVER
 */
gint64
fil_send_queue_congested_since (const FilSendQueue *self)
{
  return self->congested_since_us;
}
