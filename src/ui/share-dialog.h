/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "client.h"

G_BEGIN_DECLS

/**
 * FilShareDialog:
 *
 * What the world would see of a folder, before anything of it is shared: how much, of which kinds, the
 * names, and at the top what looks private and is left out unless a person ticks it. A folder that is
 * never shared says why.
 */
#define FIL_TYPE_SHARE_DIALOG (fil_share_dialog_get_type ())
G_DECLARE_FINAL_TYPE (FilShareDialog, fil_share_dialog, FIL, SHARE_DIALOG, AdwWindow)

FilShareDialog *fil_share_dialog_new (GtkWindow *parent, FilClient *client, const char *path);

G_END_DECLS
