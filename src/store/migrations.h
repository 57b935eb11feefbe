/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "connection.h"

G_BEGIN_DECLS

/* The steps from an empty file to today's tables; user_version says how many were taken. */
typedef struct
{
  const char *const *steps; /* SQL */
  guint n_steps;
} FilSchema;

extern const FilSchema fil_schema;

gboolean fil_schema_migrate (const FilSchema *self, FilConnection *connection, const char *path, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
