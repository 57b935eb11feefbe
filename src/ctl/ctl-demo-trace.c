/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ctl-demo-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* What each node of the network has seen of one push, put together to one way. */

#define TURN_US (20 * 1000)

typedef struct
{
  gint64 time_us;
  CtlDemoHost host;
  char *peer; /* name, or NULL */
  char *what;
} Seen;

static void
seen_free (gpointer data)
{
  Seen *seen = data;

  g_free (seen->peer);
  g_free (seen->what);
  g_free (seen);
}

/* Nodes look at the clock once a turn: what is closer together than that is told in the order of the way. */
static int
compare_time (gconstpointer a,
              gconstpointer b)
{
  const Seen *first = *(Seen *const *) a, *second = *(Seen *const *) b;
  gint64 first_turn = first->time_us / TURN_US, second_turn = second->time_us / TURN_US;

  if (first_turn != second_turn)
    return first_turn < second_turn ? -1 : 1;
  return (int) first->host - (int) second->host;
}

static gboolean
collect (CtlDemo *self,
         CtlDemoHost host,
         const char *guid,
         GPtrArray *all,
         GError **error)
{
  g_autoptr (GPtrArray) rows = fil_client_call_rows (self->hosts[host], "Trace", g_variant_new ("(s)", guid), error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      FilRow *row = rows->pdata[i];
      const char *what = fil_row_get_string (row, "what");
      const char *peer = fil_row_get_string (row, "peer");
      Seen *seen;

      if (!g_str_has_prefix (what, "push-") || strcmp (what, "push-dropped") == 0)
        continue;
      seen = g_new0 (Seen, 1);
      seen->time_us = fil_row_get_int (row, "time_us");
      seen->host = host;
      seen->what = g_strdup (what);
      seen->peer = peer != NULL ? _ctl_demo_name_hosts (self, peer) : NULL;
      g_ptr_array_add (all, seen);
    }
  return TRUE;
}

static char *
sentence (const Seen *seen)
{
  const char *host = _ctl_demo_host_name (seen->host);

  if (strcmp (seen->what, "push-received") == 0)
    return seen->peer != NULL ? g_strdup_printf (_("%s hears it from %s"), host, seen->peer)
                              : g_strdup_printf (_("%s hears it by UDP"), host);
  if (strcmp (seen->what, "push-sent") == 0)
    return g_strdup_printf (_("%s sends it by UDP to %s"), host, seen->peer);
  if (seen->host == CTL_DEMO_ME)
    return g_strdup_printf (_("%s asks %s, by which the result came: let carl connect to me"), host, seen->peer);
  return g_strdup_printf (_("%s passes it on to %s"), host, seen->peer);
}

/**
 * _ctl_demo_trace_push:
 * @guid: of the host that was asked to connect
 *
 * Tells the way of the push, as the nodes on it saw it.
 */
gboolean
_ctl_demo_trace_push (CtlDemo *self,
                      const char *guid,
                      GError **error)
{
  static const CtlDemoHost on_the_way[] = { CTL_DEMO_ME, CTL_DEMO_OAK, CTL_DEMO_ELM, CTL_DEMO_CARL };
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (seen_free);
  g_autoptr (GPtrArray) sentences = g_ptr_array_new_with_free_func (g_free);
  gboolean has_arrived = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (on_the_way); i++)
    if (!collect (self, on_the_way[i], guid, all, error))
      return FALSE;
  g_ptr_array_sort (all, compare_time);
  _ctl_demo_say (self, _("    The way of the push, as each node saw it:"));
  for (guint i = 0; i < all->len; i++)
    {
      const Seen *seen = all->pdata[i];
      char *text = sentence (seen);

      has_arrived |= seen->host == CTL_DEMO_CARL;
      g_ptr_array_add (sentences, text);
      _ctl_demo_say (self, "      %s", text);
    }
  if (self->ctl->json)
    {
      CtlStep *step = ctl_step_new ("push");

      ctl_step_string (step, "guid", guid);
      ctl_step_strings (step, "way", sentences);
      ctl_step_print (step);
    }
  if (!has_arrived)
    g_set_error_literal (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_FAILED, _("The push did not reach carl."));
  return has_arrived;
}
