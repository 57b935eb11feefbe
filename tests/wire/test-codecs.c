/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cobs.h"
#include "deflate.h"
#include "ggep-builder.h"
#include "ggep.h"
#include "reader.h"
#include "wire-error.h"
#include "wire-limits.h"
#include "wire-test.h"
#include "writer.h"

static void
test_reader (void)
{
  static const guint8 bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 'a', 0, 'b' };
  FilReader r = fil_slice (bytes, sizeof bytes);
  FilReader small = fil_slice (bytes, 1);
  guint8 u8 = 99;
  guint16 u16 = 99;
  guint32 u32 = 99;
  guint64 u64 = 99;
  FilSlice slice;

  g_assert_true (fil_reader_le16 (&r, &u16));
  g_assert_cmphex (u16, ==, 0x0201);
  g_assert_true (fil_reader_be16 (&r, &u16));
  g_assert_cmphex (u16, ==, 0x0304);
  g_assert_true (fil_reader_be32 (&r, &u32));
  g_assert_cmphex (u32, ==, 0x05060708);
  g_assert_true (fil_reader_cstr (&r, &slice));
  g_assert_true (fil_slice_is (slice, "a"));
  g_assert_false (fil_reader_cstr (&r, &slice)); /* no NUL */
  g_assert_cmpuint (r.len, ==, 1);
  slice = fil_reader_rest (&r);
  g_assert_true (fil_slice_is (slice, "b"));
  g_assert_false (fil_reader_u8 (&r, &u8));
  g_assert_cmpuint (u8, ==, 99);

  /* What fails takes nothing and changes nothing. */
  g_assert_false (fil_reader_le16 (&small, &u16));
  g_assert_false (fil_reader_le32 (&small, &u32));
  g_assert_false (fil_reader_le64 (&small, &u64));
  g_assert_false (fil_reader_be64 (&small, &u64));
  g_assert_false (fil_reader_skip (&small, G_MAXSIZE));
  g_assert_false (fil_reader_slice (&small, 2, &slice));
  g_assert_cmpuint (small.len, ==, 1);
  g_assert_cmpuint (u64, ==, 99);
}

static void
test_writer (void)
{
  g_auto (FilWriter) w;
  g_autofree guint8 *stolen = NULL;
  gsize len;

  fil_writer_init (&w);
  fil_writer_u8 (&w, 1);
  fil_writer_le16 (&w, 0x0302);
  fil_writer_le32 (&w, 0x07060504);
  fil_writer_be16 (&w, 0x0809);
  fil_writer_be32 (&w, 0x0a0b0c0d);
  fil_writer_cstr (&w, fil_slice ("a\0b", 3));
  g_assert_null (w.heap);
  g_assert_cmpmem (fil_writer_data (&w), w.len, "\1\2\3\4\5\6\7\10\11\12\13\14\15a\0", 15);
  for (guint i = 0; i < 100000; i++)
    fil_writer_u8 (&w, (guint8) i);
  g_assert_nonnull (w.heap);
  g_assert_cmpuint (w.len, ==, 100015);
  g_assert_cmpuint (fil_writer_data (&w)[100014], ==, (guint8) 99999);
  fil_writer_patch (&w, 0, "zz", 2);
  fil_writer_printf (&w, "%s-%d", "x", 5);
  stolen = fil_writer_steal (&w, &len);
  g_assert_cmpuint (len, ==, 100018);
  g_assert_cmpmem (stolen, 3, "zz\3", 3);
  g_assert_cmpmem (stolen + len - 3, 3, "x-5", 3);
  g_assert_cmpuint (w.len, ==, 0);
}

