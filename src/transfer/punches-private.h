/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "punches.h"

#include "punch-guard.h"
#include "punch-limits.h"
#include "punch-probe.h"
#include "token-bucket.h"

G_BEGIN_DECLS

#define PUNCH_PROXIES 8
#define PUNCH_SECRET_LEN 16
#define PUNCH_MUIDS (FIL_PUNCH_PINGS * FIL_PUNCH_PROXIES_AT_ONCE + FIL_PUNCH_REMINDERS)

typedef enum
{
  PUNCH_SIGNALLING, /* asker: nobody answered yet */
  PUNCH_KNOCKING,
  PUNCH_AGREEING,   /* asker: chose UDP, the other side has not said that it knows */
  PUNCH_CHOSEN,     /* both know; the stream over it is being opened */
  PUNCH_LIME,       /* the RUDP engine knocks */
  PUNCH_OVER,       /* to be freed */
} FilPunchState;

/* Where to knock. */
typedef struct
{
  FilEndpoint endpoint;
  gboolean is_proven; /* the other side echoed from there what we sent there … */
  guint8 challenge[FIL_PROBE_CHALLENGE_LEN]; /* … and wants this to be echoed */
  guint8 knocks;      /* that could arrive, while it was not proven … */
  guint8 replies;     /* … and since */
  guint8 openers;     /* that could not */
} FilPunchTarget;

/* An address that was knocked at by an attempt that is over. */
typedef struct
{
  FilEndpoint address; /* its port says nothing */
  gint64 until_us;     /* so long its answer may still come through our router */
} FilPunchCalled;

/* An offer that came as a PUSH before we knew what to answer. */
typedef struct
{
  FilPunchOffer offer;
  FilEndpoint to;  /* as the PUSH says */
  gint64 until_us; /* then nobody waits for the answer any more */
} FilPunchWaiting;

/* A HEAD ping of ours. */
typedef struct
{
  FilGuid muid;
  FilEndpoint proxy;
  gint64 sent_us;
  gboolean is_answered;
} FilPunchPing;

/**
 * FilPunch:
 *
 * One attempt, of either side.
 */
typedef struct
{
  FilPunches *punches;
  guint32 id;
  gboolean is_asker;
  FilPunchState state;
  gint64 started_us;
  gint64 since_us;         /* of the state */

  FilPunchSelf self;       /* as it was described when it began */
  FilPunchWish wish;       /* asker; its proxies are below */
  FilEndpoint proxies[PUNCH_PROXIES];
  guint8 own_nonce[FIL_PUNCH_NONCE_LEN];
  guint8 secret[PUNCH_SECRET_LEN]; /* of the challenges */
  gboolean has_peer;       /* an offer or an answer came, or a knock with our nonce */
  gboolean has_answer;     /* asker: @peer is whole */
  gboolean wants_tls;      /* asker: on the way that it chose */
  FilPunchOffer peer;
  FilGuid guid;            /* of the other side */

  /* Signalling. */
  gint64 offered_us;       /* asker: when the first ping went, 0: not yet */
  FilPunchPing pings[PUNCH_MUIDS];
  guint n_pings;
  guint rounds;
  gint64 next_round_us;
  gboolean has_pushed;
  FilEndpoint answered_by;
  guint reminders;         /* asker: sent; sharer: received */
  gint64 next_reminder_us;
  guint pushes;            /* sharer: offers that came as PUSH */

  /* Knocking. */
  FilEndpoint admitted;    /* sharer: what the guard counted … */
  gboolean is_refunded;    /* … and gave back */
  GArray *udp;             /* FilPunchTarget */
  GArray *tcp;             /* FilPunchTarget */
  guint knock_rounds;
  gint64 next_knock_us;
  guint tcp_rounds;
  gint64 next_tcp_us;
  FilTokenBucket answers;
  gboolean has_heard;      /* an address is proven */

  /* Choosing. */
  gboolean has_pair;
  FilEndpoint pair;        /* both directions work */
  gint64 choose_us;
  guint uses;
  gint64 next_use_us;
} FilPunch;

