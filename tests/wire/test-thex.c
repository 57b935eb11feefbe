/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "dime.h"
#include "thex.h"
#include "wire-limits.h"
#include "wire-test.h"

static const struct
{
  const char *name;
  guint64 size;
  guint depth;
  guint n_nodes;
} vectors[] = {
  { "lcg1025", 1025, 0, 1 },
  { "lcg262145", 262145, 1, 3 },
  { "lcg3145729", 3145729, 4, 27 },
};

static TestBytes
read_vector (const char *name,
             const char *style)
{
  g_autofree char *path = g_strdup_printf ("transfer/thex_%s_%s.dime", name, style);
  g_autofree char *data = NULL;
  gsize len;

  data = test_data_read (path, &len);
  return test_bytes_copy (fil_slice (data, len));
}

static void
test_vectors (void)
{
  static const char *const styles[] = { "gtkg", "limewire" };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    for (guint j = 0; j < G_N_ELEMENTS (styles); j++)
      {
        g_auto (TestBytes) message = read_vector (vectors[i].name, styles[j]);
        FilThex thex;

        g_assert_true (fil_thex_read (&thex, test_bytes_slice (&message)));
        g_assert_true (thex.has_size);
        g_assert_cmpuint (thex.size, ==, vectors[i].size);
        g_assert_cmpuint (thex.depth, ==, vectors[i].depth);
        g_assert_cmpuint (thex.nodes.len, ==, 24 * vectors[i].n_nodes);
      }
}

/* Others compare what we send with what gtk-gnutella sends. */
static void
test_written (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_auto (TestBytes) message = read_vector (vectors[i].name, "gtkg");
      g_auto (FilWriter) out;
      FilThex thex;

      fil_writer_init (&out);
      g_assert_true (fil_thex_read (&thex, test_bytes_slice (&message)));
      fil_thex_write (&thex, &out);
      g_assert_true (fil_slice_equal (fil_writer_slice (&out), test_bytes_slice (&message)));
    }
}

static void
test_truncated (void)
{
  g_auto (TestBytes) message = read_vector ("lcg3145729", "gtkg");

  for (gsize len = 0; len < message.len; len++)
    {
      g_auto (TestBytes) cut = test_bytes_copy (fil_slice (message.data, len));
      FilThex thex;

      g_assert_false (fil_thex_read (&thex, test_bytes_slice (&cut)));
    }
}

typedef struct
{
  const char *xml;
  gboolean is_ok;
  gboolean has_size;
} Description;

/* A message with one node and this description. */
static gboolean
read_with (const char *xml,
           const char *id,
           FilThex *thex)
{
  static const guint8 node[24] = { 1 };
  g_auto (FilWriter) out;
  FilDimeRecord record = { .is_first = TRUE,
                           .format = FIL_DIME_MEDIA_TYPE,
                           .type = fil_slice_text ("text/xml"),
                           .data = fil_slice_text (xml) };
  FilDimeRecord tree = { .is_last = TRUE,
                         .format = FIL_DIME_URI,
                         .id = fil_slice_text (id),
                         .type = fil_slice_text ("http://open-content.net/spec/thex/breadthfirst"),
                         .data = fil_slice (node, sizeof node) };
  gboolean is_ok;

  fil_writer_init (&out);
  fil_dime_write (&record, &out);
  fil_dime_write (&tree, &out);
  is_ok = fil_thex_read (thex, fil_writer_slice (&out));
  /* The slice would not outlive the writer. */
  thex->nodes = FIL_SLICE_NONE;
  return is_ok;
}

