/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-stats.h"

static const char *const names[FIL_N_DROPS] = {
  [FIL_DROP_MALFORMED] = "malformed",
  [FIL_DROP_UNKNOWN] = "unknown",
  [FIL_DROP_MISPLACED] = "misplaced",
  [FIL_DROP_TTL] = "ttl",
  [FIL_DROP_DUPLICATE] = "duplicate",
  [FIL_DROP_RATE] = "rate",
  [FIL_DROP_HIT_NO_ROUTE] = "hit-no-route",
  [FIL_DROP_HIT_LIMIT] = "hit-limit",
  [FIL_DROP_PUSH_NO_ROUTE] = "push-no-route",
  [FIL_DROP_PUSH_ADDRESS] = "push-address",
  [FIL_DROP_PUSH_BANNED] = "push-banned",
  [FIL_DROP_PUSH_LIMIT] = "push-limit",
  [FIL_DROP_HEAD] = "head",
  [FIL_DROP_CONNECT_BACK] = "connect-back",
  [FIL_DROP_UDP_RATE] = "udp-rate",
  [FIL_DROP_PONG] = "pong",
};

/**
 * fil_drop_reason_name:
 *
 * Returns: a stable name, for logs and JSON
 */
const char *
fil_drop_reason_name (FilDropReason reason)
{
  return reason < FIL_N_DROPS ? names[reason] : "unknown";
}
