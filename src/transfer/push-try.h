/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "guid.h"
#include "packed-hosts.h"
#include "push.h"
#include "session.h"

G_BEGIN_DECLS

/* The ways a PUSH can go out (push.md §2). */
typedef enum
{
  FIL_PUSH_WAY_HOST,  /* UDP to the host itself, when its address is known */
  FIL_PUSH_WAY_PROXY, /* UDP to one of its push proxies */
  FIL_PUSH_WAY_ROUTE, /* along the ways its hits came */
} FilPushWay;

/**
 * FilPushTry:
 *
 * One attempt at having a host behind a firewall connect to us: by UDP and along the way of its hits at
 * once, by UDP again after 2 s, from 4 s on by HTTP to its push proxies, two at a time; after 40 s it is
 * given up (push.md §5).
 */
typedef struct _FilPushTry FilPushTry;

typedef struct
{
  /* Sends push. to is NULL for FIL_PUSH_WAY_ROUTE. FALSE: there is no such way. */
  gboolean (*send) (gpointer data, const FilPush *push, const FilGuid *muid, FilPushWay way, const FilEndpoint *to);

  /* Connects to a push proxy and pumps session, as FilDownloadsDelegate.dial. */
  void (*dial) (gpointer data, const FilEndpoint *proxy, gboolean tls, FilSession *session);

  /* Something to be told in a trace: what and detail are constants. */
  void (*step) (gpointer data, const FilGuid *servent, const char *what, const FilEndpoint *peer,
                const char *detail);

  /* That host is a push proxy for sure; going there harms nobody. */
  void (*answered) (gpointer data, const FilEndpoint *proxy);

  /* Said so of this servent, or said nothing: not to be asked for it any more. */
  void (*forget) (gpointer data, const FilGuid *servent, const FilEndpoint *proxy);

  /* fil_push_try_tick() wants to be called. */
  void (*changed) (gpointer data);

  /* The last call. */
  void (*gone) (gpointer data, FilPushTry *self);
} FilPushTryDelegate;

/* What is tried. All pointers are borrowed. */
typedef struct
{
  FilPush push;           /* whom, and where to call */
  FilGuid muid;           /* of all messages of the try, so that the servent knows repetitions */
  FilEndpoint host;       /* family 0: not known */
  const FilHost *proxies; /* the newest first */
  guint n_proxies;
  const char *user_agent;
} FilPushTarget;

FilPushTry *fil_push_try_new (const FilPushTarget *target, const FilPushTryDelegate *delegate, gpointer data,
                              gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void fil_push_try_free (FilPushTry *self);
gint64 fil_push_try_tick (FilPushTry *self, gint64 now_us);
gboolean fil_push_try_is_over (const FilPushTry *self, gint64 now_us);
gboolean fil_push_try_was_sent (const FilPushTry *self);
const FilGuid *fil_push_try_servent (const FilPushTry *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilPushTry, fil_push_try_free)

G_END_DECLS
