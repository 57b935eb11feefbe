/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "file-kinds.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

typedef struct
{
  const char *kind;
  FilKindBits bit;
  const char *word;
  const char *icon;
} Kind;

static const Kind kinds[] = {
  { "audio", FIL_KIND_BIT_AUDIO, N_("Audio"), "audio-x-generic-symbolic" },
  { "video", FIL_KIND_BIT_VIDEO, N_("Video"), "video-x-generic-symbolic" },
  { "image", FIL_KIND_BIT_IMAGE, N_("Picture"), "image-x-generic-symbolic" },
  { "document", FIL_KIND_BIT_DOCUMENT, N_("Document"), "x-office-document-symbolic" },
  { "archive", FIL_KIND_BIT_ARCHIVE, N_("Archive"), "package-x-generic-symbolic" },
  { "program", FIL_KIND_BIT_PROGRAM, N_("Program"), "application-x-executable-symbolic" },
  { "other", FIL_KIND_BIT_OTHER, N_("Other"), "text-x-generic-symbolic" },
};

/* What the node does not know counts as "other". */
static const Kind *
find (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (kinds[i].kind, kind) == 0)
      return &kinds[i];
  return &kinds[G_N_ELEMENTS (kinds) - 1];
}

guint
fil_kind_to_bit (const char *kind)
{
  return find (kind)->bit;
}

/**
 * fil_kind_to_word:
 *
 * Returns: (transfer none): the kind as people call one file of it
 */
const char *
fil_kind_to_word (const char *kind)
{
  return _(find (kind)->word);
}

const char *
fil_kind_to_icon (const char *kind)
{
  return find (kind)->icon;
}

/**
 * fil_kind_of_name:
 *
 * For rows whose kind the node does not tell: judged by the name alone, good for an icon only.
 *
 * Returns: (transfer none): a kind
 */
const char *
fil_kind_of_name (const char *file_name)
{
  g_autofree char *type = g_content_type_guess (file_name, NULL, 0, NULL);

  if (g_str_has_prefix (type, "audio/"))
    return "audio";
  if (g_str_has_prefix (type, "video/"))
    return "video";
  if (g_str_has_prefix (type, "image/"))
    return "image";
  if (g_content_type_can_be_executable (type) && !g_str_has_prefix (type, "text/"))
    return "program";
  if (g_str_has_prefix (type, "text/") || strstr (type, "document") != NULL || strstr (type, "pdf") != NULL ||
      strstr (type, "epub") != NULL || strstr (type, "ebook") != NULL)
    return "document";
  if (strstr (type, "zip") != NULL || strstr (type, "tar") != NULL || strstr (type, "compressed") != NULL ||
      strstr (type, "cd-image") != NULL)
    return "archive";
  return "other";
}
