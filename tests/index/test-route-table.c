/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "keyword-index-builder.h"
#include "route-receiver.h"
#include "route-table-builder.h"
#include "route-table.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

static char **
read_vectors (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "data", "vectors", "overlay", "10_qrp.txt", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return g_strsplit (text, "\n", -1);
}

/* The payload of the message that a title like "[T3]" introduces: what follows the 23 bytes of header. */
static GByteArray *
vector_payload (const char *title)
{
  g_auto(GStrv) lines = read_vectors ();
  GByteArray *message = g_byte_array_new ();
  gboolean here = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (lines[i][0] == '[')
        here = g_str_has_prefix (lines[i], title);
      if (!here || strncmp (lines[i], "  ", 2) != 0 || !g_ascii_isxdigit (lines[i][2]))
        continue;
      for (const char *p = lines[i] + 2; g_ascii_isxdigit (p[0]); p += p[2] == ' ' ? 3 : 2)
        {
          guint8 byte = (guint8) (g_ascii_xdigit_value (p[0]) << 4 | g_ascii_xdigit_value (p[1]));

          g_byte_array_append (message, &byte, 1);
        }
    }
  g_assert_cmpuint (message->len, >, 23);
  return g_byte_array_remove_range (message, 0, 23);
}

static void
test_hash (void)
{
  g_auto(GStrv) lines = read_vectors ();
  guint n = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char text[64] = "";
      guint bits, slot;

      if (sscanf (lines[i], "hash(\"\", %u bits) = %u", &bits, &slot) != 2 &&
          sscanf (lines[i], "hash(\"%63[^\"]\", %u bits) = %u", text, &bits, &slot) != 3)
        continue;
      g_test_message ("%s", lines[i]);
      g_assert_cmpuint (fil_route_hash (text, strlen (text)) >> (32 - bits), ==, slot);
      n++;
    }
  g_assert_cmpuint (n, ==, 22);
  /* Beyond the basic plane two units count: U+1D400 is d835 dc00. */
  g_assert_cmpuint (fil_route_hash ("\xf0\x9d\x90\x80", 4), ==, 0x0035u * 0x4f1bbcdcu);
}

static gboolean
has_word (const FilRouteTable *table,
          const char *word)
{
  return fil_route_table_get (table, fil_route_hash (word, strlen (word)) >> (32 - fil_route_table_bits (table)));
}

/* "gtk-gnutella (and gnutella-bun-client) inserts for …" */
static void
test_inserts (void)
{
  g_auto(GStrv) lines = read_vectors ();
  guint n = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr(FilRouteTableBuilder) builder = NULL;
      g_autoptr(FilRouteTable) table = NULL;
      g_auto(GStrv) words = NULL;
      const char *colon = strstr (lines[i], "\": ");

      if (!g_str_has_prefix (lines[i], "gtk-gnutella") || colon == NULL)
        continue;
      words = g_strsplit (colon + 3, " ", -1);
      builder = fil_route_table_builder_new ();
      fil_route_table_builder_add_word (builder, words[0], strlen (words[0]));
      table = fil_route_table_builder_finish (builder);
      for (guint k = 0; words[k] != NULL; k++)
        g_assert_true (has_word (table, words[k]));
      g_assert_cmpuint (fil_route_table_n_set (table), ==, g_strv_length (words));
      n++;
    }
  g_assert_cmpuint (n, ==, 5);
}

static gboolean
feed_patch (FilRouteReceiver *receiver,
            const guint8 *payload,
            gsize len,
            const char **reason)
{
  gboolean is_complete;

  return fil_route_receiver_begin_patch (receiver, payload[1], payload[2], payload[3], payload[4], reason) &&
         fil_route_receiver_data (receiver, payload + 5, len - 5, reason) &&
         fil_route_receiver_end_patch (receiver, &is_complete, reason);
}

