/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "carrier.h"
#include "clock.h"

G_BEGIN_DECLS

/**
 * FilSession:
 *
 * One side of a conversation over one byte stream, without the stream: bytes and the time
 * go in, bytes (or ranges of files) and the next wake-up come out. The pump in net/ marries
 * a session to a socket, a TLS or an RUDP stream; the simulator marries it to another session.
 *
 * A concrete session embeds this struct as its first member.
 */
typedef struct _FilSession FilSession;

/* What a session wants to send next. */
typedef struct
{
  const guint8 *bytes; /* NULL: the output is a range of a file */
  gsize len;           /* bytes that can be sent; more may follow */
  int fd;              /* the file, owned by the session, when bytes is NULL */
  goffset offset;      /* where in the file */
} FilOutput;

typedef struct
{
  const char *name;

  /* Takes bytes that arrived and returns how many of them it took: all, unless it was closed, handed
   * the stream on (see fil_session_hand_over), or wants no more until it says fil_session_changed(). */
  gsize (*feed) (FilSession *self, const guint8 *bytes, gsize len, gint64 now_us);

  /* Says what is to be sent next, without taking it. FALSE: nothing now. The bytes stay valid until
   * the next call on the session. */
  gboolean (*output) (FilSession *self, FilOutput *out, gint64 now_us);

  /* The first len bytes of what output() said have gone. */
  void (*sent) (FilSession *self, gsize len, gint64 now_us);

  /* The stream ended. error is NULL for an orderly end by the other side. Called at most once, and
   * never after the session closed itself. */
  void (*hung_up) (FilSession *self, const char *error, gint64 now_us);

  /* When tick() wants to be called, or FIL_NEVER. */
  gint64 (*wake) (FilSession *self);
  void (*tick) (FilSession *self, gint64 now_us);

  /* Optional: to keep a limit of speed the driver has not moved bytes for us microseconds, though there may have been
   * some. That is nobody's silence: meanwhile wake() was not asked, and no time counts against the other side. */
  void (*held) (FilSession *self, gint64 us, gint64 now_us);

  void (*free) (FilSession *self);
} FilSessionClass;

typedef void (*FilSessionChanged) (FilSession *self, gpointer data);
typedef void (*FilSessionCarrier) (FilSession *self, FilCarrier *out, gpointer data);

struct _FilSession
{
  const FilSessionClass *klass;

  /* Set by whoever drives the session: called when output, wake-up or end may have changed outside
   * of a call by the driver. It must only make a note; it must not call back into the session. */
  FilSessionChanged changed;
  FilSessionCarrier carrier; /* optional: tells what it runs over now */
  gpointer driver_data;

  char *close_reason;   /* set: send what output() still has, then shut the stream */
  gboolean is_closed;
  gboolean abort;       /* shut at once, whatever output() still has */
  gint64 held_since_us; /* its driver keeps a limit of speed; FIL_NEVER: it does not */
  guint64 group;        /* those of one number share a limit of speed, when there is one for it; 0: of none */
  FilSession *next;     /* owned: takes over the stream as soon as output() has no more */
};

void fil_session_init (FilSession *self, const FilSessionClass *klass);
void fil_session_changed (FilSession *self);
void fil_session_get_carrier (FilSession *self, FilCarrier *out);
void fil_session_close (FilSession *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void fil_session_abort (FilSession *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void fil_session_hand_over (FilSession *self, FilSession *next);
void fil_session_free (FilSession *self);

gsize fil_session_feed (FilSession *self, const guint8 *bytes, gsize len, gint64 now_us);
gboolean fil_session_output (FilSession *self, FilOutput *out, gint64 now_us);
void fil_session_sent (FilSession *self, gsize len, gint64 now_us);
void fil_session_hung_up (FilSession *self, const char *error, gint64 now_us);
gint64 fil_session_wake (FilSession *self);
void fil_session_tick (FilSession *self, gint64 now_us);
void fil_session_set_held (FilSession *self, gboolean is_held, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilSession, fil_session_free)

G_END_DECLS