static void
test_slices (void)
{
  static const char *const good[] = { "", "a", "abcdefgh", "abcdefghé", "éabcdefghijklmnop", "1234567日",
                                      "日本語のテスト" };
  static const char *const bad[] = { "\xff", "abcdefgh\xc3", "\xc0\x80", "abcdefg\xed\xa0\x80",
                                     "1234567890\xf5zz" };
  g_autofree char *made = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_auto (TestBytes) exact = test_bytes_copy (fil_slice_text (good[i]));

      g_assert_true (fil_slice_is_utf8 (test_bytes_slice (&exact)));
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto (TestBytes) exact = test_bytes_copy (fil_slice_text (bad[i]));

      g_assert_false (fil_slice_is_utf8 (test_bytes_slice (&exact)));
    }
  /* A NUL is none, wherever it stands. */
  for (gsize i = 0; i < 20; i++)
    {
      char text[21] = "abcdefghijklmnopqrst";

      text[i] = '\0';
      g_assert_false (fil_slice_is_utf8 (fil_slice (text, 20)));
    }
  for (guint i = 0; i < 20000; i++)
    {
      g_auto (TestBytes) noise = test_bytes_random (test_random_below (20));

      g_assert_cmpint (fil_slice_is_utf8 (test_bytes_slice (&noise)), ==,
                       g_utf8_validate_len ((const char *) noise.data, noise.len, NULL));
    }
  made = fil_slice_dup_text (fil_slice ("a\xff", 2));
  g_assert_cmpstr (made, ==, "a\xef\xbf\xbd");
  g_assert_true (fil_slice_is (fil_slice_strip (fil_slice_text (" \ta b\n")), "a b"));
}

static void
test_cobs (void)
{
  guint8 out[4000];
  gsize len;

  for (guint i = 0; i < 5000; i++)
    {
      g_autoptr (TestPool) pool = test_pool_new ();
      FilSlice plain = test_random_blob (pool, 0, 700);
      g_auto (FilWriter) encoded;

      fil_writer_init (&encoded);
      fil_cobs_encode (plain, &encoded);
      g_assert_null (memchr (fil_writer_data (&encoded), 0, encoded.len));
      g_assert_cmpuint (encoded.len, <=, FIL_COBS_MAX (plain.len));
      g_assert_true (fil_cobs_decode (fil_writer_slice (&encoded), out, plain.len, &len));
      g_assert_cmpmem (out, len, plain.data, plain.len);
      if (plain.len > 0)
        g_assert_false (fil_cobs_decode (fil_writer_slice (&encoded), out, plain.len - 1, &len));
    }
  for (guint i = 0; i < 20000; i++)
    {
      g_auto (TestBytes) noise = test_bytes_random (test_random_below (300));

      if (fil_cobs_decode (test_bytes_slice (&noise), out, sizeof out, &len))
        g_assert_cmpuint (len, <, noise.len);
    }

  /* Both forms of a full block. */
  memset (out, 'x', 300);
  out[0] = 255;
  out[255] = 1;
  {
    guint8 decoded[300];

    g_assert_true (fil_cobs_decode (fil_slice (out, 255), decoded, sizeof decoded, &len));
    g_assert_cmpuint (len, ==, 254);
    g_assert_true (fil_cobs_decode (fil_slice (out, 256), decoded, sizeof decoded, &len));
    g_assert_cmpuint (len, ==, 254);
  }
  g_assert_false (fil_cobs_decode (FIL_SLICE_NONE, out, sizeof out, &len));
  g_assert_false (fil_cobs_decode (fil_slice ("\0", 1), out, sizeof out, &len));
  g_assert_false (fil_cobs_decode (fil_slice ("\3a", 2), out, sizeof out, &len));
}

/* Random items come back, whatever is needed to carry them. */
static void
test_ggep_round_trip (void)
{
  for (guint i = 0; i < 5000; i++)
    {
      g_autoptr (TestPool) pool = test_pool_new ();
      const gboolean no_nul = test_random_bool ();
      const guint n = test_random_below (FIL_GGEP_ITEMS_MAX + 1);
      FilSlice data[FIL_GGEP_ITEMS_MAX];
      FilGgepBuilder builder;
      FilGgep ggep;
      g_auto (FilWriter) out;
      g_auto (TestBytes) exact = { NULL, 0 };

      fil_writer_init (&out);
      fil_ggep_builder_init (&builder, &out, no_nul);
      for (guint k = 0; k < n; k++)
        {
          g_autofree char *key = g_strdup_printf ("K%u", k);

          data[k] = test_random_bool () ? test_random_blob (pool, 0, 100) : test_random_text (pool, 0, 300);
          if (test_random_below (8) == 0)
            fil_ggep_builder_add_deflated (&builder, key, data[k]);
          else
            fil_ggep_builder_add (&builder, key, data[k]);
        }
      g_assert_cmpuint (fil_ggep_builder_end (&builder), ==, n);
      if (no_nul)
        g_assert_null (memchr (fil_writer_data (&out), 0, out.len));

      exact = test_bytes_copy (fil_writer_slice (&out));
      g_assert_true (fil_ggep_parse_whole (&ggep, test_bytes_slice (&exact)));
      g_assert_cmpuint (ggep.n_items, ==, n);
      for (guint k = 0; k < n; k++)
        {
          g_autofree char *key = g_strdup_printf ("K%u", k);
          guint8 room[512];
          FilSlice got;

          g_assert_true (fil_ggep_read (&ggep, key, room, sizeof room, &got));
          g_assert_cmpmem (got.data, got.len, data[k].data, data[k].len);
        }
      g_assert_false (fil_ggep_has (&ggep, "K"));

      if (i < 100)
        for (gsize len = 1; len < exact.len; len++)
          {
            g_auto (TestBytes) cut = test_bytes_copy (fil_slice (exact.data, len));

            g_assert_false (fil_ggep_parse_whole (&ggep, test_bytes_slice (&cut)));
          }
    }
}

