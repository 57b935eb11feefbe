/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "dialer.h"

#include "net-error.h"
#include "net-limits.h"
#include "net-socket.h"
#include "socket-stream.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

/* The most attempts at a time for each purpose; together they exceed the total, so that what one does
 * not need another may use. */
static const guint purpose_max[FIL_DIAL_N] = {
  [FIL_DIAL_OVERLAY] = 12,
  [FIL_DIAL_TRANSFER] = 16,
  [FIL_DIAL_PUSH] = 8,
  [FIL_DIAL_PROBE] = 8,
};

struct _FilDialer
{
  FilReactor *reactor;
  FilGate *gate;
  char *interface;
  GQueue dials; /* of FilDial */
  guint n[FIL_DIAL_N];
};

struct _FilDial
{
  FilDialer *dialer;
  FilEndpoint to;
  FilDialPurpose purpose;
  int fd;
  FilWatch *watch;
  FilTimer *timer;
  FilDialFunc func;
  gpointer data;
  GList link;
};

/**
 * fil_dialer_new:
 * @reactor: outlives the dialer, as does @gate
 */
FilDialer *
fil_dialer_new (FilReactor *reactor,
                FilGate *gate)
{
  FilDialer *self = g_new0 (FilDialer, 1);

  self->reactor = reactor;
  self->gate = gate;
  return self;
}

/**
 * fil_dialer_free:
 *
 * Cancels all attempts; nothing is called.
 */
void
fil_dialer_free (FilDialer *self)
{
  while (self->dials.length > 0)
    fil_dial_cancel (g_queue_peek_head (&self->dials));
  g_free (self->interface);
  g_free (self);
}

/**
 * fil_dialer_set_interface:
 * @interface: (nullable): the interface, or local address, that all connections have to use
 *
 * The choice stands even when it cannot be used now: then every connection fails, and says why.
 *
 * Returns: whether it can be used now
 */
gboolean
fil_dialer_set_interface (FilDialer *self,
                          const char *interface,
                          GError **error)
{
  const FilEndpoint probe = { .family = 4 };
  FilEndpoint address = probe;
  gboolean is_good;
  int fd;

  g_free (self->interface);
  self->interface = interface != NULL && *interface != '\0' ? g_strdup (interface) : NULL;
  if (self->interface == NULL)
    return TRUE;
  (void) !fil_endpoint_parse (&address, self->interface, -1, 1);
  fd = fil_net_socket (&address, SOCK_STREAM, error);
  if (fd < 0)
    return FALSE;
  is_good = fil_net_bind_interface (fd, self->interface, error);
  close (fd);
  return is_good;
}

/**
 * fil_dialer_room:
 *
 * Returns: how many more attempts for this purpose may begin now
 */
guint
fil_dialer_room (const FilDialer *self,
                 FilDialPurpose purpose)
{
  guint total = self->dials.length;
  guint mine = self->n[purpose];

  if (total >= FIL_DIAL_MAX || mine >= purpose_max[purpose])
    return 0;
  return MIN (FIL_DIAL_MAX - total, purpose_max[purpose] - mine);
}

guint
fil_dialer_n (const FilDialer *self)
{
  return self->dials.length;
}

static gboolean
has_room_for (const FilDialer *self,
              const FilEndpoint *to)
{
  guint same_address = 0;
  guint same_network = 0;

  /* A laboratory is one network, and often one address. */
  if (fil_gate_allows_private (self->gate))
    return TRUE;
  for (GList *each = self->dials.head; each != NULL; each = each->next)
    {
      const FilDial *dial = each->data;

      same_address += fil_endpoint_same_address (&dial->to, to);
      same_network += fil_endpoint_same_network (&dial->to, to, to->family == 4 ? 24 : 48);
    }
  return same_address < FIL_DIAL_MAX_PER_ADDRESS && same_network < FIL_DIAL_MAX_PER_NETWORK;
}

/**
 * fil_dial_cancel:
 *
 * Gives the attempt up; its callback is not called.
 */
void
fil_dial_cancel (FilDial *self)
{
  fil_watch_free (self->watch);
  fil_timer_free (self->timer);
  if (self->fd >= 0)
    close (self->fd);
  g_queue_unlink (&self->dialer->dials, &self->link);
  self->dialer->n[self->purpose]--;
  g_free (self);
}

