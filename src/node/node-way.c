/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>

/* The way between a source and here, in words, as the window draws it. */

/**
 * _fil_node_describe_self:
 *
 * Returns: (transfer full): what stands before us
 */
char *
_fil_node_describe_self (FilNode *self)
{
  const char *nat = _fil_node_nat_name (self);

  if (nat == NULL)
    return g_strdup (_("you; what stands before you is not known yet"));
  if (g_str_equal (nat, "public") || g_str_equal (nat, "no-nat"))
    return g_strdup (_("you; no NAT stands before you"));
  if (g_str_equal (nat, "firewall"))
    return g_strdup (_("you, behind a firewall"));
  if (g_str_equal (nat, "udp-blocked"))
    return g_strdup (_("you, behind a firewall that lets no UDP through"));
  return g_strdup_printf (_("you, behind a NAT (%s)"), nat);
}

static const char *
describe_standing (FilReach reach)
{
  switch (reach)
    {
    case FIL_REACH_PUSH:
      return _("it connected to you, asked by push");
    case FIL_REACH_PUNCH:
      return _("both sides opened the path");
    case FIL_REACH_DIRECT:
    case FIL_REACH_UNREACHABLE:
    default:
      return _("you connected to it");
    }
}

static const char *
describe_chance (FilReach reach)
{
  switch (reach)
    {
    case FIL_REACH_DIRECT:
      return _("you can connect to it");
    case FIL_REACH_PUSH:
      return _("it can be asked by push to connect to you");
    case FIL_REACH_PUNCH:
      return _("both sides can try to open a path");
    case FIL_REACH_UNREACHABLE:
    default:
      return _("no way leads there now");
    }
}

/**
 * _fil_node_describe_way:
 *
 * Returns: (transfer full): how the source is reached, or can be, and why not
 */
char *
_fil_node_describe_way (const FilDownloadSourceInfo *source)
{
  g_autoptr (GString) words = g_string_new (NULL);

  g_string_append (words, source->transport != NULL ? describe_standing (source->reach) : describe_chance (source->reach));
  if (source->nat != NULL)
    g_string_append_printf (words, _("; behind: %s"), source->nat);
  if (source->transport != NULL)
    g_string_append (words, g_str_equal (source->transport, "udp") ? _("; by UDP") : _("; by TCP"));
  if (source->is_encrypted)
    g_string_append (words, _("; encrypted"));
  if (source->rtt_us > 0)
    g_string_append_printf (words, _("; round trip %.1f ms"), (double) source->rtt_us / 1000);
  if (source->reason != NULL)
    g_string_append_printf (words, "; %s", source->reason);
  return g_string_free (g_steal_pointer (&words), FALSE);
}
