/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "file-kind.h"

#include <string.h>

/* Longest ending in the table. */
#define MAX_ENDING 8

static const struct
{
  const char *name;
  const char *endings; /* each between spaces */
} kinds[] = {
  [FIL_KIND_AUDIO] = { "audio", " aac aif aiff alac amr ape au flac it m3u m4a m4b mid midi mka mod mp2 mp3 mpc oga ogg"
                                " opus pls ra s3m spx wav weba wma wv xm " },
  [FIL_KIND_VIDEO] = { "video", " 3gp asf avi divx f4v flv m2ts m2v m4v mkv mov mp4 mpe mpeg mpg mts ogm ogv rm rmvb srt"
                                " sub ts vob webm wmv " },
  [FIL_KIND_IMAGE] = { "image", " avif bmp cr2 dng gif heic heif ico jfif jpe jpeg jpg jxl nef pcx png pnm psd raw svg svgz"
                                " tga tif tiff webp xcf xpm " },
  [FIL_KIND_DOCUMENT] = { "document", " azw azw3 cbr cbz chm csv djvu doc docx epub fb2 htm html info lit log md mobi nfo odp"
                                      " ods odt pdf pps ppt pptx ps rst rtf tex txt wpd xls xlsx xml " },
  [FIL_KIND_ARCHIVE] = { "archive", " 7z ace ar arj bz2 cab cpio dmg gz img iso lha lz lz4 lzh lzma nrg rar rpm sit tar tbz2"
                                    " tgz txz xz z zip zst cue bin mdf " },
  [FIL_KIND_PROGRAM] = { "program", " apk appimage bat class cmd com cpl deb dll elf exe flatpak gadget hta jar js jse lnk msi"
                                    " msp pif pl ps1 py rb reg run scr sh snap so sys vb vbe vbs wsf xpi " },
  [FIL_KIND_OTHER] = { "other", " " },
};

G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == FIL_N_KINDS);

/**
 * fil_file_kind_of:
 * @name: a file name; only its ending counts
 */
FilFileKind
fil_file_kind_of (const char *name)
{
  const char *dot = strrchr (name, '.');
  char ending[MAX_ENDING + 3];
  gsize len = dot != NULL ? strlen (dot + 1) : 0;

  if (len == 0 || len > MAX_ENDING || strchr (dot, ' ') != NULL)
    return FIL_KIND_OTHER;
  ending[0] = ' ';
  for (gsize i = 0; i < len; i++)
    ending[i + 1] = g_ascii_tolower (dot[i + 1]);
  ending[len + 1] = ' ';
  ending[len + 2] = '\0';
  for (guint i = 0; i < FIL_N_KINDS; i++)
    {
      if (strstr (kinds[i].endings, ending) != NULL)
        return i;
    }
  return FIL_KIND_OTHER;
}

/**
 * fil_file_kind_name:
 *
 * Returns: (transfer none): the stable name of @kind, as scripts know it
 */
const char *
fil_file_kind_name (FilFileKind kind)
{
  return kinds[kind].name;
}

gboolean
fil_file_kind_parse (FilFileKind *kind,
                     const char *name)
{
  for (guint i = 0; i < FIL_N_KINDS; i++)
    {
      if (g_strcmp0 (name, kinds[i].name) == 0)
        {
          *kind = i;
          return TRUE;
        }
    }
  return FALSE;
}
