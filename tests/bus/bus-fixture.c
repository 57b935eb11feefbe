/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bus-fixture.h"

#include <glib/gstdio.h>

static void
quit_cb (gpointer data)
{
  ((BusFixture *) data)->n_quits++;
}

void
bus_fixture_start (BusFixture *self)
{
  const FilNodeOptions options = { .profile = self->dir };
  GError *error = NULL;

  g_assert_true (fil_profile_lock (self->profile, &error));
  g_assert_no_error (error);
  self->node = fil_node_new (&options, &error);
  g_assert_no_error (error);
  self->bus = fil_bus_new (self->node, self->profile, self->reactor, quit_cb, self, &error);
  g_assert_no_error (error);
}

void
bus_fixture_stop (BusFixture *self)
{
  g_clear_pointer (&self->bus, fil_bus_free);
  g_clear_object (&self->node);
  fil_profile_unlock (self->profile);
}

void
bus_fixture_set_up (BusFixture *self,
                    gconstpointer data)
{
  GError *error = NULL;

  self->dir = g_dir_make_tmp ("fil-bus-XXXXXX", &error);
  g_assert_no_error (error);
  self->profile = fil_profile_new (self->dir, NULL);
  self->clock = data != NULL ? fil_clock_new_virtual (0, 0) : fil_clock_new_real ();
  self->reactor = fil_reactor_new (NULL, self->clock);
  bus_fixture_start (self);
}

static void
remove_file (const char *dir,
             const char *name)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);

  g_remove (path);
}

void
bus_fixture_tear_down (BusFixture *self,
                       gconstpointer data)
{
  bus_fixture_stop (self);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  fil_reactor_free (self->reactor);
  fil_clock_free (self->clock);
  fil_profile_free (self->profile);
  remove_file (self->dir, "lock");
  remove_file (self->dir, "run");
  g_assert_cmpint (g_rmdir (self->dir), ==, 0);
  g_free (self->dir);
}
