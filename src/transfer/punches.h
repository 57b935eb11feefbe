/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "connect-manner.h"
#include "endpoint.h"
#include "guid.h"
#include "nat-pair.h"
#include "punch-offer.h"
#include "push.h"
#include "random.h"
#include "rudp.h"
#include "session.h"
#include "urn.h"

G_BEGIN_DECLS

/* What this host has to offer. Endpoints of family 0: there is none. */
typedef struct
{
  FilGuid guid;
  gboolean is_sure;  /* others have told what we look like from outside; else it is guessed */
  FilNatSide nat;
  FilEndpoint udp;   /* as others see our UDP port */
  FilEndpoint tcp;   /* the same of the listening TCP port */
  FilEndpoint local; /* inside the NAT */
  FilEndpoint ipv6;
  FilEndpoint proxies[FIL_OFFER_PROXIES_MAX]; /* our own push proxies */
  guint n_proxies;
  gboolean has_tls;
  guint8 fingerprint[FIL_PUNCH_FINGERPRINT_LEN];
} FilPunchSelf;

/* Whom we want to reach. */
typedef struct
{
  FilGuid guid;               /* servent GUID of who has the file */
  FilSha1 sha1;               /* a HEAD ping needs one */
  const FilEndpoint *proxies; /* push proxies, the best first */
  guint n_proxies;
  FilEndpoint endpoint;       /* as its hit told, or none */
  gboolean knows_offers;      /* its hit had RUX; else it is asked LimeWire's way */
  guint32 index;
} FilPunchWish;

typedef enum
{
  FIL_PUNCH_BY_UDP,  /* extended RUDP, both addresses proven */
  FIL_PUNCH_BY_TCP,
  FIL_PUNCH_BY_LIME, /* RUDP as LimeWire speaks it, which still has to knock */
} FilPunchMeans;

/* A way that stands, or in LimeWire's case is agreed on. */
typedef struct
{
  guint32 id;
  FilPunchMeans means;
  gboolean is_asker;  /* we download */
  FilGuid guid;       /* servent GUID of the other side; zero when it did not say */
  FilEndpoint peer;   /* where its packets come from */
  guint8 own_nonce[FIL_PUNCH_NONCE_LEN];  /* what the other side's packets show … */
  guint8 peer_nonce[FIL_PUNCH_NONCE_LEN]; /* … and ours; by UDP sealed with the challenges (punch-probe.h) */
  gboolean has_tls;   /* both take it: who asked is the client, each checks the other's certificate */
  guint8 fingerprint[FIL_PUNCH_FINGERPRINT_LEN]; /* of the other side */
  guint32 index;      /* of the wish */
} FilPunchWay;

/**
 * FilPunchesDelegate:
 *
 * What the punches ask of the node. None may call back into FilPunches, except that stream() may report
 * at once by fil_punches_stream_opened().
 */
typedef struct
{
  void (*describe) (gpointer data, FilPunchSelf *out);
  /* Whether anybody gets a file of ours now (optional: always). */
  gboolean (*is_sharing) (gpointer data);
  /* It is not sure: others should be asked now (optional). */
  void (*measure) (gpointer data);
  /* The one gate: whether datagrams may go to an address that a stranger named. */
  gboolean (*may_send) (gpointer data, const FilEndpoint *to);
  /* From the Gnutella port; ttl 0: the usual one. */
  void (*send) (gpointer data, const FilEndpoint *to, const guint8 *bytes, gsize len, guint ttl);
  /* Begins to connect by TCP from the listening port, until stop(); what stands is given to
   * fil_punches_line(). */
  void (*connect) (gpointer data, guint32 id, const FilEndpoint *to, FilConnectManner manner);
  /* Ends what connect() and stream() began for that attempt and does not stand yet. */
  void (*stop) (gpointer data, guint32 id);
  /* The same PUSH as an HTTP push-proxy request (signalling.md §3; optional). */
  void (*ask_proxy) (gpointer data, const FilEndpoint *proxy, const FilPush *push);
  /* UDP was chosen: opens an RUDP stream, until stop(), then fil_punches_stream_opened(). */
  void (*stream) (gpointer data, const FilPunchWay *way);
  /* TCP was chosen: (transfer full) who talks from here on; NULL: nobody wants it any more. */
  FilSession *(*session) (gpointer data, const FilPunchWay *way);
  /* Something that we asked for came to nothing. Code is stable, the sentence for a person. */
  void (*failed) (gpointer data, const FilGuid *guid, const char *code, const char *sentence);
  /* A step to be told by trace; keyed by the servent GUID of the other side. */
  void (*step) (gpointer data, const FilGuid *guid, const char *what, const FilEndpoint *peer,
                const char *detail);
} FilPunchesDelegate;

/**
 * FilPunches:
 *
 * All attempts to open a way between two hosts that nobody can call: ours, and those of others who want
 * our files (signalling.md §2).
 */
typedef struct _FilPunches FilPunches;

FilPunches *fil_punches_new (const FilPunchesDelegate *delegate, gpointer data, FilRandom *random)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_punches_free (FilPunches *self);
gint64 fil_punches_wake (const FilPunches *self);
void fil_punches_tick (FilPunches *self, gint64 now_us);

guint32 fil_punches_ask (FilPunches *self, const FilPunchWish *wish, gint64 now_us);
void fil_punches_cancel (FilPunches *self, const FilGuid *guid, gint64 now_us);
void fil_punches_stop (FilPunches *self, gint64 now_us);
void fil_punches_stream_opened (FilPunches *self, guint32 id, const char *error, gint64 now_us);

gboolean fil_punches_may_answer (FilPunches *self, gint64 now_us);
gboolean fil_punches_take_offer (FilPunches *self, const FilPunchOffer *offer, FilPunchOffer *answer,
                                 gint64 now_us);
gboolean fil_punches_take_answer (FilPunches *self, const FilPunchOffer *answer, const FilGuid *muid,
                                  const FilEndpoint *from, gint64 now_us);
gboolean fil_punches_take_push (FilPunches *self, const FilPush *push, gint64 now_us);
gboolean fil_punches_take_datagram (FilPunches *self, const FilEndpoint *from, FilSlice datagram,
                                    gint64 now_us);

FilSession *fil_punches_line (FilPunches *self, guint32 id, const FilEndpoint *peer, gint64 now_us)
    G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_punch_line_is (const FilSession *session);
const FilPunchWay *fil_punch_line_way (const FilSession *session);

gboolean fil_punches_expects (const FilPunches *self, const FilEndpoint *address, gint64 now_us);
guint fil_punches_refused (const FilPunches *self);
void fil_punch_describe_hit (const FilPunchSelf *self, FilPunchOffer *out);
void fil_punch_way_config (const FilPunchWay *self, FilRudpConfig *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilPunches, fil_punches_free)

G_END_DECLS