static void
test_descriptions (void)
{
  static const Description cases[] = {
    { "<hashtree><file size='5' segmentsize='1024'/><digest algorithm='http://open-content.net/spec/digest/tiger' "
      "outputsize='24'/></hashtree>", TRUE, TRUE },
    /* GnucDNA forgets the end. */
    { "<hashtree><file size=\"5\" segmentsize=\"1024\"/>", TRUE, TRUE },
    { "<!DOCTYPE hashtree system \"http://open-content.net/spec/thex/thex.dtd\"><hashtree><file size='5'/>", TRUE, TRUE },
    { "", TRUE, FALSE },
    { "no xml at all", TRUE, FALSE },
    { "<hashtree><file size='5' segmentsize='2048'/>", FALSE, TRUE },
    { "<hashtree><file size='-5'/>", FALSE, FALSE },
    { "<hashtree><file size='99999999999999999999'/>", FALSE, FALSE },
    { "<hashtree><digest algorithm='http://open-content.net/spec/digest/sha1'/>", FALSE, FALSE },
    { "<hashtree><digest outputsize='20'/>", FALSE, FALSE },
    { "<hashtree><serializedtree depth='3' type='http://open-content.net/spec/thex/depthfirst'/>", FALSE, FALSE },
    /* No entity is ever expanded. */
    { "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><file size='&b;'/>", TRUE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FilThex thex;

      g_test_message ("%s", cases[i].xml);
      g_assert_true (read_with (cases[i].xml, "uuid:x", &thex) == cases[i].is_ok);
      g_assert_true (thex.has_size == cases[i].has_size);
      /* BearShare 5.2 puts a quote before the id. */
      g_assert_true (read_with (cases[i].xml, "\"uuid:y", &thex) == cases[i].is_ok);
    }
}

/* Claims of four gigabytes in each field, and nothing behind them. */
static void
test_bombs (void)
{
  static const char *const bombs[] = {
    "0c10ffffffffffffffffffff",
    "0c10000000000000ffffffff",
    "0c1000000000000800000186746578742f786d6c",
    "0c10000000000008ffffffff746578742f786d6c3c",
  };
  g_auto (FilWriter) out;
  FilDimeRecord empty = { .is_first = TRUE, .format = FIL_DIME_NONE };
  FilThex thex;

  for (guint i = 0; i < G_N_ELEMENTS (bombs); i++)
    {
      g_auto (TestBytes) bomb = test_bytes_hex (bombs[i]);

      g_assert_false (fil_thex_read (&thex, test_bytes_slice (&bomb)));
    }

  /* A tree behind more records than are looked at. */
  for (guint n = 0; n < 2; n++)
    {
      g_auto (TestBytes) vector = read_vector ("lcg1025", "gtkg");
      FilReader reader = test_bytes_slice (&vector);
      FilDimeRecord record;

      fil_writer_init (&out);
      for (guint i = 0; i + 1 < FIL_DIME_RECORDS_MAX + n; i++)
        {
          empty.is_first = i == 0;
          fil_dime_write (&empty, &out);
        }
      g_assert_true (fil_dime_read (&reader, &record));
      g_assert_true (fil_dime_read (&reader, &record));
      fil_dime_write (&record, &out);
      g_assert_true (fil_thex_read (&thex, fil_writer_slice (&out)) == (n == 0));
      fil_writer_clear (&out);
    }
  fil_writer_init (&out);
}

/* Ten thousand records, records in records, and a tree as deep as numbers go. */
static void
test_absurd (void)
{
  g_auto (TestBytes) message = read_vector ("lcg1025", "gtkg");
  FilDimeRecord nested = { .is_first = TRUE,
                           .is_last = TRUE,
                           .format = FIL_DIME_MEDIA_TYPE,
                           .type = fil_slice_text ("application/dime"),
                           .data = test_bytes_slice (&message) };
  FilDimeRecord small = { .format = FIL_DIME_MEDIA_TYPE, .type = fil_slice_text ("text/xml"),
                          .data = fil_slice_text ("<hashtree/>") };
  g_auto (FilWriter) many;
  g_auto (FilWriter) inner;
  g_autoptr (GString) tags = g_string_new (NULL);
  FilThex thex;

  fil_writer_init (&many);
  fil_writer_init (&inner);
  for (guint i = 0; i < 10000; i++)
    {
      small.is_first = i == 0;
      fil_dime_write (&small, &many);
    }
  fil_writer_bytes (&many, message.data, message.len);
  g_assert_false (fil_thex_read (&thex, fil_writer_slice (&many)));

  fil_dime_write (&nested, &inner);
  g_assert_false (fil_thex_read (&thex, fil_writer_slice (&inner)));

  for (guint i = 0; i < FIL_THEX_XML_MAX / 3; i++)
    g_string_append (tags, "<a>");
  g_assert_true (read_with (tags->str, "x", &thex));
  g_assert_true (read_with ("<serializedtree depth='9223372036854775807'/>", "x", &thex));
  g_assert_cmpuint (thex.depth, ==, 64);
  g_assert_true (read_with ("<serializedtree depth='-1'/>", "x", &thex));
  g_assert_cmpuint (thex.depth, ==, 0);
}

static void
test_long_description (void)
{
  for (guint n = 0; n < 2; n++)
    {
      g_autofree char *xml = g_strnfill (FIL_THEX_XML_MAX + n, ' ');
      FilThex thex;

      g_assert_true (read_with (xml, "x", &thex) == (n == 0));
    }
}

static void
test_chunks (void)
{
  g_auto (TestBytes) message = read_vector ("lcg1025", "gtkg");
  FilThex thex;

  message.data[0] |= 1;
  g_assert_false (fil_thex_read (&thex, test_bytes_slice (&message)));
  message.data[0] = 0x14;
  g_assert_false (fil_thex_read (&thex, test_bytes_slice (&message)));
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/thex/vectors", test_vectors);
  g_test_add_func ("/wire/thex/written", test_written);
  g_test_add_func ("/wire/thex/truncated", test_truncated);
  g_test_add_func ("/wire/thex/descriptions", test_descriptions);
  g_test_add_func ("/wire/thex/bombs", test_bombs);
  g_test_add_func ("/wire/thex/absurd", test_absurd);
  g_test_add_func ("/wire/thex/long-description", test_long_description);
  g_test_add_func ("/wire/thex/chunks", test_chunks);
  return g_test_run ();
}