static void
assert_slots (const FilRouteTable *table,
              const char *expected)
{
  g_autoptr(GString) text = g_string_new (NULL);

  g_assert_nonnull (table);
  for (guint32 i = 0; i < fil_route_table_slots (table); i++)
    if (fil_route_table_get (table, i))
      g_string_append_printf (text, "%s%u", text->len > 0 ? " " : "", i);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_vectors (void)
{
  static const struct
  {
    const char *title;
    guint infinity;
    const char *before;
    const char *after;
  } cases[] = {
    { "[T3]", 2, NULL, "1 6 15" },
    { "[T4]", 2, "[T3]", "2 6 15" },
    { "[T5]", 7, NULL, "1 6 15" },
    { "[T6]", 7, NULL, "1 6 15" },
    { "[T7]", 1, NULL, "1 6 15" },
  };
  g_autoptr(GByteArray) reset = vector_payload ("[T2]");
  g_autoptr(GByteArray) big_reset = vector_payload ("[T1]");

  g_assert_cmpuint (reset->data[1], ==, 16);
  g_assert_cmpuint (big_reset->data[3], ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(FilRouteReceiver) receiver = fil_route_receiver_new ();
      g_autoptr(GByteArray) patch = vector_payload (cases[i].title);
      const char *reason = NULL;

      g_test_message ("%s", cases[i].title);
      g_assert_true (fil_route_receiver_reset (receiver, reset->data[1], cases[i].infinity, &reason));
      if (cases[i].before != NULL)
        {
          g_autoptr(GByteArray) before = vector_payload (cases[i].before);

          g_assert_true (feed_patch (receiver, before->data, before->len, &reason));
        }
      g_assert_true (feed_patch (receiver, patch->data, patch->len, &reason));
      assert_slots (fil_route_receiver_table (receiver), cases[i].after);
    }
}

/* T8 and T9: one zlib stream over the messages of a sequence. */
static void
test_deflated_vectors (void)
{
  static const char *const titles[] = { "[T8]", "[T9a]", "[T9b]" };
  const char *reason = NULL;

  for (guint first = 0; first < 2; first++)
    {
      g_autoptr(FilRouteReceiver) receiver = fil_route_receiver_new ();
      z_stream stream = { 0 };
      gboolean is_complete = FALSE;

      g_assert_cmpint (inflateInit (&stream), ==, Z_OK);
      g_assert_true (fil_route_receiver_reset (receiver, first == 0 ? 16 : 65536, 2, &reason));
      for (guint i = first; i < (first == 0 ? 1 : 3); i++)
        {
          g_autoptr(GByteArray) payload = vector_payload (titles[i]);

          g_assert_true (fil_route_receiver_begin_patch (receiver, payload->data[1], payload->data[2],
                                                         payload->data[3], payload->data[4], &reason));
          stream.next_in = payload->data + 5;
          stream.avail_in = payload->len - 5;
          for (;;)
            {
              guint8 out[1000];

              stream.next_out = out;
              stream.avail_out = sizeof out;
              inflate (&stream, Z_SYNC_FLUSH);
              if (stream.avail_out == sizeof out)
                break;
              g_assert_true (fil_route_receiver_data (receiver, out, sizeof out - stream.avail_out, &reason));
            }
          g_assert_true (fil_route_receiver_end_patch (receiver, &is_complete, &reason));
        }
      inflateEnd (&stream);
      g_assert_true (is_complete);
      if (first == 0)
        assert_slots (fil_route_receiver_table (receiver), "1 6 15");
      else
        for (guint32 slot = 0; slot < 65536; slot++)
          g_assert_cmpint (fil_route_table_get (fil_route_receiver_table (receiver), slot), ==,
                           slot % 16 == 1 || slot % 16 == 6 || slot % 16 == 15);
    }
}

static FilRouteTable *
random_table (guint bits,
              guint n_set)
{
  g_autoptr(FilRouteReceiver) receiver = fil_route_receiver_new ();
  gsize len = (gsize) 1 << (bits - 1);
  g_autofree guint8 *raw = g_malloc0 (len);
  const char *reason;
  gboolean is_complete;

  for (guint i = 0; i < n_set; i++)
    {
      guint slot = g_test_rand_int () & ((1u << bits) - 1);

      raw[slot / 2] |= slot % 2 == 0 ? 0xf0 : 0x0f;
    }
  g_assert_true (fil_route_receiver_reset (receiver, 1u << bits, 2, &reason));
  g_assert_true (fil_route_receiver_begin_patch (receiver, 1, 1, 0, 4, &reason));
  g_assert_true (fil_route_receiver_data (receiver, raw, len, &reason));
  g_assert_true (fil_route_receiver_end_patch (receiver, &is_complete, &reason));
  g_assert_true (is_complete);
  return fil_route_table_ref (fil_route_receiver_table (receiver));
}

/* Tables of every size, sent whole and then as differences, cut anywhere. */
static void
test_round_trip (void)
{
  for (guint bits = FIL_ROUTE_MIN_BITS; bits <= FIL_ROUTE_MAX_BITS; bits++)
    {
      g_autoptr(FilRouteReceiver) receiver = fil_route_receiver_new ();
      g_autoptr(FilRouteTable) last = NULL;
      guint infinity = bits % 2 == 0 ? 2 : FIL_ROUTE_INFINITY;
      const char *reason = NULL;

      g_assert_true (fil_route_receiver_reset (receiver, 1u << bits, infinity, &reason));
      for (guint run = 0; run < 3; run++)
        {
          g_autoptr(FilRouteTable) table = random_table (bits, (1u << bits) / 4);
          g_autoptr(GBytes) patch = fil_route_table_to_patch (table, last, infinity);
          const guint8 *raw = g_bytes_get_data (patch, NULL);
          gsize left = g_bytes_get_size (patch);
          guint count = (guint) g_test_rand_int_range (1, 10);
          gboolean is_complete = FALSE;

          g_assert_cmpuint (left, ==, (1u << bits) / 2);
          for (guint number = 1; number <= count; number++)
            {
              gsize n = number == count ? left : MIN (left, (1u << bits) / 2 / count);

              g_assert_false (is_complete);
              g_assert_true (fil_route_receiver_begin_patch (receiver, number, count, 1, 4, &reason));
              g_assert_cmpuint (fil_route_receiver_missing (receiver), ==, left);
              g_assert_true (fil_route_receiver_data (receiver, raw, n, &reason));
              g_assert_true (fil_route_receiver_end_patch (receiver, &is_complete, &reason));
              raw += n;
              left -= n;
            }
          g_assert_true (is_complete);
          g_assert_true (fil_route_table_equal (fil_route_receiver_table (receiver), table));
          g_assert_cmpuint (fil_route_table_n_set (fil_route_receiver_table (receiver)), ==,
                            fil_route_table_n_set (table));
          fil_route_table_unref (g_steal_pointer (&last));
          last = g_steal_pointer (&table);
        }
    }
}

/* What is in use stays whole while the next table comes in. */
static void
test_replacement (void)
{
  static const guint8 first[] = { 0x0f, 0, 0, 0 };
  static const guint8 second[] = { 0xf0, 0, 0, 0 };
  g_autoptr(FilRouteReceiver) receiver = fil_route_receiver_new ();
  const char *reason;
  gboolean is_complete;

  g_assert_null (fil_route_receiver_table (receiver));
  g_assert_true (fil_route_receiver_reset (receiver, 8, 7, &reason));
  g_assert_null (fil_route_receiver_table (receiver));
  g_assert_true (fil_route_receiver_begin_patch (receiver, 1, 1, 0, 4, &reason));
  g_assert_true (fil_route_receiver_data (receiver, first, 4, &reason));
  g_assert_null (fil_route_receiver_table (receiver));
  g_assert_true (fil_route_receiver_end_patch (receiver, &is_complete, &reason));
  assert_slots (fil_route_receiver_table (receiver), "1");

  g_assert_true (fil_route_receiver_begin_patch (receiver, 1, 2, 0, 4, &reason));
  g_assert_true (fil_route_receiver_data (receiver, second, 2, &reason));
  g_assert_true (fil_route_receiver_end_patch (receiver, &is_complete, &reason));
  g_assert_false (is_complete);
  assert_slots (fil_route_receiver_table (receiver), "1");

  /* A RESET amid the sequence: it begins anew, from nothing. */
  g_assert_true (fil_route_receiver_reset (receiver, 8, 7, &reason));
  assert_slots (fil_route_receiver_table (receiver), "1");
  g_assert_true (fil_route_receiver_begin_patch (receiver, 1, 1, 0, 4, &reason));
  g_assert_true (fil_route_receiver_data (receiver, second, 4, &reason));
  g_assert_true (fil_route_receiver_end_patch (receiver, &is_complete, &reason));
  assert_slots (fil_route_receiver_table (receiver), "0");
}

static void
test_hostile (void)
{
  static const guint32 bad_slots[] = { 0, 1, 4, 7, 12, 65535, (1u << FIL_ROUTE_MAX_BITS) + 1,
                                       1u << (FIL_ROUTE_MAX_BITS + 1), G_MAXUINT32 };
  static const struct
  {
    guint number, count, compressor, bits;
  } heads[] = {
    { 0, 1, 0, 4 }, { 2, 2, 0, 4 }, { 1, 0, 0, 4 }, { 1, 1, 2, 4 },   { 1, 1, 255, 4 },
    { 1, 1, 0, 0 }, { 1, 1, 0, 3 }, { 1, 1, 0, 9 }, { 1, 1, 0, 255 }, { 255, 255, 0, 4 },
  };
  static const struct
  {
    guint number, count, compressor, bits;
  } seconds[] = {
    { 1, 3, 1, 4 }, { 3, 3, 1, 4 }, { 2, 4, 1, 4 }, { 2, 3, 0, 4 }, { 2, 3, 1, 8 }, { 2, 1, 1, 4 },
  };
  static const guint8 zeros[16];
  const char *reason;
  gboolean is_complete;

  for (guint i = 0; i < G_N_ELEMENTS (bad_slots); i++)
    {
      g_autoptr(FilRouteReceiver) receiver = fil_route_receiver_new ();

      reason = NULL;
      g_assert_false (fil_route_receiver_reset (receiver, bad_slots[i], 7, &reason));
      g_assert_nonnull (reason);
      g_assert_false (fil_route_receiver_reset (receiver, 16, 7, &reason));
    }
  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autoptr(FilRouteReceiver) receiver = fil_route_receiver_new ();

      g_assert_true (fil_route_receiver_reset (receiver, 16, 7, &reason));
      reason = NULL;
      g_assert_false (fil_route_receiver_begin_patch (receiver, heads[i].number, heads[i].count,
                                                      heads[i].compressor, heads[i].bits, &reason));
      g_assert_nonnull (reason);
      g_assert_false (fil_route_receiver_begin_patch (receiver, 1, 1, 0, 4, &reason));
    }
  for (guint i = 0; i < G_N_ELEMENTS (seconds); i++)
    {
      g_autoptr(FilRouteReceiver) receiver = fil_route_receiver_new ();

      g_assert_true (fil_route_receiver_reset (receiver, 16, 7, &reason));
      g_assert_true (fil_route_receiver_begin_patch (receiver, 1, 3, 1, 4, &reason));
      g_assert_true (fil_route_receiver_data (receiver, zeros, 2, &reason));
      g_assert_true (fil_route_receiver_end_patch (receiver, &is_complete, &reason));
      g_assert_false (fil_route_receiver_begin_patch (receiver, seconds[i].number, seconds[i].count,
                                                      seconds[i].compressor, seconds[i].bits, &reason));
    }
  {
    g_autoptr(FilRouteReceiver) no_reset = fil_route_receiver_new ();
    g_autoptr(FilRouteReceiver) infinity = fil_route_receiver_new ();
    g_autoptr(FilRouteReceiver) too_long = fil_route_receiver_new ();
    g_autoptr(FilRouteReceiver) too_short = fil_route_receiver_new ();

    g_assert_false (fil_route_receiver_begin_patch (no_reset, 1, 1, 0, 4, &reason));
    g_assert_false (fil_route_receiver_reset (infinity, 16, 0, &reason));

    g_assert_true (fil_route_receiver_reset (too_long, 16, 7, &reason));
    g_assert_true (fil_route_receiver_begin_patch (too_long, 1, 1, 0, 4, &reason));
    g_assert_true (fil_route_receiver_data (too_long, zeros, 8, &reason));
    g_assert_false (fil_route_receiver_data (too_long, zeros, 1, &reason));

    g_assert_true (fil_route_receiver_reset (too_short, 16, 7, &reason));
    g_assert_true (fil_route_receiver_begin_patch (too_short, 1, 1, 0, 4, &reason));
    g_assert_true (fil_route_receiver_data (too_short, zeros, 7, &reason));
    g_assert_false (fil_route_receiver_end_patch (too_short, &is_complete, &reason));
    g_assert_null (fil_route_receiver_table (too_short));
  }
}

