/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What clients of the same user can make grow. */

#define FIL_BUS_MAX_CLIENTS 64

/* Lists that one client follows: 50 searches, the six other lists, and some that are just closing. */
#define FIL_BUS_MAX_SUBSCRIPTIONS 128

/* Calls of one client that are not answered yet, counting answers that it does not read; and the bytes
 * of those answers. A client beyond them is cut off. */
#define FIL_BUS_MAX_CALLS 1024
#define FIL_BUS_MAX_BACKLOG_BYTES (16 * 1024 * 1024)

/* Rows of the library and of history in one answer. */
#define FIL_BUS_MAX_FOUND 1000

/* Pieces in the map of one download. */
#define FIL_BUS_MAX_CELLS 1024

/* Changed is sent at most this often for one list. */
#define FIL_BUS_CHANGED_INTERVAL_US (100 * 1000)

/* How often it is looked whether the socket is still there: the runtime directory may go with the session. */
#define FIL_BUS_SOCKET_CHECK_US (5 * G_USEC_PER_SEC)
