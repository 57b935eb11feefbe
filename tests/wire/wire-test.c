/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "wire-test.h"

TestBytes
test_bytes_copy (FilSlice bytes)
{
  TestBytes self = { g_malloc (MAX (bytes.len, 1)), bytes.len };

  if (bytes.len == 0)
    {
      /* A block of no bytes: even reading one is too much. */
      g_free (self.data);
      self.data = g_malloc0 (0);
      return self;
    }
  memcpy (self.data, bytes.data, bytes.len);
  return self;
}

TestBytes
test_bytes_hex (const char *hex)
{
  gsize len = strlen (hex) / 2;
  TestBytes self = { g_malloc (MAX (len, 1)), len };

  for (gsize i = 0; i < len; i++)
    self.data[i] = (guint8) (g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]));
  return self;
}

TestBytes
test_bytes_random (gsize len)
{
  TestBytes self = { g_malloc (MAX (len, 1)), len };

  for (gsize i = 0; i < len; i++)
    self.data[i] = test_random_u8 ();
  return self;
}

/* One to four bytes changed, or some cut out or put in. */
TestBytes
test_bytes_mutated (FilSlice bytes)
{
  TestBytes self;
  gsize at = bytes.len > 0 ? test_random_below ((guint) bytes.len) : 0;

  if (bytes.len > 2 && test_random_below (4) == 0)
    {
      gsize cut = 1 + test_random_below ((guint) MIN (bytes.len - at, 4));

      cut = MIN (cut, bytes.len - at);
      self.len = bytes.len - cut;
      self.data = g_malloc (MAX (self.len, 1));
      memcpy (self.data, bytes.data, at);
      memcpy (self.data + at, bytes.data + at + cut, bytes.len - at - cut);
      return self;
    }
  self = test_bytes_copy (bytes);
  for (guint n = 1 + test_random_below (4); n > 0 && self.len > 0; n--)
    self.data[test_random_below ((guint) self.len)]
        = test_random_bool () ? test_random_u8 () : (guint8) "\x00\xff\x1c\xc3\x80\x40\x01\x7f"[test_random_below (8)];
  return self;
}

void
test_bytes_clear (TestBytes *self)
{
  g_clear_pointer (&self->data, g_free);
  self->len = 0;
}

FilSlice
test_bytes_slice (const TestBytes *self)
{
  return fil_slice (self->data, self->len);
}

char *
test_hex (FilSlice bytes)
{
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < bytes.len; i++)
    g_string_append_printf (out, "%02x", bytes.data[i]);
  return g_string_free (out, FALSE);
}

char *
test_data_read (const char *path,
                gsize *len)
{
  g_autofree char *file = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "data", "vectors", path, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (file, &text, len, &error);
  g_assert_no_error (error);
  return text;
}