static void
test_ggep_bad (void)
{
  static const struct
  {
    const char *hex;
    const char *what;
  } bad[] = {
    { "c3", "nothing behind the magic" },
    { "c38341414140ff", "something behind the block" },
    { "c39341414140", "reserved bit" },
    { "c38040", "no key" },
    { "c38341074140", "control character" },
    { "c38341414100", "length without marks" },
    { "c383414141c0", "length with both marks" },
    { "c38341414181818141", "length of four bytes" },
    { "c38341414141", "payload is missing" },
    { "c30341414140", "no last item" },
    { "c383", "key is missing" },
    { "008341414140", "no magic" },
  };
  GString *many = g_string_new ("c3");
  FilGgep ggep;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto (TestBytes) bytes = test_bytes_hex (bad[i].hex);

      g_test_message ("%s", bad[i].what);
      g_assert_false (fil_ggep_parse_whole (&ggep, test_bytes_slice (&bytes)));
    }

  for (guint i = 0; i <= FIL_GGEP_ITEMS_MAX; i++)
    g_string_append (many, i < FIL_GGEP_ITEMS_MAX ? "014140" : "814140");
  {
    g_auto (TestBytes) bytes = test_bytes_hex (many->str);

    g_assert_false (fil_ggep_parse_whole (&ggep, test_bytes_slice (&bytes)));
    bytes.len -= 3;
    bytes.data[bytes.len - 3] |= 0x80;
    g_assert_true (fil_ggep_parse_whole (&ggep, test_bytes_slice (&bytes)));
    g_assert_cmpuint (ggep.n_items, ==, FIL_GGEP_ITEMS_MAX);
  }
  g_string_free (many, TRUE);

  /* The first of two stands; an empty block has no keys. */
  {
    g_auto (TestBytes) two = test_bytes_hex ("c301414101814141ff");
    g_auto (TestBytes) none = test_bytes_hex ("");
    FilSlice data;

    two.data[3] = 0x41;
    g_assert_true (fil_ggep_parse_whole (&ggep, test_bytes_slice (&two)));
    g_assert_true (fil_ggep_read_plain (&ggep, "A", 10, &data));
    g_assert_cmpuint (data.data[0], ==, 1);
    g_assert_true (fil_ggep_parse_whole (&ggep, test_bytes_slice (&none)));
    g_assert_false (fil_ggep_has (&ggep, "A"));
  }
}

/* One item that inflates to a great deal, and one that is COBS without end. */
static void
test_ggep_bombs (void)
{
  g_autofree guint8 *zeros = g_malloc0 (1 << 20);
  g_autofree guint8 *room = g_malloc (FIL_GGEP_INFLATED_MAX + 100);
  g_auto (FilWriter) deflated;
  g_auto (FilWriter) block;
  FilGgepItem item = { .deflated = TRUE };
  FilSlice data;

  fil_writer_init (&deflated);
  fil_writer_init (&block);
  g_assert_true (fil_deflate_once (fil_slice (zeros, 1 << 20), &deflated));
  item.raw = fil_writer_slice (&deflated);
  g_assert_false (fil_ggep_item_read (&item, room, FIL_GGEP_INFLATED_MAX + 100, &data));
  g_assert_false (fil_ggep_item_read (&item, room, 10, &data));

  fil_writer_truncate (&deflated, 0);
  g_assert_true (fil_deflate_once (fil_slice (zeros, FIL_GGEP_INFLATED_MAX), &deflated));
  item.raw = fil_writer_slice (&deflated);
  g_assert_true (fil_ggep_item_read (&item, room, FIL_GGEP_INFLATED_MAX + 100, &data));
  g_assert_cmpuint (data.len, ==, FIL_GGEP_INFLATED_MAX);

  /* Both codings; then too short to be a zlib stream. */
  fil_cobs_encode (fil_writer_slice (&deflated), &block);
  item.cobs = TRUE;
  item.raw = fil_writer_slice (&block);
  g_assert_true (fil_ggep_item_read (&item, room, FIL_GGEP_INFLATED_MAX, &data));
  g_assert_cmpuint (data.len, ==, FIL_GGEP_INFLATED_MAX);
  item.raw.len = 5;
  g_assert_false (fil_ggep_item_read (&item, room, FIL_GGEP_INFLATED_MAX, &data));
}