/* Any bytes at any entry size: no crash, and the sign decides. */
static void
test_random_patches (void)
{
  static const guint sizes[] = { 8, 4, 2, 1 };

  for (guint run = 0; run < 400; run++)
    {
      g_autoptr(FilRouteReceiver) receiver = fil_route_receiver_new ();
      gboolean model[64] = { FALSE };
      guint entry_bits = sizes[run % 4];
      gsize len = 64 * entry_bits / 8;
      const char *reason;

      g_assert_true (fil_route_receiver_reset (receiver, 64, 1 + run % 255, &reason));
      for (guint round = 0; round < 3; round++)
        {
          guint8 payload[5 + 64] = { 1, 1, 1, 0, (guint8) entry_bits };

          for (gsize i = 0; i < len; i++)
            payload[5 + i] = (guint8) g_test_rand_int ();
          for (guint slot = 0; slot < 64; slot++)
            {
              guint at = slot * entry_bits;
              guint entry = (payload[5 + at / 8] >> (8 - entry_bits - at % 8)) & ((1u << entry_bits) - 1);

              if (entry_bits == 1)
                model[slot] ^= entry == 1;
              else if (entry != 0)
                model[slot] = entry >= 1u << (entry_bits - 1);
            }
          g_assert_true (feed_patch (receiver, payload, 5 + len, &reason));
        }
      for (guint slot = 0; slot < 64; slot++)
        g_assert_cmpint (fil_route_table_get (fil_route_receiver_table (receiver), slot), ==, model[slot]);
    }
}

