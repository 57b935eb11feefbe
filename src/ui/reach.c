/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reach.h"

#include <glib/gi18n.h>

typedef struct
{
  const char *text; /* as the node says it */
  const char *word;
  const char *sentence;
  const char *icon; /* a shape of its own, so that nothing rests on colour */
} Way;

static const Way ways[] = {
  [FIL_REACH_BY_DIRECT] = { "direct", N_("direct"),
                            N_("Can be reached from outside. Filbert connects and asks for the file."),
                            "fil-reach-direct-symbolic" },
  [FIL_REACH_BY_PUSH] = { "push", N_("push"),
                          N_("Behind a NAT. Filbert asks it through the network to connect to you."),
                          "fil-reach-push-symbolic" },
  [FIL_REACH_BY_PUNCH] = { "punch", N_("punch"),
                           N_("Behind a NAT like you. Filbert will open a path from both sides."),
                           "fil-reach-punch-symbolic" },
  [FIL_REACH_BY_NONE] = { "unreachable", N_("unreachable"),
                          N_("No path leads there now. An open port, IPv6 or another source would help."),
                          "fil-reach-none-symbolic" },
};

FilReachWay
fil_reach_from_text (const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    if (g_strcmp0 (ways[i].text, text) == 0)
      return (FilReachWay) i;
  return FIL_REACH_BY_NONE;
}

const char *
fil_reach_to_word (FilReachWay way)
{
  return _(ways[way].word);
}

/**
 * fil_reach_to_sentence:
 *
 * Returns: (transfer none): what the word means for the one who reads it
 */
const char *
fil_reach_to_sentence (FilReachWay way)
{
  return _(ways[way].sentence);
}

const char *
fil_reach_to_icon (FilReachWay way)
{
  return ways[way].icon;
}
