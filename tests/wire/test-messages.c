/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "random-messages.h"

/* With 10,000 a row all of it takes about two seconds. */
#define ROUNDS 10000
#define SAMPLES 40

/* Either fails, or gives what encodes into something that decodes the same. */
static void
check_stable (const FilMessageInfo *info,
              FilSlice bytes)
{
  g_auto (TestBytes) exact = test_bytes_copy (bytes);
  g_autofree TestMessage *message = g_new0 (TestMessage, 1);
  g_auto (FilWriter) encoded;

  fil_writer_init (&encoded);
  if (info->decode (message, test_bytes_slice (&exact)))
    {
      g_autofree char *text = test_message_text (info->kind, message);
      g_autofree char *again_text = NULL;
      g_autofree TestMessage *again = g_new0 (TestMessage, 1);
      g_auto (TestBytes) encoded_exact = { NULL, 0 };

      info->encode (message, &encoded);
      encoded_exact = test_bytes_copy (fil_writer_slice (&encoded));
      g_assert_true (info->decode (again, test_bytes_slice (&encoded_exact)));
      again_text = test_message_text (info->kind, again);
      g_assert_cmpstr (again_text, ==, text);
      if (info->clear != NULL)
        info->clear (again);
    }
  if (info->clear != NULL)
    info->clear (message);
}

static void
check_row (const FilMessageInfo *info,
           guint round)
{
  g_autoptr (TestPool) pool = test_pool_new ();
  g_autofree TestMessage *message = g_new0 (TestMessage, 1);
  g_autofree TestMessage *decoded = g_new0 (TestMessage, 1);
  g_autofree char *text = NULL;
  g_autofree char *decoded_text = NULL;
  g_auto (FilWriter) encoded;
  g_auto (TestBytes) exact = { NULL, 0 };

  fil_writer_init (&encoded);
  g_assert_true (test_message_random (info->kind, message, pool));
  text = test_message_text (info->kind, message);
  info->encode (message, &encoded);
  exact = test_bytes_copy (fil_writer_slice (&encoded));
  g_assert_cmpuint (exact.len, >=, MIN (info->min, 2));
  g_assert_true (info->decode (decoded, test_bytes_slice (&exact)));
  decoded_text = test_message_text (info->kind, decoded);
  g_assert_cmpstr (decoded_text, ==, text);
  if (info->clear != NULL)
    {
      info->clear (message);
      info->clear (decoded);
    }

  if (round < SAMPLES)
    for (gsize len = 0; len < exact.len; len++)
      check_stable (info, fil_slice (exact.data, len));
  if (round % 4 == 0)
    {
      g_auto (TestBytes) mutated = test_bytes_mutated (test_bytes_slice (&exact));
      g_auto (TestBytes) noise = test_bytes_random (test_random_below (80));

      check_stable (info, test_bytes_slice (&mutated));
      check_stable (info, test_bytes_slice (&noise));
    }
}

static void
test_row (gconstpointer data)
{
  const FilMessageInfo *info = data;

  for (guint round = 0; round < ROUNDS; round++)
    check_row (info, round);
}

static void
check_vendor_stable (const FilVendorInfo *info,
                     guint16 version,
                     FilSlice bytes)
{
  g_auto (TestBytes) exact = test_bytes_copy (bytes);
  g_autofree FilVendorBody *body = g_new0 (FilVendorBody, 1);
  g_autofree FilVendorBody *again = g_new0 (FilVendorBody, 1);
  FilVendor vendor = { { info->code, info->selector, version }, test_bytes_slice (&exact) };
  g_autofree char *text = NULL;
  g_autofree char *again_text = NULL;
  g_auto (TestBytes) encoded_exact = { NULL, 0 };
  g_auto (FilWriter) encoded;

  fil_writer_init (&encoded);
  if (!fil_vendor_body_decode (body, info, &vendor) || info->encode == NULL)
    return;
  text = test_vendor_text (info->type, body);
  info->encode (body, version, &encoded);
  encoded_exact = test_bytes_copy (fil_writer_slice (&encoded));
  vendor.body = test_bytes_slice (&encoded_exact);
  g_assert_true (fil_vendor_body_decode (again, info, &vendor));
  again_text = test_vendor_text (info->type, again);
  g_assert_cmpstr (again_text, ==, text);
}

