/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ggep-builder.h"
#include "hit-builder.h"
#include "hit-record.h"
#include "hit-trailer.h"
#include "query-extensions.h"
#include "wire-limits.h"
#include "wire-test.h"

#define ROUNDS 10000

static char *
extensions_text (const FilQueryExtensions *ext)
{
  GString *out = g_string_new (NULL);
  char long_text[FIL_QUERY_TEXT_MAX + 1] = "";

  g_assert_true (fil_query_long_text (ext, long_text, sizeof long_text) || ext->long_text.key.len == 0
                 || long_text[0] == '\0');
  test_add_urn (out, &ext->urn);
  g_string_append_printf (out, "so %d np %d pr %d media %u wh %u v6 %d z %d scp %d/%u long %s ", ext->oob_v3,
                          ext->no_proxy,
                          ext->partial, ext->media, ext->feature, ext->v6, ext->deflate, ext->has_scp, ext->scp, long_text);
  test_add_slice (out, "address6", fil_slice (ext->address6, ext->has_address6 ? 16 : 0));
  test_add_slice (out, "qk", ext->query_key);
  test_add_slice (out, "locale", ext->locale);
  return g_string_free (out, FALSE);
}

static void
random_extensions (FilQueryExtensions *ext,
                   TestPool *pool)
{
  memset (ext, 0, sizeof *ext);
  ext->urn = test_random_urn ();
  ext->oob_v3 = test_random_bool ();
  ext->no_proxy = test_random_bool ();
  ext->partial = test_random_bool ();
  ext->media = test_random_bool () ? test_random_below (256) : 0;
  ext->feature = test_random_below (3);
  ext->v6 = (FilQueryV6) test_random_below (3);
  ext->deflate = test_random_bool ();
  if ((ext->has_scp = test_random_bool ()))
    ext->scp = test_random_u8 ();
  if ((ext->has_address6 = test_random_bool ()))
    ext->address6[0] = test_random_u8 ();
  if (test_random_bool ())
    ext->query_key = test_random_blob (pool, 4, FIL_QUERY_KEY_MAX);
  if (test_random_bool ())
    ext->locale = fil_slice_text ("de_AT");
}

static void
check_extensions_stable (FilSlice bytes)
{
  g_auto (TestBytes) exact = test_bytes_copy (bytes);
  FilQuery query = { .extensions = test_bytes_slice (&exact) };
  FilQueryExtensions ext;
  FilQueryExtensions again;
  char long_text[FIL_QUERY_TEXT_MAX + 1];
  FilSlice long_slice = FIL_SLICE_NONE;
  g_autofree char *text = NULL;
  g_autofree char *again_text = NULL;
  g_auto (FilWriter) out;

  fil_writer_init (&out);
  if (!fil_query_extensions_parse (&ext, &query))
    return;
  text = extensions_text (&ext);
  if (fil_query_long_text (&ext, long_text, sizeof long_text))
    long_slice = fil_slice_text (long_text);
  fil_query_extensions_write (&ext, long_slice, &out);
  query.extensions = fil_writer_slice (&out);
  g_assert_true (fil_query_extensions_parse (&again, &query));
  again_text = extensions_text (&again);
  g_assert_cmpstr (again_text, ==, text);
}

static void
test_extensions (void)
{
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (TestPool) pool = test_pool_new ();
      FilQueryExtensions ext;
      FilQueryExtensions back;
      FilQuery query = { 0 };
      g_autofree char *text = NULL;
      g_autofree char *back_text = NULL;
      g_auto (FilWriter) out;
      g_auto (TestBytes) exact = { NULL, 0 };

      fil_writer_init (&out);
      random_extensions (&ext, pool);
      fil_query_extensions_write (&ext, FIL_SLICE_NONE, &out);
      exact = test_bytes_copy (fil_writer_slice (&out));
      query.extensions = test_bytes_slice (&exact);
      g_assert_true (fil_query_extensions_parse (&back, &query));
      text = extensions_text (&ext);
      back_text = extensions_text (&back);
      g_assert_cmpstr (back_text, ==, text);
      if (round < 100)
        for (gsize len = 0; len < exact.len; len++)
          check_extensions_stable (fil_slice (exact.data, len));
      if (round % 2 == 0)
        {
          g_auto (TestBytes) mutated = test_bytes_mutated (test_bytes_slice (&exact));
          g_auto (TestBytes) noise = test_bytes_random (test_random_below (60));

          check_extensions_stable (test_bytes_slice (&mutated));
          check_extensions_stable (test_bytes_slice (&noise));
        }
    }
}

