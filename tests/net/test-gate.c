/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gate.h"

#include "clock.h"
#include "net-limits.h"

static FilEndpoint
endpoint (const char *text)
{
  FilEndpoint out;

  g_assert_true (fil_endpoint_parse (&out, text, -1, 6346));
  return out;
}

static void
test_judge (void)
{
  static const struct
  {
    const char *text;
    FilGateVerdict stranger, user, private_network;
  } cases[] = {
    { "24.1.2.3:6346", FIL_GATE_OPEN, FIL_GATE_OPEN, FIL_GATE_OPEN },
    { "24.1.2.3:1024", FIL_GATE_OPEN, FIL_GATE_OPEN, FIL_GATE_OPEN },
    { "24.1.2.3:1023", FIL_GATE_BAD_PORT, FIL_GATE_OPEN, FIL_GATE_OPEN },
    { "24.1.2.3:25", FIL_GATE_BAD_PORT, FIL_GATE_OPEN, FIL_GATE_OPEN },
    { "10.0.0.1:6346", FIL_GATE_BAD_ADDRESS, FIL_GATE_OPEN, FIL_GATE_OPEN },
    { "127.0.0.1:6346", FIL_GATE_BAD_ADDRESS, FIL_GATE_OPEN, FIL_GATE_OPEN },
    { "169.254.1.1:6346", FIL_GATE_BAD_ADDRESS, FIL_GATE_OPEN, FIL_GATE_OPEN },
    { "100.64.0.1:6346", FIL_GATE_BAD_ADDRESS, FIL_GATE_OPEN, FIL_GATE_OPEN },
    { "0.0.0.0:6346", FIL_GATE_BAD_ADDRESS, FIL_GATE_BAD_ADDRESS, FIL_GATE_BAD_ADDRESS },
    { "224.0.0.1:6346", FIL_GATE_BAD_ADDRESS, FIL_GATE_BAD_ADDRESS, FIL_GATE_BAD_ADDRESS },
    { "255.255.255.255:6346", FIL_GATE_BAD_ADDRESS, FIL_GATE_BAD_ADDRESS, FIL_GATE_BAD_ADDRESS },
    { "198.18.0.1:6346", FIL_GATE_BAD_ADDRESS, FIL_GATE_BAD_ADDRESS, FIL_GATE_BAD_ADDRESS },
    { "179.1.1.1:6346", FIL_GATE_OPEN, FIL_GATE_OPEN, FIL_GATE_OPEN },
    { "[::ffff:127.0.0.1]:6346", FIL_GATE_BAD_ADDRESS, FIL_GATE_OPEN, FIL_GATE_OPEN },
    { "[64:ff9b::7f00:1]:6346", FIL_GATE_BAD_ADDRESS, FIL_GATE_BAD_ADDRESS, FIL_GATE_BAD_ADDRESS },
    { "[2002:a00:1::1]:6346", FIL_GATE_BAD_ADDRESS, FIL_GATE_BAD_ADDRESS, FIL_GATE_BAD_ADDRESS },
    { "[2a00::1]:6346", FIL_GATE_OPEN, FIL_GATE_OPEN, FIL_GATE_OPEN },
    { "[ff02::1]:6346", FIL_GATE_BAD_ADDRESS, FIL_GATE_BAD_ADDRESS, FIL_GATE_BAD_ADDRESS },
    { "[fe80::1]:6346", FIL_GATE_BAD_ADDRESS, FIL_GATE_OPEN, FIL_GATE_OPEN },
    { "24.9.9.9:4000", FIL_GATE_OWN, FIL_GATE_OWN, FIL_GATE_OWN },
    { "24.9.9.9:4001", FIL_GATE_OPEN, FIL_GATE_OPEN, FIL_GATE_OPEN },
    { "66.6.1.2:4000", FIL_GATE_BANNED, FIL_GATE_BANNED, FIL_GATE_BANNED },
  };
  g_autoptr (FilGate) gate = fil_gate_new (FALSE);
  g_autoptr (FilGate) lab = fil_gate_new (TRUE);
  FilEndpoint own = endpoint ("24.9.9.9:4000");
  FilEndpoint zero = endpoint ("24.1.2.3:1");

  fil_gate_add_own (gate, &own);
  fil_gate_add_own (lab, &own);
  g_assert_true (fil_ban_list_add (fil_gate_bans (gate), "66.6.0.0/16", NULL));
  g_assert_true (fil_ban_list_add (fil_gate_bans (lab), "66.6.0.0/16", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FilEndpoint each = endpoint (cases[i].text);

      g_test_message ("%s", cases[i].text);
      for (FilGateUse use = FIL_GATE_LINK; use < FIL_GATE_N; use++)
        {
          g_assert_cmpint (fil_gate_judge (gate, &each, use), ==, cases[i].stranger);
          g_assert_cmpint (fil_gate_judge (lab, &each, use), ==, cases[i].private_network);
        }
      g_assert_cmpint (fil_gate_judge (gate, &each, FIL_GATE_USER), ==, cases[i].user);
    }
  zero.port = 0;
  g_assert_cmpint (fil_gate_judge (gate, &zero, FIL_GATE_USER), ==, FIL_GATE_BAD_PORT);
  g_assert_cmpint (fil_gate_judge (lab, &zero, FIL_GATE_PUSH), ==, FIL_GATE_BAD_PORT);
  fil_gate_clear_own (gate);
  g_assert_cmpint (fil_gate_judge (gate, &own, FIL_GATE_LINK), ==, FIL_GATE_OPEN);
}

/* Many uses, many ports, one victim. */
static void
test_one_victim (void)
{
  g_autoptr (FilGate) gate = fil_gate_new (FALSE);
  FilEndpoint victim = endpoint ("24.1.2.3:5000");
  gint64 now_us = FIL_SEC;
  guint n = 0;

  for (guint i = 0; i < 1000; i++)
    {
      victim.port = (guint16) (2000 + i);
      n += fil_gate_contact (gate, &victim, FIL_GATE_LINK + i % (FIL_GATE_N - 1), now_us) == FIL_GATE_OPEN;
    }
  g_assert_cmpuint (n, ==, FIL_GATE_MAX_PER_TARGET);
  g_assert_cmpuint (fil_gate_refused (gate, FIL_GATE_PUSH), >, 100);

  g_assert_cmpint (fil_gate_contact (gate, &victim, FIL_GATE_USER, now_us), ==, FIL_GATE_OPEN);
  now_us += FIL_GATE_WINDOW_US;
  g_assert_cmpint (fil_gate_contact (gate, &victim, FIL_GATE_PUSH, now_us), ==, FIL_GATE_OPEN);
}

static void
test_one_network (void)
{
  g_autoptr (FilGate) gate = fil_gate_new (FALSE);
  FilEndpoint victim = endpoint ("24.1.2.3:5000");
  guint n = 0;

  for (guint i = 0; i < 256; i++)
    {
      victim.addr[3] = (guint8) i;
      n += fil_gate_contact (gate, &victim, FIL_GATE_SOURCE, 0) == FIL_GATE_OPEN;
    }
  g_assert_cmpuint (n, ==, FIL_GATE_MAX_PER_NETWORK);
  victim.addr[2] = 77;
  g_assert_cmpint (fil_gate_contact (gate, &victim, FIL_GATE_SOURCE, 0), ==, FIL_GATE_OPEN);
}

static void
test_answered (void)
{
  g_autoptr (FilGate) gate = fil_gate_new (FALSE);
  FilEndpoint peer = endpoint ("24.1.2.3:5000");

  for (guint i = 0; i < 100; i++)
    {
      g_assert_cmpint (fil_gate_contact (gate, &peer, FIL_GATE_SOURCE, 0), ==, FIL_GATE_OPEN);
      fil_gate_answered (gate, &peer);
    }
  fil_gate_answered (gate, &peer);
}

/* What strangers send fills its share of the table and no more; time empties it. */
static void
test_table_is_bounded (void)
{
  g_autoptr (FilGate) gate = fil_gate_new (FALSE);
  FilEndpoint each = endpoint ("24.1.2.3:5000");
  guint n = 0;

  for (guint i = 0; i < 20000; i++)
    {
      each.addr[0] = (guint8) (20 + i / 10000);
      each.addr[1] = (guint8) (i / 100);
      each.addr[2] = (guint8) (i % 100);
      n += fil_gate_contact (gate, &each, FIL_GATE_PUSH, 0) == FIL_GATE_OPEN;
    }
  g_assert_cmpuint (n, <=, FIL_GATE_MAX_TARGETS / 8);
  g_assert_cmpuint (n, >, 100);
  each = endpoint ("50.1.2.3:5000");
  g_assert_cmpint (fil_gate_contact (gate, &each, FIL_GATE_LINK, 0), ==, FIL_GATE_OPEN);
  each = endpoint ("51.1.2.3:5000");
  g_assert_cmpint (fil_gate_contact (gate, &each, FIL_GATE_PUSH, 0), ==, FIL_GATE_TOO_OFTEN);
  g_assert_cmpint (fil_gate_contact (gate, &each, FIL_GATE_PUSH, FIL_GATE_WINDOW_US), ==, FIL_GATE_OPEN);
}

static void
test_laboratory (void)
{
  g_autoptr (FilGate) gate = fil_gate_new (TRUE);
  FilEndpoint peer = endpoint ("127.0.0.1:5000");

  /* Many nodes live on one address. */
  for (guint i = 0; i < 100; i++)
    {
      peer.port = (guint16) (5000 + i);
      g_assert_cmpint (fil_gate_contact (gate, &peer, FIL_GATE_LINK, 0), ==, FIL_GATE_OPEN);
    }
  for (guint i = 0; i < FIL_GATE_MAX_PER_TARGET - 1; i++)
    g_assert_cmpint (fil_gate_contact (gate, &peer, FIL_GATE_LINK, 0), ==, FIL_GATE_OPEN);
  g_assert_cmpint (fil_gate_contact (gate, &peer, FIL_GATE_LINK, 0), ==, FIL_GATE_TOO_OFTEN);
}

static void
test_bans (void)
{
  static const char *const good[] = { "1.2.3.4", "1.2.3.4:80", "5.6.7.0/24", "[2a00::1]:5", "2a01::/32", "9.9.9.9/32" };
  static const char *const bad[] = { "", "x", "1.2.3", "1.2.3.4/0", "1.2.3.4/33", "1.2.3.4/", "2a00::/129", "1.2.3.4/8x" };
  g_autoptr (FilBanList) bans = fil_ban_list_new ();
  FilEndpoint in = endpoint ("5.6.7.250:1");
  FilEndpoint out = endpoint ("5.6.8.1:1");
  FilEndpoint six = endpoint ("[2a01:0:5::9]:7");

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (fil_ban_list_add (bans, good[i], NULL));
  g_assert_cmpuint (fil_ban_list_n (bans), ==, 5);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (fil_ban_list_add (bans, bad[i], &error));
      g_assert_nonnull (error);
    }
  g_assert_true (fil_ban_list_has (bans, &in));
  g_assert_true (fil_ban_list_has (bans, &six));
  g_assert_false (fil_ban_list_has (bans, &out));

  for (guint i = 0; i < FIL_GATE_MAX_BANS + 10; i++)
    {
      g_autofree char *text = g_strdup_printf ("20.%u.%u.1", i / 256, i % 256);
      gboolean added = fil_ban_list_add (bans, text, NULL);

      g_assert_cmpint (added, ==, fil_ban_list_n (bans) < FIL_GATE_MAX_BANS || added);
    }
  g_assert_cmpuint (fil_ban_list_n (bans), ==, FIL_GATE_MAX_BANS);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/gate/judge", test_judge);
  g_test_add_func ("/net/gate/one-victim", test_one_victim);
  g_test_add_func ("/net/gate/one-network", test_one_network);
  g_test_add_func ("/net/gate/answered", test_answered);
  g_test_add_func ("/net/gate/table-is-bounded", test_table_is_bounded);
  g_test_add_func ("/net/gate/laboratory", test_laboratory);
  g_test_add_func ("/net/gate/bans", test_bans);
  return g_test_run ();
}
