/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "vendor.h"

G_BEGIN_DECLS

#define FIL_OOB_ALL 255

/* LIME/12: "I have so many hits for you". */
typedef struct
{
  guint8 hits;        /* 1 to 255; 0 is to be ignored */
  gboolean reachable; /* v2 and later: unsolicited UDP reaches the sender */
  gboolean relayed;
} FilOobIndication;

/* LIME/11: "send me so many". */
typedef struct
{
  guint8 wanted;  /* FIL_OOB_ALL: all */
  FilSlice token; /* v3; to be echoed byte for byte as SO of the hits; borrowed */
} FilOobAck;

/* LIME/13: which OOB proxying a leaf forbids. */
typedef struct
{
  gboolean all;
  guint8 up_to_version; /* when not @all; 0: none is forbidden */
} FilOobVeto;

gboolean fil_oob_indication_decode (FilOobIndication *self, const FilVendor *vendor)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_oob_indication_encode (const FilOobIndication *self, guint16 version, FilWriter *out);
gboolean fil_oob_ack_decode (FilOobAck *self, const FilVendor *vendor) G_GNUC_WARN_UNUSED_RESULT;
void fil_oob_ack_encode (const FilOobAck *self, guint16 version, FilWriter *out);
gboolean fil_oob_veto_decode (FilOobVeto *self, const FilVendor *vendor) G_GNUC_WARN_UNUSED_RESULT;
void fil_oob_veto_encode (const FilOobVeto *self, guint16 version, FilWriter *out);

G_END_DECLS
