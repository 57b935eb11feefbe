/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "urn.h"

#include <string.h>

#define SHA1 "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"
#define TTH "LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ"

static void
test_forms (void)
{
  static const struct
  {
    const char *text;
    gboolean has_sha1, has_tth;
  } cases[] = {
    { "urn:sha1:" SHA1, TRUE, FALSE },
    { "URN:SHA1:vgmt4nsha2awvor6evyxqugcnsonbwe5", TRUE, FALSE },
    { "urn:bitprint:" SHA1 "." TTH, TRUE, TRUE },
    { "Urn:Bitprint:" SHA1 "." TTH, TRUE, TRUE },
    { "urn:tree:tiger:" TTH, FALSE, TRUE },
    { "urn:tree:tiger/:" TTH, FALSE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *exact = g_memdup2 (cases[i].text, strlen (cases[i].text));
      FilUrn urn, measured;

      g_assert_true (fil_urn_parse (&urn, cases[i].text, -1));
      g_assert_cmpint (urn.has_sha1, ==, cases[i].has_sha1);
      g_assert_cmpint (urn.has_tth, ==, cases[i].has_tth);
      g_assert_true (fil_urn_parse (&measured, exact, (gssize) strlen (cases[i].text)));
      g_assert_cmpmem (&urn, sizeof urn, &measured, sizeof measured);
    }
}

static void
test_bad (void)
{
  static const char *const bad[] = {
    "", "urn:", "urn:sha1:", "urn:sha1:SHORT", "sha1:" SHA1, "urn:md5:" SHA1, "urn:sha1:" SHA1 "A", "urn:sha1:" SHA1 " ",
    " urn:sha1:" SHA1, "urn:sha1:" TTH, "urn:bitprint:" SHA1, "urn:bitprint:" SHA1 "." SHA1, "urn:bitprint:" SHA1 "_" TTH,
    "urn:bitprint:." TTH, "urn:bitprint:" SHA1 "." TTH "A", "urn:tree:tiger" TTH, "urn:tree:tiger:" SHA1,
    "urn:sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBY1",
  };
  FilUrn urn;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_test_message ("%s", bad[i]);
      g_assert_false (fil_urn_parse (&urn, bad[i], -1));
    }
  /* Every beginning of a good one, in memory that ends there. */
  for (gsize len = 0; len < strlen ("urn:bitprint:" SHA1 "." TTH); len++)
    {
      g_autofree char *exact = g_memdup2 ("urn:bitprint:" SHA1 "." TTH, len);

      g_assert_false (fil_urn_parse (&urn, exact != NULL ? exact : "", (gssize) len));
    }
}

/* The REJECT and ACCEPT lines and the URNs of the vectors. */
static void
test_vectors (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "vectors", "transfer", "bitprint.txt", NULL);
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;
  guint n_lines = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *bitprint = strstr (lines[i], "| urn:bitprint:");
      FilUrn urn;

      if (g_str_has_prefix (lines[i], "REJECT "))
        g_assert_false (fil_urn_parse (&urn, lines[i] + 7, (gssize) strcspn (lines[i] + 7, " ")));
      else if (g_str_has_prefix (lines[i], "ACCEPT "))
        g_assert_true (fil_urn_parse (&urn, lines[i] + 7, -1));
      else if (bitprint != NULL)
        {
          char sha1[FIL_SHA1_TEXT_LEN + 1], tth[FIL_TTH_TEXT_LEN + 1];
          g_autofree char *again = NULL;

          g_assert_true (fil_urn_parse (&urn, bitprint + 2, -1));
          fil_sha1_to_text (&urn.sha1, sha1);
          fil_tth_to_text (&urn.tth, tth);
          again = g_strdup_printf ("urn:bitprint:%s.%s", sha1, tth);
          g_assert_cmpstr (again, ==, bitprint + 2);
        }
      else
        continue;
      n_lines++;
    }
  g_assert_cmpuint (n_lines, ==, 26);
}

static void
test_equal (void)
{
  FilSha1 a, b;
  FilTth c, d;

  g_assert_true (fil_sha1_parse (&a, SHA1, -1));
  g_assert_true (fil_tth_parse (&c, TTH, -1));
  for (guint i = 0; i < sizeof a.bytes; i++)
    {
      b = a;
      g_assert_true (fil_sha1_equal (&a, &b));
      g_assert_cmpuint (fil_sha1_hash (&a), ==, fil_sha1_hash (&b));
      b.bytes[i] ^= 1;
      g_assert_false (fil_sha1_equal (&a, &b));
      g_assert_cmpuint (fil_sha1_hash (&a), !=, fil_sha1_hash (&b));
    }
  d = c;
  g_assert_true (fil_tth_equal (&c, &d));
  d.bytes[23] ^= 1;
  g_assert_false (fil_tth_equal (&c, &d));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/urn/forms", test_forms);
  g_test_add_func ("/base/urn/bad", test_bad);
  g_test_add_func ("/base/urn/vectors", test_vectors);
  g_test_add_func ("/base/urn/equal", test_equal);
  return g_test_run ();
}
