/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "result-words.h"

#include "context-menu.h"
#include "formatting.h"
#include "magnet-link.h"

#include <glib/gi18n.h>

/**
 * fil_result_describe_state:
 *
 * Returns: (transfer none): what this machine has of the file, "" for nothing
 */
const char *
fil_result_describe_state (const FilResultFacts *facts)
{
  if (facts->in_library)
    return facts->download > 0 ? _("✓ Downloaded") : _("✓ In your library");
  return facts->download > 0 ? _("Downloading") : "";
}

/**
 * fil_result_describe_reach:
 *
 * Returns: (transfer none): how the file would get here, or why it cannot, in a sentence
 */
const char *
fil_result_describe_reach (const FilResultFacts *facts)
{
  return facts->reach == FIL_REACH_BY_NONE && facts->reason != NULL ? facts->reason : fil_reach_to_sentence (facts->reach);
}

/**
 * fil_result_describe_source:
 *
 * Returns: (transfer full): who offers it and how far away that is, in one line
 */
char *
fil_result_describe_source (const FilResultFacts *facts)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *hops = NULL;

  fil_format_join (line, facts->address);
  fil_format_join (line, facts->vendor);
  if (facts->hops > 0)
    {
      hops = g_strdup_printf (ngettext ("%d hop away", "%d hops away", (gulong) facts->hops), (int) facts->hops);
      fil_format_join (line, hops);
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

/**
 * fil_result_describe_file:
 *
 * Returns: (transfer full): what the columns behind the name say, in one line
 */
char *
fil_result_describe_file (const FilResultFacts *facts)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *size = fil_format_size (facts->size);
  g_autofree char *sources =
      g_strdup_printf (ngettext ("%u source", "%u sources", facts->sources), facts->sources);

  fil_format_join (line, fil_result_describe_state (facts));
  fil_format_join (line, size);
  fil_format_join (line, sources);
  fil_format_join (line, fil_reach_to_word (facts->reach));
  return g_string_free (g_steal_pointer (&line), FALSE);
}

/* (transfer full) (nullable): a link to the file, NULL when its hash is unknown */
static char *
make_magnet (const FilResultFacts *facts)
{
  return facts->sha1 != NULL ? fil_magnet_link_new (facts->sha1, facts->tth, facts->name, facts->size) : NULL;
}

/**
 * fil_result_menu_new:
 *
 * Returns: (transfer full): what can be done with a result
 */
GMenuModel *
fil_result_menu_new (FilResultItem *item)
{
  const FilResultFacts *facts = fil_result_item_get_facts (item);
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) more = g_menu_new ();
  g_autofree char *magnet = make_magnet (facts);

  if (facts->download > 0)
    fil_menu_add (menu, _("Show the Download"), "win.page", g_variant_new_string ("transfers"));
  else
    fil_menu_add (menu, _("Download"), "win.download", g_variant_new_int64 (facts->best_id));
  if (facts->address != NULL)
    fil_menu_add (more, _("See All Files of This Host"), "win.browse", g_variant_new_string (facts->address));
  if (magnet != NULL)
    fil_menu_add (more, _("Copy Link"), "win.copy", g_variant_new_string (magnet));
  fil_menu_add (more, _("Copy Name"), "win.copy", g_variant_new_string (facts->name));
  if (facts->address != NULL)
    fil_menu_add (more, _("Never Talk to This Host"), "win.ban", g_variant_new_string (facts->address));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (more));
  return G_MENU_MODEL (menu);
}