#define SHA1 "CU67GO3XHIPQL7ULAHJSCIIM4V4NN727"
#define URN "urn:sha1:" SHA1

/* Escapes stand for bytes that C strings cannot hold: "\" and two digits. */
static void
test_extension_rules (void)
{
  static const struct
  {
    const char *text;
    gsize len;
    gboolean ok;
    gboolean sha1;
  } cases[] = {
    { "", 0, TRUE, FALSE },
    { "\0", 1, TRUE, FALSE },                              /* one lone NUL at the end */
    { "\0\0", 2, FALSE, FALSE },                           /* overhead */
    { "\x1c\0", 2, FALSE, FALSE },
    { "urn:", 4, TRUE, FALSE },                            /* "send me SHA-1s" */
    { "urn:sha1:", 9, TRUE, FALSE },
    { URN, sizeof URN - 1, TRUE, TRUE },
    { URN "\0", sizeof URN, TRUE, TRUE },
    { URN "\x1c\0", sizeof URN + 1, FALSE, TRUE },
    { "URN:SHA1:" SHA1, sizeof URN - 1, TRUE, TRUE },
    { "urn:sha1:CU67GO3XHIPQL7ULAHJSCIIM4V4NN72", sizeof URN - 2, FALSE, FALSE },
    { "urn:sha1:CU67GO3XHIPQL7ULAHJSCIIM4V4NN721", sizeof URN - 1, FALSE, FALSE },
    { "urn:md5:abc", 11, TRUE, FALSE },                    /* nobody's business */
    { URN "\x1c\xc3\x81M\x41\x0c", sizeof URN + 5, TRUE, TRUE },
    { URN "\xc3\x81M\x41\x0c", sizeof URN + 4, TRUE,
      TRUE }, /* without the separator: the urn ends all the same */
    { "\xc3\x81M\x41\x0c" URN, sizeof URN + 4, TRUE, TRUE },
    { "\xc3\x81M\x41\x0c\xc3\x81N\x41\x0c", 10, TRUE, FALSE },
    { "\xc3\x81M\x42\x0c", 5, FALSE, FALSE },              /* broken GGEP */
    { "\xc3\x81H\x43\x01xy", 7, FALSE, FALSE },            /* broken hash */
    { "\xc3\x81H\x43\x7fxy", 7, TRUE, FALSE },             /* a hash of a kind to come */
    { "<xml/>\x1c" URN, sizeof URN + 6, TRUE, TRUE },
    { "what is this\x1c" URN, sizeof URN + 12, TRUE, TRUE },
    { "what is this" URN, sizeof URN + 11, TRUE, TRUE },
    { "what\xc3\x81M\x41\x0c", 9, TRUE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (TestBytes) exact = test_bytes_copy (fil_slice (cases[i].text, cases[i].len));
      FilQuery query = { .extensions = test_bytes_slice (&exact) };
      FilQueryExtensions ext;

      g_test_message ("case %u", i);
      g_assert_cmpint (fil_query_extensions_parse (&ext, &query), ==, cases[i].ok);
      if (cases[i].ok)
        g_assert_cmpint (ext.urn.has_sha1, ==, cases[i].sha1);
    }

  /* Blocks without end. */
  {
    GString *many = g_string_new (NULL);
    FilQuery query = { 0 };
    FilQueryExtensions ext;

    for (guint i = 0; i < FIL_QUERY_BLOCKS_MAX; i++)
      g_string_append (many, "x\x1c");
    query.extensions = fil_slice (many->str, many->len);
    g_assert_true (fil_query_extensions_parse (&ext, &query));
    g_assert_cmpuint (ext.n_unknown, ==, FIL_QUERY_BLOCKS_MAX);
    g_string_append (many, "x");
    query.extensions = fil_slice (many->str, many->len);
    g_assert_false (fil_query_extensions_parse (&ext, &query));
    g_string_free (many, TRUE);
  }
}

static void
test_query_rules (void)
{
  static const struct
  {
    const char *text;
    gsize len;
    gboolean ok;
    guint16 flags;
  } cases[] = {
    { "\x80\0abc\0", 6, TRUE, 0x8000 },
    { "\0\0abc\0", 6, FALSE, 0 },              /* no flags at all */
    { "\x01\x02" "abc\0", 6, TRUE, 0 },        /* an old minimum speed */
    { "\x00\x98" "abc\0", 6, TRUE, 0x9800 },   /* Shareaza, the other way round */
    { "\x00\x88" "abc\0", 6, TRUE, 0 },
    { "\x80\0abc", 5, FALSE, 0 },              /* no NUL */
    { "\x80\0\xff\xfe\0", 5, FALSE, 0 },       /* no UTF-8 */
    { "\x80", 1, FALSE, 0 },
    { "\x80\0\0", 3, TRUE, 0x8000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (TestBytes) exact = test_bytes_copy (fil_slice (cases[i].text, cases[i].len));
      FilQuery query;

      g_test_message ("case %u", i);
      g_assert_cmpint (fil_query_decode (&query, test_bytes_slice (&exact)), ==, cases[i].ok);
      if (cases[i].ok)
        g_assert_cmphex (query.flags, ==, cases[i].flags);
    }
}

static void
assert_query (const char *text,
              const FilQueryExtensions *ask,
              const char *legacy,
              const char *long_text)
{
  const FilGuid muid = { { 1 } };
  FilHeader header = fil_header (FIL_KIND_QUERY, &muid, 3, 0);
  g_autoptr (FilPacket) packet = fil_query_packet_new (&header, FIL_QUERY_GGEP_H, text, ask);
  FilQueryExtensions ext;
  FilQuery query;
  char got[FIL_QUERY_TEXT_MAX + 1] = "";

  g_assert_cmpuint (fil_packet_payload (packet).len, <=, FIL_QUERY_PAYLOAD_SEND);
  g_assert_true (fil_query_decode (&query, fil_packet_payload (packet)));
  g_assert_cmphex (query.flags, ==, FIL_QUERY_MARK | FIL_QUERY_GGEP_H);
  g_assert_cmpmem (query.text.data, query.text.len, legacy, strlen (legacy));
  g_assert_true (fil_query_extensions_parse (&ext, &query));
  g_assert_cmpint (fil_query_long_text (&ext, got, sizeof got), ==, long_text != NULL);
  g_assert_cmpstr (got, ==, long_text != NULL ? long_text : "");
  if (ask != NULL)
    g_assert_cmpint (ext.urn.has_sha1, ==, ask->urn.has_sha1);
}

static void
test_query_building (void)
{
  FilQueryExtensions ask = { .urn = { .has_sha1 = TRUE }, .oob_v3 = TRUE };
  g_autofree char *endless = g_strnfill (1000, 'x');
  g_autoptr (GString) words = g_string_new ("word");

  assert_query ("free music", NULL, "free music", NULL);
  assert_query ("\\", &ask, "\\", NULL);
  assert_query ("this is an extended query that is far longer than thirty characters", &ask,
                "this is an extended query that", "this is an extended query that is far longer than thirty characters");
  /* Characters are counted, not bytes, and none is cut in two. */
  assert_query ("ééééééééé ééééééééé ééééééééé ééé", NULL, "ééééééééé ééééééééé ééééééééé",
                "ééééééééé ééééééééé ééééééééé ééé");
  for (guint i = 0; i < 200; i++)
    g_string_append (words, " word");
  {
    g_autofree char *fits = g_strndup (words->str, 209);

    g_assert_true (g_str_has_suffix (fits, "word"));
    assert_query (words->str, NULL, "word word word word word word", fits);
  }
  {
    const FilGuid muid = { { 1 } };
    FilHeader header = fil_header (FIL_KIND_QUERY, &muid, 3, 0);
    g_autoptr (FilPacket) packet = fil_query_packet_new (&header, 0, endless, NULL);

    g_assert_cmpuint (fil_packet_payload (packet).len, <=, FIL_QUERY_PAYLOAD_SEND);
  }
}

static char *
record_text (const FilHitRecord *record,
             const FilHost *alts,
             guint n_alts)
{
  GString *out = g_string_new (NULL);

  test_add_uint (out, "index", record->index);
  test_add_uint (out, "size", record->size);
  test_add_slice (out, "name", record->name);
  test_add_urn (out, &record->urn);
  test_add_uint (out, "created", (guint64) record->created_s);
  g_string_append_printf (out, "partial %d ", record->completeness);
  test_add_uint (out, "available", record->available);
  test_add_uint (out, "stamp", record->partial_stamp_s);
  test_add_slice (out, "path", record->path);
  test_add_hosts (out, "alts", alts, n_alts);
  return g_string_free (out, FALSE);
}

static void
random_record (FilHitRecord *record,
               FilHost *alts,
               TestPool *pool)
{
  memset (record, 0, sizeof *record);
  record->index = test_random_u32 ();
  record->size = test_random_bool () ? test_random_u32 () : (guint64) test_random_u32 () << test_random_below (32);
  record->name = test_random_text (pool, 1, 80);
  record->urn = test_random_urn ();
  record->created_s = test_random_bool () ? (gint64) test_random_u32 () : 0;
  if (test_random_below (4) == 0)
    {
      record->completeness = FIL_HIT_PARTIAL;
      record->available = test_random_u32 ();
      record->partial_stamp_s = test_random_u32 ();
    }
  record->path = test_random_text (pool, 0, 30);
  record->alts = alts;
  record->n_alts = test_random_hosts (alts, FIL_HIT_ALTS_SEND, TRUE);
}

/* Reads all records of a body, in an exact block. */
static GPtrArray *
records_of (FilSlice body,
            guint8 n,
            gboolean *broken)
{
  FilQueryHit hit = { .n_records = n, .body = body };
  FilHitIter iter = fil_hit_iter (&hit);
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);
  FilHitRecord record;

  while (fil_hit_iter_next (&iter, &record))
    {
      FilHost alts[FIL_ALTS_MAX];
      guint n_alts = fil_hit_record_alts (&record, alts, G_N_ELEMENTS (alts));

      g_ptr_array_add (texts, record_text (&record, alts, n_alts));
    }
  *broken = iter.broken;
  return texts;
}

static void
test_records (void)
{
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (TestPool) pool = test_pool_new ();
      g_autoptr (GPtrArray) texts = NULL;
      FilHitRecord record;
      FilHost alts[FIL_HIT_ALTS_SEND];
      g_autofree char *text = NULL;
      g_auto (FilWriter) out;
      g_auto (TestBytes) exact = { NULL, 0 };
      gboolean broken;

      fil_writer_init (&out);
      random_record (&record, alts, pool);
      text = record_text (&record, alts, record.n_alts);
      fil_hit_record_write (&record, test_random_bool (), &out);
      exact = test_bytes_copy (fil_writer_slice (&out));
      texts = records_of (test_bytes_slice (&exact), 1, &broken);
      g_assert_cmpuint (texts->len, ==, 1);
      g_assert_false (broken);
      g_assert_cmpstr (g_ptr_array_index (texts, 0), ==, text);

      if (round < 100)
        for (gsize len = 0; len < exact.len; len++)
          {
            g_auto (TestBytes) cut = test_bytes_copy (fil_slice (exact.data, len));
            g_autoptr (GPtrArray) none = records_of (test_bytes_slice (&cut), 1, &broken);

            g_assert_cmpuint (none->len, ==, 0);
            g_assert_true (broken);
          }
      if (round % 2 == 0)
        {
          g_auto (TestBytes) mutated = test_bytes_mutated (test_bytes_slice (&exact));
          g_auto (TestBytes) noise = test_bytes_random (test_random_below (100));
          g_autoptr (GPtrArray) a = records_of (test_bytes_slice (&mutated), 1, &broken);
          g_autoptr (GPtrArray) b = records_of (test_bytes_slice (&noise), 255, &broken);

          g_assert_cmpuint (a->len, <=, 1);
          g_assert_cmpuint (b->len, <=, 10);
        }
    }
}

