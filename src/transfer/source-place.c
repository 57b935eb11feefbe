/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "source-place.h"

#include "head-writer.h"
#include "transfer-limits.h"

/* What is said of an id; an uploader that says none means the one it said before. */
static void
take_id (FilSourcePlace *self,
         const FilQueueState *told)
{
  if (told->id[0] != '\0')
    g_strlcpy (self->id, told->id, sizeof self->id);
}

/**
 * fil_source_place_waits:
 * @told: by the source
 * @poll_s: when to ask again
 * @lifetime_s: how long the place is kept
 *
 * We are to wait.
 */
void
fil_source_place_waits (FilSourcePlace *self,
                        const FilQueueState *told,
                        gint64 poll_s,
                        gint64 lifetime_s,
                        gint64 now_us)
{
  take_id (self, told);
  self->position = told->position;
  self->length = told->length;
  self->ask_us = now_us + poll_s * FIL_SEC;
  self->until_us = now_us + lifetime_s * FIL_SEC;
}

/**
 * fil_source_place_served:
 *
 * It was our turn; an id is good for coming back should the connection break.
 */
void
fil_source_place_served (FilSourcePlace *self,
                         const FilQueueState *told)
{
  take_id (self, told);
  self->position = 0;
  self->length = 0;
  self->ask_us = 0;
  self->until_us = FIL_NEVER;
}

/**
 * fil_source_place_disconnected:
 *
 * The connection ended. A place without an id went with it, a slot is kept for a moment.
 */
void
fil_source_place_disconnected (FilSourcePlace *self,
                               gint64 now_us)
{
  if (self->id[0] == '\0')
    fil_source_place_clear (self);
  else if (self->until_us == FIL_NEVER)
    self->until_us = now_us + FIL_QUEUE_GUARD_US;
}

void
fil_source_place_clear (FilSourcePlace *self)
{
  *self = (FilSourcePlace){ 0 };
}

/* Whether another connection finds it again. */
gboolean
fil_source_place_can_come_back (const FilSourcePlace *self,
                                gint64 now_us)
{
  return self->id[0] != '\0' && now_us < self->until_us;
}

/**
 * fil_source_place_write:
 *
 * Appends X-Queued to a request, when there is a place with an id.
 */
void
fil_source_place_write (const FilSourcePlace *self,
                        FilWriter *out,
                        gint64 now_us)
{
  if (!fil_source_place_can_come_back (self, now_us))
    return;
  if (self->position > 0)
    fil_head_write_header (out, "X-Queued", "position=%u; ID=%s", self->position, self->id);
  else
    fil_head_write_header (out, "X-Queued", "ID=%s", self->id);
}
