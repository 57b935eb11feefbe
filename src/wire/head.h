/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "slice.h"

G_BEGIN_DECLS

typedef struct
{
  guint max_lines;       /* first line included */
  gsize max_bytes;
  gsize max_line;        /* bytes of one line without its end */
  guint skip_empty;      /* empty lines before the first one that are overlooked */
  const char *lone_line; /* a first line that starts with this is a whole head by itself; or NULL */
} FilHeadLimits;

extern const FilHeadLimits fil_head_limits_accept;    /* first head of any incoming connection */
extern const FilHeadLimits fil_head_limits_handshake;
extern const FilHeadLimits fil_head_limits_http;
extern const FilHeadLimits fil_head_limits_giv;

typedef enum
{
  FIL_HEAD_MORE,
  FIL_HEAD_DONE,
  FIL_HEAD_ERROR,
} FilHeadStatus;

/**
 * FilHead:
 *
 * The one reader of text heads: handshake groups, GIV, HTTP requests and replies. Takes bytes as they
 * come up to and including the empty line; what follows belongs to the next protocol. Lines end with
 * CR LF or LF; continuation lines are joined; repeated headers are joined with ", "; names are found
 * whatever their case. Values are stripped, hold no NUL and no control character, and are not
 * necessarily UTF-8.
 */
typedef struct _FilHead FilHead;

FilHead *fil_head_new (const FilHeadLimits *limits) G_GNUC_WARN_UNUSED_RESULT;
void fil_head_free (FilHead *self);
void fil_head_reset (FilHead *self);
FilHeadStatus fil_head_feed (FilHead *self, FilSlice bytes, gsize *used);

const char *fil_head_error (const FilHead *self);
gboolean fil_head_is_empty (const FilHead *self);

const char *fil_head_first_line (const FilHead *self);
const char *fil_head_get (const FilHead *self, const char *name);
gboolean fil_head_has_token (const FilHead *self, const char *name, const char *token);
guint fil_head_n (const FilHead *self);
const char *fil_head_name_at (const FilHead *self, guint i);
const char *fil_head_value_at (const FilHead *self, guint i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilHead, fil_head_free)

G_END_DECLS