/* From 2 GiB on the size field says "see LF", for readers with a sign bit. */
static void
test_large_sizes (void)
{
  static const struct
  {
    guint64 size;
    guint32 field;
    gboolean lf;
  } cases[] = {
    { 0, 0, FALSE },
    { G_MAXINT32, G_MAXINT32, FALSE },
    { (guint64) G_MAXINT32 + 1, G_MAXUINT32, TRUE },
    { G_MAXUINT32, G_MAXUINT32, TRUE },
    { G_MAXUINT64, G_MAXUINT32, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const FilHitRecord record = { .size = cases[i].size, .name = fil_slice_text ("x") };
      FilQueryHit hit = { .n_records = 1 };
      FilHitIter iter;
      FilHitRecord back;
      guint32 field;
      g_auto (FilWriter) out;

      fil_writer_init (&out);
      fil_hit_record_write (&record, TRUE, &out);
      memcpy (&field, fil_writer_data (&out) + 4, 4);
      g_assert_cmpuint (GUINT32_FROM_LE (field), ==, cases[i].field);
      hit.body = fil_writer_slice (&out);
      iter = fil_hit_iter (&hit);
      g_assert_true (fil_hit_iter_next (&iter, &back));
      g_assert_cmpuint (back.size, ==, cases[i].size);
      g_assert_cmpint (fil_ggep_has (&back.ggep, "LF"), ==, cases[i].lf);
    }
}

static char *
trailer_text (const FilHitTrailer *trailer)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "%d %.4s known %02x set %02x tls %d browse %d fw %u ", trailer->present,
                          trailer->vendor,
                          trailer->known, trailer->set, trailer->tls, trailer->browse, trailer->fw_version);
  test_add_slice (out, "token", trailer->token);
  test_add_endpoint (out, "v6", &trailer->endpoint6);
  test_add_slice (out, "host", trailer->hostname);
  test_add_slice (out, "signal", trailer->signal);
  test_add_hosts (out, "proxies", trailer->proxies, trailer->n_proxies);
  return g_string_free (out, FALSE);
}

