/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Messages are one sentence for a person. */
#define FIL_STORE_ERROR (fil_store_error_quark ())
typedef enum
{
  FIL_STORE_ERROR_FAILED,
  FIL_STORE_ERROR_NEWER,   /* written by a newer program: do not touch */
  FIL_STORE_ERROR_DAMAGED, /* not a database, or a broken one: see fil_database_set_aside() */
  FIL_STORE_ERROR_FULL,    /* no space left */
  FIL_STORE_ERROR_DENIED,  /* cannot be read or written */
  FIL_STORE_ERROR_BUSY,    /* another program holds it */
} FilStoreError;

GQuark fil_store_error_quark (void);

G_END_DECLS
