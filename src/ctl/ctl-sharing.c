/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ctl-table.h"

#include <glib/gi18n-lib.h>

#define LIBRARY_PAGE 1000
#define SHOWN_NAMES 20

static const CtlColumn share_columns[] = {
  { N_ ("Files"), "files", CTL_CELL_NUMBER },
  { N_ ("Size"), "bytes", CTL_CELL_SIZE },
  { N_ ("State"), "state", CTL_CELL_TEXT },
  { N_ ("Path"), "path", CTL_CELL_TEXT },
  { N_ ("Note"), "reason", CTL_CELL_TEXT },
  { NULL },
};

static const CtlColumn library_columns[] = {
  { N_ ("ID"), "id", CTL_CELL_NUMBER },
  { N_ ("Size"), "size", CTL_CELL_SIZE },
  { N_ ("Asked for"), "asked", CTL_CELL_NUMBER },
  { N_ ("Sent"), "sent", CTL_CELL_NUMBER },
  { N_ ("Kind"), "kind", CTL_CELL_TEXT },
  { N_ ("Name"), "name", CTL_CELL_TEXT },
  { N_ ("Folder"), "folder", CTL_CELL_TEXT },
  { NULL },
};

static const CtlColumn preview_columns[] = {
  { N_ ("Folder"), "path", CTL_CELL_TEXT },
  { N_ ("Files"), "files", CTL_CELL_NUMBER },
  { N_ ("Size"), "bytes", CTL_CELL_SIZE },
  { N_ ("Audio"), "audio", CTL_CELL_NUMBER },
  { N_ ("Video"), "video", CTL_CELL_NUMBER },
  { N_ ("Pictures"), "image", CTL_CELL_NUMBER },
  { N_ ("Documents"), "document", CTL_CELL_NUMBER },
  { N_ ("Archives"), "archive", CTL_CELL_NUMBER },
  { N_ ("Programs"), "program", CTL_CELL_NUMBER },
  { N_ ("Other"), "other", CTL_CELL_NUMBER },
  { N_ ("Look private"), "private_files", CTL_CELL_NUMBER },
  { NULL },
};

static gboolean option_yes;

static const GOptionEntry share_options[] = {
  { "yes", 0, 0, G_OPTION_ARG_NONE, &option_yes, N_ ("Share what looks private too"), NULL },
  { NULL },
};

static CtlExit
list_shares (Ctl *ctl,
             GError **error)
{
  return ctl_show_list (ctl, "shares", 0, share_columns,
                        _("You share nothing. Others see only your searches."), error);
}

static CtlExit
add_share (Ctl *ctl,
           const char *path,
           GError **error)
{
  g_autoptr (FilRow) row = NULL;
  gint64 id = ctl_make (ctl, "ShareAdd", g_variant_new ("(^ayb)", path, option_yes), error);

  if (id < 0)
    return CTL_EXIT_FAILED;
  row = fil_client_call_row (ctl->client, "Row", g_variant_new ("(sx)", "shares", id), error);
  if (row == NULL)
    return CTL_EXIT_FAILED;
  if (ctl->json)
    ctl_print_json (row);
  ctl_say (ctl, _("%s is shared; see: filbertctl shares"), path);
  return CTL_EXIT_DONE;
}

static CtlExit
remove_share (Ctl *ctl,
              const char *path,
              GError **error)
{
  if (!ctl_do (ctl, "ShareRemove", g_variant_new ("(^ay)", path), error))
    return CTL_EXIT_FAILED;
  ctl_say (ctl, _("%s is not shared any more."), path);
  return CTL_EXIT_DONE;
}

static void
print_names (const Ctl *ctl,
             FilRow *preview)
{
  g_auto (GStrv) names = fil_row_get_strings (preview, "private_names");

  for (guint i = 0; names[i] != NULL && i < SHOWN_NAMES; i++)
    {
      g_autofree char *safe = ctl_safe_text (names[i]);

      ctl_say (ctl, _("  looks private, left out: %s"), safe);
    }
}

static CtlExit
check_share (Ctl *ctl,
             const char *path,
             GError **error)
{
  g_autoptr (FilRow) preview = fil_client_call_row (ctl->client, "ShareCheck", g_variant_new ("(^ay)", path), error);
  const char *refusal;

  if (preview == NULL)
    return CTL_EXIT_FAILED;
  ctl_print_row (ctl, preview_columns, preview);
  print_names (ctl, preview);
  refusal = fil_row_get_string (preview, "refusal");
  if (refusal == NULL)
    return CTL_EXIT_DONE;
  g_set_error_literal (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_FAILED, refusal);
  return CTL_EXIT_FAILED;
}

static CtlExit
run_shares (Ctl *ctl,
            GError **error)
{
  static const struct
  {
    const char *name;
    CtlExit (*run) (Ctl *ctl, const char *path, GError **error);
  } verbs[] = { { "add", add_share }, { "remove", remove_share }, { "check", check_share } };
  g_autofree char *path = NULL;

  if (ctl->n_arguments == 0)
    return list_shares (ctl, error);
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (ctl->n_arguments == 2 && g_str_equal (verbs[i].name, ctl->arguments[0]))
      {
        path = ctl_path_argument (ctl, 1);
        return ctl_attach (ctl, FIL_ATTACH_DEFAULT, error) ? verbs[i].run (ctl, path, error) : CTL_EXIT_UNAVAILABLE;
      }
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                       _("usage: filbertctl shares [add DIR [--yes] | remove DIR | check DIR]"));
  return CTL_EXIT_USAGE;
}

static CtlExit
run_library (Ctl *ctl,
             GError **error)
{
  g_autofree char *words = ctl_words (ctl, 0);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);
  guint n;

  if (!ctl_attach (ctl, FIL_ATTACH_DEFAULT, error))
    return CTL_EXIT_UNAVAILABLE;
  do
    {
      GPtrArray *page = fil_client_call_rows (
          ctl->client, "Library", g_variant_new ("(suu)", words, (guint32) all->len, (guint32) LIBRARY_PAGE), error);

      if (page == NULL)
        return CTL_EXIT_FAILED;
      n = page->len;
      g_ptr_array_extend_and_steal (all, page);
    }
  while (n == LIBRARY_PAGE);
  ctl_print_rows (ctl, library_columns, all, _("There are no such files."));
  return CTL_EXIT_DONE;
}

const CtlCommand ctl_sharing_commands[] = {
  { "shares", N_ ("[add DIR [--yes] | remove DIR | check DIR]"), N_ ("The folders that you share"), run_shares,
    share_options, 0, 2 },
  { "library", N_ ("[WORDS…]"), N_ ("The files that you share"), run_library, NULL, 0, G_MAXUINT },
  { NULL },
};
