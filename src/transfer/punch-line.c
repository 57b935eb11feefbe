/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punches.h"

#include <string.h>

#include "punch-line-private.h"
#include "punches-private.h"
#include "writer.h"

/* The first words of a TCP connection that both sides opened, whoever accepted it: each shows the nonce of
 * the other, "PUNCH <theirs> <ours>"; then the one who asked says GO TLS or GO PLAIN on the connection that
 * it chose, and the others end. */

#define VERB "PUNCH "
#define NONCE_HEX (2 * FIL_PUNCH_NONCE_LEN)
#define GO_TLS "GO TLS"
#define GO_PLAIN "GO PLAIN"

typedef struct
{
  FilSession session;
  FilPunches *punches; /* NULL: they are gone */
  FilEndpoint peer;
  guint32 id;          /* of the attempt, 0: not known before its line */
  FilPunchWay way;
  char line[FIL_PUNCH_LINE_MAX];
  gsize line_len;
  FilWriter out;
  gsize out_sent;
  gboolean has_spoken;
  gboolean is_proven;  /* the other side showed our nonce */
  gint64 deadline_us;
} FilPunchLine;

static void
write_nonce (FilWriter *out,
             const guint8 *nonce)
{
  for (guint i = 0; i < FIL_PUNCH_NONCE_LEN; i++)
    fil_writer_printf (out, "%02x", nonce[i]);
}

static gboolean
read_nonce (const char *text,
            guint8 *out)
{
  for (guint i = 0; i < FIL_PUNCH_NONCE_LEN; i++)
    {
      int high = g_ascii_xdigit_value (text[2 * i]);
      int low = g_ascii_xdigit_value (text[2 * i + 1]);

      if (high < 0 || low < 0)
        return FALSE;
      out[i] = (guint8) (high << 4 | low);
    }
  return TRUE;
}

static void
speak (FilPunchLine *self,
       const FilPunch *punch)
{
  if (self->has_spoken || !punch->has_peer)
    return;
  self->has_spoken = TRUE;
  fil_writer_put (&self->out, fil_slice_text (VERB));
  write_nonce (&self->out, punch->peer.nonce);
  fil_writer_u8 (&self->out, ' ');
  write_nonce (&self->out, punch->own_nonce);
  fil_writer_u8 (&self->out, '\n');
}

/* The connection is given to who wants it. */
static void
hand_over (FilPunchLine *self,
           FilPunch *punch,
           gboolean has_tls,
           gint64 now_us)
{
  FilPunches *punches = self->punches;
  FilSession *next;

  self->way = _fil_punch_way (punch, FIL_PUNCH_BY_TCP, &self->peer);
  self->way.has_tls = has_tls && self->way.has_tls;
  next = punches->delegate.session (punches->data, &self->way);
  if (next == NULL)
    {
      _fil_punch_end (punch, now_us);
      fil_session_close (&self->session, "nobody wants this connection any more");
      return;
    }
  if (punch->is_asker)
    fil_writer_printf (&self->out, "%s\n", self->way.has_tls ? GO_TLS : GO_PLAIN);
  _fil_punch_chose_tcp (punch, &self->peer, now_us);
  fil_session_hand_over (&self->session, next);
}

/* Who knows our nonce got our offer or our answer. */
static void
take_proof (FilPunchLine *self,
            gint64 now_us)
{
  guint8 to[FIL_PUNCH_NONCE_LEN], from[FIL_PUNCH_NONCE_LEN];
  const char *text = self->line + strlen (VERB);
  FilPunch *punch;

  if (self->line_len != strlen (VERB) + 2 * NONCE_HEX + 1 || !g_str_has_prefix (self->line, VERB) ||
      !read_nonce (text, to) || !read_nonce (text + NONCE_HEX + 1, from))
    {
      fil_session_abort (&self->session, "it does not speak as after a punch");
      return;
    }
  punch = _fil_punches_by_nonce (self->punches, to);
  if (punch == NULL || (self->id != 0 && punch->id != self->id) ||
      (punch->has_peer && memcmp (punch->peer.nonce, from, sizeof from) != 0) ||
      !_fil_punch_takes_line (punch))
    {
      fil_session_abort (&self->session, "nobody waits for this connection");
      return;
    }
  if (!punch->has_peer)
    {
      punch->has_peer = TRUE;
      memcpy (punch->peer.nonce, from, sizeof from);
    }
  self->id = punch->id;
  self->is_proven = TRUE;
  speak (self, punch);
  if (punch->is_asker)
    hand_over (self, punch, punch->has_answer, now_us);
}

