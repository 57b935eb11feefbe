/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ctl-table.h"

#include <glib/gi18n-lib.h>

static const CtlColumn peer_columns[] = {
  { N_ ("ID"), "id", CTL_CELL_NUMBER },
  { N_ ("Address"), "address", CTL_CELL_TEXT },
  { N_ ("Role"), "role", CTL_CELL_TEXT },
  { N_ ("Direction"), "direction", CTL_CELL_TEXT },
  { N_ ("Time"), "uptime_s", CTL_CELL_DURATION },
  { N_ ("In"), "in_messages", CTL_CELL_NUMBER },
  { N_ ("Out"), "out_messages", CTL_CELL_NUMBER },
  { N_ ("Program"), "user_agent", CTL_CELL_TEXT },
  { NULL },
};

static CtlExit
run_peers (Ctl *ctl,
           GError **error)
{
  return ctl_show_list (ctl, "peers", 0, peer_columns, _("There are no links."), error);
}

static CtlExit
run_connect (Ctl *ctl,
             GError **error)
{
  g_autofree char *host = ctl_words (ctl, 0);

  if (!ctl_attach (ctl, FIL_ATTACH_DEFAULT, error))
    return CTL_EXIT_UNAVAILABLE;
  if (!ctl_do (ctl, "Connect", g_variant_new ("(s)", host), error))
    return CTL_EXIT_FAILED;
  ctl_say (ctl, _("Connecting to %s; see: filbertctl peers"), host);
  return CTL_EXIT_DONE;
}

static CtlExit
run_disconnect (Ctl *ctl,
                GError **error)
{
  return ctl_act_on_id (ctl, "Disconnect", _("Disconnected."), error);
}

static CtlExit
run_ban (Ctl *ctl,
         GError **error)
{
  g_autofree char *address = ctl_words (ctl, 0);

  if (!ctl_attach (ctl, FIL_ATTACH_DEFAULT, error))
    return CTL_EXIT_UNAVAILABLE;
  if (!ctl_do (ctl, "Ban", g_variant_new ("(s)", address), error))
    return CTL_EXIT_FAILED;
  ctl_say (ctl, _("%s is banned."), address);
  return CTL_EXIT_DONE;
}

const CtlCommand ctl_network_commands[] = {
  { "peers", NULL, N_ ("The links to other hosts"), run_peers, NULL, 0, 0 },
  { "connect", N_ ("HOST:PORT"), N_ ("Make a link"), run_connect, NULL, 1, 1 },
  { "disconnect", N_ ("ID"), N_ ("End a link"), run_disconnect, NULL, 1, 1 },
  { "ban", N_ ("ADDR"), N_ ("Never talk to an address"), run_ban, NULL, 1, 1 },
  { NULL },
};