static gboolean
matches (const FilRouteTable *table,
         const char *query)
{
  g_autoptr(FilWords) words = fil_words_new ();
  FilQueryHashes hashes;

  fil_words_split_query (words, query, -1);
  fil_query_hashes_init (&hashes, words);
  return fil_route_table_match (table, &hashes);
}

static void
test_match (void)
{
  g_autoptr(FilRouteTableBuilder) builder = fil_route_table_builder_new ();
  g_autoptr(FilRouteTable) table = NULL;
  g_autoptr(FilRouteTable) empty = fil_route_table_new_empty (3);
  g_autoptr(FilWords) words = fil_words_new ();
  FilQueryHashes hashes;

  fil_words_split_name (words, "Programming Música 語 of the night.pdf", -1);
  fil_route_table_builder_add_words (builder, words);
  table = fil_route_table_builder_finish (builder);
  g_assert_cmpuint (fil_route_table_bits (table), ==, FIL_ROUTE_OWN_MIN_BITS);

  g_assert_true (matches (table, "programming"));
  g_assert_true (matches (table, "PROGRAM musica"));
  g_assert_true (matches (table, "語"));
  g_assert_true (matches (table, "of night"));          /* short words do not count */
  g_assert_true (matches (table, "night -elsewhere"));  /* nor do excluded ones */
  g_assert_false (matches (table, "nowhere"));
  g_assert_false (matches (table, "night nowhere"));
  g_assert_true (matches (table, "night music nowhere"));            /* two of three */
  g_assert_false (matches (table, "night nowhere elsewhere"));
  g_assert_true (matches (table, "night music program nowhere"));    /* three of four */
  g_assert_false (matches (table, "night music nowhere elsewhere")); /* two of four */
  g_assert_false (matches (table, "of"));
  g_assert_false (matches (table, ""));
  g_assert_false (matches (empty, "night"));

  fil_words_split_query (words, "nowhere", -1);
  fil_query_hashes_init (&hashes, words);
  g_assert_false (fil_query_hashes_is_empty (&hashes));
  fil_query_hashes_add_urn (&hashes, "urn:sha1:ABC", 12);
  fil_query_hashes_add_urn (&hashes, "Programming", 11);
  g_assert_true (fil_route_table_match (table, &hashes));
  for (guint i = 0; i < 100; i++)
    fil_query_hashes_add_urn (&hashes, "urn:sha1:X", 10);
  g_assert_cmpuint (hashes.n_urns, ==, FIL_QUERY_MAX_URNS);
  fil_words_split_query (words, "", -1);
  fil_query_hashes_init (&hashes, words);
  fil_query_hashes_add_urn (&hashes, "\xff\xff", 2);
  g_assert_true (fil_query_hashes_is_empty (&hashes));
}

