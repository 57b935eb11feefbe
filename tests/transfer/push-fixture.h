/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "world.h"

#define PUSH_SIZE (2 * 1024 * 1024)

/* A download whose only source has to be pushed, and hosts that may be its proxies. */
typedef struct
{
  World *world;
  GBytes *content;
  FilDownload *download;
  Host *host;
  FilHost proxies[6];
} Fixture;

void push_set_up (Fixture *f, gconstpointer data);
void push_tear_down (Fixture *f, gconstpointer data);
FilFileSource *push_source (FilDownload *download);
FilSession *push_giv (World *world, const FilGuid *guid);

/* A test with a fixture, by its name below /transfer/push/. */
typedef struct
{
  const char *name;
  void (*func) (Fixture *f, gconstpointer data);
} PushTest;

int push_run (int argc, char *argv[], const PushTest *tests, guint n_tests);