static void
test_vlint (void)
{
  for (guint i = 0; i < 64; i++)
    {
      const guint64 values[] = { G_GUINT64_CONSTANT (1) << i, (G_GUINT64_CONSTANT (1) << i) - 1 };

      for (guint k = 0; k < 2; k++)
        {
          guint8 bytes[8];
          gsize n = fil_vlint_encode (values[k], bytes);
          guint64 back;

          g_assert_true (n == 0 || bytes[n - 1] != 0);
          g_assert_true (fil_vlint_decode (fil_slice (bytes, n), &back));
          g_assert_cmpuint (back, ==, values[k]);
        }
    }
  {
    guint64 value;

    g_assert_false (fil_vlint_decode (fil_slice ("123456789", 9), &value));
  }
}

static void
test_link (void)
{
  g_autoptr (FilDeflate) deflate = fil_deflate_new ();
  g_autoptr (FilInflate) inflate = fil_inflate_new ();
  g_auto (FilWriter) wire;
  GByteArray *sent = g_byte_array_new ();
  GByteArray *got = g_byte_array_new ();

  fil_writer_init (&wire);
  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (TestPool) pool = test_pool_new ();
      FilSlice plain = test_random_bool () ? test_random_blob (pool, 0, 2000) : test_random_text (pool, 0,
                                                                                                  2000);
      FilSlice input;

      fil_writer_truncate (&wire, 0);
      fil_deflate_write (deflate, plain, &wire);
      g_byte_array_append (sent, plain.data, (guint) plain.len);
      if (test_random_below (3) != 0)
        fil_deflate_flush (deflate, &wire);

      /* In pieces, with little room for what comes out. */
      input = fil_writer_slice (&wire);
      while (TRUE)
        {
          guint8 out[64];
          gsize len;
          const gsize n_bytes = 1 + test_random_below (200);
          FilSlice piece = fil_slice (input.data, MIN (input.len, n_bytes));
          FilSlice rest = piece;
          FilInflateStatus status = fil_inflate_read (inflate, &rest, out, sizeof out, &len, NULL);

          g_assert_true (status == FIL_INFLATE_MORE || status == FIL_INFLATE_FULL);
          g_byte_array_append (got, out, (guint) len);
          input.data += piece.len - rest.len;
          input.len -= piece.len - rest.len;
          if (status == FIL_INFLATE_MORE && input.len == 0)
            break;
        }
      if (!fil_deflate_is_dirty (deflate))
        g_assert_cmpmem (got->data, got->len, sent->data, sent->len);
    }
  g_assert_cmpuint (sent->len, >, 10000);

  /* A flush of nothing sends nothing. */
  fil_deflate_flush (deflate, &wire);
  fil_writer_truncate (&wire, 0);
  fil_deflate_flush (deflate, &wire);
  g_assert_cmpuint (wire.len, ==, 0);
  g_byte_array_unref (sent);
  g_byte_array_unref (got);
}