static void
random_trailer (FilHitTrailer *trailer,
                TestPool *pool)
{
  memset (trailer, 0, sizeof *trailer);
  trailer->present = TRUE;
  memcpy (trailer->vendor, FIL_VENDOR_FLBT, 4);
  trailer->known = test_random_u8 () & (FIL_HIT_FIREWALLED | FIL_HIT_BUSY | FIL_HIT_UPLOADED | FIL_HIT_SPEED_MEASURED);
  trailer->set = test_random_u8 () & trailer->known;
  trailer->known |= FIL_HIT_GGEP;
  trailer->tls = test_random_bool ();
  trailer->browse = test_random_bool ();
  trailer->fw_version = (guint8) test_random_below (3);
  trailer->token = test_random_bool () ? test_random_blob (pool, 1, FIL_OOB_TOKEN_MAX) : FIL_SLICE_NONE;
  if (test_random_bool ())
    trailer->endpoint6 = test_random_v6 ();
  if (test_random_bool ())
    trailer->hostname = fil_slice_text ("host.example.org");
  trailer->signal = test_random_bool () ? test_random_blob (pool, 1, 120) : FIL_SLICE_NONE;
  trailer->n_proxies = test_random_hosts (trailer->proxies, FIL_PROXIES_MAX, TRUE);
  if (trailer->tls || trailer->browse || trailer->fw_version > 0 || trailer->token.len > 0
      || trailer->endpoint6.family != 0 || trailer->hostname.len > 0 || trailer->signal.len > 0 || trailer->n_proxies > 0)
    trailer->set |= FIL_HIT_GGEP;
}