static void
check_vendor_row (const FilVendorInfo *info,
                  guint round)
{
  const guint16 version = (guint16) (info->min_version + test_random_below (info->max_version - info->min_version + 1u));
  g_autoptr (TestPool) pool = test_pool_new ();
  g_autoptr (FilPacket) packet = NULL;
  g_autofree FilVendorBody *body = g_new0 (FilVendorBody, 1);
  g_autofree FilVendorBody *decoded = g_new0 (FilVendorBody, 1);
  g_autofree char *text = NULL;
  g_autofree char *decoded_text = NULL;
  g_auto (TestBytes) exact = { NULL, 0 };
  const FilGuid muid = { { 0 } };
  FilVendor vendor;

  test_vendor_random (info->type, version, body, pool);
  text = test_vendor_text (info->type, body);
  packet = fil_vendor_packet_new (info->type, version, &muid, 1, 0, body);
  g_assert_true (fil_vendor_decode (&vendor, fil_packet_payload (packet)));
  g_assert_true (fil_vendor_info (&vendor.id) == info);

  exact = test_bytes_copy (vendor.body);
  vendor.body = test_bytes_slice (&exact);
  g_assert_true (fil_vendor_body_decode (decoded, info, &vendor));
  decoded_text = test_vendor_text (info->type, decoded);
  g_assert_cmpstr (decoded_text, ==, text);

  if (round < SAMPLES / 2)
    for (gsize len = 0; len < exact.len; len++)
      check_vendor_stable (info, version, fil_slice (exact.data, len));
  if (round % 4 == 0)
    {
      g_auto (TestBytes) mutated = test_bytes_mutated (test_bytes_slice (&exact));
      g_auto (TestBytes) noise = test_bytes_random (test_random_below (80));

      check_vendor_stable (info, version, test_bytes_slice (&mutated));
      check_vendor_stable (info, version, test_bytes_slice (&noise));
    }
}

static void
test_vendor_row (gconstpointer data)
{
  const FilVendorInfo *info = data;

  for (guint round = 0; round < ROUNDS; round++)
    check_vendor_row (info, round);
}

static void
test_table (void)
{
  gsize n;
  const FilMessageInfo *rows = fil_message_table (&n);

  for (gsize i = 0; i < n; i++)
    {
      g_assert_true (fil_message_info (rows[i].kind) == &rows[i]);
      g_assert_cmpuint (rows[i].min, <=, rows[i].drop);
      g_assert_cmpuint (rows[i].drop, <=, rows[i].max);
      g_assert_cmpuint (rows[i].max, <=, FIL_PAYLOAD_MAX);
      g_assert_true ((rows[i].decode == NULL) == (rows[i].encode == NULL));
      g_assert_true ((rows[i].decode == NULL) == (rows[i].size == 0));
      g_assert_cmpuint (rows[i].size, <=, sizeof (TestMessage));
    }
  g_assert_null (fil_message_info (0x77));
}

static void
test_vendor_table (void)
{
  gsize n;
  const FilVendorInfo *rows = fil_vendor_table (&n);

  for (gsize i = 0; i < n; i++)
    {
      FilVendorId id = { rows[i].code, rows[i].selector, rows[i].min_version };

      g_assert_true (fil_vendor_info (&id) == &rows[i]);
      if (rows[i].type == FIL_VENDOR_IGNORED)
        continue;
      g_assert_true (fil_vendor_info_of_type (rows[i].type) == &rows[i]);
      g_assert_cmpuint (rows[i].type, ==, i);
      id.version = (guint16) (rows[i].max_version + 1);
      g_assert_null (fil_vendor_info (&id));
      g_assert_cmpuint (rows[i].size, <=, sizeof (FilVendorBody));
    }
}

static const char *
objection (guint8 kind,
           guint8 ttl,
           guint8 hops,
           guint32 size,
           FilTransport transport)
{
  const FilHeader header = { .kind = kind, .ttl = ttl, .hops = hops, .size = size };

  return fil_message_objection (fil_message_info (kind), &header, transport);
}

