/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz.h"
#include "vendor-table.h"

/* The payload of a vendor message. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  static FilVendorBody body;
  static FilVendorBody again;
  const FilVendorInfo *info;
  FilVendor vendor;
  g_auto (FilWriter) once;
  g_auto (FilWriter) twice;

  fil_writer_init (&once);
  fil_writer_init (&twice);
  if (!fil_vendor_decode (&vendor, fil_slice (data, size)) || (info = fil_vendor_info (&vendor.id)) == NULL
      || !fil_vendor_body_decode (&body, info, &vendor) || info->encode == NULL)
    return 0;

  info->encode (&body, vendor.id.version, &once);
  vendor.body = fil_writer_slice (&once);
  if (!fil_vendor_body_decode (&again, info, &vendor))
    g_assert_not_reached ();
  info->encode (&again, vendor.id.version, &twice);
  g_assert_true (fil_slice_equal (fil_writer_slice (&once), fil_writer_slice (&twice)));
  return 0;
}
