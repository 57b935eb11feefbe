/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "path-facts.h"

#include "formatting.h"

#include <glib/gi18n.h>

/* @nat: (nullable): as the node names what it measured */
static FilWall
wall_of_nat (const char *nat)
{
  static const struct
  {
    const char *nat;
    FilWall wall;
  } walls[] = {
    { "public", FIL_WALL_NONE },
    { "no-nat", FIL_WALL_NONE },
    { "firewall", FIL_WALL_FIREWALL },
    { "udp-blocked", FIL_WALL_FIREWALL },
  };

  if (nat == NULL)
    return FIL_WALL_UNKNOWN;
  for (guint i = 0; i < G_N_ELEMENTS (walls); i++)
    if (g_str_equal (nat, walls[i].nat))
      return walls[i].wall;
  return FIL_WALL_NAT;
}

/* While the NAT is not measured yet there is one sign: nobody got in. */
static FilWall
find_own_wall (FilRow *status)
{
  FilWall wall = wall_of_nat (status != NULL ? fil_row_get_string (status, "nat") : NULL);

  if (wall != FIL_WALL_UNKNOWN)
    return wall;
  return status != NULL && fil_row_is_known (status, "tcp_reachable") && !fil_row_get_bool (status, "tcp_reachable")
             ? FIL_WALL_UNKNOWN
             : FIL_WALL_NONE;
}

/* Who cannot be connected to has something before it, whatever it says. */
static FilWall
find_their_wall (FilRow *source,
                 FilReachWay reach)
{
  FilWall wall = wall_of_nat (fil_row_get_string (source, "nat"));

  if (reach == FIL_REACH_BY_DIRECT)
    return FIL_WALL_NONE;
  return wall == FIL_WALL_NONE ? FIL_WALL_FIREWALL : wall;
}

/**
 * fil_wall_to_word:
 *
 * Returns: (transfer none): what it is called beside the picture, "" for none
 */
const char *
fil_wall_to_word (FilWall wall,
                  gboolean is_own)
{
  switch (wall)
    {
    case FIL_WALL_NAT:
      return is_own ? _("your NAT") : _("their NAT");
    case FIL_WALL_FIREWALL:
      return is_own ? _("your firewall") : _("their firewall");
    case FIL_WALL_UNKNOWN:
      return is_own ? _("your NAT or firewall") : _("their NAT or firewall");
    case FIL_WALL_NONE:
    default:
      return "";
    }
}

/**
 * fil_path_facts_read:
 * @self: (out caller-allocates): what it says is borrowed from @source and @via
 * @source: a row of the kind "download_source"
 * @via: its field of that name
 * @status: (nullable): the node's
 */
void
fil_path_facts_read (FilPathFacts *self,
                     FilRow *source,
                     const char *const *via,
                     FilRow *status)
{
  const char *state = fil_row_get_string (source, "state");
  FilReachWay reach = fil_reach_from_text (fil_row_get_string (source, "reach"));

  *self = (FilPathFacts){
    .reach = reach,
    .own_wall = find_own_wall (status),
    .their_wall = find_their_wall (source, reach),
    .is_standing = g_str_equal (state, "active") || g_str_equal (state, "queued"),
    .via = via != NULL && via[0] != NULL ? via : NULL,
    .them = fil_row_get_string (source, "address"),
    .hops = fil_row_is_known (source, "hops") ? (int) fil_row_get_int (source, "hops") : -1,
    .transport = fil_row_get_string (source, "transport"),
    .is_encrypted = fil_row_get_bool (source, "encrypted"),
    .rtt_us = fil_row_is_known (source, "rtt_us") ? fil_row_get_int (source, "rtt_us") : 0,
    .reason = fil_row_get_string (source, "reason"),
  };
}

/**
 * fil_path_facts_n_peers:
 *
 * Returns: how many ultrapeers carried the signalling; at least one did where there was any
 */
guint
fil_path_facts_n_peers (const FilPathFacts *self)
{
  if (self->reach != FIL_REACH_BY_PUSH && self->reach != FIL_REACH_BY_PUNCH)
    return 0;
  return self->via != NULL ? g_strv_length ((GStrv) self->via) : 1;
}

