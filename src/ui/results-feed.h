/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "list-model.h"
#include "results-model.h"

G_BEGIN_DECLS

/* A frame has 16 ms. What a turn shows is made in this time; to lay it out and draw it takes as long again. */
#define FIL_RESULTS_FEED_BUDGET_US 5000

/* Between two turns. More often nobody could read it. */
#define FIL_RESULTS_FEED_INTERVAL_MS 40

/* Files a turn: at first, when rows are yet to be made, and at most. */
#define FIL_RESULTS_FEED_FIRST_FILES 8
#define FIL_RESULTS_FEED_MIN_FILES 8
#define FIL_RESULTS_FEED_MAX_FILES 512

/**
 * FilResultsFeed:
 *
 * Carries the rows of the node's list "results" into a #FilResultsModel, as many files a turn as a frame
 * has time for, below the priority of drawing.
 */
#define FIL_TYPE_RESULTS_FEED (fil_results_feed_get_type ())
G_DECLARE_FINAL_TYPE (FilResultsFeed, fil_results_feed, FIL, RESULTS_FEED, GObject)

FilResultsFeed *fil_results_feed_new (FilListModel *source, FilResultsModel *model) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
