/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "ggep.h"
#include "query.h"
#include "urn.h"
#include "writer.h"

G_BEGIN_DECLS

/* GGEP M: kinds of media that are wanted, OR-ed. */
#define FIL_MEDIA_AUDIO 0x04
#define FIL_MEDIA_VIDEO 0x08
#define FIL_MEDIA_DOCUMENT 0x10
#define FIL_MEDIA_IMAGE 0x20
#define FIL_MEDIA_WINDOWS 0x40
#define FIL_MEDIA_UNIX 0x80

typedef enum
{
  FIL_QUERY_V6_NONE,    /* says nothing about IPv6 */
  FIL_QUERY_V6_WELCOME,
  FIL_QUERY_V6_ONLY,
} FilQueryV6;

/**
 * FilQueryExtensions:
 *
 * What stands behind the text of a query: HUGE urns, GGEP and old XML (which is skipped). Allocates
 * nothing. Writing leaves out what one must not relay: unknown keys and XML are not written.
 */
typedef struct
{
  FilUrn urn;            /* a hash is searched when has_sha1 */
  gboolean oob_v3;       /* SO */
  gboolean no_proxy;     /* NP */
  gboolean partial;      /* PR: incomplete files are welcome */
  guint32 media;         /* FIL_MEDIA_..., 0: any */
  guint32 feature;       /* WH; 1 is "What's New?" */
  FilQueryV6 v6;
  guint8 address6[16];   /* valid when has_address6; the port is in the MUID */
  gboolean has_address6;
  gboolean deflate;      /* Z: hits may come deflated (GUESS) */
  gboolean has_scp;
  guint8 scp;
  FilSlice query_key;    /* GUESS */
  FilSlice locale;
  FilGgepItem long_text; /* XQ as it came; read with fil_query_long_text(); key.len 0: none */
  gboolean has_xml;
  guint n_unknown;       /* items and blocks that were skipped */
} FilQueryExtensions;

gboolean fil_query_extensions_parse (FilQueryExtensions *self, const FilQuery *query)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_query_extensions_write (const FilQueryExtensions *self, FilSlice long_text, FilWriter *out);
gboolean fil_query_long_text (const FilQueryExtensions *self, char *out, gsize size)
    G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_query_is_whats_new (const FilQuery *query, const FilQueryExtensions *extensions);

FilPacket *fil_query_packet_new (const FilHeader *header, guint16 flags, const char *text,
                                 const FilQueryExtensions *extensions) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