static gboolean
trailer_of (FilSlice body,
            guint8 n_records,
            guint16 port,
            FilHitTrailer *trailer)
{
  FilQueryHit hit = { .n_records = n_records, .body = body, .endpoint = { .port = port } };

  return fil_hit_trailer_parse (trailer, &hit);
}

static void
test_trailers (void)
{
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (TestPool) pool = test_pool_new ();
      FilHitTrailer trailer;
      FilHitTrailer back;
      g_autofree char *text = NULL;
      g_autofree char *back_text = NULL;
      g_auto (FilWriter) out;
      g_auto (TestBytes) exact = { NULL, 0 };

      fil_writer_init (&out);
      random_trailer (&trailer, pool);
      text = trailer_text (&trailer);
      fil_hit_trailer_write (&trailer, &out);
      exact = test_bytes_copy (fil_writer_slice (&out));
      g_assert_true (trailer_of (test_bytes_slice (&exact), 0, trailer.endpoint6.port, &back));
      back_text = trailer_text (&back);
      g_assert_cmpstr (back_text, ==, text);

      if (round < 100)
        for (gsize len = 0; len < exact.len; len++)
          {
            g_auto (TestBytes) cut = test_bytes_copy (fil_slice (exact.data, len));

            trailer_of (test_bytes_slice (&cut), 0, 1, &back);
          }
      if (round % 2 == 0)
        {
          g_auto (TestBytes) mutated = test_bytes_mutated (test_bytes_slice (&exact));
          g_auto (TestBytes) noise = test_bytes_random (test_random_below (100));

          trailer_of (test_bytes_slice (&mutated), 0, 1, &back);
          trailer_of (test_bytes_slice (&noise), (guint8) test_random_below (2), 1, &back);
        }
    }
}

