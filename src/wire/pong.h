/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "packed-hosts.h"
#include "slice.h"
#include "wire-limits.h"
#include "writer.h"

G_BEGIN_DECLS

/**
 * FilPong:
 *
 * messages.md §2. Slices are borrowed from the payload; fil_pong_clear() frees the rest.
 */
typedef struct
{
  FilEndpoint endpoint;  /* IPv4; family 0 and the port alone when the sender has none */
  FilEndpoint endpoint6; /* family 0: not given */
  guint32 files;
  guint32 kib;           /* as on the wire; see fil_pong_kib() */
  gboolean tls;

  gboolean has_vendor;
  guint8 vendor[4];
  guint8 vendor_version;

  gboolean has_ultrapeer; /* GGEP UP */
  guint8 ultrapeer_version;
  guint8 leaf_slots;
  guint8 ultrapeer_slots;

  gboolean has_uptime;
  guint32 uptime_s;      /* average a day */

  gboolean has_guess;
  guint8 guess_version;
  gboolean has_dht;
  guint8 dht[3];         /* major, minor, mode */

  FilEndpoint your_address; /* GGEP IP: the receiver as the sender sees it; family 0: not given */
  FilSlice query_key;       /* 4 to 16 bytes */
  FilSlice locale;

  gboolean is_host_cache;   /* never to be contacted by TCP */
  FilSlice host_cache_name; /* DNS name that stands for the address; may be empty */
  char *host_caches;        /* PHC: lines "host[:port][&attr]"; owned, NULL when none */

  FilHost hosts[FIL_PONG_HOSTS_MAX]; /* IPP first, then IPP6 */
  guint n_hosts;
} FilPong;

gboolean fil_pong_decode (FilPong *self, FilSlice payload) G_GNUC_WARN_UNUSED_RESULT;
void fil_pong_encode (const FilPong *self, FilWriter *out);
void fil_pong_clear (FilPong *self);

guint32 fil_pong_kib (guint64 kib, gboolean is_ultrapeer);
gboolean fil_pong_is_ultrapeer (const FilPong *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FilPong, fil_pong_clear)

G_END_DECLS
