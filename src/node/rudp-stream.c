/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-stream.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  FilStream parent;
  FilRudpPort *port;
  FilRudp *rudp;
  gboolean wants_read;  /* it was told FIL_STREAM_AGAIN, and not yet that it is worth trying */
  gboolean wants_write;
} FilRudpStream;

static gssize
fail (FilRudpStream *self)
{
  const char *error = fil_rudp_error (self->rudp);

  return fil_stream_fail (&self->parent, error != NULL ? error : _("The other side closed the connection"));
}

static gssize
rudp_stream_read (FilStream *stream,
                  guint8 *out,
                  gsize len)
{
  FilRudpStream *self = (FilRudpStream *) stream;
  gsize n = fil_rudp_read (self->rudp, out, len);

  if (n > 0)
    {
      fil_rudp_port_touch (self->port);
      return (gssize) n;
    }
  if (fil_rudp_is_at_end (self->rudp))
    return 0;
  if (fil_rudp_state (self->rudp) == FIL_RUDP_CLOSED)
    return fil_rudp_error (self->rudp) != NULL ? fail (self) : 0;
  self->wants_read = TRUE;
  return FIL_STREAM_AGAIN;
}

static gssize
rudp_stream_write (FilStream *stream,
                   const guint8 *bytes,
                   gsize len)
{
  FilRudpStream *self = (FilRudpStream *) stream;
  gsize n = fil_rudp_write (self->rudp, bytes, len);

  if (n > 0)
    {
      fil_rudp_port_touch (self->port);
      return (gssize) n;
    }
  if (fil_rudp_is_over (self->rudp))
    return fail (self);
  self->wants_write = TRUE;
  return FIL_STREAM_AGAIN;
}

static void
rudp_stream_describe (FilStream *stream,
                      FilCarrier *out)
{
  FilRudpStats stats;

  fil_rudp_stats (((FilRudpStream *) stream)->rudp, &stats);
  out->name = "udp";
  out->round_trip_us = stats.rtt_us;
}

static void
rudp_stream_shut (FilStream *stream)
{
  FilRudpStream *self = (FilRudpStream *) stream;

  fil_rudp_shut (self->rudp);
  fil_rudp_port_touch (self->port);
}

static void
rudp_stream_free (FilStream *stream)
{
  FilRudpStream *self = (FilRudpStream *) stream;

  fil_rudp_hub_release (fil_rudp_port_hub (self->port), self->rudp, fil_rudp_port_now (self->port));
  fil_rudp_port_touch (self->port);
  g_free (self);
}

static const FilStreamClass rudp_stream_class = {
  .name = "rudp",
  .read = rudp_stream_read,
  .write = rudp_stream_write,
  .describe = rudp_stream_describe,
  .shut = rudp_stream_shut,
  .free = rudp_stream_free,
};

static void
on_changed (gpointer data,
            FilRudp *rudp,
            gint64 now_us)
{
  FilRudpStream *self = data;
  const gboolean is_over = fil_rudp_is_over (rudp);
  FilIo ready = 0;

  if (self->wants_read && (is_over || fil_rudp_can_read (rudp) || fil_rudp_is_at_end (rudp)))
    ready |= FIL_IO_READ;
  if (self->wants_write && (is_over || fil_rudp_can_write (rudp)))
    ready |= FIL_IO_WRITE;
  if (ready == 0)
    return;
  self->wants_read = self->wants_read && !(ready & FIL_IO_READ);
  self->wants_write = self->wants_write && !(ready & FIL_IO_WRITE);
  fil_stream_notify (&self->parent, ready);
}

/**
 * fil_rudp_stream_new:
 * @port: outlives the stream
 * @rudp: an open connection of the port's hub; the stream owns it from now on
 *
 * Closing the stream still delivers what it took.
 *
 * Returns: (transfer full): the stream
 */
FilStream *
fil_rudp_stream_new (FilRudpPort *port,
                     FilRudp *rudp)
{
  FilRudpStream *self = g_new0 (FilRudpStream, 1);

  fil_stream_init (&self->parent, &rudp_stream_class);
  self->port = port;
  self->rudp = rudp;
  fil_rudp_hub_set_changed (fil_rudp_port_hub (port), rudp, on_changed, self);
  return &self->parent;
}
