/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "query-hit.h"
#include "session.h"

G_BEGIN_DECLS

/* How asking a host for the list of its files ended. */
typedef enum
{
  FIL_BROWSE_WHOLE,         /* the list is complete */
  FIL_BROWSE_NOT_CONNECTED, /* the dial failed, or the other side never introduced itself */
  FIL_BROWSE_REFUSED,       /* it shows its list to nobody */
  FIL_BROWSE_TOO_OFTEN,     /* it was asked lately; gtk-gnutella answers once an hour */
  FIL_BROWSE_BUSY,
  FIL_BROWSE_NOT_UNDERSTOOD, /* no answer, or none that we can read */
  FIL_BROWSE_CUT,           /* it ended in the middle, fell silent or went on too long */
} FilBrowseEnd;

typedef struct
{
  /* Some of its files; borrowed. May disown the session. */
  void (*hit) (gpointer data, const FilQueryHit *hit, gint64 now_us);

  /* Once, before the session is freed; never after fil_browse_session_disown(). */
  void (*ended) (gpointer data, FilBrowseEnd end, gint64 now_us);
} FilBrowseDelegate;

/**
 * FilBrowseSession:
 *
 * Asks one host, on one connection, for the list of all its files, which comes as query hits
 * (http-transfer.md §8).
 */
typedef struct _FilBrowseSession FilBrowseSession;

FilSession *fil_browse_session_new (const char *host, const char *user_agent, gboolean is_giv,
                                    const FilBrowseDelegate *delegate, gpointer data,
                                    gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void fil_browse_session_disown (FilSession *session, const char *reason);

G_END_DECLS