static void
test_objections (void)
{
  g_assert_null (objection (FIL_KIND_QUERY, 4, 0, 100, FIL_TRANSPORT_TCP));
  g_assert_null (objection (FIL_KIND_QUERY, 4, 0, 256, FIL_TRANSPORT_TCP));
  g_assert_cmpstr (objection (FIL_KIND_QUERY, 4, 0, 257, FIL_TRANSPORT_TCP), ==, "too large");
  g_assert_cmpstr (objection (FIL_KIND_QUERY, 4, 0, 3, FIL_TRANSPORT_TCP), ==, "too small");
  g_assert_cmpstr (objection (FIL_KIND_QUERY, 4, 255, 100, FIL_TRANSPORT_TCP), ==, "too many hops");
  g_assert_cmpstr (objection (FIL_KIND_QUERY_HIT, 4, 0, 26, FIL_TRANSPORT_TCP), ==, "too small");
  g_assert_cmpstr (objection (0x99, 4, 0, 26, FIL_TRANSPORT_TCP), ==, "unknown kind");
  g_assert_cmpstr (objection (FIL_KIND_BYE, 1, 0, 26, FIL_TRANSPORT_UDP), ==, "wrong transport");
  g_assert_cmpstr (objection (FIL_KIND_RUDP, 1, 0, 26, FIL_TRANSPORT_TCP), ==, "wrong transport");
  g_assert_cmpstr (objection (FIL_KIND_BYE, 1, 0, 0, FIL_TRANSPORT_TCP), ==, "too small");

  /* What stays on its link. A HEAD ping may have come through a proxy, so vendor messages have one hop. */
  g_assert_null (objection (FIL_KIND_QRP, 1, 0, 6, FIL_TRANSPORT_TCP));
  g_assert_nonnull (objection (FIL_KIND_QRP, 1, 1, 6, FIL_TRANSPORT_TCP));
  g_assert_nonnull (objection (FIL_KIND_QRP, 2, 0, 6, FIL_TRANSPORT_TCP));
  g_assert_null (objection (FIL_KIND_VENDOR, 0, 1, 8, FIL_TRANSPORT_TCP));
  g_assert_nonnull (objection (FIL_KIND_VENDOR, 1, 2, 8, FIL_TRANSPORT_TCP));
  g_assert_null (objection (FIL_KIND_VENDOR, 2, 0, 8, FIL_TRANSPORT_UDP));
}

static void
test_vendor_objections (void)
{
  const FilHeader near = { .hops = 1 };
  const FilHeader direct = { .hops = 0 };

  g_assert_null (fil_vendor_objection (fil_vendor_info_of_type (FIL_VENDOR_HEAD_PING), &near,
                                       FIL_TRANSPORT_TCP));
  g_assert_null (fil_vendor_objection (fil_vendor_info_of_type (FIL_VENDOR_HOPS_FLOW), &direct,
                                       FIL_TRANSPORT_TCP));
  g_assert_nonnull (fil_vendor_objection (fil_vendor_info_of_type (FIL_VENDOR_HOPS_FLOW), &near,
                                          FIL_TRANSPORT_TCP));
  g_assert_nonnull (fil_vendor_objection (fil_vendor_info_of_type (FIL_VENDOR_HOPS_FLOW), &direct,
                                          FIL_TRANSPORT_UDP));
  g_assert_nonnull (fil_vendor_objection (fil_vendor_info_of_type (FIL_VENDOR_OOB_ACK), &direct,
                                          FIL_TRANSPORT_TCP));
  g_assert_nonnull (fil_vendor_objection (NULL, &direct, FIL_TRANSPORT_TCP));
}

static gboolean
decodes (guint8 kind,
         const char *hex)
{
  const FilMessageInfo *info = fil_message_info (kind);
  g_auto (TestBytes) bytes = test_bytes_hex (hex);
  g_autofree TestMessage *message = g_new0 (TestMessage, 1);
  gboolean ok = info->decode (message, test_bytes_slice (&bytes));

  if (info->clear != NULL)
    info->clear (message);
  return ok;
}

