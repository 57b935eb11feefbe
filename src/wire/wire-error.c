/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "wire-error.h"

#include "bye.h"

G_DEFINE_QUARK (fil-wire-error-quark, fil_wire_error)

/**
 * fil_wire_error_bye_code:
 * @error: of the domain FIL_WIRE_ERROR
 *
 * Returns: the code of the Bye that tells the peer (messages.md §3)
 */
guint16
fil_wire_error_bye_code (const GError *error)
{
  if (error->domain != FIL_WIRE_ERROR)
    return FIL_BYE_PROTOCOL;

  switch ((FilWireError) error->code)
    {
    case FIL_WIRE_ERROR_TOO_LARGE:
      return FIL_BYE_TOO_LARGE;
    case FIL_WIRE_ERROR_DESYNC:
    case FIL_WIRE_ERROR_COMPRESSION:
      return FIL_BYE_DESYNC;
    default:
      return FIL_BYE_PROTOCOL;
    }
}
