/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Runs a fuzz target without libFuzzer: on the files that are named, and on so many random inputs made of
 * noise and of messages with a true header and a false payload. */

static void
append_noise (GByteArray *out,
              GRand *rand,
              guint n)
{
  for (guint i = 0; i < n; i++)
    {
      guint8 byte = (guint8) g_rand_int_range (rand, 0, 256);

      /* Small numbers, NULs and the marks of extensions are more telling than the rest. */
      if (g_rand_int_range (rand, 0, 3) == 0)
        byte = ((const guint8[]){ 0, 1, 0xc3, 0x1c, 0xff, 0x80, 4, 'u' })[g_rand_int_range (rand, 0, 8)];
      g_byte_array_append (out, &byte, 1);
    }
}

static void
append_message (GByteArray *out,
                GRand *rand)
{
  static const guint8 kinds[] = { 0x00, 0x01, 0x02, 0x30, 0x31, 0x31, 0x40, 0x80, 0x81, 0xcd, 0x32 };
  static const char *const vendors[] = { "BEAR\x04\0\1\0", "BEAR\x07\0\1\0", "BEAR\x0b\0\1\0", "BEAR\x0c\0\1\0",
                                         "GTKG\x07\0\2\0", "LIME\x15\0\1\0", "LIME\x16\0\2\0", "LIME\x17\0\2\0",
                                         "LIME\x18\0\2\0", "\0\0\0\0\0\0\0\0", "LIME\x05\0\1\0" };
  guint8 header[23] = { 0 };
  guint kind = kinds[g_rand_int_range (rand, 0, G_N_ELEMENTS (kinds))];
  guint size = (guint) g_rand_int_range (rand, 0, g_rand_boolean (rand) ? 40 : 300);

  /* A few MUIDs only, so that messages meet. */
  header[0] = (guint8) g_rand_int_range (rand, 0, 4);
  header[16] = (guint8) kind;
  header[17] = (guint8) g_rand_int_range (rand, 0, 5);
  header[18] = (guint8) (g_rand_boolean (rand) ? 0 : g_rand_int_range (rand, 0, 5));
  if (kind == 0x31 && size >= 8)
    {
      header[19] = (guint8) size;
      header[20] = (guint8) (size >> 8);
      g_byte_array_append (out, header, sizeof header);
      g_byte_array_append (out, (const guint8 *) vendors[g_rand_int_range (rand, 0, G_N_ELEMENTS (vendors))], 8);
      append_noise (out, rand, size - 8);
      return;
    }
  header[19] = (guint8) size;
  header[20] = (guint8) (size >> 8);
  g_byte_array_append (out, header, sizeof header);
  append_noise (out, rand, size);
}

static void
run_random (guint32 seed)
{
  g_autoptr (GByteArray) input = g_byte_array_new ();
  GRand *rand = g_rand_new_with_seed (seed);
  guint n = (guint) g_rand_int_range (rand, 1, 30);

  append_noise (input, rand, 1);
  for (guint i = 0; i < n; i++)
    if (g_rand_int_range (rand, 0, 12) == 0)
      append_noise (input, rand, (guint) g_rand_int_range (rand, 0, 60));
    else
      append_message (input, rand);
  g_rand_free (rand);
  /* An exact copy, so that a read beyond the end is seen. */
  {
    g_autofree guint8 *exact = g_memdup2 (input->data, input->len);

    LLVMFuzzerTestOneInput (exact, input->len);
  }
}

int
main (int argc,
      char *argv[])
{
  guint runs = argc > 1 ? (guint) g_ascii_strtoull (argv[1], NULL, 10) : 1000;

  for (int i = 2; i < argc; i++)
    {
      g_autofree char *bytes = NULL;
      gsize len;

      if (g_file_get_contents (argv[i], &bytes, &len, NULL))
        LLVMFuzzerTestOneInput ((const guint8 *) bytes, len);
    }
  for (guint i = 0; i < runs; i++)
    run_random (i + 1);
  return 0;
}