/* 1 MB of deflate that is 1 GB of zeros: given up after about four megabytes. */
static void
test_link_bomb (void)
{
  g_autoptr (FilDeflate) deflate = fil_deflate_new ();
  g_autoptr (FilInflate) inflate = fil_inflate_new ();
  g_autofree guint8 *zeros = g_malloc0 (1 << 20);
  g_autoptr (GError) error = NULL;
  g_auto (FilWriter) wire;
  guint8 out[16384];
  FilSlice input;
  FilInflateStatus status;
  gsize len;

  fil_writer_init (&wire);
  for (guint i = 0; i < 64; i++)
    fil_deflate_write (deflate, fil_slice (zeros, 1 << 20), &wire);
  fil_deflate_flush (deflate, &wire);
  g_assert_cmpuint (wire.len, <, 100000);

  input = fil_writer_slice (&wire);
  do
    {
      status = fil_inflate_read (inflate, &input, out, sizeof out, &len, &error);
      g_assert_cmpuint (len, <=, sizeof out);
    }
  while (status == FIL_INFLATE_FULL || (status == FIL_INFLATE_MORE && input.len > 0));
  g_assert_cmpint (status, ==, FIL_INFLATE_ERROR);
  g_assert_error (error, FIL_WIRE_ERROR, FIL_WIRE_ERROR_COMPRESSION);
  g_assert_cmpuint (fil_wire_error_bye_code (error), ==, 501);
  g_assert_cmpuint (fil_inflate_total_out (inflate), <=, 8 * 1024 * 1024);
  /* It stays that way. */
  g_assert_cmpint (fil_inflate_read (inflate, &input, out, sizeof out, &len, NULL), ==, FIL_INFLATE_ERROR);
  g_assert_cmpuint (len, ==, 0);
}

static void
test_link_broken (void)
{
  g_autoptr (FilInflate) inflate = fil_inflate_new ();
  FilSlice input = fil_slice_text ("no zlib stream at all");
  g_autoptr (GError) error = NULL;
  guint8 out[64];
  gsize len;

  g_assert_cmpint (fil_inflate_read (inflate, &input, out, sizeof out, &len, &error), ==, FIL_INFLATE_ERROR);
  g_assert_error (error, FIL_WIRE_ERROR, FIL_WIRE_ERROR_COMPRESSION);
}

static void
test_once (void)
{
  for (guint i = 0; i < 500; i++)
    {
      g_autoptr (TestPool) pool = test_pool_new ();
      FilSlice plain = test_random_bool () ? test_random_text (pool, 0, 3000) : test_random_blob (pool, 0,
                                                                                                  3000);
      g_auto (FilWriter) deflated;
      g_auto (FilWriter) back;
      guint8 out[4096];
      gsize len;

      fil_writer_init (&deflated);
      fil_writer_init (&back);
      if (!fil_deflate_once (plain, &deflated))
        {
          g_assert_cmpuint (deflated.len, ==, 0);
          continue;
        }
      g_assert_cmpuint (deflated.len, <, plain.len);
      g_assert_true (fil_inflate_once (fil_writer_slice (&deflated), out, plain.len, &len));
      g_assert_cmpmem (out, len, plain.data, plain.len);
      g_assert_false (fil_inflate_once (fil_writer_slice (&deflated), out, plain.len - 1, &len));
      g_assert_true (fil_inflate_into (fil_writer_slice (&deflated), plain.len, &back));
      g_assert_cmpmem (fil_writer_data (&back), back.len, plain.data, plain.len);
      fil_writer_truncate (&back, 3);
      g_assert_false (fil_inflate_into (fil_writer_slice (&deflated), plain.len - 1, &back));
      g_assert_cmpuint (back.len, ==, 3);

      /* Cut, or with something behind it. */
      g_assert_false (fil_inflate_once (fil_slice (fil_writer_data (&deflated), deflated.len - 1), out,
                                        sizeof out, &len));
      fil_writer_u8 (&deflated, 0);
      g_assert_false (fil_inflate_once (fil_writer_slice (&deflated), out, sizeof out, &len));
      g_assert_false (fil_inflate_into (fil_writer_slice (&deflated), plain.len, &back));
    }
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/codecs/reader", test_reader);
  g_test_add_func ("/wire/codecs/writer", test_writer);
  g_test_add_func ("/wire/codecs/slices", test_slices);
  g_test_add_func ("/wire/codecs/cobs", test_cobs);
  g_test_add_func ("/wire/codecs/ggep/round-trip", test_ggep_round_trip);
  g_test_add_func ("/wire/codecs/ggep/bad", test_ggep_bad);
  g_test_add_func ("/wire/codecs/ggep/bombs", test_ggep_bombs);
  g_test_add_func ("/wire/codecs/vlint", test_vlint);
  g_test_add_func ("/wire/codecs/deflate/link", test_link);
  g_test_add_func ("/wire/codecs/deflate/bomb", test_link_bomb);
  g_test_add_func ("/wire/codecs/deflate/broken", test_link_broken);
  g_test_add_func ("/wire/codecs/deflate/once", test_once);
  return g_test_run ();
}
