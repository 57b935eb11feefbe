/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "results-model.h"

G_BEGIN_DECLS

struct _FilResultsModel
{
  GObject parent;

  GPtrArray *listed;  /* of FilResultGroup, sorted */
  GHashTable *groups; /* key -> FilResultGroup, owns */
  GHashTable *places; /* id -> Place */
  GPtrArray *dirty;   /* of FilResultGroup */
  guint next_serial;
  guint n_shown; /* rows of the listed groups */

  FilResultSort sort;
  gboolean is_descending;
  guint kind_bits;
  char *text;  /* the filter as it was set */
  GStrv words; /* casefolded, NULL for no filter */
};

guint _fil_results_model_find_place (FilResultsModel *self, const FilResultGroup *group);
void _fil_results_model_list_anew (FilResultsModel *self);

G_END_DECLS
