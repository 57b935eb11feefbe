/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "guid.h"
#include "nat-class.h"
#include "slice.h"
#include "wire-limits.h"
#include "writer.h"

G_BEGIN_DECLS

#define FIL_PUNCH_OFFER_VERSION 1
#define FIL_PUNCH_NONCE_LEN 8
#define FIL_PUNCH_FINGERPRINT_LEN 32

typedef enum
{
  FIL_CANDIDATE_UDP = 1,   /* as the other side of the NAT sees our UDP port */
  FIL_CANDIDATE_TCP = 2,   /* the same of the TCP port */
  FIL_CANDIDATE_LOCAL = 3, /* inside the NAT; both transports */
  FIL_CANDIDATE_IPV6 = 4,  /* not translated; both transports */
} FilCandidateKind;

typedef struct
{
  FilCandidateKind kind;
  FilEndpoint endpoint;
} FilCandidate;

/**
 * FilPunchOffer:
 *
 * Our private item RUX (signalling.md §2): what one side tells the other before both open the way from
 * inside. In a hit it only says what stands before the sharer; as offer and as answer it is full.
 */
typedef struct
{
  gboolean is_full;       /* all below @has_tcp is there */
  gboolean is_answer;
  gboolean is_reminder;   /* offer: our router is open now, send something */
  gboolean has_tls;
  gboolean has_tcp;       /* takes connections by TCP as well */
  FilNatClass udp;
  FilNatClass tcp;
  guint8 nonce[FIL_PUNCH_NONCE_LEN]; /* what the other side has to show to us */
  guint8 echo[FIL_PUNCH_NONCE_LEN];  /* answer: the nonce of the offer */
  FilGuid guid;           /* servent GUID of the sender */
  FilCandidate candidates[FIL_CANDIDATES_MAX];
  guint n_candidates;
  FilEndpoint proxies[FIL_OFFER_PROXIES_MAX]; /* of the sender */
  guint n_proxies;
  guint8 fingerprint[FIL_PUNCH_FINGERPRINT_LEN]; /* with @has_tls: SHA-256 of the certificate */
} FilPunchOffer;

gboolean fil_punch_offer_decode (FilPunchOffer *self, FilSlice item) G_GNUC_WARN_UNUSED_RESULT;
void fil_punch_offer_encode (const FilPunchOffer *self, FilWriter *out);
const FilEndpoint *fil_punch_offer_find (const FilPunchOffer *self, FilCandidateKind kind);

G_END_DECLS
