/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "reach.h"

G_BEGIN_DECLS

/* What is known of the way between a source and here. */
typedef struct
{
  FilReachWay reach;
  gboolean is_behind_nat;  /* we are: nobody gets in unasked */
  gboolean is_standing;    /* bytes run, or may at any moment */
  const char *const *via;  /* addresses of those that carried the signalling */
  const char *them;        /* address, or NULL */
  int hops;                /* ultrapeers between in the network, -1 when not known */
} FilPathFacts;

/**
 * FilPathPicture:
 *
 * The way of a transfer: you, your NAT, the ultrapeers that carried the signalling, their NAT, them. Dashed where
 * only signalling went, solid where the bytes run.
 */
#define FIL_TYPE_PATH_PICTURE (fil_path_picture_get_type ())
G_DECLARE_FINAL_TYPE (FilPathPicture, fil_path_picture, FIL, PATH_PICTURE, GtkWidget)

char *fil_path_describe (const FilPathFacts *facts) G_GNUC_WARN_UNUSED_RESULT;
void fil_path_picture_set_facts (FilPathPicture *self, const FilPathFacts *facts);

G_END_DECLS