/* All sixteen meanings of two bits, for the one that is reversed and one that is not. */
static void
test_trailer_bits (void)
{
  for (guint a = 0; a < 2; a++)
    for (guint b = 0; b < 2; b++)
      {
        guint8 bytes[] = { 'G', 'T', 'K', 'G', 2, (guint8) (a * 0xff), (guint8) (b * 0xff) };
        FilHitTrailer trailer;

        g_assert_true (trailer_of (fil_slice (bytes, sizeof bytes), 0, 1, &trailer));
        g_assert_cmpint ((trailer.known & FIL_HIT_FIREWALLED) != 0, ==, b != 0);
        g_assert_cmpint ((trailer.set & FIL_HIT_FIREWALLED) != 0, ==, a != 0 && b != 0);
        g_assert_cmpint ((trailer.known & FIL_HIT_BUSY) != 0, ==, a != 0);
        g_assert_cmpint ((trailer.set & FIL_HIT_BUSY) != 0, ==, a != 0 && b != 0);
      }
}

static void
test_trailer_shapes (void)
{
  static const struct
  {
    const char *bytes;
    gsize len;
    gboolean ok;
    gboolean chat;
    gboolean browse;
    const char *xml;
  } cases[] = {
    { "", 0, FALSE, FALSE, FALSE, "" },
    { "LIME", 4, FALSE, FALSE, FALSE, "" },
    { "LIME\4abc", 8, FALSE, FALSE, FALSE, "" },
    { "LIME\0", 5, TRUE, FALSE, FALSE, "" },
    { "NAPS\1\x3c", 6, TRUE, FALSE, FALSE, "" },
    { "LIME\2\x3c\x21\xc3\x82" "BH\x40", 12, TRUE, FALSE, TRUE, "" },
    { "LIME\2\x3c\x21\1\xc3\x82" "BH\x40", 13, TRUE, TRUE, TRUE, "" },           /* a chat byte first */
    { "LIME\2\x3c\x21\0\xc3\x82" "BH\x40", 13, TRUE, FALSE, TRUE, "" },
    { "LIME\4\x3c\x21\4\0\1\xc3\x82" "BH\x40" "<x>\0", 19, TRUE, TRUE, TRUE, "<x>" }, /* XML at the end */
    { "LIME\4\x3c\x21\x0f\0{plaintext}<x>\0", 24, TRUE, FALSE, FALSE, "<x>" },
    { "LIME\4\x3c\x21\xff\xff<x>\0", 13, TRUE, FALSE, FALSE, "" },               /* a size that cannot be */
    { "LIME\2\x3c\x21\xc3\xc3\x82" "BH\x40", 13, TRUE, FALSE, TRUE, "" },        /* the first c3 is none */
    { "LIME\2\x3c\x21\xc3\x82" "BH", 11, TRUE, FALSE, FALSE, "" },               /* broken */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (TestBytes) exact = test_bytes_copy (fil_slice (cases[i].bytes, cases[i].len));
      FilHitTrailer trailer;

      g_test_message ("case %u", i);
      g_assert_cmpint (trailer_of (test_bytes_slice (&exact), 0, 1, &trailer), ==, cases[i].ok);
      g_assert_cmpint (trailer.present, ==, cases[i].ok);
      g_assert_cmpint (trailer.chat, ==, cases[i].chat);
      g_assert_cmpint (trailer.browse, ==, cases[i].browse);
      g_assert_cmpmem (trailer.xml.data, trailer.xml.len, cases[i].xml, strlen (cases[i].xml));
    }
}

