/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define FIL_WIRE_ERROR (fil_wire_error_quark ())

/**
 * FilWireError:
 * @FIL_WIRE_ERROR_TOO_LARGE: a message above the limit of its kind
 * @FIL_WIRE_ERROR_DESYNC: the size field is impossible: the stream cannot be followed any more
 * @FIL_WIRE_ERROR_COMPRESSION: the zlib stream is broken, ended, or expands without measure
 *
 * Why a peer is cut off by what it sent. The message of the GError is a sentence.
 */
typedef enum
{
  FIL_WIRE_ERROR_TOO_LARGE,
  FIL_WIRE_ERROR_DESYNC,
  FIL_WIRE_ERROR_COMPRESSION,
} FilWireError;

GQuark fil_wire_error_quark (void);
guint16 fil_wire_error_bye_code (const GError *error);

G_END_DECLS
