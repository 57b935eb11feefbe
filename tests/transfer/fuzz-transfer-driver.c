/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz-transfer.h"

#include <string.h>

#include "random.h"

/* Runs a fuzz target without libFuzzer: on the files that are named, or on seeds that are bent at
 * random, so that every build does some of it. */

#define ROUNDS 4000
#define MAX_LEN 4096

static void
bend (GByteArray *input,
      FilRandom *chance)
{
  guint n = 1 + fil_random_below (chance, 6);

  while (n-- > 0 && input->len > 0)
    {
      guint at = fil_random_below (chance, input->len);
      guint most = 1 + fil_random_below (chance, 20);
      guint len = MIN (most, input->len - at);
      guint8 copy[20];

      switch (fil_random_below (chance, 5))
        {
        case 0:
          input->data[at] = (guint8) fil_random_u32 (chance);
          break;
        case 1:
          input->data[at] = (guint8) "0123456789-:\r\n ,/="[fil_random_below (chance, 18)];
          break;
        case 2:
          g_byte_array_remove_range (input, at, len);
          break;
        case 3:
          memcpy (copy, input->data + at, len);
          g_byte_array_append (input, copy, len);
          break;
        default:
          g_byte_array_set_size (input, MAX (at, 1));
          break;
        }
    }
}

static void
test_seeds (void)
{
  g_autoptr (FilRandom) chance = fil_random_new_seeded ((guint64) g_test_rand_int ());

  for (guint i = 0; fuzz_seeds[i] != NULL; i++)
    LLVMFuzzerTestOneInput ((const guint8 *) fuzz_seeds[i], strlen (fuzz_seeds[i]));
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (GByteArray) input = g_byte_array_new ();
      guint n_seeds = 0;
      const char *seed;

      while (fuzz_seeds[n_seeds] != NULL)
        n_seeds++;
      seed = fuzz_seeds[fil_random_below (chance, n_seeds)];
      g_byte_array_append (input, (const guint8 *) seed, (guint) strlen (seed));
      bend (input, chance);
      LLVMFuzzerTestOneInput (input->data, MIN (input->len, MAX_LEN));
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (int i = 1; i < argc; i++)
    {
      g_autofree char *bytes = NULL;
      gsize len;

      if (argv[i][0] != '-' && g_file_get_contents (argv[i], &bytes, &len, NULL))
        LLVMFuzzerTestOneInput ((const guint8 *) bytes, len);
    }
  g_test_add_func ("/transfer/fuzz/seeds", test_seeds);
  return g_test_run ();
}
