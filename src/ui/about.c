/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "about.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/**
 * fil_about_present:
 *
 * Shows what this program is, its version and its licence.
 */
void
fil_about_present (GtkWindow *parent)
{
  const char *const developers[] = { "The Filbert contributors", NULL };

  adw_show_about_window (parent, "application-name", _("Filbert"), "application-icon", "org.filbert.Filbert",
                         "version", FIL_VERSION, "developer-name", _("The Filbert contributors"), "developers",
                         developers, "license-type", GTK_LICENSE_GPL_3_0, "comments",
                         _("Find files that people share in the Gnutella network, and get them even from behind a NAT, "
                           "every byte checked."),
                         "translator-credits", _("translator-credits"), NULL);
}
