/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "status-words.h"

#include "formatting.h"

#include <glib/gi18n.h>

/* How many links a leaf wants; so many make it well connected. */
#define WANTED_LINKS 3

static gboolean
has_state (FilRow *status,
           const char *state)
{
  return status != NULL && g_strcmp0 (fil_row_get_string (status, "state"), state) == 0;
}

/**
 * fil_status_chip_text:
 * @status: (nullable): row of the kind "status", NULL while the node has not answered
 *
 * Returns: (transfer full): the connection in two or three words
 */
char *
fil_status_chip_text (FilRow *status)
{
  int peers, leaves;

  if (status == NULL)
    return g_strdup (_("Starting…"));
  peers = (int) fil_row_get_int (status, "peers");
  leaves = (int) fil_row_get_int (status, "leaves");
  if (has_state (status, "offline"))
    return g_strdup (_("Offline"));
  if (has_state (status, "connecting"))
    return g_strdup_printf (_("Connecting… %d of %d"), MIN (peers, WANTED_LINKS), WANTED_LINKS);
  if (g_strcmp0 (fil_row_get_string (status, "role"), "ultrapeer") == 0)
    /* Translators: links to other ultrapeers, and leaves */
    return g_strdup_printf (_("Ultrapeer · %d + %d"), peers, leaves);
  return g_strdup_printf (ngettext ("Connected · %d link", "Connected · %d links", (gulong) peers), peers);
}

/**
 * fil_status_short_text:
 *
 * Returns: (transfer full): the same in one word, for narrow windows
 */
char *
fil_status_short_text (FilRow *status)
{
  if (status == NULL || has_state (status, "connecting"))
    return g_strdup (_("…"));
  if (has_state (status, "offline"))
    return g_strdup (_("Offline"));
  return g_strdup_printf ("%d", (int) (fil_row_get_int (status, "peers") + fil_row_get_int (status, "leaves")));
}

/**
 * fil_status_sentence:
 *
 * Returns: (transfer full): one sentence that says how things stand
 */
char *
fil_status_sentence (FilRow *status)
{
  const char *sentence;

  if (status == NULL)
    return g_strdup (_("Filbert is starting its node."));
  sentence = fil_row_get_string (status, "sentence");
  if (sentence != NULL)
    return g_strdup (sentence);
  if (has_state (status, "offline"))
    return g_strdup (_("There is no network, so nobody can be asked."));
  if (has_state (status, "connecting"))
    return g_strdup (_("Filbert is looking for neighbours in the network."));
  if (fil_row_is_known (status, "tcp_reachable") && fil_row_get_bool (status, "tcp_reachable"))
    return g_strdup (_("You are connected, and others can reach you."));
  if (fil_row_is_known (status, "tcp_reachable"))
    return g_strdup (_("You are connected. Others cannot connect to you, so Filbert connects to them where it can."));
  return g_strdup (_("You are connected. Whether others can reach you shows as soon as one tries."));
}

/**
 * fil_status_traffic:
 *
 * Returns: (transfer full): what comes in and goes out now
 */
char *
fil_status_traffic (FilRow *status)
{
  g_autofree char *down = fil_format_speed (status != NULL ? fil_row_get_int (status, "down_bps") : 0);
  g_autofree char *up = fil_format_speed (status != NULL ? fil_row_get_int (status, "up_bps") : 0);

  return g_strdup_printf (_("%s in, %s out"), down, up);
}

/**
 * fil_status_style:
 *
 * Returns: (transfer none): the style class of the dot; the words beside it say the same
 */
const char *
fil_status_style (FilRow *status)
{
  if (has_state (status, "online"))
    return "online";
  return status == NULL || has_state (status, "connecting") ? "connecting" : "offline";
}
