/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "endpoint.h"
#include "rudp-hub.h"
#include "transfer-limits.h"

#include <string.h>

/* Conversations with LimeWire itself, which tests/data/rudp-limewire.txt holds and explains. */

#define BEGIN (1000 * FIL_SEC)

typedef struct
{
  gint64 at_us;
  gboolean is_limewire;
  GByteArray *bytes;
} Line;

typedef struct
{
  GPtrArray *lines;
  FilRudpHub *hub;
  FilRudp *rudp;
  FilEndpoint limewire;
  guint n_answered;  /* lines of LimeWire's, and of ours that were sent again */
  gsize n_read;
  gsize n_written;
  gsize to_write;
  gsize to_read;
  gboolean closes;
} Conversation;

static void
line_free (gpointer data)
{
  Line *self = data;

  g_byte_array_unref (self->bytes);
  g_free (self);
}

static GByteArray *
from_hex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();

  for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2)
    {
      const guint8 byte = (guint8) (g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));

      g_byte_array_append (bytes, &byte, 1);
    }
  return bytes;
}

/* The lines of the part that begins with "[name]". */
static GPtrArray *
read_part (const char *name)
{
  g_autofree char *file = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "data", "rudp-limewire.txt", NULL);
  g_autofree char *title = g_strdup_printf ("[%s]", name);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) rows = NULL;
  GPtrArray *lines = g_ptr_array_new_with_free_func (line_free);
  gboolean is_inside = FALSE;

  g_file_get_contents (file, &text, NULL, &error);
  g_assert_no_error (error);
  rows = g_strsplit (text, "\n", -1);
  for (guint i = 0; rows[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (rows[i], " ", 3);
      Line *line;

      if (rows[i][0] == '[')
        is_inside = strcmp (rows[i], title) == 0;
      else if (is_inside && g_strv_length (words) == 3)
        {
          line = g_new (Line, 1);
          *line = (Line){ BEGIN + (gint64) (g_ascii_strtod (words[0], NULL) * FIL_MSEC), words[1][0] == 'L',
                          from_hex (words[2]) };
          g_ptr_array_add (lines, line);
        }
    }
  g_assert_cmpuint (lines->len, >, 0);
  return lines;
}

static FilSlice
datagram (const Line *line)
{
  return fil_slice (line->bytes->data, line->bytes->len);
}

static const Line *
line_at (const Conversation *self,
         guint i)
{
  return g_ptr_array_index (self->lines, i);
}

/* Whatever LimeWire sent is what is written here for the same packet. */
static void
test_bytes (void)
{
  static const char *const parts[] = { "LimeWire downloader", "LimeWire uploader" };
  guint seen = 0;

  for (guint p = 0; p < G_N_ELEMENTS (parts); p++)
    {
      g_autoptr (GPtrArray) lines = read_part (parts[p]);

      for (guint i = 0; i < lines->len; i++)
        {
          const FilSlice bytes = datagram (g_ptr_array_index (lines, i));
          g_auto (FilWriter) out;
          FilRudpPacket packet;

          fil_writer_init (&out);
          g_assert_true (fil_rudp_packet_decode (&packet, bytes));
          g_assert_false (packet.is_extended);
          fil_rudp_packet_encode (&packet, &out);
          g_assert_cmpmem (fil_writer_slice (&out).data, out.len, bytes.data, bytes.len);
          if (((Line *) g_ptr_array_index (lines, i))->is_limewire)
            seen |= 1u << packet.op;
        }
    }
  g_assert_cmphex (seen, ==, 1 << FIL_RUDP_SYN | 1 << FIL_RUDP_ACK | 1 << FIL_RUDP_KEEPALIVE | 1 << FIL_RUDP_DATA
                                 | 1 << FIL_RUDP_FIN);
}

/* The application: writes when it may, reads what comes, and closes when it has all. */
static void
on_changed (gpointer data,
            FilRudp *rudp,
            gint64 now_us)
{
  Conversation *self = data;
  guint8 byte;

  for (; fil_rudp_read (rudp, &byte, 1) == 1; self->n_read++)
    g_assert_cmphex (byte, ==, (guint8) (29 * self->n_read + 13 * (self->n_read >> 8) + 3));
  for (; self->n_written < self->to_write; self->n_written++)
    {
      byte = (guint8) (31 * self->n_written + 17 * (self->n_written >> 8) + 7);
      if (fil_rudp_write (rudp, &byte, 1) == 0)
        break;
    }
  if (self->closes && self->n_read == self->to_read && self->n_written == self->to_write)
    fil_rudp_shut (rudp);
}

