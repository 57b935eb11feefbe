/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "index-limits.h"

G_BEGIN_DECLS

/**
 * FilWords:
 *
 * The words of a file name or of a query, in the form in which the network compares them: without
 * accents, in lower case, split at everything that is neither letter nor digit. One object serves
 * text after text without allocating.
 */
typedef struct _FilWords FilWords;

typedef struct
{
  const char *text;  /* UTF-8, ends with NUL; valid until the next text is split */
  guint16 len;       /* bytes */
  guint16 n_chars;
  gboolean excluded; /* "-word" in a query: it must not be there */
} FilWord;

FilWords *fil_words_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_words_free (FilWords *self);

guint fil_words_split_name (FilWords *self, const char *text, gssize len);
guint fil_words_split_query (FilWords *self, const char *text, gssize len);

guint fil_words_count (const FilWords *self);
const FilWord *fil_words_get (const FilWords *self, guint i);
char *fil_words_to_query_text (const FilWords *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_words_match (const FilWords *query, const FilWords *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilWords, fil_words_free)

G_END_DECLS
