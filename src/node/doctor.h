/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "nat.h"
#include "node-types.h"

G_BEGIN_DECLS

/* What became of asking the router to open our port. */
typedef enum
{
  FIL_ROUTER_UNKNOWN, /* was not asked yet */
  FIL_ROUTER_OFF,     /* the user does not want it */
  FIL_ROUTER_SILENT,  /* no router answers */
  FIL_ROUTER_REFUSED, /* it answered, and would not */
  FIL_ROUTER_MAPPED,  /* it says that the port is open */
} FilRouterState;

/* What the doctor looks at. */
typedef struct
{
  gboolean accepts;        /* the node listens for connections */
  guint16 port;
  gboolean has_neighbours;
  FilVerdict tcp;          /* others have connected */
  FilVerdict udp;          /* strangers' datagrams come in */
  FilVerdict udp_passes;   /* ours get out, and answers come in */
  FilNat nat;
  FilEndpoint inside;      /* the address that this machine sends from; family 0: unknown */
  FilEndpoint outside;     /* IPv4 as a quorum sees it; family 0: none */
  gboolean has_ipv6;       /* a public address of that family */
  FilRouterState router;
  FilEndpoint router_outside; /* the router's own outside address; family 0: it did not say */
  guint64 strangers_followed; /* wishes of strangers that somebody be connected to … */
  guint64 strangers_refused;  /* … and those that were refused */
} FilDoctorFacts;

/* A verdict's sentences. */
typedef struct
{
  const char *name;        /* tcp, udp, punch, calls; NULL: there is nothing to tell */
  FilVerdict verdict;
  char *text;              /* what works, what does not, and why */
  char *help;              /* the one thing that would help; NULL: none is needed, or known */
  const char *setting;     /* the setting that does it, or NULL */
  const char *value;
  char *action;            /* words for a button that sets it, or NULL */
} FilDiagnosis;

#define FIL_DIAGNOSES 4
#define FIL_STRANGERS_MANY 100 /* refused wishes of strangers that are worth a word: a few are nothing */

void fil_doctor_examine (const FilDoctorFacts *facts, FilDiagnosis out[FIL_DIAGNOSES]);
void fil_diagnosis_clear (FilDiagnosis *self);

G_END_DECLS
