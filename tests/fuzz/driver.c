/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz.h"

#include <stdio.h>
#include <string.h>

/* Stands in for libFuzzer: runs a target on every file of its corpus and on mutations of them that are
 * the same every time. Each input lies in a heap block of exactly its size. */

#define MUTATIONS 3000
#define INPUT_MAX 4096

static guint64 state;

static guint
next_random (guint limit)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return limit == 0 ? 0 : (guint) (state % limit);
}

static void
run (const guint8 *data,
     gsize size)
{
  g_autofree guint8 *exact = g_malloc (size + (size == 0));

  if (size > 0)
    memcpy (exact, data, size);
  LLVMFuzzerTestOneInput (exact, size);
}

static gsize
mutate (guint8 *data,
        gsize size)
{
  static const guint8 telling[] = { 0x00, 0x01, 0x1c, 0x40, 0x7f, 0x80, 0xc3, 0xff, '\n', '\r', ' ', ',', ':',
                                    ';', '=' };
  gsize at = next_random ((guint) size + 1);
  gsize n = 1 + next_random (8);

  switch (next_random (6))
    {
    case 0: /* cut the end */
      return at;
    case 1: /* cut something out */
      n = MIN (n, size - at);
      memmove (data + at, data + at + n, size - at - n);
      return size - n;
    case 2: /* repeat something */
      n = MIN (n, size - at);
      n = MIN (n, INPUT_MAX - size);
      memmove (data + at + n, data + at, size - at);
      return size + n;
    case 3:
      if (at < size)
        data[at] ^= (guint8) (1u << next_random (8));
      return size;
    case 4:
      if (at < size)
        data[at] = telling[next_random (G_N_ELEMENTS (telling))];
      return size;
    default:
      if (at < size)
        data[at] = (guint8) next_random (256);
      return size;
    }
}

static gboolean
run_file (const char *path)
{
  g_autofree char *contents = NULL;
  gsize size;

  if (!g_file_get_contents (path, &contents, &size, NULL) || size > INPUT_MAX)
    return FALSE;
  run ((const guint8 *) contents, size);

  state = 0x9e3779b97f4a7c15u ^ size;
  for (guint i = 0; i < MUTATIONS; i++)
    {
      guint8 data[INPUT_MAX];
      gsize len = size;

      memcpy (data, contents, size);
      for (guint k = 1 + next_random (4); k > 0; k--)
        len = mutate (data, len);
      run (data, len);
    }
  return TRUE;
}

int
main (int argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;
  guint n = 0;

  if (argc != 2 || (dir = g_dir_open (argv[1], 0, &error)) == NULL)
    {
      fprintf (stderr, "usage: %s CORPUS-DIRECTORY\n", argv[0]);
      return 2;
    }
  run ((const guint8 *) "", 0);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (argv[1], name, NULL);

      if (!run_file (path))
        {
          fprintf (stderr, "cannot read %s\n", path);
          return 1;
        }
      n++;
    }
  printf ("%u files, %u inputs\n", n, n * (MUTATIONS + 1) + 1);
  return n > 0 ? 0 : 1;
}