static void
finish (FilDial *self,
        const char *error)
{
  FilDialFunc func = self->func;
  gpointer data = self->data;
  FilStream *stream = NULL;

  /* The watch goes first: the stream watches the same descriptor. */
  g_clear_pointer (&self->watch, fil_watch_free);
  if (error == NULL)
    {
      stream = fil_socket_stream_new (self->dialer->reactor, self->fd);
      self->fd = -1;
    }
  fil_dial_cancel (self);
  func (data, stream, error);
}

static void
on_ready (gpointer data,
          FilIo ready)
{
  FilDial *self = data;
  int code = 0;
  socklen_t len = sizeof code;

  if (getsockopt (self->fd, SOL_SOCKET, SO_ERROR, &code, &len) != 0)
    code = errno;
  finish (self, code == 0 ? NULL : fil_net_error_sentence (code));
}

static void
on_timeout (gpointer data,
            gint64 now_us)
{
  finish (data, fil_net_error_sentence (ETIMEDOUT));
}

static int
begin (FilDialer *self,
       const FilEndpoint *to,
       GError **error)
{
  struct sockaddr_storage addr;
  socklen_t len = fil_endpoint_to_sockaddr (to, &addr);
  int fd = fil_net_socket (to, SOCK_STREAM, error);

  if (fd < 0)
    return -1;
  if (!fil_net_bind_interface (fd, self->interface, error))
    {
      close (fd);
      return -1;
    }
  if (connect (fd, (struct sockaddr *) &addr, len) == 0 || errno == EINPROGRESS || errno == EINTR)
    return fd;
  g_set_error_literal (error, FIL_NET_ERROR, FIL_NET_ERROR_FAILED, fil_net_error_sentence (errno));
  close (fd);
  return -1;
}

/**
 * fil_dialer_connect:
 * @named_by: who named the address; the gate judges and counts it
 * @timeout_us: how long to try; 0 for the usual 15 s
 *
 * Begins to connect. Fails at once with FIL_NET_ERROR_BUSY when enough attempts are under way already,
 * with FIL_NET_ERROR_REFUSED when the gate says no.
 *
 * Returns: (transfer none): the attempt, valid until its callback or fil_dial_cancel()
 */
FilDial *
fil_dialer_connect (FilDialer *self,
                    const FilEndpoint *to,
                    FilDialPurpose purpose,
                    FilGateUse named_by,
                    gint64 timeout_us,
                    FilDialFunc func,
                    gpointer data,
                    GError **error)
{
  gint64 now_us = fil_reactor_now (self->reactor);
  FilGateVerdict verdict;
  FilDial *dial;
  int fd;

  if (fil_dialer_room (self, purpose) == 0 || !has_room_for (self, to))
    {
      g_set_error_literal (error, FIL_NET_ERROR, FIL_NET_ERROR_BUSY, _("Enough connections are being made already"));
      return NULL;
    }
  verdict = fil_gate_contact (self->gate, to, named_by, now_us);
  if (verdict != FIL_GATE_OPEN)
    {
      g_set_error_literal (error, FIL_NET_ERROR, FIL_NET_ERROR_REFUSED, fil_gate_verdict_sentence (verdict));
      return NULL;
    }
  fd = begin (self, to, error);
  if (fd < 0)
    return NULL;

  dial = g_new0 (FilDial, 1);
  dial->dialer = self;
  dial->to = *to;
  dial->purpose = purpose;
  dial->fd = fd;
  dial->func = func;
  dial->data = data;
  dial->link.data = dial;
  dial->watch = fil_reactor_watch (self->reactor, fd, FIL_IO_WRITE, on_ready, dial);
  dial->timer = fil_timer_new (fil_reactor_timers (self->reactor), on_timeout, dial);
  fil_timer_set (dial->timer, now_us + (timeout_us > 0 ? timeout_us : FIL_DIAL_TIMEOUT_US));
  g_queue_push_tail_link (&self->dials, &dial->link);
  self->n[purpose]++;
  return dial;
}
