/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "guid.h"

#include <string.h>

static void
test_random (void)
{
  g_autoptr(FilRandom) random = fil_random_new ();
  FilGuid a, b;

  fil_guid_random (&a, random);
  fil_guid_random (&b, random);
  g_assert_false (fil_guid_equal (&a, &b));
  g_assert_cmpint (a.bytes[8], ==, 0xff);
  g_assert_cmpint (a.bytes[15], ==, 0);
}

static void
test_hex (void)
{
  static const char hex[] = "000102030405060708090a0b0c0dfeff";
  char text[FIL_GUID_HEX_LEN + 1];
  FilGuid guid, upper;

  g_assert_true (fil_guid_parse_hex (&guid, hex, -1));
  g_assert_cmpint (guid.bytes[14], ==, 0xfe);
  fil_guid_to_hex (&guid, text);
  g_assert_cmpstr (text, ==, hex);
  g_assert_true (fil_guid_parse_hex (&upper, "000102030405060708090A0B0C0DFEFFxyz", 32));
  g_assert_true (fil_guid_equal (&guid, &upper));

  g_assert_false (fil_guid_parse_hex (&guid, "", -1));
  g_assert_false (fil_guid_parse_hex (&guid, hex, 31));
  g_assert_false (fil_guid_parse_hex (&guid, "000102030405060708090a0b0c0dfeff0", -1));
  g_assert_false (fil_guid_parse_hex (&guid, "g00102030405060708090a0b0c0dfeff", -1));
  g_assert_false (fil_guid_parse_hex (&guid, "000102030405060708090a0b0c0dfef ", -1));
}

static void
test_zero (void)
{
  FilGuid guid = { { 0 } };

  g_assert_true (fil_guid_is_zero (&guid));
  guid.bytes[15] = 1;
  g_assert_false (fil_guid_is_zero (&guid));
}

/* Every byte counts, or a stranger fills one place of a table. */
static void
test_hash (void)
{
  g_autoptr(GHashTable) hashes = g_hash_table_new (NULL, NULL);
  FilGuid guid = { { 0 } };

  for (guint i = 0; i < 16; i++)
    for (guint value = 1; value < 256; value++)
      {
        guid.bytes[i] = (guint8) value;
        g_hash_table_add (hashes, GUINT_TO_POINTER (fil_guid_hash (&guid)));
        guid.bytes[i] = 0;
      }
  g_assert_cmpuint (g_hash_table_size (hashes), >=, 16 * 255 - 2);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/guid/random", test_random);
  g_test_add_func ("/base/guid/hex", test_hex);
  g_test_add_func ("/base/guid/zero", test_zero);
  g_test_add_func ("/base/guid/hash", test_hash);
  return g_test_run ();
}
