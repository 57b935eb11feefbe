/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bus.h"
#include "fake-node.h"

G_BEGIN_DECLS

/* A node of make-believe on a bus in a profile of its own, in this process. With test data its clock
 * stands still until the test advances it. */
typedef struct
{
  char *dir;
  FilProfile *profile;
  FilClock *clock;
  FilReactor *reactor;
  FilNode *node;
  FilBus *bus;
  guint n_quits;
} BusFixture;

void bus_fixture_set_up (BusFixture *self, gconstpointer data);
void bus_fixture_tear_down (BusFixture *self, gconstpointer data);
void bus_fixture_start (BusFixture *self);
void bus_fixture_stop (BusFixture *self);

/* Runs the main loop until CONDITION holds; a test that never gets there is ended by its timeout. */
#define bus_fixture_wait_for(condition)     \
  G_STMT_START                              \
    {                                       \
      while (!(condition))                  \
        g_main_context_iteration (NULL, TRUE); \
    }                                       \
  G_STMT_END

G_END_DECLS
