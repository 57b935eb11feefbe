/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilBanList:
 *
 * Addresses and networks the user wants nothing to do with.
 */
typedef struct _FilBanList FilBanList;

FilBanList *fil_ban_list_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_ban_list_free (FilBanList *self);
gboolean fil_ban_list_add (FilBanList *self, const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_ban_list_has (const FilBanList *self, const FilEndpoint *endpoint);
guint fil_ban_list_n (const FilBanList *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilBanList, fil_ban_list_free)

G_END_DECLS