/* What must be dropped although it is long enough (overview.md §8). */
static void
test_bad_payloads (void)
{
  static const struct
  {
    guint8 kind;
    const char *hex;
    gboolean ok;
  } cases[] = {
    { FIL_KIND_PING, "", TRUE },
    { FIL_KIND_PING, "00", FALSE },
    { FIL_KIND_PING, "c382495040", TRUE },
    { FIL_KIND_PING, "c382495040ff", FALSE }, /* GGEP and something else */
    { FIL_KIND_PING, "c3824950400000", FALSE },
    /* LimeWire 5 writes these: to see that a link lives, to learn its address (twice), for a query key, for the DHT. */
    { FIL_KIND_PING, "c3834c4f4342656e00", TRUE },
    { FIL_KIND_PING, "c3024950400353435041028555445048434000", TRUE },
    { FIL_KIND_PING, "c38249504000", TRUE },
    { FIL_KIND_PING, "c382514b4000", TRUE },
    { FIL_KIND_PING, "c3864448544950504000", TRUE },
    { FIL_KIND_PONG, "ca18c00002010a00000000080000", TRUE },
    { FIL_KIND_PONG, "ca18c00002010a0000000008000000", FALSE },
    { FIL_KIND_PONG, "ca18c00002010a00000000080000c3", FALSE },
    { FIL_KIND_QRP, "000000010002", TRUE },
    { FIL_KIND_QRP, "00000001000200", FALSE }, /* exactly six bytes */
    { FIL_KIND_QRP, "000000010000", FALSE },   /* infinity */
    { FIL_KIND_QRP, "000300000002", FALSE },   /* no power of two */
    { FIL_KIND_QRP, "000000000002", FALSE },
    { FIL_KIND_QRP, "0101010004ff", TRUE },
    { FIL_KIND_QRP, "0100010004ff", FALSE },   /* from 1 */
    { FIL_KIND_QRP, "0102010004ff", FALSE },   /* beyond the count */
    { FIL_KIND_QRP, "0101010204ff", FALSE },   /* compressor */
    { FIL_KIND_QRP, "0101010003ff", FALSE },   /* bits */
    { FIL_KIND_QRP, "0101010004", FALSE },     /* no data */
    { FIL_KIND_QRP, "020101000400", FALSE },
    { FIL_KIND_PUSH, "101112131415161718191a1b1c1d1e1f000000007f000000ca18", FALSE }, /* no address at all */
    { FIL_KIND_PUSH, "101112131415161718191a1b1c1d1e1f00000000c0000201ca1800", FALSE },
    { FIL_KIND_QUERY_HIT, "00", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].hex);
      g_assert_cmpint (decodes (cases[i].kind, cases[i].hex), ==, cases[i].ok);
    }
}

static void
test_bye_texts (void)
{
  static const struct
  {
    const char *bytes;
    gsize len;
    guint16 code;
    const char *reason;
  } cases[] = {
    { "\xc8\0User quit\0", 12, 200, "User quit" },
    { "\xc8\0User quit", 11, 200, "User quit" },
    { "\xf7\1Full\r\nServer: x\r\n\r\n", 19, 503, "Full" },
    { "\xf7\1", 2, 503, "No slots" },
    { "\x0f\x27", 2, 0, "\x0f\x27" },
    { "Go away", 7, 0, "Go away" }, /* GnucDNA */
    { "\x39\1\0", 3, 313, "No reason given" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (TestBytes) exact = test_bytes_copy (fil_slice (cases[i].bytes, cases[i].len));
      FilBye bye;

      g_assert_true (fil_bye_decode (&bye, test_bytes_slice (&exact)));
      g_assert_cmpuint (bye.code, ==, cases[i].code);
      g_assert_cmpmem (bye.reason.data, bye.reason.len, cases[i].reason, strlen (cases[i].reason));
    }
}

static void
test_header_update (void)
{
  static const char *const values[] = { "1.2.3.4:5", "[2a01:6::1]:6346", "a\\b=c" };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      FilHeaderUpdate written;
      g_autofree char *read = NULL;
      g_auto (FilWriter) text;

      fil_writer_init (&text);
      fil_header_update_write (&text, "X-Other", "6");
      fil_header_update_write (&text, "Listen-IP", values[i]);
      written.text = fil_writer_slice (&text);
      read = fil_header_update_value (&written, "listen-ip");
      if (i < 2)
        g_assert_cmpstr (read, ==, values[i]);
      if (i == 0)
        g_assert_nonnull (g_strstr_len ((const char *) fil_writer_data (&text), (gssize) text.len, "Listen-IP=1.2.3.4\\:5\n"));
    }
  const FilHeaderUpdate update = { fil_slice_text ("#comment\nX-Other=1\nlisten-ip=1.2.3.4\\:5 \nListen-IP=later") };
  g_autofree char *value = fil_header_update_value (&update, "Listen-IP");

  g_assert_cmpstr (value, ==, "1.2.3.4:5");
  g_assert_null (fil_header_update_value (&update, "Listen"));
}

