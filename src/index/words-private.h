/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "words.h"

G_BEGIN_DECLS

const char *_fil_word_key (const FilWord *word, char buffer[FIL_WORD_MAX_BYTES + 1]);

G_END_DECLS
