/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "guid.h"
#include "packed-hosts.h"
#include "slice.h"
#include "urn.h"

G_BEGIN_DECLS

/* Bytes in a heap block of exactly their size, so that the address sanitizer sees any read beyond. */
typedef struct
{
  guint8 *data;
  gsize len;
} TestBytes;

TestBytes test_bytes_copy (FilSlice bytes);
TestBytes test_bytes_hex (const char *hex);
TestBytes test_bytes_random (gsize len);
TestBytes test_bytes_mutated (FilSlice bytes);
void test_bytes_clear (TestBytes *self);
FilSlice test_bytes_slice (const TestBytes *self);

char *test_hex (FilSlice bytes);
GHashTable *test_vectors_load (void);
char *test_data_read (const char *path, gsize *len);

/* Random values live as long as the pool. */
typedef GPtrArray TestPool;

TestPool *test_pool_new (void);
FilSlice test_random_blob (TestPool *pool, gsize min, gsize max);
FilSlice test_random_text (TestPool *pool, gsize min, gsize max);
guint32 test_random_u32 (void);
guint8 test_random_u8 (void);
gboolean test_random_bool (void);
guint test_random_below (guint limit);
void test_random_guid (FilGuid *guid);
FilEndpoint test_random_v4 (void);
FilEndpoint test_random_v6 (void);
guint test_random_hosts (FilHost *out, guint max, gboolean v6);
FilUrn test_random_urn (void);

/* Texts of values, to compare and to show them. */
void test_add_slice (GString *out, const char *name, FilSlice slice);
void test_add_uint (GString *out, const char *name, guint64 value);
void test_add_endpoint (GString *out, const char *name, const FilEndpoint *endpoint);
void test_add_hosts (GString *out, const char *name, const FilHost *hosts, guint n);
void test_add_urn (GString *out, const FilUrn *urn);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestPool, g_ptr_array_unref)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TestBytes, test_bytes_clear)

G_END_DECLS