static void
test_supported (void)
{
  const FilMessagesSupported messages = { 3, { { FIL_VENDOR_LIME, 11, 2 }, { FIL_VENDOR_LIME, 11, 3 },
                                               { FIL_VENDOR_LIME, 12, 3 } } };
  const FilFeatures features = { 1, { { FIL_FEATURE_TLS, 1 } } };
  g_autofree char *text = fil_vendor_id_to_text (&messages.items[0]);
  g_autofree char *odd = fil_vendor_id_to_text (&(const FilVendorId) { 0, 10, 0 });
  guint16 version = 0;
  guint32 wide = 0;

  g_assert_true (fil_messages_supported_has (&messages, FIL_VENDOR_LIME, 11, &version));
  g_assert_cmpuint (version, ==, 3);
  g_assert_false (fil_messages_supported_has (&messages, FIL_VENDOR_GTKG, 11, NULL));
  g_assert_true (fil_features_has (&features, FIL_FEATURE_TLS, &wide));
  g_assert_cmpuint (wide, ==, 1);
  g_assert_false (fil_features_has (&features, FIL_FEATURE_QRP1, NULL));
  g_assert_cmpstr (text, ==, "LIME/11v2");
  g_assert_cmpstr (odd, ==, "00000000/10v0");
}

static void
test_pong_kib (void)
{
  const FilPong ultrapeer = { .kib = 4096 };
  const FilPong leaf = { .kib = 4097 };

  g_assert_cmpuint (fil_pong_kib (0, TRUE), ==, 8);
  g_assert_cmpuint (fil_pong_kib (4097, TRUE), ==, 4096);
  g_assert_cmpuint (fil_pong_kib (G_MAXUINT64, TRUE), ==, 0x80000000u);
  g_assert_cmpuint (fil_pong_kib (4096, FALSE), ==, 4097);
  g_assert_cmpuint (fil_pong_kib (4, FALSE), ==, 4);
  g_assert_cmpuint (fil_pong_kib (1000, FALSE), ==, 1000);
  g_assert_true (fil_pong_is_ultrapeer (&ultrapeer));
  g_assert_false (fil_pong_is_ultrapeer (&leaf));
}

int
main (int argc,
      char **argv)
{
  gsize n;
  gsize n_vendor;
  const FilMessageInfo *rows = fil_message_table (&n);
  const FilVendorInfo *vendor_rows = fil_vendor_table (&n_vendor);

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/messages/table", test_table);
  g_test_add_func ("/wire/messages/vendor-table", test_vendor_table);
  g_test_add_func ("/wire/messages/objections", test_objections);
  g_test_add_func ("/wire/messages/vendor-objections", test_vendor_objections);
  g_test_add_func ("/wire/messages/pong-kib", test_pong_kib);
  g_test_add_func ("/wire/messages/bad-payloads", test_bad_payloads);
  g_test_add_func ("/wire/messages/bye-texts", test_bye_texts);
  g_test_add_func ("/wire/messages/header-update", test_header_update);
  g_test_add_func ("/wire/messages/supported", test_supported);
  for (gsize i = 0; i < n; i++)
    if (rows[i].decode != NULL)
      {
        g_autofree char *path = g_strdup_printf ("/wire/messages/row/%s", rows[i].name);

        g_test_add_data_func (path, &rows[i], test_row);
      }
  for (gsize i = 0; i < n_vendor; i++)
    if (vendor_rows[i].type != FIL_VENDOR_IGNORED)
      {
        g_autofree char *path = g_strdup_printf ("/wire/messages/vendor/%s", vendor_rows[i].name);

        g_test_add_data_func (path, &vendor_rows[i], test_vendor_row);
      }
  return g_test_run ();
}