static const char *
describe_way (const FilPathFacts *facts)
{
  switch (facts->reach)
    {
    case FIL_REACH_BY_DIRECT:
      return facts->is_standing ? _("Filbert has connected to it; the bytes come straight from there.")
                                : _("Filbert connects straight to it.");
    case FIL_REACH_BY_PUSH:
      return facts->is_standing
                 ? _("It was asked through the network to connect to you; the bytes come straight from there.")
                 : _("It is asked through the network to connect to you.");
    case FIL_REACH_BY_PUNCH:
      return facts->is_standing
                 ? _("Both of you opened a path from inside at the same moment; the bytes come straight through it.")
                 : _("Through the network both of you agree on a moment to open a path from inside.");
    case FIL_REACH_BY_NONE:
    default:
      return _("No path leads there now.");
    }
}

static void
append_sentence (GString *words,
                 const char *sentence)
{
  if (words->len > 0)
    g_string_append_c (words, ' ');
  g_string_append (words, sentence);
}

static void
add_station (GString *stations,
             const char *word)
{
  if (*word == '\0')
    return;
  if (stations->len > 0)
    g_string_append (stations, ", ");
  g_string_append (stations, word);
}

static void
append_stations (GString *words,
                 const FilPathFacts *facts)
{
  g_autoptr (GString) stations = g_string_new (NULL);
  guint n_peers = fil_path_facts_n_peers (facts);
  g_autofree char *peers = g_strdup_printf (
      ngettext ("%u ultrapeer for the signalling", "%u ultrapeers for the signalling", n_peers), n_peers);
  g_autofree char *sentence = NULL;

  add_station (stations, fil_wall_to_word (facts->own_wall, TRUE));
  add_station (stations, n_peers > 0 ? peers : "");
  add_station (stations, fil_wall_to_word (facts->their_wall, FALSE));
  if (stations->len == 0)
    return;
  /* Translators: what lies between you and the other host, as in "your NAT, 2 ultrapeers, their NAT" */
  sentence = g_strdup_printf (_("Between you: %s."), stations->str);
  append_sentence (words, sentence);
}

/**
 * fil_path_describe_line:
 *
 * Returns: (transfer full): what carries the bytes, in few words, as in "UDP · 34 ms"; "" while nothing does
 */
char *
fil_path_describe_line (const FilPathFacts *self)
{
  g_autoptr (GString) line = g_string_new (NULL);

  if (!self->is_standing)
    return g_strdup ("");
  fil_format_join (line, self->transport == NULL ? NULL : g_str_equal (self->transport, "udp") ? "UDP" : "TCP");
  if (self->rtt_us > 0)
    {
      g_autofree char *trip = fil_format_round_trip (self->rtt_us);

      fil_format_join (line, trip);
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

/**
 * fil_path_describe_peers:
 *
 * Returns: (transfer full): the address of the one ultrapeer that carried the signalling, or how many did
 */
char *
fil_path_describe_peers (const FilPathFacts *self)
{
  guint n_peers = fil_path_facts_n_peers (self);

  if (n_peers == 1 && self->via != NULL)
    return g_strdup (self->via[0]);
  return g_strdup_printf (ngettext ("%u ultrapeer", "%u ultrapeers", n_peers), n_peers);
}

static void
append_carrier (GString *words,
                const FilPathFacts *facts)
{
  g_autofree char *trip = fil_format_round_trip (facts->rtt_us);
  g_autofree char *sentence = NULL;

  if (!facts->is_standing || facts->transport == NULL)
    return;
  append_sentence (words, facts->is_encrypted ? _("The connection is encrypted.") : _("The connection is not encrypted."));
  if (facts->rtt_us <= 0)
    return;
  sentence = g_strdup_printf (g_str_equal (facts->transport, "udp") ? _("A round trip by UDP takes %s.")
                                                                    : _("A round trip by TCP takes %s."),
                              trip);
  append_sentence (words, sentence);
}

/**
 * fil_path_describe:
 *
 * Returns: (transfer full): the picture in words
 */
char *
fil_path_describe (const FilPathFacts *self)
{
  g_autoptr (GString) words = g_string_new (describe_way (self));

  if (self->reason != NULL)
    append_sentence (words, self->reason);
  append_stations (words, self);
  append_carrier (words, self);
  /* A link from outside tells none. */
  if (self->hops > 0)
    {
      g_autofree char *hops = g_strdup_printf (ngettext ("In the network it is %d hop away.",
                                                         "In the network it is %d hops away.", (gulong) self->hops),
                                               self->hops);

      append_sentence (words, hops);
    }
  return g_string_free (g_steal_pointer (&words), FALSE);
}
