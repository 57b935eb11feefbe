/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-trace.h"

#include "overlay-limits.h"

#define BUCKETS (2 * FIL_TRACES)

G_STATIC_ASSERT ((BUCKETS & (BUCKETS - 1)) == 0);

typedef struct _Request Request;
struct _Request
{
  FilGuid muid;
  guint n;
  guint room;
  FilTraceRecord *records;
  Request **bucket; /* where it is found; NULL: it never was used */
  Request *next;    /* in the bucket */
};

/* Requests in a ring, oldest first from @next on. Every query that passes begins one and ends another. */
struct _FilOverlayTrace
{
  Request ring[FIL_TRACES];
  guint next;
  Request *buckets[BUCKETS];
  Request *last; /* most steps come in runs */
};

FilOverlayTrace *
fil_overlay_trace_new (void)
{
  return g_new0 (FilOverlayTrace, 1);
}

void
fil_overlay_trace_free (FilOverlayTrace *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < FIL_TRACES; i++)
    g_free (self->ring[i].records);
  g_free (self);
}

static Request **
bucket_of (FilOverlayTrace *self,
           const FilGuid *muid)
{
  return &self->buckets[fil_guid_hash (muid) & (BUCKETS - 1)];
}

static Request *
find (Request *const *bucket,
      const FilGuid *muid)
{
  Request *request = *bucket;

  while (request != NULL && !fil_guid_equal (&request->muid, muid))
    request = request->next;
  return request;
}

static void
take_out (Request *request)
{
  Request **link = request->bucket;

  while (*link != request)
    link = &(*link)->next;
  *link = request->next;
}

static Request *
begin (FilOverlayTrace *self,
       Request **bucket,
       const FilGuid *muid)
{
  Request *request = &self->ring[self->next];

  self->next = (self->next + 1) % FIL_TRACES;
  if (request->bucket != NULL)
    take_out (request);
  else
    {
      request->room = 4;
      request->records = g_new (FilTraceRecord, request->room);
    }
  request->muid = *muid;
  request->n = 0;
  request->bucket = bucket;
  request->next = *bucket;
  *bucket = request;
  return request;
}

/**
 * fil_overlay_trace_add:
 * @muid: of the request, not of its answers
 *
 * Adds a step; steps beyond FIL_TRACE_STEPS are not kept.
 */
void
fil_overlay_trace_add (FilOverlayTrace *self,
                       const FilGuid *muid,
                       const FilTraceRecord *record)
{
  Request *request = self->last;

  if (request == NULL || !fil_guid_equal (&request->muid, muid))
    {
      Request **bucket = bucket_of (self, muid);

      request = find (bucket, muid);
      if (request == NULL)
        request = begin (self, bucket, muid);
    }
  self->last = request;
  if (request->n >= FIL_TRACE_STEPS)
    return;
  if (request->n == request->room)
    {
      request->room *= 2;
      request->records = g_renew (FilTraceRecord, request->records, request->room);
    }
  request->records[request->n++] = *record;
}

/**
 * fil_overlay_trace_get:
 * @n: (out): how many steps
 *
 * Returns: (transfer none) (nullable): the steps of a request in order, valid until the next addition;
 *   NULL when it is not remembered
 */
const FilTraceRecord *
fil_overlay_trace_get (FilOverlayTrace *self,
                       const FilGuid *muid,
                       guint *n)
{
  Request *request = find (bucket_of (self, muid), muid);

  *n = request != NULL ? request->n : 0;
  return request != NULL ? request->records : NULL;
}