static void
take_go (FilPunchLine *self,
         gint64 now_us)
{
  FilPunch *punch = _fil_punches_by_id (self->punches, self->id);
  gboolean has_tls = strcmp (self->line, GO_TLS) == 0;

  if (punch == NULL || punch->is_asker || !_fil_punch_takes_line (punch) ||
      (!has_tls && strcmp (self->line, GO_PLAIN) != 0))
    {
      fil_session_abort (&self->session, "another connection was chosen");
      return;
    }
  hand_over (self, punch, has_tls, now_us);
}

static gsize
line_feed (FilSession *session,
           const guint8 *bytes,
           gsize len,
           gint64 now_us)
{
  FilPunchLine *self = (FilPunchLine *) session;
  gsize used = 0;

  while (used < len && self->punches != NULL && !session->is_closed && session->next == NULL)
    {
      char c = (char) bytes[used++];

      if (c != '\n' && self->line_len < sizeof self->line - 1)
        self->line[self->line_len++] = c;
      else if (c != '\n')
        fil_session_abort (session, "it does not speak as after a punch");
      else
        {
          if (self->line_len > 0 && self->line[self->line_len - 1] == '\r')
            self->line_len--;
          self->line[self->line_len] = '\0';
          if (self->is_proven)
            take_go (self, now_us);
          else
            take_proof (self, now_us);
          self->line_len = 0;
        }
    }
  return used;
}

static gboolean
line_output (FilSession *session,
             FilOutput *out,
             gint64 now_us)
{
  FilPunchLine *self = (FilPunchLine *) session;

  if (self->out_sent == self->out.len)
    return FALSE;
  out->bytes = fil_writer_data (&self->out) + self->out_sent;
  out->len = self->out.len - self->out_sent;
  return TRUE;
}

static void
line_sent (FilSession *session,
           gsize len,
           gint64 now_us)
{
  ((FilPunchLine *) session)->out_sent += len;
}

static void
line_hung_up (FilSession *session,
              const char *error,
              gint64 now_us)
{
  fil_session_close (session, "%s", error != NULL ? error : "the other side closed the connection");
}

static gint64
line_wake (FilSession *session)
{
  return session->is_closed || session->next != NULL ? FIL_NEVER : ((FilPunchLine *) session)->deadline_us;
}

static void
line_tick (FilSession *session,
           gint64 now_us)
{
  if (now_us >= ((FilPunchLine *) session)->deadline_us)
    fil_session_abort (session, "it punched and never spoke");
}

static void
line_free (FilSession *session)
{
  FilPunchLine *self = (FilPunchLine *) session;

  if (self->punches != NULL)
    g_ptr_array_remove_fast (self->punches->lines, self);
  fil_writer_clear (&self->out);
  g_free (self);
}

static const FilSessionClass line_class = {
  .name = "punch",
  .feed = line_feed,
  .output = line_output,
  .sent = line_sent,
  .hung_up = line_hung_up,
  .wake = line_wake,
  .tick = line_tick,
  .free = line_free,
};

/**
 * fil_punches_line:
 * @id: of the attempt when we connected; 0: somebody connected to us and says PUNCH
 * @peer: the other side of the connection
 *
 * Returns: (transfer full): who talks over the connection until it is chosen or not
 */
FilSession *
fil_punches_line (FilPunches *self,
                  guint32 id,
                  const FilEndpoint *peer,
                  gint64 now_us)
{
  FilPunch *punch = id != 0 ? _fil_punches_by_id (self, id) : NULL;
  FilPunchLine *line = g_new0 (FilPunchLine, 1);

  fil_session_init (&line->session, &line_class);
  line->punches = self;
  line->peer = *peer;
  line->id = id;
  line->deadline_us = now_us + FIL_PUNCH_LINE_US;
  fil_writer_init (&line->out);
  g_ptr_array_add (self->lines, line);
  if (punch != NULL)
    speak (line, punch);
  else if (id != 0)
    fil_session_close (&line->session, "the connection came too late");
  return &line->session;
}

gboolean
fil_punch_line_is (const FilSession *session)
{
  return session->klass == &line_class;
}

/**
 * fil_punch_line_way:
 *
 * Returns: (transfer none): what was agreed on, once the session handed over
 */
const FilPunchWay *
fil_punch_line_way (const FilSession *session)
{
  return &((const FilPunchLine *) session)->way;
}

void
_fil_punch_line_orphan (FilSession *session)
{
  FilPunchLine *self = (FilPunchLine *) session;

  g_ptr_array_remove_fast (self->punches->lines, self);
  self->punches = NULL;
  fil_session_abort (session, "the node stops");
}
