/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pump-private.h"

#include "net-limits.h"

#include <string.h>

/* How a pump moves bytes between its stream and its session, within the budget of a turn. */

static void
count (FilPump *self,
       FilWay way,
       gsize bytes,
       const FilPumpTurn *turn)
{
  self->bytes[way] += bytes;
  _fil_pumps_count (self->pumps, self->shaper.traffic, way, bytes);
  fil_shaper_spend (&self->shaper, way, bytes, turn->now_us);
}

static gsize
ask (FilPump *self,
     FilWay way,
     gsize wanted,
     const FilPumpTurn *turn)
{
  fil_shaper_client_set_group (&self->shaper, self->session->group);
  return fil_shaper_ask (&self->shaper, way, wanted, turn->now_us);
}

/* Whether the session takes input now. */
static gboolean
is_listening (FilPump *self)
{
  return self->state == FIL_PUMP_RUNNING && !self->session->is_closed && self->session->next == NULL &&
         self->upgrade == NULL;
}

void
_fil_pump_feed_rest (FilPump *self,
                     const FilPumpTurn *turn)
{
  gsize used;

  if (self->rest == NULL || !self->may_feed || !is_listening (self))
    return;
  self->may_feed = FALSE;
  used = fil_session_feed (self->session, self->rest->data, self->rest->len, turn->now_us);
  if (used >= self->rest->len)
    g_clear_pointer (&self->rest, g_byte_array_unref);
  else if (used > 0)
    g_byte_array_remove_range (self->rest, 0, (guint) used);
}

static void
feed (FilPump *self,
      const guint8 *bytes,
      gsize len,
      const FilPumpTurn *turn)
{
  gsize used;

  self->may_feed = FALSE;
  used = fil_session_feed (self->session, bytes, len, turn->now_us);
  if (used >= len)
    return;
  self->rest = g_byte_array_sized_new ((guint) (len - used));
  g_byte_array_append (self->rest, bytes + used, (guint) (len - used));
}

void
_fil_pump_read (FilPump *self,
                FilPumpTurn *turn)
{
  guint8 *buffer = _fil_pumps_buffer (self->pumps);

  while (self->can_read && self->rest == NULL && is_listening (self) && turn->read_bytes > 0 && turn->reads > 0)
    {
      gsize most = ask (self, FIL_WAY_IN, MIN (FIL_PUMP_BUFFER, turn->read_bytes), turn);
      gssize n;

      if (most == 0)
        return;
      turn->reads--;
      n = fil_stream_read (self->stream, buffer, most);
      if (n == FIL_STREAM_AGAIN)
        self->can_read = FALSE;
      else if (n <= 0)
        _fil_pump_hang_up (self, n == 0 ? NULL : fil_stream_error (self->stream), turn);
      else
        {
          turn->read_bytes -= (gsize) n;
          count (self, FIL_WAY_IN, (gsize) n, turn);
          feed (self, buffer, (gsize) n, turn);
        }
    }
}

static gboolean
wants_output (FilPump *self)
{
  return self->state <= FIL_PUMP_DRAINING && self->upgrade == NULL &&
         !(self->session->is_closed && self->session->abort);
}

/* Takes small pieces of output until there is enough for one write. They count as sent: what the
 * stream does not take waits in pending, and nothing more is gathered until that has gone. */
static void
gather (FilPump *self,
        FilOutput *output,
        gsize most,
        FilPumpTurn *turn)
{
  guint8 *buffer = _fil_pumps_gather_buffer (self->pumps);
  gsize n = 0;
  gssize written;

  do
    {
      gsize take = MIN (output->len, most - n);

      memcpy (buffer + n, output->bytes, take);
      n += take;
      fil_session_sent (self->session, take, turn->now_us);
    }
  while (n < most && wants_output (self) && fil_session_output (self->session, output, turn->now_us) &&
         output->bytes != NULL && output->len > 0);

  count (self, FIL_WAY_OUT, n, turn);
  turn->write_bytes -= MIN (turn->write_bytes, n);
  written = fil_stream_write (self->stream, buffer, n);
  if (written == FIL_STREAM_FAILED)
    _fil_pump_hang_up (self, fil_stream_error (self->stream), turn);
  else if (written < (gssize) n)
    {
      gsize taken = (gsize) MAX (written, 0);

      self->can_write = FALSE;
      self->pending = g_byte_array_sized_new ((guint) (n - taken));
      g_byte_array_append (self->pending, buffer + taken, (guint) (n - taken));
    }
}

static void
write_pending (FilPump *self,
               FilPumpTurn *turn)
{
  gssize n = fil_stream_write (self->stream, self->pending->data, self->pending->len);

  if (n == FIL_STREAM_FAILED)
    _fil_pump_hang_up (self, fil_stream_error (self->stream), turn);
  else if (n == FIL_STREAM_AGAIN)
    self->can_write = FALSE;
  else if ((gsize) n >= self->pending->len)
    g_clear_pointer (&self->pending, g_byte_array_unref);
  else
    g_byte_array_remove_range (self->pending, 0, (guint) n);
}

/* Sends a large piece of memory or of a file straight from where it is. */
static void
write_large (FilPump *self,
             const FilOutput *output,
             gsize most,
             FilPumpTurn *turn)
{
  gssize n;

  if (output->bytes != NULL)
    n = fil_stream_write (self->stream, output->bytes, most);
  else
    n = fil_stream_send_file (self->stream, output->fd, output->offset, most, _fil_pumps_buffer (self->pumps),
                              FIL_PUMP_BUFFER);

  if (n == FIL_STREAM_AGAIN)
    self->can_write = FALSE;
  else if (n == FIL_STREAM_FILE_SHORT)
    _fil_pump_hang_up (self, "the file became shorter, or unreadable, while it was sent", turn);
  else if (n < 0)
    _fil_pump_hang_up (self, fil_stream_error (self->stream), turn);
  else
    {
      turn->write_bytes -= MIN (turn->write_bytes, (gsize) n);
      count (self, FIL_WAY_OUT, (gsize) n, turn);
      fil_session_sent (self->session, (gsize) n, turn->now_us);
    }
}

/* Returns whether the session has nothing more to say, as far as this turn got. */
gboolean
_fil_pump_write (FilPump *self,
                 FilPumpTurn *turn)
{
  FilOutput output;
  gsize most;

  while (self->can_write && self->state <= FIL_PUMP_DRAINING && turn->write_bytes > 0)
    {
      if (self->pending != NULL)
        {
          write_pending (self, turn);
          continue;
        }
      if (!wants_output (self))
        return FALSE;
      if (!fil_session_output (self->session, &output, turn->now_us) || output.len == 0)
        return TRUE;
      most = ask (self, FIL_WAY_OUT, MIN (output.len, turn->write_bytes), turn);
      if (most == 0)
        return FALSE;
      if (output.bytes != NULL && output.len < FIL_PUMP_GATHER / 4 && most == output.len)
        /* Small pieces may join up to one gathering even when only the first was asked for: what is over
         * is paid off before the next. */
        gather (self, &output, self->shaper.traffic == FIL_TRAFFIC_OVERLAY ? FIL_PUMP_GATHER : FIL_PUMP_GATHER / 16,
                turn);
      else
        write_large (self, &output, most, turn);
    }
  return FALSE;
}
