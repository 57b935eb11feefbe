/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "demo-content.h"

#include <math.h>
#include <string.h>
#include <zlib.h>

#define TONE_RATE 44100

/* Less than a host is ever asked for at once. */
#define SPOIL_STEP 20000

static const char *const sentences[] = {
  "A hazel grows where the wind left a nut and a squirrel forgot it.",
  "Filberts ripen in late summer, a little before the walnuts.",
  "Whoever shares a basket finds the next one fuller.",
  "The longest way round is often the one that is open.",
  "A letter that nobody carries is only paper.",
  "Count your nuts twice and you know that none is missing.",
};

/**
 * fil_demo_write_text:
 * @size: bytes, about
 * @seed: another seed makes another text
 *
 * Writes a text of whole sentences.
 */
gboolean
fil_demo_write_text (const char *path,
                     gsize size,
                     guint seed,
                     GError **error)
{
  g_autoptr (GString) text = g_string_new ("Sample\n\n");
  guint32 n = seed * 2654435761u + 1;

  while (text->len < size)
    {
      n = n * 1664525u + 1013904223u;
      g_string_append (text, sentences[(n >> 16) % G_N_ELEMENTS (sentences)]);
      g_string_append (text, (n >> 28) == 0 ? "\n\n" : " ");
    }
  return g_file_set_contents (path, text->str, (gssize) text->len, error);
}

static void
png_chunk (GByteArray *png,
           const char *type,
           const guint8 *data,
           guint32 len)
{
  guint32 be_len = GUINT32_TO_BE (len);
  gsize start = png->len + 4;
  guint32 crc;

  g_byte_array_append (png, (const guint8 *) &be_len, 4);
  g_byte_array_append (png, (const guint8 *) type, 4);
  g_byte_array_append (png, data, len);
  crc = GUINT32_TO_BE ((guint32) crc32 (0, png->data + start, len + 4));
  g_byte_array_append (png, (const guint8 *) &crc, 4);
}

/* Soft waves of colour, each row with the filter byte that PNG wants. */
static GByteArray *
paint (guint width,
       guint height,
       guint seed)
{
  GByteArray *rows = g_byte_array_sized_new (height * (3 * width + 1));
  double a = 0.01 + 0.004 * (seed % 5), b = 0.013 + 0.003 * (seed % 7);

  for (guint y = 0; y < height; y++)
    {
      guint8 filter = 0;

      g_byte_array_append (rows, &filter, 1);
      for (guint x = 0; x < width; x++)
        {
          double wave = sin (a * x + seed) + sin (b * y) + sin (a * (x + y) / 2);
          guint8 pixel[3] = { (guint8) (128 + 40 * wave), (guint8) (110 + 35 * sin (wave + seed)),
                              (guint8) (80 + 25 * cos (wave)) };

          g_byte_array_append (rows, pixel, sizeof pixel);
        }
    }
  return rows;
}

/**
 * fil_demo_write_picture:
 *
 * Writes a PNG picture.
 */
gboolean
fil_demo_write_picture (const char *path,
                        guint width,
                        guint height,
                        guint seed,
                        GError **error)
{
  static const guint8 magic[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  g_autoptr (GByteArray) png = g_byte_array_new ();
  g_autoptr (GByteArray) rows = paint (width, height, seed);
  guint8 head[13] = { [8] = 8, [9] = 2 }; /* eight bits, red green blue */
  guint32 be_width = GUINT32_TO_BE (width), be_height = GUINT32_TO_BE (height);
  uLongf packed_len = compressBound (rows->len);
  g_autofree guint8 *packed = g_malloc (packed_len);

  memcpy (head, &be_width, 4);
  memcpy (head + 4, &be_height, 4);
  compress2 (packed, &packed_len, rows->data, rows->len, Z_BEST_SPEED);
  g_byte_array_append (png, magic, sizeof magic);
  png_chunk (png, "IHDR", head, sizeof head);
  png_chunk (png, "IDAT", packed, (guint32) packed_len);
  png_chunk (png, "IEND", NULL, 0);
  return g_file_set_contents (path, (const char *) png->data, png->len, error);
}

static void
put_le (GByteArray *bytes,
        guint32 value,
        guint len)
{
  guint32 le = GUINT32_TO_LE (value);

  g_byte_array_append (bytes, (const guint8 *) &le, len);
}

/**
 * fil_demo_write_tone:
 * @size: bytes, about
 * @hertz: how high the tone is
 *
 * Writes a WAV sound: one tone that swells and fades.
 */
gboolean
fil_demo_write_tone (const char *path,
                     gsize size,
                     double hertz,
                     GError **error)
{
  g_autoptr (GByteArray) wav = g_byte_array_sized_new ((guint) size + 64);
  guint32 n_samples = (guint32) (size / 2);

  g_byte_array_append (wav, (const guint8 *) "RIFF", 4);
  put_le (wav, 36 + 2 * n_samples, 4);
  g_byte_array_append (wav, (const guint8 *) "WAVEfmt ", 8);
  put_le (wav, 16, 4);
  put_le (wav, 1, 2);
  put_le (wav, 1, 2);
  put_le (wav, TONE_RATE, 4);
  put_le (wav, 2 * TONE_RATE, 4);
  put_le (wav, 2, 2);
  put_le (wav, 16, 2);
  g_byte_array_append (wav, (const guint8 *) "data", 4);
  put_le (wav, 2 * n_samples, 4);
  for (guint32 i = 0; i < n_samples; i++)
    {
      double t = (double) i / TONE_RATE;
      gint16 sample = (gint16) (9000 * sin (2 * G_PI * hertz * t) * (0.6 + 0.4 * sin (0.7 * t)));

      put_le (wav, (guint16) sample, 2);
    }
  return g_file_set_contents (path, (const char *) wav->data, wav->len, error);
}

/**
 * fil_demo_spoil:
 * @spoilt_path: where to write the copy
 *
 * Copies a file with some bytes wrong in each of its parts.
 */
gboolean
fil_demo_spoil (const char *path,
                const char *spoilt_path,
                GError **error)
{
  g_autofree char *bytes = NULL;
  gsize len;

  if (!g_file_get_contents (path, &bytes, &len, error))
    return FALSE;
  for (gsize i = MIN (SPOIL_STEP, len) / 2; i < len; i += SPOIL_STEP)
    bytes[i] = (char) (bytes[i] ^ 0x55);
  return g_file_set_contents (spoilt_path, bytes, (gssize) len, error);
}
