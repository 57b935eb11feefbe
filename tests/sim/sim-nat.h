/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "random.h"

G_BEGIN_DECLS

/* What stands between a simulated host and the rest; the kinds of tests/lab, in RFC 4787's words. */
typedef enum
{
  NAT_NONE,   /* a public address */
  NAT_WALL,   /* a public address that lets in only answers */
  NAT_FULL,   /* full cone: EIM, EIF */
  NAT_ADDR,   /* address-restricted: EIM, ADF */
  NAT_PORT,   /* port-restricted: EIM, APDF */
  NAT_SYM,    /* symmetric, random ports: APDM, APDF */
  NAT_SEQ,    /* symmetric, one port after the other: APDM, APDF */
  NAT_LINUX,  /* masquerade: keeps the port when it can; APDF */
  NAT_OPEN,   /* the same, but the router itself takes what nobody asked for, and that port is gone then */
  NAT_KINDS,
} NatKind;

typedef enum
{
  NAT_UDP,
  NAT_TCP,
} NatProto;

typedef struct _Nat Nat;

struct _Nat
{
  NatKind kind;
  FilEndpoint outside;  /* its address, no port */
  Nat *parent;          /* a carrier's NAT in front of it, or NULL */
  gboolean hairpin;
  gint64 life_us;       /* of an idle mapping */
  FilRandom *random;
  GPtrArray *mappings;
  guint16 next_port;
};

Nat *nat_new (NatKind kind, const FilEndpoint *outside, FilRandom *random);
void nat_free (Nat *self);
void nat_flush (Nat *self);
FilEndpoint nat_out (Nat *self, NatProto proto, const FilEndpoint *inside, const FilEndpoint *to, gint64 now_us);
gboolean nat_in (Nat *self, NatProto proto, const FilEndpoint *from, guint16 port, FilEndpoint *inside, gint64 now_us);
guint nat_n_mappings (const Nat *self);

G_END_DECLS