static void
test_sizes (void)
{
  g_autoptr(FilRouteTableBuilder) builder = fil_route_table_builder_new ();
  g_autoptr(FilRouteTable) none = fil_route_table_builder_finish (builder);
  guint last_bits = FIL_ROUTE_OWN_MIN_BITS;
  guint n = 0;

  g_assert_cmpuint (fil_route_table_slots (none), ==, 8);
  g_assert_cmpuint (fil_route_table_n_set (none), ==, 0);
  for (guint until = 100; until < 1500000; until *= 5)
    {
      g_autoptr(FilRouteTable) table = NULL;

      for (; n < until; n++)
        {
          char word[16];

          fil_route_table_builder_add_word (builder, word, (gsize) g_snprintf (word, sizeof word, "%x", n * 2654435761u));
        }
      table = fil_route_table_builder_finish (builder);
      g_assert_cmpuint (fil_route_table_bits (table), >=, last_bits);
      last_bits = fil_route_table_bits (table);
      if (last_bits < FIL_ROUTE_MAX_BITS)
        g_assert_cmpfloat (fil_route_table_fill (table), <=, 1.0 / FIL_ROUTE_SPARSE);
      g_assert_true (has_word (table, "9e3779b1"));
    }
  g_assert_cmpuint (last_bits, ==, FIL_ROUTE_MAX_BITS);
}

