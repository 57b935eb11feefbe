/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FIL_WEB_CACHE_HOSTS, /* it has at least one host */
  FIL_WEB_CACHE_EMPTY, /* it speaks the protocol and knows nobody */
  FIL_WEB_CACHE_ERROR, /* it says ERROR: perhaps it speaks the other specification only */
  FIL_WEB_CACHE_DEAD,  /* HTML, or nothing we know */
} FilWebCacheVerdict;

/**
 * FilWebCacheAnswer:
 *
 * What a web cache said: specification 1 (a line per host), 2 (H|, U|, I| lines), or a mix of them.
 */
typedef struct
{
  FilWebCacheVerdict verdict;
  GArray *hosts;   /* of FilEndpoint */
  GPtrArray *urls; /* of char *: other caches it named */
} FilWebCacheAnswer;

FilWebCacheAnswer *fil_web_cache_answer_parse (const char *text, gsize len) G_GNUC_WARN_UNUSED_RESULT;
void fil_web_cache_answer_free (FilWebCacheAnswer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilWebCacheAnswer, fil_web_cache_answer_free)

G_END_DECLS
