/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "list-model.h"
#include "results-model.h"

G_BEGIN_DECLS

/* A line in sight costs about a millisecond to make, and a frame has 16. */
#define FIL_RESULTS_FEED_FILES_A_TURN 6

/**
 * FilResultsFeed:
 *
 * Carries the rows of the node's list "results" into a #FilResultsModel, a few files a turn, below
 * the priority of drawing.
 */
#define FIL_TYPE_RESULTS_FEED (fil_results_feed_get_type ())
G_DECLARE_FINAL_TYPE (FilResultsFeed, fil_results_feed, FIL, RESULTS_FEED, GObject)

FilResultsFeed *fil_results_feed_new (FilListModel *source, FilResultsModel *model) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
