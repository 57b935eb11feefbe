/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "endpoint.h"

#include <string.h>

static void
test_text (void)
{
  static const char *const good[] = { "1.2.3.4:5", "[2001:db8::1]:65535", "255.255.255.255:1" };
  static const char *const bad[] = { "", ":5", "1.2.3.4", "1.2.3.4:", "1.2.3.4:0", "1.2.3.4:65536", "1.2.3:4",
                                     "1.2.3.4:5x", "[::1:5", "[::1]5", "name:5", "1.2.3.4:000005" };
  char text[FIL_ENDPOINT_TEXT_LEN];
  FilEndpoint endpoint;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_assert_true (fil_endpoint_parse (&endpoint, good[i], -1, 0));
      g_assert_cmpstr (fil_endpoint_to_text (&endpoint, text), ==, good[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (fil_endpoint_parse (&endpoint, bad[i], -1, 0));

  g_assert_true (fil_endpoint_parse (&endpoint, "1.2.3.4", -1, 6346));
  g_assert_cmpuint (endpoint.port, ==, 6346);
  g_assert_true (fil_endpoint_parse (&endpoint, "[::ffff:9.8.7.6]:80", -1, 0));
  g_assert_cmpstr (fil_endpoint_to_text (&endpoint, text), ==, "9.8.7.6:80");
}

static void
test_class (void)
{
  static const struct
  {
    const char *text;
    FilAddressClass klass;
  } cases[] = {
    { "24.1.1.1", FIL_ADDRESS_PUBLIC },        { "179.1.1.1", FIL_ADDRESS_PUBLIC },
    { "0.1.2.3", FIL_ADDRESS_NONE },           { "10.1.2.3", FIL_ADDRESS_PRIVATE },
    { "100.127.0.1", FIL_ADDRESS_PRIVATE },    { "100.128.0.1", FIL_ADDRESS_PUBLIC },
    { "127.9.9.9", FIL_ADDRESS_LOOPBACK },     { "172.31.255.255", FIL_ADDRESS_PRIVATE },
    { "172.32.0.0", FIL_ADDRESS_PUBLIC },      { "198.19.0.1", FIL_ADDRESS_RESERVED },
    { "224.0.0.1", FIL_ADDRESS_MULTICAST },    { "255.255.255.255", FIL_ADDRESS_MULTICAST },
    { "250.0.0.1", FIL_ADDRESS_RESERVED },     { "::1", FIL_ADDRESS_LOOPBACK },
    { "::", FIL_ADDRESS_NONE },                { "::ffff:10.0.0.1", FIL_ADDRESS_PRIVATE },
    { "fe80::1", FIL_ADDRESS_PRIVATE },        { "fd00::1", FIL_ADDRESS_PRIVATE },
    { "ff02::1", FIL_ADDRESS_MULTICAST },      { "2001:db8::1", FIL_ADDRESS_RESERVED },
    { "2a00::1", FIL_ADDRESS_PUBLIC },         { "2002:0a00:0001::1", FIL_ADDRESS_RESERVED },
    { "2002:1801:0101::1", FIL_ADDRESS_PUBLIC }, { "64:ff9b::7f00:1", FIL_ADDRESS_RESERVED },
    { "64:ff9b::1801:101", FIL_ADDRESS_PUBLIC }, { "4000::1", FIL_ADDRESS_RESERVED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FilEndpoint endpoint;

      g_assert_true (fil_endpoint_parse (&endpoint, cases[i].text, -1, 1));
      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (fil_endpoint_class (&endpoint), ==, cases[i].klass);
    }
}

static void
test_one_person (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    gboolean maybe;
  } cases[] = {
    { "25.0.0.1:1", "25.0.200.7:2", TRUE },       { "25.0.0.1:1", "25.1.0.1:1", FALSE },
    { "127.0.0.1:1", "127.0.0.2:1", FALSE },      { "127.0.0.1:1", "127.0.0.1:2", TRUE },
    { "[2a00:1:1::1]:1", "[2a00:1:2::1]:1", TRUE }, { "[2a00:1::1]:1", "[2a00:2::1]:1", FALSE },
    { "[fd00::1]:1", "[fd00::2]:1", FALSE },      { "25.0.0.1:1", "[1900::1]:1", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FilEndpoint a, b;

      g_test_message ("%s %s", cases[i].a, cases[i].b);
      g_assert_true (fil_endpoint_parse (&a, cases[i].a, -1, 0) && fil_endpoint_parse (&b, cases[i].b, -1, 0));
      g_assert_cmpint (fil_endpoint_maybe_one_person (&a, &b), ==, cases[i].maybe);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/endpoint/text", test_text);
  g_test_add_func ("/base/endpoint/class", test_class);
  g_test_add_func ("/base/endpoint/one-person", test_one_person);
  return g_test_run ();
}
