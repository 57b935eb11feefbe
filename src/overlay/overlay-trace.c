/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-trace.h"

#include "overlay-limits.h"

typedef struct
{
  FilGuid muid;
  guint n;
  guint room;
  FilTraceRecord *records;
} Request;

/* Requests in a ring, oldest first from @next on. */
struct _FilOverlayTrace
{
  Request ring[FIL_TRACES];
  guint next;
  GHashTable *by_muid; /* of Request */
  Request *last;       /* most steps come in runs */
};

FilOverlayTrace *
fil_overlay_trace_new (void)
{
  FilOverlayTrace *self = g_new0 (FilOverlayTrace, 1);

  self->by_muid = g_hash_table_new (fil_guid_hash, fil_guid_equal);
  return self;
}

void
fil_overlay_trace_free (FilOverlayTrace *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < FIL_TRACES; i++)
    g_free (self->ring[i].records);
  g_hash_table_unref (self->by_muid);
  g_free (self);
}

static Request *
begin (FilOverlayTrace *self,
       const FilGuid *muid)
{
  Request *request = &self->ring[self->next];

  self->next = (self->next + 1) % FIL_TRACES;
  if (request->room > 0)
    g_hash_table_remove (self->by_muid, &request->muid);
  request->muid = *muid;
  request->n = 0;
  if (request->room == 0)
    {
      request->room = 4;
      request->records = g_new (FilTraceRecord, request->room);
    }
  g_hash_table_insert (self->by_muid, &request->muid, request);
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
    request = g_hash_table_lookup (self->by_muid, muid);
  if (request == NULL)
    request = begin (self, muid);
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
  Request *request = g_hash_table_lookup (self->by_muid, muid);

  *n = request != NULL ? request->n : 0;
  return request != NULL ? request->records : NULL;
}