static void
test_index (void)
{
  g_autoptr(FilKeywordIndexBuilder) names = fil_keyword_index_builder_new ();
  g_autoptr(FilKeywordIndex) index = NULL;
  g_autoptr(FilRouteTableBuilder) builder = fil_route_table_builder_new ();
  g_autoptr(FilRouteTable) table = NULL;

  fil_keyword_index_builder_add (names, 1, "Straße nach Rom.txt", NULL);
  index = fil_keyword_index_builder_finish (names);
  fil_route_table_builder_add_index (builder, index);
  table = fil_route_table_builder_finish (builder);
  g_assert_true (matches (table, "straße rom"));
  g_assert_true (matches (table, "STRASSE"));
  g_assert_false (matches (table, "paris"));
}

/* A merge matches all that its parts match, whatever their sizes. */
static void
test_merge (void)
{
  for (guint run = 0; run < 40; run++)
    {
      FilRouteTable *tables[3];
      guint max_bits = (guint) g_test_rand_int_range (FIL_ROUTE_MIN_BITS, 15);
      guint largest = 0;
      g_autoptr(FilRouteTable) merged = NULL;

      for (guint i = 0; i < 3; i++)
        {
          guint bits = (guint) g_test_rand_int_range (FIL_ROUTE_MIN_BITS, 15);

          tables[i] = random_table (bits, (1u << bits) / 8);
          largest = MAX (largest, bits);
        }
      merged = fil_route_table_new_merged ((const FilRouteTable *const *) tables, 3, max_bits);
      g_assert_cmpuint (fil_route_table_bits (merged), ==, MIN (largest, max_bits));
      for (guint32 slot = 0; slot < fil_route_table_slots (merged); slot++)
        {
          gboolean expected = FALSE;

          for (guint i = 0; i < 3 && !expected; i++)
            {
              guint bits = fil_route_table_bits (tables[i]);
              guint to = fil_route_table_bits (merged);

              if (bits <= to)
                expected = fil_route_table_get (tables[i], slot >> (to - bits));
              else
                for (guint32 k = 0; k < 1u << (bits - to); k++)
                  expected |= fil_route_table_get (tables[i], (slot << (bits - to)) + k);
            }
          g_assert_cmpint (fil_route_table_get (merged, slot), ==, expected);
        }
      for (guint i = 0; i < 3; i++)
        fil_route_table_unref (tables[i]);
    }
  {
    g_autoptr(FilRouteTable) nothing = fil_route_table_new_merged (NULL, 0, FIL_ROUTE_MERGED_MAX_BITS);

    g_assert_cmpuint (fil_route_table_slots (nothing), ==, 8);
  }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/index/route-table/hash", test_hash);
  g_test_add_func ("/index/route-table/inserts", test_inserts);
  g_test_add_func ("/index/route-table/vectors", test_vectors);
  g_test_add_func ("/index/route-table/deflated-vectors", test_deflated_vectors);
  g_test_add_func ("/index/route-table/round-trip", test_round_trip);
  g_test_add_func ("/index/route-table/replacement", test_replacement);
  g_test_add_func ("/index/route-table/hostile", test_hostile);
  g_test_add_func ("/index/route-table/random-patches", test_random_patches);
  g_test_add_func ("/index/route-table/match", test_match);
  g_test_add_func ("/index/route-table/sizes", test_sizes);
  g_test_add_func ("/index/route-table/index", test_index);
  g_test_add_func ("/index/route-table/merge", test_merge);
  return g_test_run ();
}
