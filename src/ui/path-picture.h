/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "path-facts.h"

G_BEGIN_DECLS

/**
 * FilPathPicture:
 *
 * The way of a transfer: you, your NAT, the ultrapeers that carried the signalling, their NAT, them. Dashed where
 * only signalling went, solid where the bytes run, with the time of a round trip. No NAT is drawn where there is none.
 */
#define FIL_TYPE_PATH_PICTURE (fil_path_picture_get_type ())
G_DECLARE_FINAL_TYPE (FilPathPicture, fil_path_picture, FIL, PATH_PICTURE, GtkWidget)

void fil_path_picture_set_facts (FilPathPicture *self, const FilPathFacts *facts);

G_END_DECLS
