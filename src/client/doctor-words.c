/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "doctor-words.h"

#include <glib/gi18n.h>

/**
 * fil_doctor_title:
 * @name: of a row of the kind "doctor"
 *
 * Returns: (transfer none): what its verdict is about, for people
 */
const char *
fil_doctor_title (const char *name)
{
  if (g_strcmp0 (name, "tcp") == 0)
    return _("Others can reach you (TCP)");
  if (g_strcmp0 (name, "udp") == 0)
    return _("Others can reach you (UDP)");
  if (g_strcmp0 (name, "calls") == 0)
    return _("Nobody can use this computer against others");
  return g_strcmp0 (name, "punch") == 0 ? _("Two-sided paths work") : name;
}
