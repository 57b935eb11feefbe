/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "head.h"
#include "packed-hosts.h"
#include "urn.h"
#include "writer.h"

G_BEGIN_DECLS

#define FIL_GNUTELLA_PORT 6346

/* "[tls=HEX,]ip[:port],…" of X-Alt and X-NAlt, and with pptls= of X-Push-Proxy (altloc_bits.txt). */
guint fil_alt_locs_parse (const char *value, FilHost *out, guint max);
void fil_alt_locs_write (const FilHost *hosts, guint n, gboolean with_tls, FilWriter *out);
void fil_push_proxies_write (const FilHost *hosts, guint n, FilWriter *out);

/* URLs, as they were written before; to be read only. */
const char *fil_old_alt_locs_get (const FilHead *head);
guint fil_old_alt_locs_parse (const char *value, const FilSha1 *file, FilHost *out, guint max);

/* The bit list itself: bit 7 of the first byte is entry 0. */
gboolean fil_tls_bit (FilSlice bits, guint position);
gsize fil_tls_bits_to_hex (const FilHost *hosts, guint n, char *out, gsize size);
gboolean fil_tls_bits_apply_hex (const char *hex, gsize len, FilHost *hosts, guint n)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