/* A bad trailer does not void the records, and records that are bad do not void the others. */
static void
test_hit_damage (void)
{
  static const char body[] = "\1\0\0\0\5\0\0\0" "a.txt\0" URN "\0"
                             "\2\0\0\0\5\0\0\0" "\xff\xfe\0\0"            /* a name that is no UTF-8 */
                             "\3\0\0\0\5\0\0\0" "\0\0"                    /* no name */
                             "\4\0\0\0\5\0\0\0" "b.txt\0\xc3\x81LF\xff\0" /* broken GGEP */
                             "XY";                                        /* half a trailer */
  gboolean broken;
  g_autoptr (GPtrArray) texts = records_of (fil_slice (body, sizeof body - 1), 4, &broken);
  g_autoptr (GPtrArray) more = records_of (fil_slice (body, sizeof body - 1), 9, &broken);
  FilHitTrailer trailer;

  g_assert_cmpuint (texts->len, ==, 2);
  g_assert_cmpuint (more->len, ==, 2);
  g_assert_true (broken);
  g_assert_nonnull (strstr (g_ptr_array_index (texts, 0), "sha1=153df33b"));
  g_assert_false (trailer_of (fil_slice (body, sizeof body - 1), 4, 1, &trailer));
  g_assert_false (trailer_of (fil_slice (body, sizeof body - 1), 9, 1, &trailer));
}

static void
check_builder (guint n,
               gsize max_payload,
               gboolean ggep_h)
{
  g_autoptr (TestPool) pool = test_pool_new ();
  const FilEndpoint endpoint = test_random_v4 ();
  FilGuid servent;
  FilHeader header = { .ttl = 4 };
  FilHitTrailer trailer;
  FilHitBuilder *builder;
  g_autoptr (GPtrArray) packets = NULL;
  guint at = 0;
  g_autoptr (GPtrArray) expected = g_ptr_array_new_with_free_func (g_free);

  test_random_guid (&servent);
  test_random_guid (&header.muid);
  random_trailer (&trailer, pool);
  builder = fil_hit_builder_new (&header, &endpoint, 1000, &servent, &trailer, ggep_h, max_payload);
  for (guint i = 0; i < n; i++)
    {
      FilHitRecord record;
      FilHost alts[FIL_HIT_ALTS_SEND];

      random_record (&record, alts, pool);
      fil_hit_builder_add (builder, &record);
      g_ptr_array_add (expected, record_text (&record, alts, record.n_alts));
    }
  packets = fil_hit_builder_end (builder);
  g_assert_cmpuint (packets->len, >=, (n + FIL_HIT_RECORDS_SEND - 1) / FIL_HIT_RECORDS_SEND);

  for (guint i = 0; i < packets->len; i++)
    {
      const FilPacket *packet = g_ptr_array_index (packets, i);
      g_autoptr (GPtrArray) texts = NULL;
      FilQueryHit hit;
      FilHitTrailer back;
      gboolean broken;

      g_assert_cmpuint (fil_packet_kind (packet), ==, FIL_KIND_QUERY_HIT);
      g_assert_true (fil_query_hit_decode (&hit, fil_packet_payload (packet)));
      g_assert_true (fil_guid_equal (&hit.servent, &servent));
      g_assert_cmpuint (hit.n_records, <=, FIL_HIT_RECORDS_SEND);
      if (hit.n_records > 1)
        g_assert_cmpuint (fil_packet_payload (packet).len, <=, max_payload);
      texts = records_of (hit.body, hit.n_records, &broken);
      g_assert_cmpuint (texts->len, ==, hit.n_records);
      for (guint k = 0; k < texts->len; k++)
        g_assert_cmpstr (g_ptr_array_index (texts, k), ==, g_ptr_array_index (expected, at++));
      g_assert_true (fil_hit_trailer_parse (&back, &hit));
      g_assert_cmpmem (back.vendor, 4, FIL_VENDOR_FLBT, 4);
    }
  g_assert_cmpuint (at, ==, n);
}

