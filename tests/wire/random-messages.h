/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bye.h"
#include "message-table.h"
#include "ping.h"
#include "pong.h"
#include "push.h"
#include "query-hit.h"
#include "query.h"
#include "route-table-msg.h"
#include "vendor-table.h"
#include "wire-test.h"

G_BEGIN_DECLS

typedef union
{
  FilPing ping;
  FilPong pong;
  FilBye bye;
  FilRouteTableMsg table;
  FilVendor vendor;
  FilPush push;
  FilQuery query;
  FilQueryHit hit;
  FilVendorBody body;
} TestMessage;

/* For each row of the tables: a random struct, and the text of one. */
gboolean test_message_random (guint8 kind, TestMessage *message, TestPool *pool);
char *test_message_text (guint8 kind, const TestMessage *message);
void test_vendor_random (FilVendorType type, guint16 version, FilVendorBody *body, TestPool *pool);
char *test_vendor_text (FilVendorType type, const FilVendorBody *body);

G_END_DECLS