/* What is sent must be what was sent then, in the same order. */
static void
send_all (Conversation *self,
          gint64 now_us)
{
  FilRudpHubOutput out;

  fil_rudp_hub_tick (self->hub, now_us);
  fil_rudp_hub_settle (self->hub, now_us);
  while (fil_rudp_hub_output (self->hub, &out, now_us))
    {
      while (self->n_answered < self->lines->len && line_at (self, self->n_answered)->is_limewire)
        self->n_answered++;
      g_assert_cmpuint (self->n_answered, <, self->lines->len);
      g_assert_cmpmem (out.output.bytes, out.output.len, line_at (self, self->n_answered)->bytes->data,
                       line_at (self, self->n_answered)->bytes->len);
      self->n_answered++;
      g_assert_true (fil_endpoint_equal (&out.to, &self->limewire));
      fil_rudp_hub_sent (self->hub, &out, now_us);
      fil_rudp_hub_settle (self->hub, now_us);
    }
}

/* Lets time pass until then, with all that is due meanwhile. */
static void
wait_until (Conversation *self,
            gint64 until_us)
{
  gint64 now_us;

  while ((now_us = fil_rudp_hub_wake (self->hub, 0)) < until_us)
    send_all (self, now_us);
}

/* Whether this datagram was read from the socket together with the next. */
static gboolean
came_together (const Conversation *self,
               guint i)
{
  return i + 1 < self->lines->len && line_at (self, i)->is_limewire && line_at (self, i + 1)->is_limewire
         && line_at (self, i + 1)->at_us - line_at (self, i)->at_us < 2 * FIL_MSEC;
}

static void
replay (Conversation *self,
        const char *part,
        FilRudpRole role)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (1);
  const FilRudpConfig config = { .profile = FIL_RUDP_LIMEWIRE, .role = role };
  guint8 id;

  self->lines = read_part (part);
  self->limewire = fil_endpoint_v4 ((const guint8[]){ 25, 0, 0, 1 }, 6346);
  id = line_at (self, 0)->bytes->data[4];
  self->hub = fil_rudp_hub_new (random);
  /* The hub chooses the ids; the one that was used then is needed. */
  while (self->rudp == NULL)
    {
      self->rudp = fil_rudp_hub_open (self->hub, &config, on_changed, self, BEGIN);
      if (fil_rudp_config (self->rudp)->id == id)
        break;
      fil_rudp_hub_release (self->hub, g_steal_pointer (&self->rudp), BEGIN);
      fil_rudp_hub_settle (self->hub, BEGIN);
    }
  g_assert_true (fil_rudp_hub_try (self->hub, self->rudp, &self->limewire, 0));
  send_all (self, BEGIN);
  for (guint i = 0; i < self->lines->len; i++)
    {
      const Line *line = line_at (self, i);

      if (!line->is_limewire)
        continue;
      if (i == 0 || !came_together (self, i - 1))
        wait_until (self, line->at_us);
      if (fil_rudp_state (self->rudp) == FIL_RUDP_CLOSED)
        break; /* LimeWire repeats its FIN */
      g_assert_true (fil_rudp_hub_receive (self->hub, datagram (line), &self->limewire, line->at_us));
      if (!came_together (self, i))
        send_all (self, line->at_us);
    }
  g_assert_cmpint (fil_rudp_state (self->rudp), ==, FIL_RUDP_CLOSED);
  g_assert_null (fil_rudp_error (self->rudp));
  g_assert_true (fil_rudp_is_at_end (self->rudp));
  g_assert_cmpuint (self->n_read, ==, self->to_read);
  g_assert_cmpuint (self->n_written, ==, self->to_write);
  for (; self->n_answered < self->lines->len; self->n_answered++)
    g_assert_true (line_at (self, self->n_answered)->is_limewire);
  fil_rudp_hub_free (self->hub);
  g_ptr_array_unref (self->lines);
}

static void
test_downloader (void)
{
  Conversation self = { .to_read = 1400, .to_write = 700 };

  replay (&self, "LimeWire downloader", FIL_RUDP_ROLE_ACCEPTOR);
}

static void
test_uploader (void)
{
  Conversation self = { .to_read = 600, .to_write = 700, .closes = TRUE };

  replay (&self, "LimeWire uploader", FIL_RUDP_ROLE_REQUESTOR);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/rudp-limewire/bytes", test_bytes);
  g_test_add_func ("/transfer/rudp-limewire/downloader", test_downloader);
  g_test_add_func ("/transfer/rudp-limewire/uploader", test_uploader);
  return g_test_run ();
}