struct _FilPunches
{
  FilPunchesDelegate delegate;
  gpointer data;
  FilRandom *random;
  FilPunchGuard *guard;
  GPtrArray *punches; /* FilPunch, owned */
  GPtrArray *lines;   /* sessions of punch-line.c */
  guint32 last_id;
  gboolean is_stopped;
  gint64 unsure_us;   /* when we were asked last without knowing what we look like */
  FilEndpoint told;   /* our UDP port as others told it last … */
  GHashTable *called; /* … and whom knocks went to since: (transport, FilEndpoint), owned */
  GArray *lately;     /* FilPunchCalled, the oldest first */
  GArray *waiting;    /* FilPunchWaiting */
  gint64 next_look_us; /* whether they can be answered */
};

/* punch-called.c */
void _fil_punches_describe (FilPunches *self, FilPunchSelf *out);
void _fil_punches_called (FilPunches *self, const FilEndpoint *to, gboolean by_tcp);
void _fil_punches_called_lately (FilPunches *self, const GArray *targets, gint64 now_us);

/* punches.c */
FilPunch *_fil_punch_new (FilPunches *self, gboolean is_asker, gint64 now_us);
FilPunch *_fil_punches_by_nonce (FilPunches *self, const guint8 *nonce);
FilPunch *_fil_punches_by_id (FilPunches *self, guint32 id);
void _fil_punch_set_state (FilPunch *self, FilPunchState state, gint64 now_us);
void _fil_punch_fail (FilPunch *self, const char *code, const char *sentence, gint64 now_us);
void _fil_punch_end (FilPunch *self, gint64 now_us);
void _fil_punch_step (FilPunch *self, const char *what, const FilEndpoint *peer, const char *detail);

/* punch-way.c */
FilPunchWay _fil_punch_way (const FilPunch *self, FilPunchMeans means, const FilEndpoint *peer);

/* punch-message.c */
void _fil_punch_describe (const FilPunch *self, FilPunchOffer *out);
void _fil_punch_ping (FilPunch *self, const FilEndpoint *proxy, gint64 now_us);
FilPush _fil_punch_call (const FilPunch *self, const FilGuid *target);
void _fil_punch_push (FilPunch *self, const FilGuid *target, const FilEndpoint *proxies, guint n,
                      gboolean has_signal);

/* punch-signal.c */
void _fil_punch_signal (FilPunch *self, gint64 now_us);
gint64 _fil_punch_signal_wake (const FilPunch *self);
void _fil_punch_remind (FilPunch *self, gint64 now_us);

/* punch-admit.c */
void _fil_punches_answer_waiting (FilPunches *self, gint64 now_us);

/* punch-targets.c */
FilNatSide _fil_punch_side_of (const FilPunchOffer *peer);
gboolean _fil_punch_is_hopeless (const FilPunchSelf *own, const FilPunchOffer *peer);
void _fil_punch_set_targets (FilPunch *self);
void _fil_punch_add_udp (FilPunch *self, const FilEndpoint *endpoint);
void _fil_punch_add_learnt (FilPunch *self, const FilEndpoint *from);
FilPunchTarget *_fil_punch_prove (FilPunch *self, const FilEndpoint *from,
                                  const guint8 challenge[FIL_PROBE_CHALLENGE_LEN], gboolean *is_new);
const FilPunchTarget *_fil_punch_proven (const FilPunch *self, const FilEndpoint *endpoint);
gboolean _fil_punch_count_knock (FilPunch *self, FilPunchTarget *target, gboolean low);

/* punch-proof.c */
void _fil_punch_challenge (const FilPunch *self, const FilEndpoint *address,
                           guint8 out[FIL_PROBE_CHALLENGE_LEN]);
gboolean _fil_punch_is_proof (const FilPunch *self, const FilPunchProbe *probe, const FilEndpoint *from)
    G_GNUC_WARN_UNUSED_RESULT;
void _fil_punch_seal (const FilPunch *self, FilPunchWay *way, const FilPunchTarget *target);

/* punch-knock.c */
void _fil_punch_begin_knocking (FilPunch *self, gint64 now_us);
void _fil_punch_knock_once (FilPunch *self);
void _fil_punch_knock (FilPunch *self, gint64 now_us);
gint64 _fil_punch_knock_wake (const FilPunch *self);
void _fil_punch_take_probe (FilPunch *self, const FilPunchProbe *probe, const FilEndpoint *from,
                            gint64 now_us);
gboolean _fil_punch_takes_line (const FilPunch *self);
void _fil_punch_chose_tcp (FilPunch *self, const FilEndpoint *peer, gint64 now_us);

G_END_DECLS