static void
test_builder (void)
{
  for (guint i = 0; i < 400; i++)
    check_builder (test_random_below (45), i % 2 == 0 ? FIL_HIT_PAYLOAD_SEND : FIL_HIT_PAYLOAD_SEND_OOB,
                   i % 4 < 2);
}

/* A record that nobody would take is left out; the others go. */
static void
test_builder_giant (void)
{
  g_autofree char *name = g_strnfill (FIL_HIT_PAYLOAD_DROP, 'x');
  const FilHitRecord giant = { .index = 1, .name = fil_slice_text (name) };
  const FilHitRecord small = { .index = 2, .name = fil_slice_text ("small") };
  const FilHitTrailer trailer = { .known = FIL_HIT_FIREWALLED };
  const FilEndpoint endpoint = { .port = 5 };
  const FilGuid servent = { { 1 } };
  FilHeader header = { .ttl = 4 };
  FilHitBuilder *builder = fil_hit_builder_new (&header, &endpoint, 1, &servent, &trailer, TRUE,
                                                FIL_HIT_PAYLOAD_SEND);
  g_autoptr (GPtrArray) packets = NULL;
  FilQueryHit hit;

  fil_hit_builder_add (builder, &giant);
  fil_hit_builder_add (builder, &small);
  fil_hit_builder_add (builder, &giant);
  packets = fil_hit_builder_end (builder);
  g_assert_cmpuint (packets->len, ==, 1);
  g_assert_true (fil_query_hit_decode (&hit, fil_packet_payload (g_ptr_array_index (packets, 0))));
  g_assert_cmpuint (hit.n_records, ==, 1);
  {
    FilHitTrailer back;

    g_assert_true (fil_hit_trailer_parse (&back, &hit));
    g_assert_cmpmem (back.vendor, 4, FIL_VENDOR_FLBT, 4); /* ours, when nobody said otherwise */
  }
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/search/query/rules", test_query_rules);
  g_test_add_func ("/wire/search/query/building", test_query_building);
  g_test_add_func ("/wire/search/query/extensions", test_extensions);
  g_test_add_func ("/wire/search/query/extension-rules", test_extension_rules);
  g_test_add_func ("/wire/search/hit/records", test_records);
  g_test_add_func ("/wire/search/hit/large-sizes", test_large_sizes);
  g_test_add_func ("/wire/search/hit/trailers", test_trailers);
  g_test_add_func ("/wire/search/hit/trailer-bits", test_trailer_bits);
  g_test_add_func ("/wire/search/hit/trailer-shapes", test_trailer_shapes);
  g_test_add_func ("/wire/search/hit/damage", test_hit_damage);
  g_test_add_func ("/wire/search/hit/builder", test_builder);
  g_test_add_func ("/wire/search/hit/builder-giant", test_builder_giant);
  return g_test_run ();
}
