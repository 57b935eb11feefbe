/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a session talks over, for people. All 0: over nothing yet, or nobody can tell. */
typedef struct
{
  const char *name;      /* static: "tcp" or "udp" */
  gboolean is_encrypted;
  gint64 round_trip_us;  /* smoothed; 0: not known */
} FilCarrier;

G_END_DECLS