/* The lines "ID": "hex" of vectors.json. */
GHashTable *
test_vectors_load (void)
{
  g_autofree char *text = test_data_read ("overlay/vectors.json", NULL);
  g_autoptr (GRegex) regex = g_regex_new ("^\"([A-Z]+[0-9]+[ab]?)\": \"([0-9a-f]*)\",?$", G_REGEX_MULTILINE,
                                          0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  GHashTable *vectors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (g_regex_match (regex, text, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    g_hash_table_insert (vectors, g_match_info_fetch (match, 1), g_match_info_fetch (match, 2));
  g_assert_cmpuint (g_hash_table_size (vectors), >, 100);
  return vectors;
}

TestPool *
test_pool_new (void)
{
  return g_ptr_array_new_with_free_func (g_free);
}

guint32
test_random_u32 (void)
{
  return (guint32) g_test_rand_int ();
}

guint8
test_random_u8 (void)
{
  return (guint8) g_test_rand_int ();
}

gboolean
test_random_bool (void)
{
  return (g_test_rand_int () & 1) != 0;
}

guint
test_random_below (guint limit)
{
  return limit == 0 ? 0 : test_random_u32 () % limit;
}

FilSlice
test_random_blob (TestPool *pool,
                  gsize min,
                  gsize max)
{
  gsize len = min + test_random_below ((guint) (max - min + 1));
  guint8 *data;

  if (len == 0)
    return FIL_SLICE_NONE;
  data = g_malloc (len);
  for (gsize i = 0; i < len; i++)
    data[i] = test_random_below (4) == 0 ? 0 : test_random_u8 ();
  g_ptr_array_add (pool, data);
  return fil_slice (data, len);
}

FilSlice
test_random_text (TestPool *pool,
                  gsize min,
                  gsize max)
{
  static const char *const pieces[] = { "a", "b", "free", " ", "music", ".", "ogg", "é", "日", "-", "7", "Q" };
  GString *text = g_string_new (NULL);

  if (min == 0 && test_random_below (4) == 0)
    return g_string_free (text, TRUE), FIL_SLICE_NONE;
  do
    g_string_append (text, pieces[test_random_below (G_N_ELEMENTS (pieces))]);
  while (text->len < min || (text->len + 8 < max && test_random_below (6) != 0));
  g_ptr_array_add (pool, text->str);
  return fil_slice_text (g_string_free (text, FALSE));
}

void
test_random_guid (FilGuid *guid)
{
  for (guint i = 0; i < 16; i++)
    guid->bytes[i] = test_random_u8 ();
  guid->bytes[0] |= 1;
}

FilEndpoint
test_random_v4 (void)
{
  guint8 addr[4] = { (guint8) (1 + test_random_below (126)), test_random_u8 (), test_random_u8 (),
                     test_random_u8 () };

  return fil_endpoint_v4 (addr, (guint16) (1 + test_random_below (65535)));
}

FilEndpoint
test_random_v6 (void)
{
  guint8 addr[16] = { 0x20, 0x01 };

  for (guint i = 2; i < 16; i++)
    addr[i] = test_random_u8 ();
  return fil_endpoint_v6 (addr, (guint16) (1 + test_random_below (65535)));
}

/* IPv4 first, as the lists come. */
guint
test_random_hosts (FilHost *out,
                   guint max,
                   gboolean v6)
{
  guint n = test_random_bool () ? 0 : test_random_below (max + 1);
  guint n4 = v6 ? test_random_below (n + 1) : n;

  for (guint i = 0; i < n; i++)
    {
      out[i].endpoint = i < n4 ? test_random_v4 () : test_random_v6 ();
      out[i].tls = test_random_bool ();
    }
  return n;
}

FilUrn
test_random_urn (void)
{
  FilUrn urn;

  memset (&urn, 0, sizeof urn);
  urn.has_sha1 = test_random_below (4) != 0;
  urn.has_tth = urn.has_sha1 && test_random_bool ();
  for (guint i = 0; urn.has_sha1 && i < sizeof urn.sha1.bytes; i++)
    urn.sha1.bytes[i] = test_random_u8 () & (test_random_below (8) == 0 ? 0 : 0xff);
  for (guint i = 0; urn.has_tth && i < sizeof urn.tth.bytes; i++)
    urn.tth.bytes[i] = test_random_u8 ();
  return urn;
}

void
test_add_slice (GString *out,
                const char *name,
                FilSlice slice)
{
  g_autofree char *hex = test_hex (slice);

  g_string_append_printf (out, "%s=%s ", name, hex);
}

void
test_add_uint (GString *out,
               const char *name,
               guint64 value)
{
  g_string_append_printf (out, "%s=%" G_GUINT64_FORMAT " ", name, value);
}

void
test_add_endpoint (GString *out,
                   const char *name,
                   const FilEndpoint *endpoint)
{
  char text[FIL_ENDPOINT_TEXT_LEN];

  if (endpoint->family == 0)
    g_string_append_printf (out, "%s=none:%u ", name, endpoint->port);
  else
    g_string_append_printf (out, "%s=%s/%u ", name, fil_endpoint_address_text (endpoint, text),
                            endpoint->port);
}

void
test_add_hosts (GString *out,
                const char *name,
                const FilHost *hosts,
                guint n)
{
  g_string_append_printf (out, "%s[%u]: ", name, n);
  for (guint i = 0; i < n; i++)
    test_add_endpoint (out, hosts[i].tls ? "tls" : "plain", &hosts[i].endpoint);
}

void
test_add_urn (GString *out,
              const FilUrn *urn)
{
  test_add_slice (out, "sha1", urn->has_sha1 ? fil_slice (urn->sha1.bytes, 20) : FIL_SLICE_NONE);
  test_add_slice (out, "tth", urn->has_tth ? fil_slice (urn->tth.bytes, 24) : FIL_SLICE_NONE);
}
