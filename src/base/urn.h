/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define FIL_SHA1_TEXT_LEN 32
#define FIL_TTH_TEXT_LEN 39

/* The SHA-1 of a whole file. */
typedef struct
{
  guint8 bytes[20];
} FilSha1;

/* The root of a tiger tree. */
typedef struct
{
  guint8 bytes[24];
} FilTth;

/* What a "urn:" text names. */
typedef struct
{
  FilSha1 sha1;
  FilTth tth;
  gboolean has_sha1;
  gboolean has_tth;
} FilUrn;

gboolean fil_urn_parse (FilUrn *self, const char *text, gssize len) G_GNUC_WARN_UNUSED_RESULT;

gboolean fil_sha1_parse (FilSha1 *self, const char *text, gssize len) G_GNUC_WARN_UNUSED_RESULT;
void fil_sha1_to_text (const FilSha1 *self, char out[FIL_SHA1_TEXT_LEN + 1]);
gboolean fil_tth_parse (FilTth *self, const char *text, gssize len) G_GNUC_WARN_UNUSED_RESULT;
void fil_tth_to_text (const FilTth *self, char out[FIL_TTH_TEXT_LEN + 1]);

guint fil_sha1_hash (gconstpointer sha1);
gboolean fil_sha1_equal (gconstpointer a, gconstpointer b);
gboolean fil_tth_equal (gconstpointer a, gconstpointer b);

G_END_DECLS
