/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "vendor.h"
#include "wire-limits.h"

G_BEGIN_DECLS

/* Messages Supported, null/0v0: the vendor messages that the sender takes. */
typedef struct
{
  guint n;
  FilVendorId items[FIL_MESSAGES_SUPPORTED_MAX];
} FilMessagesSupported;

#define FIL_FEATURE_TLS FIL_VENDOR_CODE ('T', 'L', 'S', '!')
#define FIL_FEATURE_WHATS_NEW FIL_VENDOR_CODE ('W', 'H', 'A', 'T')
#define FIL_FEATURE_QRP1 FIL_VENDOR_CODE ('Q', 'R', 'P', '1')
#define FIL_FEATURE_TCP_REACHABLE FIL_VENDOR_CODE ('T', 'C', 'P', 'I')
#define FIL_FEATURE_FW_TRANSFER FIL_VENDOR_CODE ('F', '2', 'F', 'T')
/* Ours: the "version" is the port from which the receiver's TCP connection came, as the sender sees it.
 * Gnutella itself tells nobody (signalling.md §4); programs that do not know the name skip it. */
#define FIL_FEATURE_SEEN_PORT FIL_VENDOR_CODE ('F', 'L', 'B', 'P')

typedef struct
{
  guint32 name;
  guint32 version;
} FilFeatureItem;

/* Features (gtk-gnutella) or Capabilities (LimeWire), null/10. */
typedef struct
{
  guint n;
  FilFeatureItem items[FIL_FEATURES_MAX];
} FilFeatures;

gboolean fil_messages_supported_decode (FilMessagesSupported *self, const FilVendor *vendor)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_messages_supported_encode (const FilMessagesSupported *self, guint16 version, FilWriter *out);
gboolean fil_messages_supported_has (const FilMessagesSupported *self, guint32 code, guint16 selector,
                                     guint16 *version);

gboolean fil_features_decode (FilFeatures *self, const FilVendor *vendor) G_GNUC_WARN_UNUSED_RESULT;
void fil_features_encode (const FilFeatures *self, guint16 version, FilWriter *out);
gboolean fil_features_has (const FilFeatures *self, guint32 name, guint32 *version);

G_END_DECLS
