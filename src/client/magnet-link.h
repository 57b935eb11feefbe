/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilMagnetWords:
 *
 * What a magnet link asks for, in the words that a person is shown. The node reads the link itself.
 */
typedef struct
{
  char *names;    /* of the files, as far as it tells them, or NULL */
  char *keywords; /* or NULL; what to search for if it names no file */
  gint64 size;    /* of all files together, 0: it does not tell */
  guint n_files;  /* that the Gnutella network may have */
} FilMagnetWords;

gboolean fil_magnet_link_is (const char *text);
char *fil_magnet_link_new (const char *sha1, const char *tth, const char *name, gint64 size);
void fil_magnet_words_read (FilMagnetWords *self, const char *link);
void fil_magnet_words_clear (FilMagnetWords *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FilMagnetWords, fil_magnet_words_clear)

G_END_DECLS
